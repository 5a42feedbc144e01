// Binary cross-entropy of logits with soft targets, as the mean over all values, and its gradient.
#include <cmath>
#include <vector>

#include "elementary.h"
#include "kernel.h"

namespace consilium {

namespace {

// Values whose losses are added in float before they join the sum in double.
constexpr int64_t kChunk = 1024;

// log(1 + u) for u in [0, 1], from atanh's series: log(1 + u) = 2 · atanh(u / (2 + u)), with a ratio of at most 1/3.
inline float logOnePlus(float u) {
  const float r = u / (2.0f + u), z = r * r;
  float p = 2.0f / 15;
  p = p * z + 2.0f / 13;
  p = p * z + 2.0f / 11;
  p = p * z + 2.0f / 9;
  p = p * z + 2.0f / 7;
  p = p * z + 2.0f / 5;
  p = p * z + 2.0f / 3;
  p = p * z + 2.0f;
  return p * r;
}

// Inputs logits, targets; output the mean of max(z, 0) − z · t + log(1 + e^−|z|).
class BceMean {
 public:
  explicit BceMean(const Attributes&) {}
  void run(Call& call) const {
    if (!call.expect(call.size(0) == call.size(1) && call.size(0) > 0, "bce: logits and targets of different sizes")) return;
    float* mean = call.output(0, {});
    if (!mean) return;
    const float *logits = call.input(0), *targets = call.input(1);
    const int threads = threadsFor(2 * call.size(0));
    std::vector<double> sums(threads, 0.0);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(0), thread, threads);
      for (int64_t begin = part.begin; begin < part.end; begin += kChunk) {
        const int64_t end = begin + kChunk < part.end ? begin + kChunk : part.end;
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t i = begin; i < end; ++i) {
          const float z = logits[i];
          sum += (z > 0.0f ? z : 0.0f) - z * targets[i] + logOnePlus(exponential(-std::fabs(z)));
        }
        sums[thread] += sum;
      }
    });
    double total = 0;
    for (double sum : sums) total += sum;  // in the order of the threads: equal bits in every run
    *mean = static_cast<float>(total / static_cast<double>(call.size(0)));
  }
};

// Inputs dy (one number), logits, targets; output dy · (sigmoid(z) − t) / n.
class BceMeanGradient {
 public:
  explicit BceMeanGradient(const Attributes&) {}
  void run(Call& call) const {
    if (!call.expect(call.size(0) == 1 && call.size(1) == call.size(2), "bce gradient: sizes do not fit")) return;
    float* dz = call.output(0, call.shape(1));
    if (!dz) return;
    const float *logits = call.input(1), *targets = call.input(2);
    const float rate = call.input(0)[0] / static_cast<float>(call.size(1));
    const int threads = threadsFor(2 * call.size(1));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(call.size(1), thread, threads);
#pragma omp simd
      for (int64_t i = part.begin; i < part.end; ++i) {
        const float z = logits[i], u = exponential(-std::fabs(z));
        const float sigmoid = (z > 0.0f ? 1.0f : u) / (1.0f + u);
        dz[i] = rate * (sigmoid - targets[i]);
      }
    });
  }
};

}  // namespace

void registerBce() {
  registerKernel<BceMean>({"ConsiliumBceMean", {}, {"logits: float", "targets: float"}, {"mean: float"}});
  registerKernel<BceMeanGradient>(
      {"ConsiliumBceMeanGradient", {}, {"dy: float", "logits: float", "targets: float"}, {"dlogits: float"}});
}

}  // namespace consilium
