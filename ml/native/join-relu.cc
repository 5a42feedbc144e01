// Two maps, each with its bias, side by side on the last axis, then relu; and the gradient.
#include <algorithm>
#include <vector>

#include "kernel.h"

namespace consilium {

namespace {

void joinRow(const float* __restrict x, const float* __restrict bias, int64_t channels, float* __restrict to) {
#pragma omp simd
  for (int64_t c = 0; c < channels; ++c) {
    const float value = x[c] + bias[c];
    to[c] = value < 0.0f ? 0.0f : value;  // so written, NaN stays NaN
  }
}

void splitRow(const float* __restrict dy, const float* __restrict y, int64_t channels, float* __restrict dx,
              float* __restrict dbias) {
#pragma omp simd
  for (int64_t c = 0; c < channels; ++c) {
    const float g = y[c] > 0.0f ? dy[c] : 0.0f;
    dx[c] = g;
    dbias[c] += g;
  }
}

// Inputs a, its bias, b, its bias; output relu(concat(a + bias, b + bias)).
class JoinRelu {
 public:
  explicit JoinRelu(const Attributes&) {}
  void run(Call& call) const {
    Shape shape = call.shape(0);
    const Shape other = call.shape(2);
    if (!call.expect(!shape.empty() && shape.size() == other.size() && shape.back() > 0 && other.back() > 0,
                     "join: shapes do not fit")) return;
    const int64_t first = shape.back(), second = other.back(), rows = call.size(0) / first;
    const bool fit = call.size(2) == rows * second && call.size(1) == first && call.size(3) == second;
    if (!call.expect(fit, "join: sizes do not fit")) return;
    shape.back() = first + second;
    float* y = call.output(0, shape);
    if (!y) return;
    const int threads = threadsFor(rows * shape.back());
    inParallel(threads, [&](int thread) {
      const Part part = partOf(rows, thread, threads);
      for (int64_t row = part.begin; row < part.end; ++row) {
        float* to = y + row * (first + second);
        joinRow(call.input(0) + row * first, call.input(1), first, to);
        joinRow(call.input(2) + row * second, call.input(3), second, to + first);
      }
    });
  }
};

// Inputs dy, y, the two biases (for their sizes); outputs da, dbias of a, db, dbias of b.
class JoinReluGradient {
 public:
  explicit JoinReluGradient(const Attributes&) {}
  void run(Call& call) const {
    const int64_t first = call.size(2), second = call.size(3), both = first + second;
    Shape shape = call.shape(0);
    if (!call.expect(!shape.empty() && shape.back() == both && call.size(0) == call.size(1) && first > 0 && second > 0,
                     "join gradient: sizes do not fit")) return;
    const int64_t rows = call.size(0) / both;
    shape.back() = first;
    float *da = call.output(0, shape), *biasA = call.output(1, {first});
    shape.back() = second;
    float *db = call.output(2, shape), *biasB = call.output(3, {second});
    if (!da || !db || !biasA || !biasB) return;
    const int threads = threadsFor(rows * both);
    std::vector<float> sums(threads * both, 0.0f);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(rows, thread, threads);
      float* bias = sums.data() + thread * both;
      for (int64_t row = part.begin; row < part.end; ++row) {
        const float *dy = call.input(0) + row * both, *y = call.input(1) + row * both;
        splitRow(dy, y, first, da + row * first, bias);
        splitRow(dy + first, y + first, second, db + row * second, bias + first);
      }
    });
    for (int t = 1; t < threads; ++t) {  // in the order of the threads: equal bits in every run
      for (int64_t c = 0; c < both; ++c) sums[c] += sums[t * both + c];
    }
    std::copy(sums.begin(), sums.begin() + first, biasA);
    std::copy(sums.begin() + first, sums.begin() + both, biasB);
  }
};

}  // namespace

void registerJoinRelu() {
  registerKernel<JoinRelu>({"ConsiliumJoinRelu",
                            {},
                            {"a: float", "bias_a: float", "b: float", "bias_b: float"},
                            {"y: float"}});
  registerKernel<JoinReluGradient>({"ConsiliumJoinReluGradient",
                                    {},
                                    {"dy: float", "y: float", "bias_a: float", "bias_b: float"},
                                    {"da: float", "dbias_a: float", "db: float", "dbias_b: float"}});
}

}  // namespace consilium
