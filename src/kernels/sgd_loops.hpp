// The loops of sgd over contiguous memory, compiled once for every kind of CPU.
#pragma once

#include <cstddef>

namespace duramen::kernels {

// The rule in the element type, as PyTorch rounds its scalars.
template <class T>
struct SgdFactors {
  T decay;
  T momentum;
  T taken;  // 1 - dampening
  T minus_lr;
  bool has_decay;
  bool nesterov;
  bool maximize;
  bool first;
};

// `buffer` is null without momentum.
void sgd_floats(const SgdFactors<float>& factors, float* parameter, const float* grad,
                float* buffer, size_t count) noexcept;
void sgd_doubles(const SgdFactors<double>& factors, double* parameter, const double* grad,
                 double* buffer, size_t count) noexcept;

}  // namespace duramen::kernels
