// ExpG's activation, u = atan(x): concat(u / 0.67, u² / 0.6) on the last axis, and its gradient.
#include <cmath>

#include "kernel.h"

namespace consilium {

namespace {

constexpr float kFirst = 1.0f / 0.67f, kSecond = 1.0f / 0.6f;

// atan by a polynomial in t², t in [0, 1], fitted to the smallest maximal error (9e-10 before rounding to float).
inline float arcTangent(float x) {
  const float size = std::fabs(x);
  const bool large = size > 1.0f;
  const float t = large ? 1.0f / size : size;
  const float z = t * t;
  float p = -0.001509282854385674f;
  p = p * z + 0.009567243978381157f;
  p = p * z - 0.028490586206316948f;
  p = p * z + 0.05502789467573166f;
  p = p * z - 0.08213748782873154f;
  p = p * z + 0.10878004878759384f;
  p = p * z - 0.14247222244739532f;
  p = p * z + 0.19996435940265656f;
  p = p * z - 0.33333179354667664f;
  p = p * z * t + t;
  const float angle = large ? 1.5707963267948966f - p : p;
  return std::copysign(angle, x);
}

void forwardRows(Part rows, int64_t channels, const float* x, float* y) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const float* __restrict from = x + row * channels;
    float* __restrict first = y + 2 * row * channels;
    float* __restrict second = first + channels;
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float u = arcTangent(from[c]);
      first[c] = u * kFirst;
      second[c] = u * u * kSecond;
    }
  }
}

void backwardRows(Part rows, int64_t channels, const float* dy, const float* x, float* dx) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const float* __restrict from = x + row * channels;
    const float* __restrict first = dy + 2 * row * channels;
    const float* __restrict second = first + channels;
    float* __restrict to = dx + row * channels;
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float v = from[c];
      to[c] = (first[c] * kFirst + second[c] * (2 * kSecond) * arcTangent(v)) / (1.0f + v * v);
    }
  }
}

// Input x [..., c], output [..., 2c].
class AtanComposite {
 public:
  explicit AtanComposite(const Attributes&) {}
  void run(Call& call) const {
    Shape shape = call.shape(0);
    if (!call.expect(!shape.empty() && shape.back() > 0, "atan composite: x has no channels")) return;
    const int64_t channels = shape.back(), rows = call.size(0) / channels;
    shape.back() *= 2;
    float* y = call.output(0, shape);
    if (!y) return;
    const float* x = call.input(0);
    const int threads = threadsFor(call.size(0));
    inParallel(threads, [&](int thread) { forwardRows(partOf(rows, thread, threads), channels, x, y); });
  }
};

// Inputs dy [..., 2c], x [..., c]; output dx [..., c].
class AtanCompositeGradient {
 public:
  explicit AtanCompositeGradient(const Attributes&) {}
  void run(Call& call) const {
    const Shape shape = call.shape(1);
    if (!call.expect(!shape.empty() && shape.back() > 0, "atan composite: x has no channels")) return;
    if (!call.expect(call.size(0) == 2 * call.size(1), "atan composite: dy has not twice the size of x")) return;
    const int64_t channels = shape.back(), rows = call.size(1) / channels;
    float* dx = call.output(0, shape);
    if (!dx) return;
    const float *dy = call.input(0), *x = call.input(1);
    const int threads = threadsFor(call.size(1));
    inParallel(threads, [&](int thread) { backwardRows(partOf(rows, thread, threads), channels, dy, x, dx); });
  }
};

}  // namespace

void registerAtanComposite() {
  registerKernel<AtanComposite>({"ConsiliumAtanComposite", {}, {"x: float"}, {"y: float"}});
  registerKernel<AtanCompositeGradient>(
      {"ConsiliumAtanCompositeGradient", {}, {"dy: float", "x: float"}, {"dx: float"}});
}

}  // namespace consilium
