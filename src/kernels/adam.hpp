// One step of Adam or AdamW for one parameter, in one pass over its memory, with the roundings of
// PyTorch's loop of tensor operations (torch.optim.Adam, neither foreach nor fused):
//   g = maximize ? -grad : grad
//   decoupled: p = p (1 - lr weight_decay);  otherwise: g = fma(p, weight_decay, g)
//   m = lerp(m, g, 1 - beta1) = fma(1 - beta1, g - m, m), or fma(-beta1, g - m, g) if beta1 <= 0.5
//   v = fma((1 - beta2) g, g, beta2 v);  x = amsgrad ? (l = maximum(l, v)) : v
//   p = p + (-lr / (1 - beta1^step)) m / (sqrt(x) / sqrt(1 - beta2^step) + eps)
// where m, v, l are exp_avg, exp_avg_sq, max_exp_avg_sq. A weight decay of 0 is left out.
// PyTorch's square root of a vector is not always the nearest number; this one is.
#pragma once

#include "kernels/update_walk.hpp"

namespace duramen::kernels {

struct AdamRule {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool decoupled = false;
  bool maximize = false;
};

// State: exp_avg, exp_avg_sq, and max_exp_avg_sq or null. Requires: a dtype that can_update(), the
// same dtype and shape for all. Any strides; the elements of what is written do not overlap.
// `count` is the step's number, from 1. Does not bump versions.
void adam_step(ThreadPool& pool, const AdamRule& rule, double count,
               const UpdateTensors<3>& tensors);

}  // namespace duramen::kernels
