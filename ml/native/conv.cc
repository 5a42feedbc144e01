// Convolution of small filters and its two gradients: patches of a few rows of pixels times the filter as a matrix.
#include "conv.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "product.h"

namespace consilium {

namespace {

// Pixels whose patches are laid out at once: few enough for the cache.
constexpr int64_t kPixelsABlock = 48;

// For each stretch of a pixel's patch that lies in the image: work(place in the patch, place in the image, length).
template <class Work>
inline void forStretches(const Geometry& g, int64_t pixel, Work work) {
  const int64_t ox = pixel % g.ow, oy = pixel / g.ow % g.oh, image = pixel / (g.ow * g.oh);
  const int64_t y0 = oy * g.stride - g.top, x0 = ox * g.stride - g.left;
  for (int64_t ky = 0; ky < g.kh; ++ky) {
    const int64_t y = y0 + ky * g.dilation;
    if (y < 0 || y >= g.h) continue;
    const int64_t row = (image * g.h + y) * g.w;
    if (g.dilation == 1) {
      const int64_t first = std::max<int64_t>(0, -x0), last = std::min(g.kw, g.w - x0);
      if (first < last) work((ky * g.kw + first) * g.in, (row + x0 + first) * g.in, (last - first) * g.in);
      continue;
    }
    for (int64_t kx = 0; kx < g.kw; ++kx) {
      const int64_t x = x0 + kx * g.dilation;
      if (x >= 0 && x < g.w) work((ky * g.kw + kx) * g.in, (row + x) * g.in, g.in);
    }
  }
}

void layPatches(const Geometry& g, const float* x, int64_t begin, int64_t end, float* patches) {
  const int64_t patch = g.patch();
  std::fill(patches, patches + (end - begin) * patch, 0.0f);
  for (int64_t pixel = begin; pixel < end; ++pixel) {
    float* to = patches + (pixel - begin) * patch;
    forStretches(g, pixel, [=](int64_t place, int64_t from, int64_t length) {
      std::memcpy(to + place, x + from, length * sizeof(float));
    });
  }
}

void addPatches(const Geometry& g, const float* patches, int64_t begin, int64_t end, float* dx) {
  const int64_t patch = g.patch();
  for (int64_t pixel = begin; pixel < end; ++pixel) {
    const float* from = patches + (pixel - begin) * patch;
    forStretches(g, pixel, [=](int64_t place, int64_t to, int64_t length) {
      for (int64_t i = 0; i < length; ++i) dx[to + i] += from[place + i];
    });
  }
}

int threadsOf(const Geometry& g) { return threadsFor(g.pixels() * g.patch() / 4 + g.pixels() * g.out); }

}  // namespace

Movement::Movement(const Attributes& attributes) {
  const std::vector<int64_t> given = attributes.integers("movement", 6);
  stride = given[0], dilation = given[1], top = given[2], left = given[3], height = given[4], width = given[5];
}

void convolve(const Geometry& g, const float* x, const float* filter, float* y) {
  const int64_t patch = g.patch();
  Panels panels;
  panels.pack(filter, patch, g.out, g.out, 1);
  const int threads = threadsOf(g);
  inParallel(threads, [&](int thread) {
    const Part part = partOf(g.pixels(), thread, threads);
    if (g.isProduct()) {
      return multiply(part.end - part.begin, x + part.begin * patch, patch, 1, panels, y + part.begin * g.out, g.out,
                      false);
    }
    Scratch patches(kPixelsABlock * patch);
    for (int64_t begin = part.begin; begin < part.end; begin += kPixelsABlock) {
      const int64_t end = std::min(part.end, begin + kPixelsABlock);
      layPatches(g, x, begin, end, patches.data());
      multiply(end - begin, patches.data(), patch, 1, panels, y + begin * g.out, g.out, false);
    }
  });
}

void convolveInputGradient(const Geometry& g, const float* dy, const float* filter, float* dx) {
  const int64_t patch = g.patch();
  Panels turned;  // [out, patch]
  turned.pack(filter, g.out, patch, 1, g.out);
  const bool product = g.isProduct();
  const int64_t shares = product ? g.pixels() : g.batch;
  const int threads = static_cast<int>(std::min<int64_t>(threadsOf(g), shares));
  inParallel(threads, [&](int thread) {
    const Part part = partOf(shares, thread, threads);
    if (product) {
      return multiply(part.end - part.begin, dy + part.begin * g.out, g.out, 1, turned, dx + part.begin * patch, patch,
                      false);
    }
    const int64_t size = g.h * g.w * g.in;
    std::fill(dx + part.begin * size, dx + part.end * size, 0.0f);
    Scratch patches(kPixelsABlock * patch);
    const int64_t last = part.end * g.oh * g.ow;
    for (int64_t begin = part.begin * g.oh * g.ow; begin < last; begin += kPixelsABlock) {
      const int64_t end = std::min(last, begin + kPixelsABlock);
      multiply(end - begin, dy + begin * g.out, g.out, 1, turned, patches.data(), patch, false);
      addPatches(g, patches.data(), begin, end, dx);
    }
  });
}

void convolveFilterGradient(const Geometry& g, const float* x, const float* dy, float* dfilter) {
  const int64_t patch = g.patch(), size = patch * g.out;
  const int threads = threadsOf(g);
  Scratch sums((threads - 1) * size);  // the threads clear their own
  inParallel(threads, [&](int thread) {
    float* sum = thread == 0 ? dfilter : sums.data() + (thread - 1) * size;
    std::fill(sum, sum + size, 0.0f);
    const Part part = partOf(g.pixels(), thread, threads);
    Scratch patches(g.isProduct() ? 0 : kPixelsABlock * patch);
    Panels outputs;
    for (int64_t begin = part.begin; begin < part.end; begin += kPixelsABlock) {
      const int64_t end = std::min(part.end, begin + kPixelsABlock);
      const float* block = x + begin * patch;
      if (!g.isProduct()) {
        layPatches(g, x, begin, end, patches.data());
        block = patches.data();
      }
      outputs.pack(dy + begin * g.out, end - begin, g.out, g.out, 1);
      multiply(patch, block, 1, patch, outputs, sum, g.out, true);
    }
  });
  for (int t = 1; t < threads; ++t) {
    for (int64_t i = 0; i < size; ++i) dfilter[i] += sums.data()[(t - 1) * size + i];
  }
}

namespace {

// Inputs x, filter; output y.
class Conv {
 public:
  explicit Conv(const Attributes& attributes) : m_(attributes) {}
  void run(Call& call) const {
    const Shape x = call.shape(0), f = call.shape(1);
    if (!call.expect(x.size() == 4 && f.size() == 4 && x[3] == f[2], "conv: shapes do not fit")) return;
    const Geometry g{x[0],     x[1],     x[2],      x[3],        f[0],   f[1],   f[3],
                     m_.height, m_.width, m_.stride, m_.dilation, m_.top, m_.left};
    float* y = call.output(0, {g.batch, g.oh, g.ow, g.out});
    if (y) convolve(g, call.input(0), call.input(1), y);
  }

