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
// Pixels computed side by side, so that whole vectors are filled whatever the number of raters.
constexpr int64_t kLanes = 16;

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
  int threads() const { return threadsFor(images * pixels * raters * (structures + 1)); }
};

// What a thread computes of up to kLanes pixels of one image: first `weigh`, then, going back, `pull`.
class Block {
 public:
  explicit Block(const Votes& v)
      : v_(v), weights_(v.raters * kLanes), gains_(v.raters * kLanes), all_(v.structures * kLanes), shares_(v.structures * kLanes) {}

  // Softmax over raters, and for each structure the share of its annotators' weight that says inside.
  void weigh(int64_t first, int64_t count) {
    first_ = first;
    count_ = count;
    const int64_t n = v_.raters, c = v_.structures, image = first / v_.pixels;
    const float *logits = v_.logits + first * n, *absence = v_.absence + image * n;
    float largest[kLanes], sum[kLanes] = {};
    for (int64_t r = 0; r < n; ++r) {
      float* __restrict own = weights_.data() + r * kLanes;
      for (int64_t p = 0; p < count; ++p) own[p] = logits[p * n + r] + absence[r];
      for (int64_t p = count; p < kLanes; ++p) own[p] = 0;
#pragma omp simd
      for (int64_t p = 0; p < kLanes; ++p) largest[p] = r == 0 ? own[p] : std::max(largest[p], own[p]);
    }
    for (int64_t r = 0; r < n; ++r) {
      float* __restrict own = weights_.data() + r * kLanes;
#pragma omp simd
      for (int64_t p = 0; p < kLanes; ++p) {
        own[p] = exponential(own[p] - largest[p]);
        sum[p] += own[p];
      }
    }
    for (int64_t r = 0; r < n; ++r) {
      float* __restrict own = weights_.data() + r * kLanes;
#pragma omp simd
      for (int64_t p = 0; p < kLanes; ++p) own[p] /= sum[p];
    }
    for (int64_t s = 0; s < c; ++s) measure(s);
  }

  float share(int64_t s, int64_t p) const { return shares_[s * kLanes + p]; }

  // dlogits [count, n] of the block, of dmask [b · h · w, c].
  void pull(const float* dmask, float* dlogits) {
    const int64_t n = v_.raters, c = v_.structures;
    std::fill(gains_.begin(), gains_.end(), 0.0f);
    for (int64_t s = 0; s < c; ++s) gain(s, dmask);
    float mean[kLanes] = {};
    for (int64_t r = 0; r < n; ++r) {
#pragma omp simd
      for (int64_t p = 0; p < kLanes; ++p) mean[p] += weights_[r * kLanes + p] * gains_[r * kLanes + p];
    }
    for (int64_t r = 0; r < n; ++r) {
      for (int64_t p = 0; p < count_; ++p) {
        dlogits[p * n + r] = weights_[r * kLanes + p] * (gains_[r * kLanes + p] - mean[p]);
      }
    }
  }

 private:
  float vote(int64_t r, int64_t s, int64_t p) const {
    return p < count_ ? v_.votes[((first_ + p) * v_.raters + r) * v_.structures + s] : 0.0f;
  }
  float annotated(int64_t r, int64_t s) const {
    return v_.annotated[(first_ / v_.pixels * v_.raters + r) * v_.structures + s];
  }

  void measure(int64_t s) {
    float inside[kLanes] = {}, all[kLanes] = {};
    for (int64_t r = 0; r < v_.raters; ++r) {
      const float drew = annotated(r, s), *weights = weights_.data() + r * kLanes;
      float votes[kLanes];
      for (int64_t p = 0; p < kLanes; ++p) votes[p] = vote(r, s, p);
#pragma omp simd
      for (int64_t p = 0; p < kLanes; ++p) {
        inside[p] += weights[p] * votes[p];
        all[p] += weights[p] * drew;
      }
    }
    for (int64_t p = 0; p < kLanes; ++p) {
      all_[s * kLanes + p] = all[p];
      shares_[s * kLanes + p] = inside[p] / std::max(all[p], kSmallest);
    }
  }

