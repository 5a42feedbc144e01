// ExpG for many images at once: a small network from a pixel's place to n logits, one network an image. All layers of a
// block of pixels are computed while they lie in the cache; the way back computes them once more instead of keeping them.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "kernel.h"
#include "product.h"

namespace consilium {

namespace {

constexpr int64_t kRowsABlock = 64;
constexpr int64_t kPlace = 2;  // x and y

// The activation u = atan(x) gives u / 0.67 and u² / 0.6 (ml/ops/atan-composite.ts).
constexpr float kFirst = 1.0f / 0.67f, kSecond = 1.0f / 0.6f;

// atan by a polynomial in t², t in [0, 1], fitted to the smallest maximal error (9e-10 before rounding to float).
inline float arcTangent(float x) {
  const float size = std::fabs(x);
  const bool large = size > 1.0f;
  const float t = large ? 1.0f / size : size;
  const float z = t * t;
  float p = -0.001509282854385674f;
  p = p * z + 0.009567243978381157f;
  p = p * z - 0.028490586206316948f;
  p = p * z + 0.05502789467573166f;
  p = p * z - 0.08213748782873154f;
  p = p * z + 0.10878004878759384f;
  p = p * z - 0.14247222244739532f;
  p = p * z + 0.19996435940265656f;
  p = p * z - 0.33333179354667664f;
  p = p * z * t + t;
  const float angle = large ? 1.5707963267948966f - p : p;
  return std::copysign(angle, x);
}

// x [rows, c] → y [rows, 2c]
void activate(int64_t rows, int64_t c, const float* x, float* y) {
  for (int64_t row = 0; row < rows; ++row) {
    const float* __restrict from = x + row * c;
    float* __restrict first = y + 2 * row * c;
    float* __restrict second = first + c;
#pragma omp simd
    for (int64_t j = 0; j < c; ++j) {
      const float u = arcTangent(from[j]);
      first[j] = u * kFirst;
      second[j] = u * u * kSecond;
    }
  }
}

// Puts dx [rows, c] of dy [rows, 2c] in the place of x, which gave y; the angle is read off y.
void activateGradient(int64_t rows, int64_t c, const float* y, const float* dy, float* x) {
  for (int64_t row = 0; row < rows; ++row) {
    const float *__restrict angle = y + 2 * row * c, *__restrict first = dy + 2 * row * c, *__restrict second = first + c;
    float* __restrict to = x + row * c;
#pragma omp simd
    for (int64_t j = 0; j < c; ++j) {
      to[j] = (first[j] * kFirst + second[j] * (2 * kSecond / kFirst) * angle[j]) / (1.0f + to[j] * to[j]);
    }
  }
}

// One layer's matrix [in, out] and bias [out] lie one after the other, from `at`, in an image's row of parameters.
struct LayerShape {
  int64_t in, out, at;
  int64_t bias() const { return at + in * out; }
  int64_t end() const { return bias() + out; }
};

std::vector<LayerShape> layersOf(int64_t count, int64_t hidden, int64_t raters) {
  std::vector<LayerShape> layers;
  for (int64_t i = 0, at = 0; i < count; ++i) {
    layers.push_back({i == 0 ? kPlace : 2 * hidden, i + 1 == count ? raters : hidden, at});
    at = layers.back().end();
  }
  return layers;
}

// The network of one image at a time, with a thread's memory for a block of its pixels.
class Network {
 public:
  explicit Network(const std::vector<LayerShape>& layers)
      : layers_(layers), inputs_(layers.size()), sums_(layers.size()), panels_(layers.size()), turned_(layers.size()) {
    int64_t widest = 0;
    for (size_t i = 0; i < layers.size(); ++i) {
      inputs_[i].resize(kRowsABlock * layers[i].in);
      sums_[i].resize(kRowsABlock * layers[i].out);
      widest = std::max(widest, layers[i].in);
    }
    dInput_.resize(kRowsABlock * widest);
  }

