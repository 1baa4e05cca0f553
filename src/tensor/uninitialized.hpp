// Tensors whose shape is not known yet: the parameters and buffers of lazy modules before their
// first input. They have a dtype and flags, no elements (shape {0}), and memory that says so.
#pragma once

#include "tensor/tensor.hpp"

namespace duramen {

TensorRef uninitialized(Dtype dtype);
// Also of every tensor over the same memory (alias).
bool is_uninitialized(const Tensor& tensor) noexcept;
// STATE (RuntimeError) with PyTorch's text.
void check_initialized(const Tensor& tensor, const char* operation);

// What PyTorch says of a use of such a tensor.
inline constexpr const char* kUninitializedText =
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
    "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. "
    "Call `forward` to initialize the parameters before accessing their attributes.";

}  // namespace duramen
