// Gradient of batch norm with residual and relu.
#include <algorithm>
#include <vector>

#include "kernel.h"

namespace consilium {

namespace {

constexpr int64_t kRowsAChunk = 64;

// What one thread needs to know of the arrays; rows are pixels.
struct Arrays {
  int64_t channels;
  const float *dy, *x, *y, *mean, *rate, *shift;
  float *dx, *masked;  // masked: dL/d(residual), which is dy where relu let the value pass
};

// How relu's mask is found: not at all, from y (a residual took part), or from x anew (y need not be kept).
enum class Mask { none, fromY, fromX };

template <Mask kMask>
inline float passed(const Arrays& a, int64_t at, int64_t c) {
  const float dy = a.dy[at];
  if (kMask == Mask::fromY) return a.y[at] > 0.0f ? dy : 0.0f;
  if (kMask == Mask::fromX) return a.x[at] * a.rate[c] + a.shift[c] > 0.0f ? dy : 0.0f;
  return dy;
}

// Sums over rows of g and of g · (x − mean), where g is the masked dy.
template <Mask kMask, bool kStore>
void sum(Part rows, const Arrays arrays, double* first, double* second) {
  const int64_t channels = arrays.channels;
  std::vector<float> a(channels), b(channels);
  for (int64_t chunk = rows.begin; chunk < rows.end; chunk += kRowsAChunk) {
    std::fill(a.begin(), a.end(), 0.0f);
    std::fill(b.begin(), b.end(), 0.0f);
    float* __restrict sumA = a.data();
    float* __restrict sumB = b.data();
    const int64_t end = std::min(rows.end, chunk + kRowsAChunk);
    for (int64_t row = chunk; row < end; ++row) {
      const int64_t at = row * channels;
#pragma omp simd
      for (int64_t c = 0; c < channels; ++c) {
        const float g = passed<kMask>(arrays, at + c, c);
        if (kStore) arrays.masked[at + c] = g;
        sumA[c] += g;
        sumB[c] += g * (arrays.x[at + c] - arrays.mean[c]);
      }
    }
    for (int64_t c = 0; c < channels; ++c) {
      first[c] += a[c];
      second[c] += b[c];
    }
  }
}

// dx = rate · g + slope · (x − mean) + constant, channel by channel; only the first term in frozen mode.
template <Mask kMask, bool kFrozen, bool kStore>
void spread(Part rows, const Arrays arrays, const float* slope, const float* constant) {
  const int64_t channels = arrays.channels;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t at = row * channels;
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float g = passed<kMask>(arrays, at + c, c);
      if (kStore) arrays.masked[at + c] = g;
      float value = arrays.rate[c] * g;
      if (!kFrozen) value += slope[c] * (arrays.x[at + c] - arrays.mean[c]) + constant[c];
      arrays.dx[at + c] = value;
    }
  }
}

// Inputs: dy, x, scale, offset, mean, 1 / std, and y where a residual took part and relu was on.
// Outputs: dx, dscale, doffset (training; else empty), dresidual (where a residual took part and relu was on; else empty).
class BatchNormGradient {
 public:
  explicit BatchNormGradient(const Attributes& attributes)
      : training_(attributes.flag("training")), relu_(attributes.flag("relu")) {}

