// The tensor expressions of the text form: tensor([...]), zeros(…), ones(…), full(…),
// Parameter(…), or a tensor that the caller gave by name. Types are inferred as torch.tensor does.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

TensorRef build_tensor(const BuildContext& build, const spec::Expression& expression);

}  // namespace duramen::nn
