// Products of many rows with one small matrix, with bias: dense layers.
#include <algorithm>
#include <vector>

#include "kernel.h"
#include "product.h"

namespace consilium {

namespace {

constexpr int64_t kRowsABlock = 96;

// x [..., in] as rows · w [in, out].
struct Sizes {
  int64_t rows, in, out;
};

bool read(Call& call, int x, int w, Sizes& s) {
  const Shape left = call.shape(x), right = call.shape(w);
  const bool fit = right.size() == 2 && !left.empty() && left.back() == right[0] && right[0] > 0;
  if (!call.expect(fit, "dense: shapes do not fit")) return false;
  s = {call.size(x) / right[0], right[0], right[1]};
  return true;
}

int threadsOf(const Sizes& s) {
  return static_cast<int>(
      std::min<int64_t>(threadsFor(s.rows * s.in * s.out / 16 + s.rows * s.out), std::max<int64_t>(s.rows, 1)));
}

// Inputs x, w, bias [out], and maybe a residual [..., out]; output x · w + bias + residual.
class Dense {
 public:
  explicit Dense(const Attributes&) {}
  void run(Call& call) const {
    Sizes s;
    if (!read(call, 0, 1, s)) return;
    if (!call.expect(call.size(2) == s.out, "dense: the bias does not fit")) return;
    Shape shape = call.shape(0);
    shape.back() = s.out;
    float* y = call.output(0, shape);
    if (!y) return;
    const bool residual = call.inputs() == 4;
    if (!call.expect(!residual || call.size(3) == elements(shape), "dense: the residual does not fit")) return;
    const float *x = call.input(0), *w = call.input(1), *bias = call.input(2), *more = residual ? call.input(3) : nullptr;
    const int threads = threadsOf(s);
    Panels panels;
    panels.pack(w, s.in, s.out, s.out, 1);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(s.rows, thread, threads);
      for (int64_t row = part.begin; row < part.end; row += kRowsABlock) {
        const int64_t count = std::min(kRowsABlock, part.end - row);
        for (int64_t i = row; i < row + count; ++i) start(y + i * s.out, bias, more, i * s.out, s.out);
        multiply(count, x + row * s.in, s.in, 1, panels, y + row * s.out, s.out, true);
      }
    });
  }

 private:
  // What the product is added to.
  static void start(float* __restrict y, const float* offset, const float* more, int64_t at, int64_t out) {
    if (!more) {
      std::copy(offset, offset + out, y);
      return;
    }
#pragma omp simd
    for (int64_t j = 0; j < out; ++j) y[j] = offset[j] + more[at + j];
  }
};

void inputGradient(const Sizes& s, const float* dy, const float* w, float* dx) {
  const int threads = threadsOf(s);
  Panels turned;
  turned.pack(w, s.out, s.in, 1, s.out);
  inParallel(threads, [&](int thread) {
    const Part part = partOf(s.rows, thread, threads);
    multiply(part.end - part.begin, dy + part.begin * s.out, s.out, 1, turned, dx + part.begin * s.in, s.in, false);
  });
}

// Adds xᵀ · dy over the rows to `sums` [in, out], and the sum of dy's rows to what follows it.
void sumRows(const Sizes& s, Part rows, const float* x, const float* dy, float* sums) {
  float* __restrict bias = sums + s.in * s.out;
  Panels panels;
  for (int64_t row = rows.begin; row < rows.end; row += kRowsABlock) {
    const int64_t block = std::min(kRowsABlock, rows.end - row);
    const float* gradient = dy + row * s.out;
    panels.pack(gradient, block, s.out, s.out, 1);
    multiply(s.in, x + row * s.in, 1, s.in, panels, sums, s.out, true);
    for (int64_t i = 0; i < block; ++i) {
#pragma omp simd
      for (int64_t j = 0; j < s.out; ++j) bias[j] += gradient[i * s.out + j];
    }
  }
}

// The threads' sums are added in their order: equal inputs give equal bits in every run.
void weightGradient(const Sizes& s, const float* x, const float* dy, float* dw, float* dbias) {
  const int threads = threadsOf(s);
  const int64_t size = (s.in + 1) * s.out;
  Scratch sums(threads * size);
  inParallel(threads, [&](int thread) {
    float* own = sums.data() + thread * size;
    std::fill(own, own + size, 0.0f);
    sumRows(s, partOf(s.rows, thread, threads), x, dy, own);
  });
  for (int64_t i = 0; i < size; ++i) {
    float sum = sums.data()[i];
    for (int64_t t = 1; t < threads; ++t) sum += sums.data()[t * size + i];
    (i < s.in * s.out ? dw[i] : dbias[i - s.in * s.out]) = sum;
  }
}

// Inputs dy, x, w; outputs dx = dy · wᵀ, and dw = xᵀ · dy with dbias, the sum of dy's rows; empty where not wanted.
class DenseGradient {
 public:
  explicit DenseGradient(const Attributes& attributes) : wanted_(attributes) {}
  void run(Call& call) const {
    Sizes s;
    if (!read(call, 1, 2, s)) return;
    if (!call.expect(call.size(0) == s.rows * s.out, "dense: dy does not fit")) return;
    const Shape none = {0};
    float* dx = call.output(0, wanted_.first ? call.shape(1) : none);
    float* dw = call.output(1, wanted_.second ? call.shape(2) : none);
    float* dbias = call.output(2, wanted_.second ? Shape{s.out} : none);
    if (!dx || !dw || !dbias) return;
    if (wanted_.first) inputGradient(s, call.input(0), call.input(2), dx);
    if (wanted_.second) weightGradient(s, call.input(1), call.input(0), dw, dbias);
  }

 private:
  Wanted wanted_;  // dx, dw with dbias
};

}  // namespace

void registerDense() {
  registerKernel<Dense>({"ConsiliumDense", {}, {"x: float", "w: float", "bias: float"}, {"y: float"}});
  registerKernel<Dense>(
      {"ConsiliumDenseResidual", {}, {"x: float", "w: float", "bias: float", "residual: float"}, {"y: float"}});
  registerKernel<DenseGradient>({"ConsiliumDenseGradient",
                                 {Wanted::kAttribute},
                                 {"dy: float", "x: float", "w: float"},
                                 {"dx: float", "dw: float", "dbias: float"}});
}

}  // namespace consilium
