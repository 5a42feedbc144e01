// Products of many rows with one small matrix per group, with bias: dense layers, and ExpG's layers of many images.
#include <algorithm>
#include <vector>

#include "kernel.h"
#include "product.h"

namespace consilium {

namespace {

constexpr int64_t kRowsABlock = 96;

// x [groups, rows, in] · w [groups, in, out]; one group where w has two axes.
struct Sizes {
  int64_t groups, rows, in, out;
};

bool read(Call& call, int x, int w, Sizes& s) {
  const Shape left = call.shape(x), right = call.shape(w);
  const bool grouped = right.size() == 3;
  const bool fit = (grouped ? left.size() == 3 && left[0] == right[0] : right.size() == 2 && !left.empty()) &&
                   left.back() == right[right.size() - 2] && left.back() > 0;
  if (!call.expect(fit, "dense: shapes do not fit")) return false;
  const int64_t groups = grouped ? right[0] : 1;
  s = {groups, groups == 0 ? 0 : call.size(x) / left.back() / groups, left.back(), right.back()};
  return true;
}

// The rows of all groups, shared among threads: work(group, first row within it, past the last).
template <class Work>
void forRows(const Sizes& s, Part part, Work work) {
  for (int64_t begin = part.begin; begin < part.end;) {
    const int64_t group = begin / s.rows, end = std::min(part.end, (group + 1) * s.rows);
    work(group, begin - group * s.rows, end - group * s.rows);
    begin = end;
  }
}

int threadsOf(const Sizes& s) {
  const int64_t rows = s.groups * s.rows;
  return static_cast<int>(std::min<int64_t>(threadsFor(rows * s.in * s.out / 16 + rows * s.out), std::max<int64_t>(rows, 1)));
}

// Inputs x, w, bias [groups, 1, out] or [out], and maybe a residual [..., out]; output x · w + bias + residual.
class Dense {
 public:
  explicit Dense(const Attributes&) {}
  void run(Call& call) const {
    Sizes s;
    if (!read(call, 0, 1, s)) return;
    if (!call.expect(call.size(2) == s.groups * s.out, "dense: the bias does not fit")) return;
    Shape shape = call.shape(0);
    shape.back() = s.out;
    float* y = call.output(0, shape);
    if (!y) return;
    const bool residual = call.inputs() == 4;
    if (!call.expect(!residual || call.size(3) == elements(shape), "dense: the residual does not fit")) return;
    const float *x = call.input(0), *w = call.input(1), *bias = call.input(2), *more = residual ? call.input(3) : nullptr;
    const int threads = threadsOf(s);
    inParallel(threads, [&](int thread) {
      Panels panels;
      forRows(s, partOf(s.groups * s.rows, thread, threads), [&](int64_t group, int64_t begin, int64_t end) {
        panels.pack(w + group * s.in * s.out, s.in, s.out, s.out, 1);
        const float* offset = bias + group * s.out;
        for (int64_t row = begin; row < end; row += kRowsABlock) {
          const int64_t count = std::min(kRowsABlock, end - row), at = group * s.rows + row;
          for (int64_t i = 0; i < count; ++i) start(y + (at + i) * s.out, offset, more, (at + i) * s.out, s.out);
          multiply(count, x + at * s.in, s.in, 1, panels, y + at * s.out, s.out, true);
        }
      });
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

// Inputs dy, w; output dx = dy · wᵀ.
class DenseInputGradient {
 public:
  explicit DenseInputGradient(const Attributes&) {}
  void run(Call& call) const {
    const Shape w = call.shape(1);
    Shape shape = call.shape(0);
    if (!call.expect(w.size() >= 2 && !shape.empty() && shape.back() == w.back(), "dense: dy does not fit")) return;
    const int64_t groups = w.size() == 3 ? w[0] : 1, in = w[w.size() - 2], out = w.back();
    if (groups == 0) return call.fail("dense: no groups");
    const Sizes s{groups, call.size(0) / out / groups, in, out};
    shape.back() = in;
    float* dx = call.output(0, shape);
    if (!dx) return;
    const float *dy = call.input(0), *matrix = call.input(1);
    const int threads = threadsOf(s);
    inParallel(threads, [&](int thread) {
      Panels turned;
      forRows(s, partOf(s.groups * s.rows, thread, threads), [&](int64_t group, int64_t begin, int64_t end) {
        turned.pack(matrix + group * in * out, out, in, 1, out);
        const int64_t at = group * s.rows + begin;
        multiply(end - begin, dy + at * out, out, 1, turned, dx + at * in, in, false);
      });
    });
  }
};

// Inputs x, dy, w (for its shape); outputs dw = xᵀ · dy and dbias, the sum of dy's rows. Sums are added in the
// order of their stretches of rows: equal inputs give equal bits in every run.
class DenseWeightGradient {
 public:
  explicit DenseWeightGradient(const Attributes&) {}
  void run(Call& call) const {
    Sizes s;
    if (!read(call, 0, 2, s)) return;
    if (!call.expect(call.size(1) == s.groups * s.rows * s.out, "dense: dy does not fit")) return;
    Shape biasShape = call.shape(2);
    if (biasShape.size() == 3) {
      biasShape[1] = 1;
    } else {
      biasShape = {s.out};
    }
    float *dw = call.output(0, call.shape(2)), *dbias = call.output(1, biasShape);
    if (!dw || !dbias) return;
    // One stretch a group where groups are many; else some for each thread.
    const int threads = threadsOf(s);
    const int64_t stretches = s.groups >= 2 * threads ? 1 : std::min<int64_t>(threads, std::max<int64_t>(s.rows, 1));
    const int64_t size = (s.in + 1) * s.out;
    Scratch sums(s.groups * stretches * size);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(s.groups * stretches, thread, threads);
      for (int64_t i = part.begin; i < part.end; ++i) {
        const Part rows = partOf(s.rows, static_cast<int>(i % stretches), static_cast<int>(stretches));
        std::fill(sums.data() + i * size, sums.data() + (i + 1) * size, 0.0f);
        sumRows(call, s, i / stretches * s.rows + rows.begin, rows.end - rows.begin, sums.data() + i * size);
      }
    });
    for (int64_t group = 0; group < s.groups; ++group) {
      const float* first = sums.data() + group * stretches * size;
      for (int64_t i = 0; i < size; ++i) {
        float sum = first[i];
        for (int64_t t = 1; t < stretches; ++t) sum += first[t * size + i];
        (i < s.in * s.out ? dw[group * s.in * s.out + i] : dbias[group * s.out + i - s.in * s.out]) = sum;
      }
    }
  }

 private:
  static void sumRows(const Call& call, const Sizes& s, int64_t first, int64_t count, float* sums) {
    const float *x = call.input(0), *dy = call.input(1);
    float* __restrict bias = sums + s.in * s.out;
    Panels panels;
    for (int64_t row = first; row < first + count; row += kRowsABlock) {
      const int64_t block = std::min(kRowsABlock, first + count - row);
      const float* gradient = dy + row * s.out;
      panels.pack(gradient, block, s.out, s.out, 1);
      multiply(s.in, x + row * s.in, 1, s.in, panels, sums, s.out, true);
      for (int64_t i = 0; i < block; ++i) {
#pragma omp simd
        for (int64_t j = 0; j < s.out; ++j) bias[j] += gradient[i * s.out + j];
      }
    }
  }
};

}  // namespace

void registerDense() {
  registerKernel<Dense>({"ConsiliumDense", {}, {"x: float", "w: float", "bias: float"}, {"y: float"}});
  registerKernel<Dense>(
      {"ConsiliumDenseResidual", {}, {"x: float", "w: float", "bias: float", "residual: float"}, {"y: float"}});
  registerKernel<DenseInputGradient>({"ConsiliumDenseInputGradient", {}, {"dy: float", "w: float"}, {"dx: float"}});
  registerKernel<DenseWeightGradient>(
      {"ConsiliumDenseWeightGradient", {}, {"x: float", "dy: float", "w: float"}, {"dw: float", "dbias: float"}});
}

}  // namespace consilium
