// Scaled dot-product attention with several heads, and its gradient: no transposed copies, one call.
#include <algorithm>
#include <cmath>
#include <vector>

#include "elementary.h"
#include "kernel.h"
#include "product.h"

namespace consilium {

namespace {

// q [batch, n, width], k [batch, m, width], v [batch, m, depth]; n and m may be several axes. The heads share width and
// depth evenly.
struct Sizes {
  int64_t batch, n, m, width, depth, heads;
  int64_t q() const { return width / heads; }  // of one head
  int64_t v() const { return depth / heads; }
  int64_t pairs() const { return batch * heads; }
  float scale() const { return 1.0f / std::sqrt(static_cast<float>(q())); }
  // Where a head's part of q, k or v begins.
  int64_t at(int64_t pair, int64_t length, int64_t all, int64_t one) const {
    return pair / heads * length * all + pair % heads * one;
  }
};

int64_t places(const Shape& shape) {
  const int64_t sides = shape.front() * shape.back();
  return sides == 0 ? 0 : elements(shape) / sides;
}

bool read(Call& call, int first, int64_t heads, Sizes& sizes) {
  const Shape q = call.shape(first), k = call.shape(first + 1), v = call.shape(first + 2);
  const bool fit = q.size() >= 3 && k.size() >= 3 && v.size() >= 3 && q[0] == k[0] && k[0] == v[0] &&
                   places(k) == places(v) && q.back() == k.back() && heads > 0 && q.back() % heads == 0 &&
                   v.back() % heads == 0;
  if (!call.expect(fit, "attention: shapes do not fit")) return false;
  sizes = {q[0], places(q), places(k), q.back(), v.back(), heads};
  return true;
}

int threadsOf(const Sizes& s) {
  return static_cast<int>(std::min<int64_t>(threadsFor(s.pairs() * s.n * s.m * (s.q() + s.v()) / 4), s.pairs()));
}

void softmaxRows(float* scores, int64_t rows, int64_t columns, float scale) {
  for (int64_t row = 0; row < rows; ++row) {
    float* __restrict s = scores + row * columns;
    float most = s[0], sum = 0;
#pragma omp simd reduction(max : most)
    for (int64_t j = 1; j < columns; ++j) most = std::max(most, s[j]);
#pragma omp simd
    for (int64_t j = 0; j < columns; ++j) s[j] = exponential((s[j] - most) * scale);
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < columns; ++j) sum += s[j];
    const float rate = 1.0f / sum;
#pragma omp simd
    for (int64_t j = 0; j < columns; ++j) s[j] *= rate;
  }
}

// Inputs q, k, v; outputs the result [batch, ...n, depth] and the weights [batch · heads, n, m].
class Attention {
 public:
  explicit Attention(const Attributes& attributes) : heads_(attributes.integer("heads")) {}
  void run(Call& call) const {
    Sizes s;
    if (!read(call, 0, heads_, s)) return;
    Shape shape = call.shape(0);
    shape.back() = s.depth;
    float* out = call.output(0, shape);
    float* weights = call.output(1, {s.pairs(), s.n, s.m});
    if (!out || !weights) return;
    const float *q = call.input(0), *k = call.input(1), *v = call.input(2);
    const int threads = threadsOf(s);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(s.pairs(), thread, threads);
      Panels keys, values;
      for (int64_t pair = part.begin; pair < part.end; ++pair) {
        float* scores = weights + pair * s.n * s.m;
        keys.pack(k + s.at(pair, s.m, s.width, s.q()), s.q(), s.m, 1, s.width);
        multiply(s.n, q + s.at(pair, s.n, s.width, s.q()), s.width, 1, keys, scores, s.m, false);
        softmaxRows(scores, s.n, s.m, s.scale());
        values.pack(v + s.at(pair, s.m, s.depth, s.v()), s.m, s.v(), s.depth, 1);
        multiply(s.n, scores, s.m, 1, values, out + s.at(pair, s.n, s.depth, s.v()), s.depth, false);
      }
    });
  }

 private:
  int64_t heads_;
};

// Inputs dout, q, k, v, weights; outputs dq, dk, dv.
class AttentionGradient {
 public:
  explicit AttentionGradient(const Attributes& attributes) : heads_(attributes.integer("heads")) {}
  void run(Call& call) const {
    Sizes s;
    if (!read(call, 1, heads_, s)) return;
    const bool fit = call.size(0) == s.batch * s.n * s.depth && call.size(4) == s.pairs() * s.n * s.m;
    if (!call.expect(fit, "attention gradient: shapes do not fit")) return;
    float *dq = call.output(0, call.shape(1)), *dk = call.output(1, call.shape(2)), *dv = call.output(2, call.shape(3));
    if (!dq || !dk || !dv) return;
    const float *dout = call.input(0), *q = call.input(1), *k = call.input(2), *v = call.input(3);
    const int threads = threadsOf(s);
    inParallel(threads, [&](int thread) {
      const Part part = partOf(s.pairs(), thread, threads);
      Panels panels;
      Scratch gradient(s.n * s.m);
      for (int64_t pair = part.begin; pair < part.end; ++pair) {
        const int64_t atQ = s.at(pair, s.n, s.width, s.q()), atK = s.at(pair, s.m, s.width, s.q()),
                      atV = s.at(pair, s.m, s.depth, s.v()), atOut = s.at(pair, s.n, s.depth, s.v());
        const float* weights = call.input(4) + pair * s.n * s.m;
        panels.pack(dout + atOut, s.n, s.v(), s.depth, 1);
        multiply(s.m, weights, 1, s.m, panels, dv + atV, s.depth, false);  // weightsᵀ · dout
        panels.pack(v + atV, s.v(), s.m, 1, s.depth);
        multiply(s.n, dout + atOut, s.depth, 1, panels, gradient.data(), s.m, false);  // dout · vᵀ
        softmaxGradient(weights, gradient.data(), s);
        panels.pack(k + atK, s.m, s.q(), s.width, 1);
        multiply(s.n, gradient.data(), s.m, 1, panels, dq + atQ, s.width, false);
        panels.pack(q + atQ, s.n, s.q(), s.width, 1);
        multiply(s.m, gradient.data(), 1, s.m, panels, dk + atK, s.width, false);
      }
    });
  }

 private:
  // dL/dweights becomes dL/d(q · kᵀ).
  static void softmaxGradient(const float* weights, float* gradient, const Sizes& s) {
    for (int64_t row = 0; row < s.n; ++row) {
      const float* __restrict w = weights + row * s.m;
      float* __restrict g = gradient + row * s.m;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t j = 0; j < s.m; ++j) sum += w[j] * g[j];
      const float scale = s.scale();
#pragma omp simd
      for (int64_t j = 0; j < s.m; ++j) g[j] = scale * w[j] * (g[j] - sum);
    }
  }

  int64_t heads_;
};

}  // namespace

void registerAttention() {
  registerKernel<Attention>({"ConsiliumAttention",
                             {"heads: int"},
                             {"q: float", "k: float", "v: float"},
                             {"result: float", "weights: float"}});
  registerKernel<AttentionGradient>({"ConsiliumAttentionGradient",
                                     {"heads: int"},
                                     {"dresult: float", "q: float", "k: float", "v: float", "weights: float"},
                                     {"dq: float", "dk: float", "dv: float"}});
}

}  // namespace consilium
