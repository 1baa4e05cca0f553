// The tensor expressions of the text form: tensor([...]), zeros(…), ones(…), full(…), rand(…),
// randn(…), Parameter(…). Types are inferred as torch.tensor does.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

bool is_tensor_function(const spec::Expression& call) noexcept;
// Requires: the arguments are evaluated. UNSUPPORTED for a function that is not known.
TensorRef call_tensor_function(const BuildContext& build, const spec::Expression& call);

}  // namespace duramen::nn
