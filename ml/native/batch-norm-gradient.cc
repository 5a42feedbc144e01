// Gradient of batch norm with residual and relu.
#include <algorithm>
#include <vector>

#include "batch-norm.h"

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

void frozen(bool relu, int threads, int64_t rows, const Arrays& arrays) {
  const auto pass = arrays.y ? spread<Mask::fromY, true, true>
                             : (relu ? spread<Mask::fromX, true, false> : spread<Mask::none, true, false>);
  inParallel(threads, [&](int thread) { pass(partOf(rows, thread, threads), arrays, nullptr, nullptr); });
}

template <Mask kMask>
void training(int threads, Arrays arrays, const NormGradient& gradient) {
  constexpr bool kStore = kMask == Mask::fromY;
  const int64_t rows = gradient.rows, channels = gradient.channels;
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
    const double inverse = gradient.inverse[c], projected = second[c] * inverse;  // Σ g · x̂
    gradient.dscale[c] = static_cast<float>(projected);
    gradient.doffset[c] = static_cast<float>(first[c]);
    slope[c] = static_cast<float>(-arrays.rate[c] * projected * inverse / n);
    constant[c] = static_cast<float>(-arrays.rate[c] * first[c] / n);
  }
  // The masked gradient is there already where it was stored: the second pass reads it instead of dy and y.
  if (kStore) arrays.dy = arrays.masked;
  inParallel(threads, [&](int thread) {
    spread<kStore ? Mask::none : kMask, false, false>(partOf(rows, thread, threads), arrays, slope.data(),
                                                      constant.data());
  });
}

}  // namespace

void normaliseGradient(const NormSettings& settings, const NormGradient& gradient) {
  const int64_t rows = gradient.rows, channels = gradient.channels;
  if (rows == 0) return;
  std::vector<float> rate(channels), shift(channels);
  for (int64_t c = 0; c < channels; ++c) {
    rate[c] = gradient.scale[c] * gradient.inverse[c];
    shift[c] = gradient.offset[c] - gradient.mean[c] * rate[c];
  }
  const Arrays arrays{channels,    gradient.dy,  gradient.x,  gradient.y,        gradient.mean,
                      rate.data(), shift.data(), gradient.dx, gradient.dresidual};
  const int threads = threadsFor(rows * channels);
  if (!settings.training) return frozen(settings.relu, threads, rows, arrays);
  if (gradient.y) return training<Mask::fromY>(threads, arrays, gradient);
  if (settings.relu) return training<Mask::fromX>(threads, arrays, gradient);
  training<Mask::none>(threads, arrays, gradient);
}

namespace {

// Inputs: dy, x, scale, offset, mean, 1 / std, and y where a residual took part and relu was on.
// Outputs: dx, dscale, doffset (training; else empty), dresidual (where y is given; else empty).
class BatchNormGradient {
 public:
  explicit BatchNormGradient(const Attributes& attributes) : settings_(attributes) {}

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
    const Shape parameter = {settings_.training ? channels : 0};
    float* dx = call.output(0, shape);
    float *dscale = call.output(1, parameter), *doffset = call.output(2, parameter);
    float* dresidual = call.output(3, residual ? shape : Shape{0});
    if (!dx || !dscale || !doffset || !dresidual) return;
    normaliseGradient(settings_, {rows, channels, call.input(0), call.input(1), call.input(2), call.input(3),
                                  call.input(4), call.input(5), residual ? call.input(6) : nullptr, dx, dscale, doffset,
                                  dresidual});
  }

 private:
  NormSettings settings_;
};

}  // namespace

void registerBatchNormGradient() {
  const std::vector<const char*> outputs = {"dx: float", "dscale: float", "doffset: float", "dresidual: float"};
  std::vector<const char*> inputs = {"dy: float",     "x: float",    "scale: float",
                                     "offset: float", "mean: float", "inverse: float"};
  registerKernel<BatchNormGradient>({"ConsiliumBatchNormGradient", {NormSettings::kAttribute}, inputs, outputs});
  inputs.push_back("y: float");
  registerKernel<BatchNormGradient>({"ConsiliumBatchNormResidualGradient", {NormSettings::kAttribute}, inputs, outputs});
}

}  // namespace consilium
