// DF-GT's fused mask of many images out of expertness logits at the disputed pixels, and its gradient, in one pass each.
#include <algorithm>
#include <cmath>
#include <vector>

#include "elementary.h"
#include "kernel.h"

namespace consilium {

namespace {

// The share of a structure that the annotators' weights must reach to be divided by.
constexpr float kSmallest = 1e-12f;
constexpr int64_t kLanes = 8;
constexpr float kNobody = -1e30f;  // a logit without any weight

// b images with q disputed pixels, n raters, c structures. Row r of the pictures, all images one after the other, is
// where a disputed pixel lies; padding lies past the last row.
struct Votes {
  int64_t images, pixels, raters, structures, rows;
  const float *logits;     // [b, q, n]
  const float *absence;    // [b, 1, n], added to the logits
  const float *votes;      // [b, q, n, c]
  const float *annotated;  // [b, 1, n, c]
  const int32_t* row;      // [b · q]

  bool isPadding(int64_t pixel) const { return row[pixel] < 0 || row[pixel] >= rows; }
  int threads() const { return threadsFor(images * pixels * raters * (structures + 4)); }
};

// What a thread computes of one pixel: first `weigh`, then, going back, `pull`.
class Pixel {
 public:
  explicit Pixel(const Votes& v)
      : v_(v),
        lanes_((v.raters + kLanes - 1) / kLanes * kLanes),
        weights_(lanes_, kNobody),
        gains_(v.raters),
        all_(v.structures),
        shares_(v.structures) {}

  // Softmax over raters, and for each structure the share of its annotators' weight that says inside.
  void weigh(int64_t pixel) {
    const int64_t n = v_.raters, c = v_.structures, image = pixel / v_.pixels;
    const float *__restrict logits = v_.logits + pixel * n, *__restrict absence = v_.absence + image * n;
    const float *votes = v_.votes + pixel * n * c, *annotated = v_.annotated + image * n * c;
    float* __restrict weights = weights_.data();
    float largest = logits[0] + absence[0], sum = 0;
    for (int64_t r = 0; r < n; ++r) largest = std::max(largest, weights[r] = logits[r] + absence[r]);
    // Whole vectors: the lanes past the last rater add nothing.
#pragma omp simd reduction(+ : sum)
    for (int64_t r = 0; r < lanes_; ++r) {
      const float power = exponential(weights[r] - largest);
      sum += power;
      weights[r] = r < n ? power : kNobody;
    }
    const float scale = 1.0f / sum;
    for (int64_t r = 0; r < n; ++r) weights[r] *= scale;
    for (int64_t s = 0; s < c; ++s) {
      float inside = 0, all = 0;
      for (int64_t r = 0; r < n; ++r) {
        inside += weights[r] * votes[r * c + s];
        all += weights[r] * annotated[r * c + s];
      }
      all_[s] = all;
      shares_[s] = inside / std::max(all, kSmallest);
    }
  }

  const float* shares() const { return shares_.data(); }

  // dlogits [n] of dmask [c].
  void pull(int64_t pixel, const float* dmask, float* dlogits) {
    const int64_t n = v_.raters, c = v_.structures, image = pixel / v_.pixels;
    const float *votes = v_.votes + pixel * n * c, *annotated = v_.annotated + image * n * c;
    const float* __restrict weights = weights_.data();
    float* __restrict gains = gains_.data();
    std::fill(gains, gains + n, 0.0f);
    for (int64_t s = 0; s < c; ++s) {
      if (all_[s] <= kSmallest) continue;  // nobody's weight to divide by: the mask does not move
      const float slope = dmask[s] / all_[s], share = shares_[s];
      for (int64_t r = 0; r < n; ++r) gains[r] += slope * (votes[r * c + s] - share * annotated[r * c + s]);
    }
    float mean = 0;
    for (int64_t r = 0; r < n; ++r) mean += weights[r] * gains[r];
    for (int64_t r = 0; r < n; ++r) dlogits[r] = weights[r] * (gains[r] - mean);
  }

