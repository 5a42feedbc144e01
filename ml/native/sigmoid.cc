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
    const float* x = call.input(0);
    mapValues(call, 0, 4, [=](int64_t i) { return 1.0f / (1.0f + exponential(-x[i])); });
  }
};

// Inputs dy, y; output dx = dy · y · (1 − y).
class SigmoidGradient {
 public:
  explicit SigmoidGradient(const Attributes&) {}
  void run(Call& call) const {
    if (!call.expect(call.size(0) == call.size(1), "sigmoid: dy and y of different sizes")) return;
    const float *dy = call.input(0), *y = call.input(1);
    mapValues(call, 1, 1, [=](int64_t i) { return dy[i] * y[i] * (1.0f - y[i]); });
  }
};

}  // namespace

void registerSigmoid() {
  registerKernel<Sigmoid>({"ConsiliumSigmoid", {}, {"x: float"}, {"y: float"}});
  registerKernel<SigmoidGradient>({"ConsiliumSigmoidGradient", {}, {"dy: float", "y: float"}, {"dx: float"}});
}

}  // namespace consilium
