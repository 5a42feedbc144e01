// Elementary functions that compilers turn into vector code, which the C library's are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace consilium {

// e^x, to about one unit in the last place; 0 below −87, no larger than e^88.
inline float exponential(float x) {
  const float bounded = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
  const float shifted = bounded * 1.44269504f + 12582912.0f;  // 1.5 · 2^23: the sum is rounded to a whole number
  const float whole = shifted - 12582912.0f;
  const float r = bounded - whole * 0.693359375f + whole * 2.12194440e-4f;  // ln 2 in two parts
  float p = 1.0f / 5040;  // the series of e^r, |r| ≤ ln 2 / 2
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(whole) + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof(scale));
  return x < -87.0f ? 0.0f : p * scale;
}

// The normal distribution's Φ(x) and its density at once: Abramowitz and Stegun, Handbook of mathematical functions,
// formula 7.1.26 for erf, whose error is below 1.5e-7.
struct Normal {
  float cumulative, density;
};

inline Normal normalAt(float x) {
  const float bell = exponential(-0.5f * x * x), size = std::fabs(x) * 0.70710678f;
  const float t = 1.0f / (1.0f + 0.3275911f * size);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float tail = 0.5f * p * t * bell;
  return {x < 0.0f ? tail : 1.0f - tail, 0.39894228f * bell};
}

}  // namespace consilium
