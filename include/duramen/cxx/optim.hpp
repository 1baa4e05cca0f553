// clang-format off
// The optimizers of the library: written by tools/registry.py from the registry.
//
//   auto optimizer = optim::SGD(context, model.named_parameters().tensors(), {{"lr", 0.1}});
#ifndef DURAMEN_CXX_OPTIM_HPP
#define DURAMEN_CXX_OPTIM_HPP

#include "options.hpp"

namespace DURAMEN_CXX::optim {

// Any optimizer of the registry.
inline Result<Optimizer> create(ContextRef context, std::string_view type,
                                Span<const TensorRef> parameters, Arguments more = {}) {
  return DURAMEN_CXX::detail::then(Options::create(more), [&](const Options& options) {
    return Optimizer::create(context, type, options, parameters);
  });
}

// Steps scaled by running means of the gradient and its square.
// By name: lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, foreach=None,
// maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False.
inline Result<Optimizer> Adam(ContextRef context, Span<const TensorRef> parameters,
                              Arguments more = {}) {
  return create(context, "Adam", parameters, more);
}

// Adam with weight decay beside the gradient.
// By name: lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01, amsgrad=False,
// maximize=False, foreach=None, capturable=False, differentiable=False, fused=None.
inline Result<Optimizer> AdamW(ContextRef context, Span<const TensorRef> parameters,
                               Arguments more = {}) {
  return create(context, "AdamW", parameters, more);
}

// Stochastic gradient descent, with momentum if wanted.
// By name: lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False,
// foreach=None, differentiable=False, fused=None.
inline Result<Optimizer> SGD(ContextRef context, Span<const TensorRef> parameters,
                             Arguments more = {}) {
  return create(context, "SGD", parameters, more);
}

}  // namespace DURAMEN_CXX::optim

#endif
