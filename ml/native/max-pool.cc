// Gradient of the maximum over windows: each output's gradient goes to the first place that holds its maximum.
#include <algorithm>
#include <vector>

#include "kernel.h"

namespace consilium {

namespace {

// Inputs dy, x, y; output dx. x [batch, h, w, c], y [batch, oh, ow, c].
class MaxPoolGradient {
 public:
  explicit MaxPoolGradient(const Attributes& attributes)
      : size_(attributes.integer("size")),
        stride_(attributes.integer("stride")),
        top_(attributes.integer("top")),
        left_(attributes.integer("left")) {}

  void run(Call& call) const {
    const Shape x = call.shape(1), y = call.shape(2);
    const bool fit = x.size() == 4 && y.size() == 4 && x[0] == y[0] && x[3] == y[3] && call.size(0) == call.size(2);
    if (!call.expect(fit, "max pool gradient: shapes do not fit")) return;
    float* dx = call.output(0, x);
    if (!dx) return;
    const int threads = static_cast<int>(std::min<int64_t>(threadsFor(call.size(1)), std::max<int64_t>(x[0], 1)));
    inParallel(threads, [&](int thread) {
      const Part images = partOf(x[0], thread, threads);
      for (int64_t image = images.begin; image < images.end; ++image) oneImage(call, x, y, image, dx);
    });
  }

 private:
  void oneImage(const Call& call, const Shape& x, const Shape& y, int64_t image, float* dx) const {
    const int64_t h = x[1], w = x[2], channels = x[3];
    const float* from = call.input(1) + image * h * w * channels;
    float* to = dx + image * h * w * channels;
    std::fill(to, to + h * w * channels, 0.0f);
    std::vector<float> open(channels);  // the gradient that has found no place yet
    for (int64_t oy = 0; oy < y[1]; ++oy) {
      for (int64_t ox = 0; ox < y[2]; ++ox) {
        const int64_t at = ((image * y[1] + oy) * y[2] + ox) * channels;
        const float *__restrict dy = call.input(0) + at, *__restrict most = call.input(2) + at;
        std::copy(dy, dy + channels, open.begin());
        const int64_t y0 = oy * stride_ - top_, x0 = ox * stride_ - left_;
        for (int64_t iy = std::max<int64_t>(y0, 0); iy < std::min(y0 + size_, h); ++iy) {
          for (int64_t ix = std::max<int64_t>(x0, 0); ix < std::min(x0 + size_, w); ++ix) {
            const float* __restrict value = from + (iy * w + ix) * channels;
            float *__restrict sum = to + (iy * w + ix) * channels, *__restrict rest = open.data();
#pragma omp simd
            for (int64_t c = 0; c < channels; ++c) {
              const bool here = value[c] == most[c];
              sum[c] += here ? rest[c] : 0.0f;
              rest[c] = here ? 0.0f : rest[c];
            }
          }
        }
      }
    }
  }

  int64_t size_, stride_, top_, left_;
};

}  // namespace

void registerMaxPool() {
  registerKernel<MaxPoolGradient>({"ConsiliumMaxPoolGradient",
                                   {"size: int", "stride: int", "top: int", "left: int"},
                                   {"dy: float", "x: float", "y: float"},
                                   {"dx: float"}});
}

}  // namespace consilium