  void load(const float* parameters) {
    parameters_ = parameters;
    for (size_t i = 0; i < layers_.size(); ++i) {
      const LayerShape& layer = layers_[i];
      panels_[i].pack(parameters + layer.at, layer.in, layer.out, layer.out, 1);
      turned_[i].pack(parameters + layer.at, layer.out, layer.in, 1, layer.out);
    }
  }

  // places [rows, 2] → logits [rows, raters]
  void forward(int64_t rows, const float* places, float* logits) {
    const float* x = places;
    for (size_t i = 0; i < layers_.size(); ++i) {
      const LayerShape& layer = layers_[i];
      const bool last = i + 1 == layers_.size();
      const float* bias = parameters_ + layer.bias();
      float* y = last ? logits : sums_[i].data();
      for (int64_t row = 0; row < rows; ++row) std::copy(bias, bias + layer.out, y + row * layer.out);
      multiply(rows, x, layer.in, 1, panels_[i], y, layer.out, true);
      if (last) return;
      activate(rows, layer.out, y, inputs_[i + 1].data());
      x = inputs_[i + 1].data();
    }
  }

  // Adds to dparameters what dlogits [rows, raters] ask of them.
  void backward(int64_t rows, const float* places, const float* dlogits, float* dparameters) {
    forward(rows, places, sums_.back().data());
    const float* dy = dlogits;
    for (size_t i = layers_.size(); i-- > 0;) {
      const LayerShape& layer = layers_[i];
      const float* x = i == 0 ? places : inputs_[i].data();
      addProductGradient(rows, layer, x, dy, dparameters);
      if (i == 0) return;
      multiply(rows, dy, layer.out, 1, turned_[i], dInput_.data(), layer.in, false);
      activateGradient(rows, layers_[i - 1].out, x, dInput_.data(), sums_[i - 1].data());
      dy = sums_[i - 1].data();
    }
  }

 private:
  void addProductGradient(int64_t rows, const LayerShape& layer, const float* x, const float* dy, float* dparameters) {
    packed_.pack(dy, rows, layer.out, layer.out, 1);
    multiply(layer.in, x, 1, layer.in, packed_, dparameters + layer.at, layer.out, true);
    float* __restrict dbias = dparameters + layer.bias();
    for (int64_t row = 0; row < rows; ++row) {
#pragma omp simd
      for (int64_t j = 0; j < layer.out; ++j) dbias[j] += dy[row * layer.out + j];
    }
  }

  const std::vector<LayerShape>& layers_;
  std::vector<Scratch> inputs_, sums_;
  Scratch dInput_;
  std::vector<Panels> panels_, turned_;
  Panels packed_;
  const float* parameters_ = nullptr;
};

// What both ways have in common. Each image has `pixels` places, of which its count comes first; the rest is padding.
struct Task {
  std::vector<LayerShape> layers;
  int64_t images, pixels, raters, size;
  const float *places, *parameters;
  const int32_t* counts;
  int threads;
  // Parts into which each image's pixels are cut: one, unless images are too few for the threads.
  int64_t stretches;

