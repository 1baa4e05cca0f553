// State of spectral_norm before its version 1: the computed weight is an entry, and "weight_v" is
// none.
#pragma once

#include "tensor/tensor.hpp"

namespace duramen::nn {

// A "weight_v" with which these give the weight again: u · W v = mean(original / weight), and W v
// along u as far as that is possible. Null where shapes or dtypes do not fit together. `dim` is the
// rows' dimension.
TensorRef vector_of_old_state(const Tensor& original, const Tensor& weight, const Tensor& u,
                              int64_t dim);

}  // namespace duramen::nn
