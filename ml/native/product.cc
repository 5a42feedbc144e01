#include "product.h"

#include <algorithm>
#include <cstring>

namespace consilium {

namespace {

#ifdef __AVX512F__
constexpr int kLanes = 16, kVectors = 4;  // 6 × 4 sums fill 24 of 32 registers
#else
constexpr int kLanes = 8, kVectors = 2;  // 6 × 2 sums fill 12 of 16 registers
#endif
constexpr int kRows = 6;
constexpr int kWidth = kLanes * kVectors;

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4)));

int vectorsOf(int64_t columns) { return static_cast<int>((columns + kLanes - 1) / kLanes); }

// kM rows of A times one panel of kN vectors.
template <int kM, int kN>
void tile(int64_t k, const float* __restrict a, int64_t rowStride, int64_t columnStride, const float* __restrict panel,
          float* __restrict c, int64_t ldc, int64_t columns, bool accumulate) {
  Vector sums[kM][kN] = {};
  for (int64_t step = 0; step < k; ++step) {
    Vector b[kN];
    for (int v = 0; v < kN; ++v) b[v] = reinterpret_cast<const Vector*>(panel + step * kN * kLanes)[v];
    for (int row = 0; row < kM; ++row) {
      const float value = a[row * rowStride + step * columnStride];
      for (int v = 0; v < kN; ++v) sums[row][v] += value * b[v];
    }
  }
  for (int row = 0; row < kM; ++row) {
    float* to = c + row * ldc;
    if (columns == kN * kLanes) {
      for (int v = 0; v < kN; ++v) {
        Vector* at = reinterpret_cast<Vector*>(to) + v;
        *at = accumulate ? *at + sums[row][v] : sums[row][v];
      }
    } else {
      float line[kN * kLanes];
      std::memcpy(line, sums[row], sizeof(line));
      for (int64_t j = 0; j < columns; ++j) to[j] = accumulate ? to[j] + line[j] : line[j];
    }
  }
}

template <int kN>
void panelRows(int64_t m, int64_t k, const float* a, int64_t rowStride, int64_t columnStride, const float* panel,
               float* c, int64_t ldc, int64_t columns, bool accumulate) {
  int64_t row = 0;
  for (; row + kRows <= m; row += kRows) {
    tile<kRows, kN>(k, a + row * rowStride, rowStride, columnStride, panel, c + row * ldc, ldc, columns, accumulate);
  }
  const float* rest = a + row * rowStride;
  float* to = c + row * ldc;
  switch (m - row) {
    case 5: return tile<5, kN>(k, rest, rowStride, columnStride, panel, to, ldc, columns, accumulate);
    case 4: return tile<4, kN>(k, rest, rowStride, columnStride, panel, to, ldc, columns, accumulate);
    case 3: return tile<3, kN>(k, rest, rowStride, columnStride, panel, to, ldc, columns, accumulate);
    case 2: return tile<2, kN>(k, rest, rowStride, columnStride, panel, to, ldc, columns, accumulate);
    case 1: return tile<1, kN>(k, rest, rowStride, columnStride, panel, to, ldc, columns, accumulate);
    default: return;
  }
}

}  // namespace

void Panels::pack(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t columnStride) {
  k_ = k;
  n_ = n;
  const int64_t padded = vectorsOf(n) * kLanes;
  storage_.resize(k * padded + kLanes);
  const auto address = reinterpret_cast<uintptr_t>(storage_.data());
  const uintptr_t line = kLanes * sizeof(float);
  values_ = storage_.data() + ((line - address % line) % line) / sizeof(float);
  for (int64_t start = 0; start < n; start += kWidth) {
    const int64_t columns = std::min<int64_t>(n - start, kWidth), width = vectorsOf(columns) * kLanes;
    float* panel = values_ + start * k;
    for (int64_t i = 0; i < k; ++i) {
      const float* from = b + i * rowStride + start * columnStride;
      float* to = panel + i * width;
      if (columnStride == 1) {
        std::memcpy(to, from, columns * sizeof(float));
      } else {
        for (int64_t j = 0; j < columns; ++j) to[j] = from[j * columnStride];
      }
      std::fill(to + columns, to + width, 0.0f);
    }
  }
}

void multiply(int64_t m, const float* a, int64_t rowStride, int64_t columnStride, const Panels& b, float* c, int64_t ldc,
              bool accumulate) {
  const int64_t k = b.depth(), n = b.columns();
  for (int64_t start = 0; start < n; start += kWidth) {
    const int64_t columns = std::min<int64_t>(n - start, kWidth);
    const float* panel = b.data() + start * k;
    float* to = c + start;
    switch (vectorsOf(columns)) {
      case 1: panelRows<1>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
      case 2: panelRows<2>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
#if defined(__AVX512F__)
      case 3: panelRows<3>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
      case 4: panelRows<4>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
#endif
    }
  }
}

}  // namespace consilium