  void run(Call& call) const {
    const Shape shape = call.shape(1);
    if (!call.expect(!shape.empty() && shape.back() > 0, "batch norm gradient: x has no channels")) return;
    const int64_t channels = shape.back(), rows = call.size(1) / channels;
    if (!call.expect(call.size(0) == call.size(1), "batch norm gradient: dy and x of different sizes")) return;
    for (int i = 2; i < 6; ++i) {
      if (!call.expect(call.size(i) == channels, "batch norm gradient: a parameter has not one value a channel")) return;
    }
    const bool residual = call.inputs() > 6;
    if (!call.expect(!residual || call.size(6) == call.size(1), "batch norm gradient: y of another size")) return;
    const Shape parameter = {training_ ? channels : 0};
    float* dx = call.output(0, shape);
    float* dscale = call.output(1, parameter);
    float* doffset = call.output(2, parameter);
    float* masked = call.output(3, residual ? shape : Shape{0});
    if (!dx || !dscale || !doffset || !masked || rows == 0) return;

    const float *scale = call.input(2), *offset = call.input(3), *mean = call.input(4), *inverse = call.input(5);
    std::vector<float> rate(channels), shift(channels);
    for (int64_t c = 0; c < channels; ++c) {
      rate[c] = scale[c] * inverse[c];
      shift[c] = offset[c] - mean[c] * rate[c];
    }
    Arrays arrays{channels, call.input(0), call.input(1), residual ? call.input(6) : nullptr, mean,
                  rate.data(), shift.data(), dx, masked};
    const int threads = threadsFor(call.size(1));
    if (!training_) {
      frozen(residual, threads, rows, arrays);
    } else if (residual) {
      training<Mask::fromY>(threads, rows, arrays, inverse, dscale, doffset);
    } else if (relu_) {
      training<Mask::fromX>(threads, rows, arrays, inverse, dscale, doffset);
    } else {
      training<Mask::none>(threads, rows, arrays, inverse, dscale, doffset);
    }
  }

 private:
  void frozen(bool residual, int threads, int64_t rows, const Arrays& arrays) const {
    const auto pass = residual ? spread<Mask::fromY, true, true>
                               : (relu_ ? spread<Mask::fromX, true, false> : spread<Mask::none, true, false>);
    inParallel(threads, [&](int thread) { pass(partOf(rows, thread, threads), arrays, nullptr, nullptr); });
  }

  template <Mask kMask>
  static void training(int threads, int64_t rows, Arrays arrays, const float* inverse, float* dscale, float* doffset) {
    constexpr bool kStore = kMask == Mask::fromY;
    const int64_t channels = arrays.channels;
    std::vector<double> sums(2 * threads * channels, 0.0);
    double *first = sums.data(), *second = sums.data() + channels;
    inParallel(threads, [&](int thread) {
      sum<kMask, kStore>(partOf(rows, thread, threads), arrays, first + 2 * thread * channels,
                         second + 2 * thread * channels);
    });
    for (int t = 1; t < threads; ++t) {  // in the order of the threads: equal bits in every run
      for (int64_t i = 0; i < 2 * channels; ++i) sums[i] += sums[2 * t * channels + i];
    }
    const double n = static_cast<double>(rows);
    std::vector<float> slope(channels), constant(channels);
    for (int64_t c = 0; c < channels; ++c) {
      const double projected = second[c] * inverse[c];  // Σ g · x̂
      dscale[c] = static_cast<float>(projected);
      doffset[c] = static_cast<float>(first[c]);
      slope[c] = static_cast<float>(-arrays.rate[c] * projected * inverse[c] / n);
      constant[c] = static_cast<float>(-arrays.rate[c] * first[c] / n);
    }
    // The masked gradient is there already where it was stored: the second pass reads it instead of dy and y.
    if (kStore) arrays.dy = arrays.masked;
    inParallel(threads, [&](int thread) {
      spread<kStore ? Mask::none : kMask, false, false>(partOf(rows, thread, threads), arrays, slope.data(),
                                                        constant.data());
    });
  }

  bool training_, relu_;
};

}  // namespace

void registerBatchNormGradient() {
  registerKernel<BatchNormGradient>(
      {"ConsiliumBatchNormGradient",
       {"training: bool", "relu: bool", "residuals: int >= 0"},
       {"dy: float", "x: float", "scale: float", "offset: float", "mean: float", "inverse: float",
        "y: residuals * float"},
       {"dx: float", "dscale: float", "doffset: float", "dresidual: float"}});
}

}  // namespace consilium
