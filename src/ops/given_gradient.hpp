// Gradients that a caller's code gave.
#pragma once

#include "ops/operands.hpp"

namespace duramen::ops {

// As the tensor looks that it is for, summed where it is a broadcast of that, and nobody's
// parameter. SHAPE_MISMATCH, DTYPE_MISMATCH with PyTorch's text for the node and the index.
TensorRef given_gradient(Context& context, const char* node, size_t index, TensorRef gradient,
                         const Form& form);

}  // namespace duramen::ops
