// A small matrix product for small matrices, where a library's set-up costs more than the work.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel.h"

namespace consilium {

// B [k, n] laid out for `multiply`: panels of up to a few vectors' width, each [k, width], zeros after the last column.
class Panels {
 public:
  // Element (i, j) of B is at b[i · rowStride + j · columnStride].
  void pack(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t columnStride);
  int64_t depth() const { return k_; }
  int64_t columns() const { return n_; }
  const float* data() const { return storage_.data(); }

 private:
  int64_t k_ = 0, n_ = 0;
  Scratch storage_;
};

// C [m, n] (+)= A [m, k] · B; element (i, j) of A is at a[i · rowStride + j · columnStride], row i of C at c + i · ldc.
void multiply(int64_t m, const float* a, int64_t rowStride, int64_t columnStride, const Panels& b, float* c, int64_t ldc,
              bool accumulate);

}  // namespace consilium
