// Tensors as another dtype, without a record for backward.
#pragma once

#include <string>
#include <string_view>

#include "autograd/context.hpp"

namespace duramen {

// A contiguous copy; a dtype for which kernels::can_convert is false is refused.
TensorRef converted(Context&, const Tensor& tensor, Dtype dtype);

// PyTorch's warning where complex elements become real ones; empty elsewhere.
std::string lost_imaginary(const Tensor& from, Dtype to);
// Writes it to the log sink. `what` is the operation and the tensor's name: "to: 'fc.weight'".
void warn_of_lost_imaginary(const Context&, std::string_view what, const Tensor& from, Dtype to);

}  // namespace duramen
