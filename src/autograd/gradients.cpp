#include "autograd/gradients.hpp"

#include "kernels/copy.hpp"

namespace duramen {

void zero_gradients(std::span<Tensor* const> parameters, bool set_to_none) {
  for (const Tensor* parameter : parameters) {
    const TensorRef& grad = parameter->grad();
    if (set_to_none || !grad || !grad->storage()->read_only()) continue;
    throw Error(Code::read_only, "zero_grad: a gradient lies in read-only memory");
  }
  for (Tensor* parameter : parameters) {
    if (set_to_none) {
      parameter->set_grad(nullptr);
    } else if (const TensorRef& grad = parameter->grad()) {
      grad->set_grad_fn(nullptr, 0);
      grad->set_requires_grad(false);
      kernels::fill(*grad, 0);
    }
  }
}

}  // namespace duramen
