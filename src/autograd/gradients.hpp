// What training loops do to the gradients of parameters between two steps.
#pragma once

#include <span>

#include "tensor/tensor.hpp"

namespace duramen {

// As zero_grad: drops each gradient, or detaches it and fills it with zeros in place. READ_ONLY,
// and nothing has changed, when one cannot be written.
void zero_gradients(std::span<Tensor* const> parameters, bool set_to_none);

}  // namespace duramen