 private:
  const Votes& v_;
  const int64_t lanes_;
  std::vector<float> weights_, gains_, all_, shares_;
};

// Inputs logits, absence, votes, annotated, rows, from the given one on; pictures have so many rows.
bool read(Call& call, int first, int64_t rows, Votes& v) {
  const Shape votes = call.shape(first + 2);
  if (!call.expect(votes.size() == 4, "fuse votes: votes are not [b, q, n, c]")) return false;
  const int64_t b = votes[0], q = votes[1], n = votes[2], c = votes[3];
  const bool fit = n > 0 && call.shape(first) == Shape{b, q, n} && call.size(first + 1) == b * n &&
                   call.size(first + 3) == b * n * c && call.size(first + 4) == b * q;
  if (!call.expect(fit, "fuse votes: shapes do not fit")) return false;
  v = {b, q, n, c, rows, call.input(first), call.input(first + 1), call.input(first + 2), call.input(first + 3),
       call.integers(first + 4)};
  return true;
}

// Inputs logits, absence, votes, annotated, rows, unanimous [b, h, w, c]; output mask [b, h, w, c].
class FuseVotes {
 public:
  explicit FuseVotes(const Attributes&) {}
  void run(Call& call) const {
    const Shape picture = call.shape(5);
    if (!call.expect(picture.size() == 4 && picture[3] > 0, "fuse votes: the mask is not [b, h, w, c]")) return;
    Votes v;
    if (!read(call, 0, call.size(5) / picture[3], v)) return;
    if (!call.expect(picture[3] == v.structures, "fuse votes: the mask has not the votes' structures")) return;
    float* mask = call.output(0, picture);
    if (!mask) return;
    std::copy(call.input(5), call.input(5) + call.size(5), mask);
    const int threads = v.threads();
    inParallel(threads, [&](int thread) {
      Pixel pixel(v);
      const Part part = partOf(v.images * v.pixels, thread, threads);
      for (int64_t i = part.begin; i < part.end; ++i) {
        if (v.isPadding(i)) continue;
        pixel.weigh(i);
        std::copy(pixel.shares(), pixel.shares() + v.structures, mask + v.row[i] * v.structures);
      }
    });
  }
};

// Inputs dmask [b, h, w, c], logits, absence, votes, annotated, rows; output dlogits [b, q, n].
class FuseVotesGradient {
 public:
  explicit FuseVotesGradient(const Attributes&) {}
  void run(Call& call) const {
    const Shape picture = call.shape(0);
    if (!call.expect(picture.size() == 4 && picture[3] > 0, "fuse votes: dmask is not [b, h, w, c]")) return;
    Votes v;
    if (!read(call, 1, call.size(0) / picture[3], v)) return;
    if (!call.expect(picture[3] == v.structures, "fuse votes: dmask has not the votes' structures")) return;
    float* dlogits = call.output(0, call.shape(1));
    if (!dlogits) return;
    const float* dmask = call.input(0);
    const int threads = v.threads();
    inParallel(threads, [&](int thread) {
      Pixel pixel(v);
      const Part part = partOf(v.images * v.pixels, thread, threads);
      for (int64_t i = part.begin; i < part.end; ++i) {
        float* own = dlogits + i * v.raters;
        if (v.isPadding(i)) {
          std::fill(own, own + v.raters, 0.0f);
          continue;
        }
        pixel.weigh(i);
        pixel.pull(i, dmask + v.row[i] * v.structures, own);
      }
    });
  }
};

}  // namespace

void registerFuseVotes() {
  registerKernel<FuseVotes>({"ConsiliumFuseVotes",
                             {},
                             {"logits: float", "absence: float", "votes: float", "annotated: float", "rows: int32",
                              "unanimous: float"},
                             {"mask: float"}});
  registerKernel<FuseVotesGradient>({"ConsiliumFuseVotesGradient",
                                     {},
                                     {"dmask: float", "logits: float", "absence: float", "votes: float",
                                      "annotated: float", "rows: int32"},
                                     {"dlogits: float"}});
}

}  // namespace consilium