  // Adds how each rater's weight moves the loss through one structure.
  void gain(int64_t s, const float* dmask) {
    const float *all = all_.data() + s * kLanes, *shares = shares_.data() + s * kLanes;
    float slope[kLanes] = {};
    for (int64_t p = 0; p < count_; ++p) {
      // Nobody's weight to divide by, or padding: the mask does not move.
      if (all[p] <= kSmallest || v_.isPadding(first_ + p)) continue;
      slope[p] = dmask[v_.row[first_ + p] * v_.structures + s] / all[p];
    }
    for (int64_t r = 0; r < v_.raters; ++r) {
      const float drew = annotated(r, s);
      float* __restrict gains = gains_.data() + r * kLanes;
      float votes[kLanes];
      for (int64_t p = 0; p < kLanes; ++p) votes[p] = vote(r, s, p);
#pragma omp simd
      for (int64_t p = 0; p < kLanes; ++p) gains[p] += slope[p] * (votes[p] - shares[p] * drew);
    }
  }

  const Votes& v_;
  int64_t first_ = 0, count_ = 0;
  std::vector<float> weights_, gains_, all_, shares_;
};

// work(block, first pixel, pixels) for all blocks, each within one image.
template <class Work>
void forBlocks(const Votes& v, Work work) {
  const int threads = v.threads();
  inParallel(threads, [&](int thread) {
    Block block(v);
    const Part part = partOf(v.images * v.pixels, thread, threads);
    for (int64_t first = part.begin; first < part.end;) {
      const int64_t last = std::min({first + kLanes, part.end, (first / v.pixels + 1) * v.pixels});
      work(block, first, last - first);
      first = last;
    }
  });
}

// Inputs logits, absence, votes, annotated, rows, from the given one on; and a mask [b, h, w, c] or its gradient.
bool read(Call& call, int first, int mask, Votes& v) {
  const Shape votes = call.shape(first + 2), picture = call.shape(mask);
  if (!call.expect(votes.size() == 4, "fuse votes: votes are not [b, q, n, c]")) return false;
  const int64_t b = votes[0], q = votes[1], n = votes[2], c = votes[3];
  const bool fit = n > 0 && c > 0 && picture.size() == 4 && picture[0] == b && picture[3] == c && call.shape(first) == Shape{b, q, n} && call.size(first + 1) == b * n &&
                   call.size(first + 3) == b * n * c && call.size(first + 4) == b * q;
  if (!call.expect(fit, "fuse votes: shapes do not fit")) return false;
  v = {b, q, n, c, call.size(mask) / c, call.input(first), call.input(first + 1), call.input(first + 2), call.input(first + 3),
       call.integers(first + 4)};
  return true;
}

// Inputs logits, absence, votes, annotated, rows, unanimous [b, h, w, c]; output mask [b, h, w, c].
class FuseVotes {
 public:
  explicit FuseVotes(const Attributes&) {}
  void run(Call& call) const {
    Votes v;
    if (!read(call, 0, 5, v)) return;
    float* mask = call.output(0, call.shape(5));
    if (!mask) return;
    std::copy(call.input(5), call.input(5) + call.size(5), mask);
    forBlocks(v, [&](Block& block, int64_t first, int64_t count) {
      if (v.isPadding(first)) return;  // and so is what follows
      block.weigh(first, count);
      for (int64_t p = 0; p < count && !v.isPadding(first + p); ++p) {
        for (int64_t s = 0; s < v.structures; ++s) mask[v.row[first + p] * v.structures + s] = block.share(s, p);
      }
    });
  }
};

// Inputs dmask [b, h, w, c], logits, absence, votes, annotated, rows; output dlogits [b, q, n].
class FuseVotesGradient {
 public:
  explicit FuseVotesGradient(const Attributes&) {}
  void run(Call& call) const {
    Votes v;
    if (!read(call, 1, 0, v)) return;
    float* dlogits = call.output(0, call.shape(1));
    if (!dlogits) return;
    const float* dmask = call.input(0);
    forBlocks(v, [&](Block& block, int64_t first, int64_t count) {
      float* own = dlogits + first * v.raters;
      if (v.isPadding(first)) return std::fill(own, own + count * v.raters, 0.0f);
      block.weigh(first, count);
      block.pull(dmask, own);
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
