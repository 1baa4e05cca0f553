// Gradients against central differences, in float64.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autograd/context.hpp"

namespace duramen::test {

// Any number of outputs; random draws inside must be seeded anew by the function itself.
using GradFunction = std::function<std::vector<TensorRef>(Context&, const std::vector<TensorRef>&)>;

// Empty where backward() of Σ out · w (hashed w) agrees with central differences at every element
// of every input that requires grad; else one line. The inputs are contiguous float64 leaves. They
// are moved a little and put back.
std::string gradient_fault(Context& context, const GradFunction& function,
                           const std::vector<TensorRef>& inputs);
// A leaf of hashed values in [−scale, scale) that requires grad.
TensorRef hashed_leaf(Context& context, uint64_t stream, std::initializer_list<int64_t> shape,
                      double scale = 1);

}  // namespace duramen::test
