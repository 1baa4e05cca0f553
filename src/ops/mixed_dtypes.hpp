// PyTorch's rule for the dtypes that meet in a normalisation.
#pragma once

#include <initializer_list>

#include "tensor/tensor.hpp"

namespace duramen::ops {

// On the CPU everything has the input's dtype, or the input is float16 or bfloat16 and everything
// else float32. `others` may hold null. DTYPE_MISMATCH (RuntimeError) naming `operation`.
void check_mixed_dtypes(const char* operation, const Tensor& input,
                        std::initializer_list<const Tensor*> others);

}  // namespace duramen::ops
