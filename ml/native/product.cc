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
constexpr int kHalf = kLanes / 2;  // lanes for the panel of a narrow matrix
constexpr int kWidth = kLanes * kVectors;

template <int kL>
struct VectorOf {
  typedef float Type __attribute__((vector_size(kL * sizeof(float)), aligned(4)));
};

int64_t vectorsOf(int64_t columns) { return (columns + kLanes - 1) / kLanes; }
// Columns of a panel with its padding.
int64_t paddedTo(int64_t columns) { return columns <= kHalf ? kHalf : vectorsOf(columns) * kLanes; }

// One vector's sums depend on each other from step to step: more rows at once keep the processor busy.
template <int kN>
constexpr int kRowsAt = kN == 1 ? 12 : 6;

// kM rows of A times one panel of kN vectors of kL lanes.
template <int kL, int kM, int kN>
void tile(int64_t k, const float* __restrict a, int64_t rowStride, int64_t columnStride, const float* __restrict panel,
          float* __restrict c, int64_t ldc, int64_t columns, bool accumulate) {
  typedef typename VectorOf<kL>::Type Vector;
  Vector sums[kM][kN] = {};
  for (int64_t step = 0; step < k; ++step) {
    Vector b[kN];
    for (int v = 0; v < kN; ++v) b[v] = reinterpret_cast<const Vector*>(panel + step * kN * kL)[v];
    for (int row = 0; row < kM; ++row) {
      const float value = a[row * rowStride + step * columnStride];
      for (int v = 0; v < kN; ++v) sums[row][v] += value * b[v];
    }
  }
  for (int row = 0; row < kM; ++row) {
    float* to = c + row * ldc;
    if (columns == kN * kL) {
      for (int v = 0; v < kN; ++v) {
        Vector* at = reinterpret_cast<Vector*>(to) + v;
        *at = accumulate ? *at + sums[row][v] : sums[row][v];
      }
    } else {
      float line[kN * kL];
      std::memcpy(line, sums[row], sizeof(line));
      for (int64_t j = 0; j < columns; ++j) to[j] = accumulate ? to[j] + line[j] : line[j];
    }
  }
}

// What is left of the rows, fewer than kM.
template <int kL, int kM, int kN>
void lastRows(int64_t m, int64_t k, const float* a, int64_t rowStride, int64_t columnStride, const float* panel, float* c,
              int64_t ldc, int64_t columns, bool accumulate) {
  if constexpr (kM > 0) {
    if (m == kM) return tile<kL, kM, kN>(k, a, rowStride, columnStride, panel, c, ldc, columns, accumulate);
    lastRows<kL, kM - 1, kN>(m, k, a, rowStride, columnStride, panel, c, ldc, columns, accumulate);
  }
}

template <int kL, int kN>
void panelRows(int64_t m, int64_t k, const float* a, int64_t rowStride, int64_t columnStride, const float* panel,
               float* c, int64_t ldc, int64_t columns, bool accumulate) {
  constexpr int kM = kRowsAt<kN>;
  int64_t row = 0;
  for (; row + kM <= m; row += kM) {
    tile<kL, kM, kN>(k, a + row * rowStride, rowStride, columnStride, panel, c + row * ldc, ldc, columns, accumulate);
  }
  lastRows<kL, kM - 1, kN>(m - row, k, a + row * rowStride, rowStride, columnStride, panel, c + row * ldc, ldc, columns,
                           accumulate);
}

}  // namespace

void Panels::pack(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t columnStride) {
  k_ = k;
  n_ = n;
  // Full panels, then the padded rest. Panels begin at a vector's width, as scratch memory does.
  storage_.resize(k * (n / kWidth * kWidth + paddedTo(n % kWidth)));
  float* values = storage_.data();
  for (int64_t start = 0; start < n; start += kWidth) {
    const int64_t columns = std::min<int64_t>(n - start, kWidth), width = paddedTo(columns);
    float* panel = values + start * k;
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
    if (columns <= kHalf) {
      panelRows<kHalf, 1>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate);
      continue;
    }
    switch (vectorsOf(columns)) {
      case 1: panelRows<kLanes, 1>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
      case 2: panelRows<kLanes, 2>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
#ifdef __AVX512F__
      case 3: panelRows<kLanes, 3>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
      case 4: panelRows<kLanes, 4>(m, k, a, rowStride, columnStride, panel, to, ldc, columns, accumulate); break;
#endif
    }
  }
}

}  // namespace consilium
