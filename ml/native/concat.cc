// Two maps side by side in their channels, and apart again: TensorFlow's own copies a few values at a time slowly.
#include <algorithm>

#include "kernel.h"

namespace consilium {

namespace {

// Inputs a [..., m], b [..., n]; output [..., m + n].
class Concat {
 public:
  explicit Concat(const Attributes&) {}
  void run(Call& call) const {
    const Shape a = call.shape(0), b = call.shape(1);
    const bool fit = !a.empty() && a.size() == b.size() && std::equal(a.begin(), a.end() - 1, b.begin());
    if (!call.expect(fit, "concat: shapes do not fit")) return;
    Shape shape = a;
    shape.back() += b.back();
    float* y = call.output(0, shape);
    if (!y || shape.back() == 0) return;
    const float *left = call.input(0), *right = call.input(1);
    const int64_t m = a.back(), n = b.back(), rows = elements(shape) / (m + n);
    const int threads = threadsFor(rows * (m + n));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(rows, thread, threads);
      for (int64_t row = part.begin; row < part.end; ++row) {
        std::copy(left + row * m, left + (row + 1) * m, y + row * (m + n));
        std::copy(right + row * n, right + (row + 1) * n, y + row * (m + n) + m);
      }
    });
  }
};

// Input y [..., m + n]; outputs a [..., m], b [..., n].
class Split {
 public:
  explicit Split(const Attributes& attributes) : first_(attributes.integer("first")) {}
  void run(Call& call) const {
    Shape shape = call.shape(0);
    if (!call.expect(!shape.empty() && first_ > 0 && first_ < shape.back(), "split: nothing is left")) return;
    const int64_t m = first_, n = shape.back() - first_, rows = call.size(0) / (m + n);
    shape.back() = m;
    float* a = call.output(0, shape);
    shape.back() = n;
    float* b = call.output(1, shape);
    if (!a || !b) return;
    const float* y = call.input(0);
    const int threads = threadsFor(rows * (m + n));
    inParallel(threads, [&](int thread) {
      const Part part = partOf(rows, thread, threads);
      for (int64_t row = part.begin; row < part.end; ++row) {
        const float* from = y + row * (m + n);
        std::copy(from, from + m, a + row * m);
        std::copy(from + m, from + m + n, b + row * n);
      }
    });
  }

 private:
  int64_t first_;
};

}  // namespace

void registerConcat() {
  registerKernel<Concat>({"ConsiliumConcat", {}, {"a: float", "b: float"}, {"y: float"}});
  registerKernel<Split>({"ConsiliumSplit", {"first: int"}, {"y: float"}, {"a: float", "b: float"}});
}

}  // namespace consilium
