// Convolution of small filters and its two gradients, on plain arrays.
#pragma once

#include <cstdint>

#include "kernel.h"

namespace consilium {

// x [batch, h, w, in] with filter [kh, kw, in, out] gives y [batch, oh, ow, out].
struct Geometry {
  int64_t batch, h, w, in, kh, kw, out, oh, ow, stride, dilation, top, left;
  int64_t patch() const { return kh * kw * in; }
  int64_t pixels() const { return batch * oh * ow; }
  // The patch of a pixel is the pixel itself.
  bool isProduct() const { return kh == 1 && kw == 1 && stride == 1 && top == 0 && left == 0 && oh == h && ow == w; }
};

// How a filter moves, and the height and width of the result: of y going forward, of x or of the filter going back.
// One list of numbers, because each attribute of a call costs as much as a tenth of the call.
struct Movement {
  explicit Movement(const Attributes& attributes);
  static constexpr const char* kAttribute = "movement: list(int)";
  int64_t stride = 1, dilation = 1, top = 0, left = 0, height = 0, width = 0;
};

void convolve(const Geometry& g, const float* x, const float* filter, float* y);
// Threads share images, since patches of neighbouring pixels overlap.
void convolveInputGradient(const Geometry& g, const float* dy, const float* filter, float* dx);
// Each thread sums over its pixels; the threads' sums are added in their order: equal bits in every run.
void convolveFilterGradient(const Geometry& g, const float* x, const float* dy, float* dfilter);

}  // namespace consilium
