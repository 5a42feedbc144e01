// 1 / (1 + e^−x), and its gradient from its result.
#include "elementary.h"
#include "kernel.h"

namespace consilium {

namespace {

// Input x; output y.
class Sigmoid {
 public:
  explicit Sigmoid(const Attributes&) {}
  void run(Call& call) const {
    float* y = call.output(0, call.shape(0));
    if (!y) return;
    const float* x = call.input(0);
    const int threads = threadsFor(4 * call.size(0));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(0), thread, threads);
#pragma omp simd
      for (int64_t i = part.begin; i < part.end; ++i) y[i] = 1.0f / (1.0f + exponential(-x[i]));
    });
  }
};

// Inputs dy, y; output dx = dy · y · (1 − y).
class SigmoidGradient {
 public:
  explicit SigmoidGradient(const Attributes&) {}
  void run(Call& call) const {
    if (!call.expect(call.size(0) == call.size(1), "sigmoid: dy and y of different sizes")) return;
    float* dx = call.output(0, call.shape(1));
    if (!dx) return;
    const float *dy = call.input(0), *y = call.input(1);
    const int threads = threadsFor(call.size(1));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(1), thread, threads);
#pragma omp simd
      for (int64_t i = part.begin; i < part.end; ++i) dx[i] = dy[i] * y[i] * (1.0f - y[i]);
    });
  }
};

}  // namespace

void registerSigmoid() {
  registerKernel<Sigmoid>({"ConsiliumSigmoid", {}, {"x: float"}, {"y: float"}});
  registerKernel<SigmoidGradient>({"ConsiliumSigmoidGradient", {}, {"dy: float", "y: float"}, {"dx: float"}});
}

}  // namespace consilium