 private:
  Movement m_;
};

// Inputs dy, filter; output dx.
class ConvInputGradient {
 public:
  explicit ConvInputGradient(const Attributes& attributes) : m_(attributes) {}
  void run(Call& call) const {
    const Shape y = call.shape(0), f = call.shape(1);
    if (!call.expect(y.size() == 4 && f.size() == 4 && y[3] == f[3], "conv input gradient: shapes do not fit")) return;
    const Geometry g{y[0], m_.height, m_.width,  f[2],        f[0],   f[1],  f[3],
                     y[1], y[2],      m_.stride, m_.dilation, m_.top, m_.left};
    float* dx = call.output(0, {g.batch, g.h, g.w, g.in});
    if (dx) convolveInputGradient(g, call.input(0), call.input(1), dx);
  }

 private:
  Movement m_;
};

// Inputs x, dy; output dfilter.
class ConvFilterGradient {
 public:
  explicit ConvFilterGradient(const Attributes& attributes) : m_(attributes) {}
  void run(Call& call) const {
    const Shape x = call.shape(0), y = call.shape(1);
    if (!call.expect(x.size() == 4 && y.size() == 4 && x[0] == y[0], "conv filter gradient: shapes do not fit")) return;
    const Geometry g{x[0], x[1], x[2],      x[3],        m_.height, m_.width, y[3],
                     y[1], y[2], m_.stride, m_.dilation, m_.top,    m_.left};
    float* dfilter = call.output(0, {g.kh, g.kw, g.in, g.out});
    if (dfilter) convolveFilterGradient(g, call.input(0), call.input(1), dfilter);
  }

 private:
  Movement m_;
};

}  // namespace

void registerConv() {
  registerKernel<Conv>({"ConsiliumConv", {Movement::kAttribute}, {"x: float", "filter: float"}, {"y: float"}});
  registerKernel<ConvInputGradient>(
      {"ConsiliumConvInputGradient", {Movement::kAttribute}, {"dy: float", "filter: float"}, {"dx: float"}});
  registerKernel<ConvFilterGradient>(
      {"ConsiliumConvFilterGradient", {Movement::kAttribute}, {"x: float", "dy: float"}, {"dfilter: float"}});
}

}  // namespace consilium
