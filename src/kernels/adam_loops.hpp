// The loops of Adam over contiguous memory, compiled once for every kind of CPU.
#pragma once

#include "kernels/small_float.hpp"
#include "kernels/update_walk.hpp"

namespace duramen::kernels {

// The rule of one step in the type that is computed in, as PyTorch rounds its scalars.
template <class T>
struct AdamFactors {
  T shrink;  // 1 - lr weight_decay, of AdamW
  T decay;   // weight_decay, of Adam
  T lerp;    // the factor of g - m
  T beta2;   // of v
  T taken;   // 1 - beta2
  T root;    // sqrt(1 - beta2^step)
  T eps;
  T minus_step;  // -lr / (1 - beta1^step)
  bool has_shrink;
  bool has_decay;
  bool from_grad;  // lerp starts at g, not at m
  bool maximize;
  bool first;
};

void adam_floats(const AdamFactors<float>& factors, const UpdateArrays<float, 3>& at) noexcept;
void adam_doubles(const AdamFactors<double>& factors, const UpdateArrays<double, 3>& at) noexcept;
void adam_halves(const AdamFactors<float>& factors, const UpdateArrays<Half, 3>& at) noexcept;
void adam_bfloats(const AdamFactors<float>& factors, const UpdateArrays<Bfloat16, 3>& at) noexcept;

}  // namespace duramen::kernels
