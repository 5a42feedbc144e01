// Batch norm with residual and relu: two passes over the data in training, else one.
#include "batch-norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace consilium {

namespace {

// Sums are kept in float over this many rows, then added to double.
constexpr int64_t kRowsAChunk = 64;

// Two sums a channel over the rows [begin, end): `add(row, a, b)` adds one row to the two float sums.
template <class AddRow>
void sumRows(Part rows, int64_t channels, double* first, double* second, AddRow add) {
  std::vector<float> a(channels), b(channels);
  for (int64_t chunk = rows.begin; chunk < rows.end; chunk += kRowsAChunk) {
    std::fill(a.begin(), a.end(), 0.0f);
    std::fill(b.begin(), b.end(), 0.0f);
    const int64_t end = std::min(rows.end, chunk + kRowsAChunk);
    for (int64_t row = chunk; row < end; ++row) add(row, a.data(), b.data());
    for (int64_t c = 0; c < channels; ++c) {
      first[c] += a[c];
      second[c] += b[c];
    }
  }
}

// Sums of each thread's part, to be added in the order of the threads.
struct PartialSums {
  PartialSums(int threads, int64_t channels) : channels(channels), values(2 * threads * channels, 0.0) {}
  double* first(int thread) { return values.data() + 2 * thread * channels; }
  double* second(int thread) { return first(thread) + channels; }
  void reduce(int threads) {
    for (int t = 1; t < threads; ++t) {
      for (int64_t i = 0; i < 2 * channels; ++i) values[i] += values[2 * t * channels + i];
    }
  }
  int64_t channels;
  std::vector<double> values;
};

template <bool kResidual, bool kRelu>
void spread(Part rows, int64_t channels, const float* x, const float* residual, const float* rate,
               const float* shift, float* y) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const float* __restrict from = x + row * channels;
    const float* __restrict extra = kResidual ? residual + row * channels : nullptr;
    float* __restrict to = y + row * channels;
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      float value = from[c] * rate[c] + shift[c];
      if (kResidual) value += extra[c];
      if (kRelu) value = value < 0.0f ? 0.0f : value;  // so written, NaN stays NaN
      to[c] = value;
    }
  }
}

void statistics(const NormSettings& settings, const Norm& norm, int threads) {
  const int64_t rows = norm.rows, channels = norm.channels;
  const float* x = norm.x;
  // Sums of x − pivot, the first pixel: no cancellation where the mean is large against the deviation.
  const std::vector<float> pivot(x, x + channels);
  PartialSums sums(threads, channels);
  inParallel(threads, [&](int thread) {
    const float* __restrict origin = pivot.data();
    sumRows(partOf(rows, thread, threads), channels, sums.first(thread), sums.second(thread),
            [=](int64_t row, float* __restrict a, float* __restrict b) {
              const float* __restrict from = x + row * channels;
#pragma omp simd
              for (int64_t c = 0; c < channels; ++c) {
                const float value = from[c] - origin[c];
                a[c] += value;
                b[c] += value * value;
              }
            });
  });
  sums.reduce(threads);
  const double n = static_cast<double>(rows), unbiased = rows > 1 ? n / (n - 1) : 1;
  const float keep = settings.momentum;
  for (int64_t c = 0; c < channels; ++c) {
    const double first = sums.first(0)[c] / n;
    const double variance = std::max(0.0, sums.second(0)[c] / n - first * first);
    norm.mean[c] = static_cast<float>(pivot[c] + first);
    norm.inverse[c] = static_cast<float>(1.0 / std::sqrt(variance + settings.epsilon));
    norm.newMean[c] = keep * norm.movingMean[c] + (1 - keep) * norm.mean[c];
    norm.newVariance[c] = keep * norm.movingVariance[c] + (1 - keep) * static_cast<float>(variance * unbiased);
  }
}

}  // namespace

NormSettings::NormSettings(const Attributes& attributes) {
  const std::vector<float> given = attributes.numbers("norm", 4);
  training = given[0] != 0, relu = given[1] != 0, momentum = given[2], epsilon = given[3];
}

void normalise(const NormSettings& settings, const Norm& norm) {
  const int64_t rows = norm.rows, channels = norm.channels;
  if (rows == 0) return;
  const int threads = threadsFor(rows * channels);
  if (settings.training) {
    statistics(settings, norm, threads);
  } else {
    for (int64_t c = 0; c < channels; ++c) {
      norm.mean[c] = norm.movingMean[c];
      norm.inverse[c] = 1.0f / std::sqrt(norm.movingVariance[c] + settings.epsilon);
    }
  }
  std::vector<float> rate(channels), shift(channels);
  for (int64_t c = 0; c < channels; ++c) {
    rate[c] = norm.scale[c] * norm.inverse[c];
    shift[c] = norm.offset[c] - norm.mean[c] * rate[c];
  }
  const auto pass = norm.residual ? (settings.relu ? spread<true, true> : spread<true, false>)
                                  : (settings.relu ? spread<false, true> : spread<false, false>);
  inParallel(threads, [&](int thread) {
    pass(partOf(rows, thread, threads), channels, norm.x, norm.residual, rate.data(), shift.data(), norm.y);
  });
}

namespace {

// Inputs: x, scale, offset, moving mean, moving variance [, residual].
// Outputs: y, mean and 1 / std that were used, the new moving mean and variance (training; else empty).
class BatchNorm {
 public:
  explicit BatchNorm(const Attributes& attributes) : settings_(attributes) {}

  void run(Call& call) const {
    const Shape shape = call.shape(0);
    if (!call.expect(!shape.empty() && shape.back() > 0, "batch norm: x has no channels")) return;
    const int64_t channels = shape.back(), rows = call.size(0) / channels;
    for (int i = 1; i < 5; ++i) {
      if (!call.expect(call.size(i) == channels, "batch norm: a parameter has not one value a channel")) return;
    }
    const bool residual = call.inputs() > 5;
    if (!call.expect(!residual || call.size(5) == call.size(0), "batch norm: residual of another size")) return;
    const Shape moving = {settings_.training ? channels : 0};
    float* y = call.output(0, shape);
    float *mean = call.output(1, {channels}), *inverse = call.output(2, {channels});
    float *newMean = call.output(3, moving), *newVariance = call.output(4, moving);
    if (!y || !mean || !inverse || !newMean || !newVariance) return;
    normalise(settings_, {rows, channels, call.input(0), call.input(1), call.input(2), call.input(3), call.input(4),
                          residual ? call.input(5) : nullptr, y, mean, inverse, newMean, newVariance});
  }

 private:
  NormSettings settings_;
};

}  // namespace

void registerBatchNorm() {
  const std::vector<const char*> outputs = {"y: float", "mean: float", "inverse: float", "new_mean: float",
                                            "new_variance: float"};
  std::vector<const char*> inputs = {"x: float", "scale: float", "offset: float", "moving_mean: float",
                                     "moving_variance: float"};
  registerKernel<BatchNorm>({"ConsiliumBatchNorm", {NormSettings::kAttribute}, inputs, outputs});
  inputs.push_back("residual: float");
  registerKernel<BatchNorm>({"ConsiliumBatchNormResidual", {NormSettings::kAttribute}, inputs, outputs});
}

}  // namespace consilium
