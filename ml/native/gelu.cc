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
    const float* x = call.input(0);
    mapValues(call, 0, 4, [=](int64_t i) { return x[i] * normalAt(x[i]).cumulative; });
  }
};

// Inputs dy, x; output dx.
class GeluGradient {
 public:
  explicit GeluGradient(const Attributes&) {}
  void run(Call& call) const {
    if (!call.expect(call.size(0) == call.size(1), "gelu: dy and x of different sizes")) return;
    const float *dy = call.input(0), *x = call.input(1);
    mapValues(call, 1, 4, [=](int64_t i) {
      const Normal at = normalAt(x[i]);
      return dy[i] * (at.cumulative + x[i] * at.density);
    });
  }
};

}  // namespace

void registerGelu() {
  registerKernel<Gelu>({"ConsiliumGelu", {}, {"x: float"}, {"y: float"}});
  registerKernel<GeluGradient>({"ConsiliumGeluGradient", {}, {"dy: float", "x: float"}, {"dx: float"}});
}

}  // namespace consilium
