// Layer norm over the last axis, and its gradient.
#include <cmath>
#include <vector>

#include "kernel.h"

namespace consilium {

namespace {

bool fits(Call& call, int x, int scale) {
  const Shape shape = call.shape(x);
  return call.expect(!shape.empty() && shape.back() > 0 && call.size(scale) == shape.back(),
                     "layer norm: the scale has not one value a channel");
}

// Inputs x, scale, offset; outputs y and, a row, mean and 1 / std.
class LayerNorm {
 public:
  explicit LayerNorm(const Attributes& attributes) : epsilon_(attributes.number("epsilon")) {}
  void run(Call& call) const {
    if (!fits(call, 0, 1) || !fits(call, 0, 2)) return;
    const Shape shape = call.shape(0);
    const int64_t channels = shape.back(), rows = call.size(0) / channels;
    float *y = call.output(0, shape), *mean = call.output(1, {rows}), *inverse = call.output(2, {rows});
    if (!y || !mean || !inverse) return;
    const float *x = call.input(0), *scale = call.input(1), *offset = call.input(2);
    const int threads = threadsFor(call.size(0));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(rows, thread, threads);
      for (int64_t row = part.begin; row < part.end; ++row) {
        const float* __restrict from = x + row * channels;
        float* __restrict to = y + row * channels;
        float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t c = 0; c < channels; ++c) sum += from[c];
        const float center = sum / channels;
#pragma omp simd reduction(+ : squares)
        for (int64_t c = 0; c < channels; ++c) squares += (from[c] - center) * (from[c] - center);
        const float rate = 1.0f / std::sqrt(squares / channels + epsilon_);
        mean[row] = center;
        inverse[row] = rate;
#pragma omp simd
        for (int64_t c = 0; c < channels; ++c) to[c] = (from[c] - center) * rate * scale[c] + offset[c];
      }
    });
  }

 private:
  float epsilon_;
};

// Inputs dy, x, scale, mean, 1 / std; outputs dx, dscale, doffset.
class LayerNormGradient {
 public:
  explicit LayerNormGradient(const Attributes&) {}
  void run(Call& call) const {
    if (!fits(call, 1, 2) || !call.expect(call.size(0) == call.size(1), "layer norm: dy and x of different sizes")) return;
    const Shape shape = call.shape(1);
    const int64_t channels = shape.back(), rows = call.size(1) / channels;
    float *dx = call.output(0, shape), *dscale = call.output(1, {channels}), *doffset = call.output(2, {channels});
    if (!dx || !dscale || !doffset) return;
    const int threads = threadsFor(call.size(1));
    std::vector<float> sums(2 * threads * channels, 0.0f);
    inParallel(threads, [&](int thread) {
      backward(call, partOf(rows, thread, threads), channels, dx, sums.data() + 2 * thread * channels);
    });
    for (int64_t c = 0; c < channels; ++c) {
      dscale[c] = doffset[c] = 0;
      for (int t = 0; t < threads; ++t) {  // in the order of the threads: equal bits in every run
        dscale[c] += sums[2 * t * channels + c];
        doffset[c] += sums[(2 * t + 1) * channels + c];
      }
    }
  }

 private:
  static void backward(const Call& call, Part part, int64_t channels, float* dx, float* sums) {
    const float *dy = call.input(0), *x = call.input(1), *scale = call.input(2), *mean = call.input(3),
                *inverse = call.input(4);
    float *__restrict dscale = sums, *__restrict doffset = sums + channels;
    for (int64_t row = part.begin; row < part.end; ++row) {
      const float *__restrict g = dy + row * channels, *__restrict from = x + row * channels;
      float* __restrict to = dx + row * channels;
      const float center = mean[row], rate = inverse[row];
      float sum = 0, projected = 0;
#pragma omp simd reduction(+ : sum, projected)
      for (int64_t c = 0; c < channels; ++c) {
        const float normal = (from[c] - center) * rate, weighted = g[c] * scale[c];
        sum += weighted;
        projected += weighted * normal;
      }
      sum /= channels;
      projected /= channels;
#pragma omp simd
      for (int64_t c = 0; c < channels; ++c) {
        const float normal = (from[c] - center) * rate;
        dscale[c] += g[c] * normal;
        doffset[c] += g[c];
        to[c] = rate * (g[c] * scale[c] - sum - normal * projected);
      }
    }
  }
};

}  // namespace

void registerLayerNorm() {
  registerKernel<LayerNorm>({"ConsiliumLayerNorm",
                             {"epsilon: float"},
                             {"x: float", "scale: float", "offset: float"},
                             {"y: float", "mean: float", "inverse: float"}});
  registerKernel<LayerNormGradient>({"ConsiliumLayerNormGradient",
                                     {},
                                     {"dy: float", "x: float", "scale: float", "mean: float", "inverse: float"},
                                     {"dx: float", "dscale: float", "doffset: float"}});
}

}  // namespace consilium
