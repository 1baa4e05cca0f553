// Lazy modules: LazyLinear and its like, whose sizes the first input tells.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

// Whether a parameter or buffer of its own waits for its shape.
bool has_uninitialized(const Module& module);

// PyTorch's initialize_parameters(input), and what follows it in a forward: the placeholders get
// the sizes that the input tells and their initial values, and the module's class becomes the plain
// one. The objects stay. UNSUPPORTED (AttributeError) for a module that is not lazy;
// SHAPE_MISMATCH, INVALID_ARGUMENT with PyTorch's text; nothing has changed then.
void initialize_parameters(Context& context, Module& module, const Tensor& input);

}  // namespace duramen::nn