  int64_t count(int64_t image) const { return counts[image]; }
};

// Inputs places [b, q, 2], counts [b], parameters [b, p], from the given one on.
bool read(Call& call, const std::vector<LayerShape>& layers, int first, Task& task) {
  const Shape places = call.shape(first), counts = call.shape(first + 1), parameters = call.shape(first + 2);
  const bool fit = places.size() == 3 && places[2] == kPlace && counts == Shape{places[0]} &&
                   parameters == Shape{places[0], layers.back().end()};
  if (!call.expect(fit, "expg: shapes do not fit")) return false;
  task = {layers, places[0], places[1], layers.back().out, layers.back().end(),
          call.input(first), call.input(first + 2), call.integers(first + 1), 1, 1};
  for (int64_t image = 0; image < task.images; ++image) {
    const bool within = task.count(image) >= 0 && task.count(image) <= task.pixels;
    if (!call.expect(within, "expg: an image has more pixels than there are places")) return false;
  }
  task.threads = threadsFor(task.images * task.pixels * task.size / 16);
  task.stretches = task.images >= 2 * task.threads ? 1 : task.threads;
  return true;
}

// work(network, image, stretch, its part of the image's pixels) for every stretch of every image, whichever thread is free.
template <class Work>
void forStretches(const Task& task, Work work) {
  std::atomic<int64_t> next{0};
  inParallel(task.threads, [&](int) {
    Network network(task.layers);
    for (int64_t unit = next++; unit < task.images * task.stretches; unit = next++) {
      const int64_t image = unit / task.stretches, stretch = unit % task.stretches;
      const Part part = partOf(task.count(image), static_cast<int>(stretch), static_cast<int>(task.stretches));
      network.load(task.parameters + image * task.size);
      work(network, image, stretch, part);
    }
  });
}

// work(first row, rows) for each block of a stretch of an image's pixels; rows count through all images.
template <class Work>
void forBlocks(const Task& task, int64_t image, Part part, Work work) {
  for (int64_t begin = part.begin; begin < part.end; begin += kRowsABlock) {
    work(image * task.pixels + begin, std::min(kRowsABlock, part.end - begin));
  }
}

class Settings {
 public:
  explicit Settings(const Attributes& attributes)
      : layers(layersOf(attributes.integer("layers"), attributes.integer("hidden"), attributes.integer("raters"))) {}
  const std::vector<LayerShape> layers;
};

// Inputs places, counts, parameters; output logits [b, q, raters], 0 in the padding.
class ExpG : Settings {
 public:
  using Settings::Settings;
  void run(Call& call) const {
    Task task;
    if (!read(call, layers, 0, task)) return;
    float* logits = call.output(0, {task.images, task.pixels, task.raters});
    if (!logits) return;
    forStretches(task, [&](Network& network, int64_t image, int64_t stretch, Part part) {
      forBlocks(task, image, part, [&](int64_t row, int64_t rows) {
        network.forward(rows, task.places + row * kPlace, logits + row * task.raters);
      });
      if (stretch > 0) return;
      float* own = logits + image * task.pixels * task.raters;
      std::fill(own + task.count(image) * task.raters, own + task.pixels * task.raters, 0.0f);
    });
  }
};

// Inputs dlogits [b, q, raters], places, counts, parameters; output dparameters [b, p]. The stretches' sums are added in
// their order: equal inputs give equal bits in every run.
class ExpGGradient : Settings {
 public:
  using Settings::Settings;
  void run(Call& call) const {
    Task task;
    if (!read(call, layers, 1, task)) return;
    if (!call.expect(call.size(0) == task.images * task.pixels * task.raters, "expg: dlogits do not fit")) return;
    float* dparameters = call.output(0, {task.images, task.size});
    if (!dparameters) return;
    const float* dlogits = call.input(0);
    const int64_t all = task.images * task.size;
    Scratch others((task.stretches - 1) * all);
    forStretches(task, [&](Network& network, int64_t image, int64_t stretch, Part part) {
      float* sums = (stretch == 0 ? dparameters : others.data() + (stretch - 1) * all) + image * task.size;
      std::fill(sums, sums + task.size, 0.0f);
      forBlocks(task, image, part, [&](int64_t row, int64_t rows) {
        network.backward(rows, task.places + row * kPlace, dlogits + row * task.raters, sums);
      });
    });
    for (int64_t stretch = 1; stretch < task.stretches; ++stretch) {
      const float* __restrict more = others.data() + (stretch - 1) * all;
#pragma omp simd
      for (int64_t i = 0; i < all; ++i) dparameters[i] += more[i];
    }
  }
};

}  // namespace

void registerExpG() {
  const std::vector<const char*> attributes = {"layers: int", "hidden: int", "raters: int"};
  registerKernel<ExpG>(
      {"ConsiliumExpG", attributes, {"places: float", "counts: int32", "parameters: float"}, {"logits: float"}});
  registerKernel<ExpGGradient>({"ConsiliumExpGGradient",
                                attributes,
                                {"dlogits: float", "places: float", "counts: int32", "parameters: float"},
                                {"dparameters: float"}});
}

}  // namespace consilium
