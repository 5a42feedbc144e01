// One step of Adam for all parameters at once.
#include <algorithm>
#include <cmath>

#include "kernel.h"

namespace consilium {

namespace {

struct Rates {
  float rate, beta1, beta2, epsilon;
};

void update(int64_t begin, int64_t end, Rates r, const float* __restrict weight, const float* __restrict gradient,
            float* __restrict m, float* __restrict v, float* __restrict out) {
  const float keep1 = 1.0f - r.beta1, keep2 = 1.0f - r.beta2;
#pragma omp simd
  for (int64_t i = begin; i < end; ++i) {
    const float g = gradient[i];
    m[i] = r.beta1 * m[i] + keep1 * g;
    v[i] = r.beta2 * v[i] + keep2 * g * g;
    out[i] = weight[i] - r.rate * m[i] / (std::sqrt(v[i]) + r.epsilon);
  }
}

// Inputs: rates [rate, beta1, beta2, epsilon], then n weights, n gradients, n first and n second moments.
// The moments change in place: their owner (ml/ops/adam.ts) shares them with nobody. Outputs: n new weights.
class Adam {
 public:
  explicit Adam(const Attributes&) {}
  void run(Call& call) const {
    const int count = (call.inputs() - 1) / 4;
    if (!call.expect(call.size(0) == 4, "adam: four rates are wanted")) return;
    const float* given = call.input(0);
    const Rates rates{given[0], given[1], given[2], given[3]};
    std::vector<float*> outputs(count);
    int64_t total = 0;
    for (int i = 0; i < count; ++i) {
      for (int part = 1; part < 4; ++part) {
        if (!call.expect(call.size(1 + i + part * count) == call.size(1 + i), "adam: sizes differ")) return;
      }
      outputs[i] = call.output(i, call.shape(1 + i));
      if (!outputs[i]) return;
      total += call.size(1 + i);
    }
    const int threads = threadsFor(total);
    inParallel(threads, [&](int thread) { updatePart(call, partOf(total, thread, threads), count, rates, outputs); });
  }

 private:
  // The values [begin, end) of all parameters laid one after the other.
  static void updatePart(const Call& call, Part part, int count, Rates rates, const std::vector<float*>& outputs) {
    int64_t start = 0;
    for (int i = 0; i < count; ++i) {
      const int64_t size = call.size(1 + i);
      const int64_t begin = std::max<int64_t>(part.begin - start, 0), end = std::min(part.end - start, size);
      if (begin < end) {
        update(begin, end, rates, call.input(1 + i), call.input(1 + count + i), call.state(1 + 2 * count + i),
               call.state(1 + 3 * count + i), outputs[i]);
      }
      start += size;
    }
  }
};

}  // namespace

void registerAdam() {
  registerKernel<Adam>({"ConsiliumAdam",
                        {"n: int >= 1"},
                        {"rates: float", "weights: n * float", "gradients: n * float", "first: n * float",
                         "second: n * float"},
                        {"new_weights: n * float"}});
}

}  // namespace consilium
