// Sums: TensorFlow's own set a thread pool to work at any size, and go value by value where a bias has few channels.
#include <algorithm>

#include "kernel.h"

namespace consilium {

namespace {

// A shorter period than this is repeated until it is at least so long: the inner loop wants many values.
constexpr int64_t kPeriod = 64;

void addRow(const float* __restrict a, const float* __restrict b, int64_t count, float* __restrict y) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

// Inputs a and b, whose values are repeated over those of a: a tensor of its size, a bias [channels] of x [..., channels], or a
// constant [...] of x [batch, ...]. Output a + b.
class Add {
 public:
  explicit Add(const Attributes&) {}
  void run(Call& call) const {
    const int64_t size = call.size(0), given = call.size(1);
    if (!call.expect(given > 0 ? size % given == 0 : size == 0, "add: sizes do not fit")) return;
    float* y = call.output(0, call.shape(0));
    if (!y || size == 0) return;
    const float *a = call.input(0), *b = call.input(1);
    int64_t period = given;
    Scratch repeated;
    if (given < kPeriod && given < size) {
      const int64_t times = std::min((kPeriod + given - 1) / given, size / given);
      period = times * given;
      repeated.resize(period);
      for (int64_t i = 0; i < times; ++i) std::copy(b, b + given, repeated.data() + i * given);
      b = repeated.data();
    }
    const int threads = threadsFor(size);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(size, thread, threads);
      for (int64_t at = part.begin; at < part.end;) {
        const int64_t place = at % period, count = std::min(period - place, part.end - at);
        addRow(a + at, b + place, count, y + at);
        at += count;
      }
    });
  }
};

}  // namespace

void registerAdd() { registerKernel<Add>({"ConsiliumAdd", {}, {"a: float", "b: float"}, {"y: float"}}); }

}  // namespace consilium
