// The loops of sgd over contiguous memory, compiled once for every kind of CPU.
#pragma once

#include "kernels/small_float.hpp"
#include "kernels/update_walk.hpp"

namespace duramen::kernels {

// The rule in the type that is computed in, as PyTorch rounds its scalars: the factors of additions
// to the stored type, that of a product not.
template <class T>
struct SgdFactors {
  T decay;
  T momentum;  // of the product with the buffer
  T ahead;     // momentum, as nesterov's factor
  T taken;     // 1 - dampening
  T minus_lr;
  bool has_decay;
  bool nesterov;
  bool maximize;
  bool first;
};

// The state is the buffer, or null without momentum.
void sgd_floats(const SgdFactors<float>& factors, const UpdateArrays<float, 1>& at) noexcept;
void sgd_doubles(const SgdFactors<double>& factors, const UpdateArrays<double, 1>& at) noexcept;
void sgd_halves(const SgdFactors<float>& factors, const UpdateArrays<Half, 1>& at) noexcept;
void sgd_bfloats(const SgdFactors<float>& factors, const UpdateArrays<Bfloat16, 1>& at) noexcept;

}  // namespace duramen::kernels
