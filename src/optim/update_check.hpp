// What every optimizer asks of a parameter before a step, and memory like it.
#pragma once

#include "autograd/context.hpp"

namespace duramen::optim {

// A parameter with a gradient; what is said about it names `operation` and the index.
struct UpdateTarget {
  std::string_view operation;
  size_t index;
  const Tensor& parameter;
};

// UNSUPPORTED, DTYPE_MISMATCH, SHAPE_MISMATCH, READ_ONLY or INVALID_ARGUMENT (memory that overlaps
// itself).
void check_update(const UpdateTarget& target);

// As torch.empty_like: the same strides where the parameter is dense, else contiguous.
TensorRef empty_like(Context& context, const Tensor& parameter);

// Whether the state has the parameter's shape and dtype.
bool is_fitting(const Tensor& state, const Tensor& parameter) noexcept;
// The state in the parameter's dtype, which to(dtype) may have changed since the last step: itself
// or a copy. STATE when the parameter has another shape; `name` is the state's.
TensorRef fitting(Context& context, const UpdateTarget& target, const TensorRef& state,
                  std::string_view name);

}  // namespace duramen::optim
