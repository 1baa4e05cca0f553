// Tensors over memory that belongs to somebody else.
#pragma once

#include "tensor/tensor.hpp"

namespace duramen::capi {

struct GivenLayout {
  const int64_t* shape;
  const int64_t* strides;  // in elements; null: C order
  size_t rank;
  const char* shape_argument = "shape";
  const char* strides_argument = "strides";
};
// The number of bytes of so many elements does not overflow and no stride is negative; whether the
// layout fits its memory is not looked at.
Layout layout_argument(const GivenLayout& given, uint32_t element_bits);

// Kernels touch elements directly only where they are aligned (complex ones as their parts).
bool is_aligned(const void* data, Dtype dtype) noexcept;

struct BorrowedMemory {
  void* data;
  size_t nbytes;
  bool read_only;
  void (*destroy)(void* user);  // called once, when the last tensor is gone; null: never
  void* user;
};
// When it throws, the memory is still the caller's and destroy was not called. Requires: the layout
// lies within the memory, and that is aligned.
TensorRef borrow(const BorrowedMemory& memory, Layout layout, Dtype dtype);

}  // namespace duramen::capi
