// What every optimizer asks of a parameter before a step, and memory like it.
#pragma once

#include "autograd/context.hpp"

namespace duramen::optim {

// Requires: the parameter has a gradient. UNSUPPORTED, DTYPE_MISMATCH, SHAPE_MISMATCH, READ_ONLY or
// INVALID_ARGUMENT (memory that overlaps itself), naming `operation` and the index.
void check_update(const Tensor& parameter, const char* operation, size_t index);

// As torch.empty_like: the same strides where the parameter is dense, else contiguous.
TensorRef empty_like(Context& context, const Tensor& parameter);

}  // namespace duramen::optim
