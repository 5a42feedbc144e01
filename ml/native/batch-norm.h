// Batch norm with residual and relu, and its gradient, on plain arrays.
#pragma once

#include <cstdint>

#include "kernel.h"

namespace consilium {

struct NormSettings {
  explicit NormSettings(const Attributes& attributes);
  // Training and relu are 0 or 1. One list of numbers, because each attribute of a call costs as much as a tenth of it.
  static constexpr const char* kAttribute = "norm: list(float)";
  bool training = false, relu = false;
  float momentum = 0, epsilon = 0;
};

// x and what has its size is [rows, channels], a parameter [channels].
struct Norm {
  int64_t rows, channels;
  const float *x, *scale, *offset, *movingMean, *movingVariance;
  const float* residual;  // or null
  float* y;
  float *mean, *inverse;         // that were used; inverse is 1 / std
  float *newMean, *newVariance;  // the new moving statistics, in training only
};
void normalise(const NormSettings& settings, const Norm& norm);

struct NormGradient {
  int64_t rows, channels;
  const float *dy, *x, *scale, *offset, *mean, *inverse;
  const float* y;  // where a residual took part and relu was on, else null
  float* dx;
  float *dscale, *doffset;  // in training only
  float* dresidual;         // where y is given
};
void normaliseGradient(const NormSettings& settings, const NormGradient& gradient);

}  // namespace consilium
