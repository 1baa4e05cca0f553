// One step of SGD for one parameter, in one pass over its memory, with the roundings of PyTorch's
// loop of tensor operations (torch.optim.SGD, not foreach):
//   g = maximize ? -grad : grad;  g = fma(p, weight_decay, g);
//   b = first ? g : fma(g, 1 - dampening, b * momentum);  g = nesterov ? fma(b, momentum, g) : b;
//   p = fma(g, -lr, p)
// A term whose factor is 0 is left out. Chunks depend on the size only.
#pragma once

#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

struct SgdRule {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  bool maximize = false;
};

// Requires: a dtype that can_update(), the same dtype and shape for all; `buffer` is null when the
// momentum is 0, and written without being read when `first`. Any strides; the parameter's elements
// do not overlap. Does not bump versions.
void sgd_step(ThreadPool& pool, const SgdRule& rule, Tensor& parameter, const Tensor& grad,
              Tensor* buffer, bool first);

}  // namespace duramen::kernels
