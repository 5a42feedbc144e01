// x · Φ(x), Φ the normal distribution, and its gradient.
#include "elementary.h"
#include "kernel.h"

namespace consilium {

namespace {

// Input x; output x · Φ(x).
class Gelu {
 public:
  explicit Gelu(const Attributes&) {}
  void run(Call& call) const {
    float* y = call.output(0, call.shape(0));
    if (!y) return;
    const float* x = call.input(0);
    const int threads = threadsFor(4 * call.size(0));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(0), thread, threads);
#pragma omp simd
      for (int64_t i = part.begin; i < part.end; ++i) y[i] = x[i] * normalAt(x[i]).cumulative;
    });
  }
};

// Inputs dy, x; output dx.
class GeluGradient {
 public:
  explicit GeluGradient(const Attributes&) {}
  void run(Call& call) const {
    if (!call.expect(call.size(0) == call.size(1), "gelu: dy and x of different sizes")) return;
    float* dx = call.output(0, call.shape(1));
    if (!dx) return;
    const float *dy = call.input(0), *x = call.input(1);
    const int threads = threadsFor(4 * call.size(1));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(1), thread, threads);
#pragma omp simd
      for (int64_t i = part.begin; i < part.end; ++i) {
        const Normal at = normalAt(x[i]);
        dx[i] = dy[i] * (at.cumulative + x[i] * at.density);
      }
    });
  }
};

}  // namespace

void registerGelu() {
  registerKernel<Gelu>({"ConsiliumGelu", {}, {"x: float"}, {"y: float"}});
  registerKernel<GeluGradient>({"ConsiliumGeluGradient", {}, {"dy: float", "x: float"}, {"dx: float"}});
}

}  // namespace consilium
