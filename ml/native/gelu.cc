// x · Φ(x), Φ the normal distribution, and its gradient.
#include <cmath>

#include "kernel.h"

namespace consilium {

namespace {

inline float cumulative(float x) { return 0.5f * (1.0f + std::erf(x * 0.70710678f)); }

// Input x; output x · Φ(x).
class Gelu {
 public:
  explicit Gelu(const Attributes&) {}
  void run(Call& call) const {
    float* y = call.output(0, call.shape(0));
    if (!y) return;
    const float* x = call.input(0);
    const int threads = threadsFor(8 * call.size(0));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(0), thread, threads);
      for (int64_t i = part.begin; i < part.end; ++i) y[i] = x[i] * cumulative(x[i]);
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
    const int threads = threadsFor(8 * call.size(1));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(1), thread, threads);
      for (int64_t i = part.begin; i < part.end; ++i) {
        const float density = 0.39894228f * std::exp(-0.5f * x[i] * x[i]);
        dx[i] = dy[i] * (cumulative(x[i]) + x[i] * density);
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
