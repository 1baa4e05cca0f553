// Tensor.uniform_ and Tensor.normal_ for float32, float64, float16 and bfloat16 (and complex as
// pairs), bit for bit. Draws are serial, so they never depend on the thread count. Bumps the
// version. The tensor may be any dense or strided view.
#pragma once

#include "base/cancel.hpp"
#include "kernels/generator.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

// INVALID_ARGUMENT for from > to or bounds beyond the dtype; UNSUPPORTED for an integer dtype;
// CANCELLED, the tensor is half filled and the generator moved then (null: runs through).
void fill_uniform(Generator& generator, Tensor& tensor, double from, double to,
                  const CancelFlag* cancel = nullptr);
// INVALID_ARGUMENT for std < 0.
void fill_normal(Generator& generator, Tensor& tensor, double mean, double std);
// The keep-mask of dropout with probability `p` of dropping, 0 < p < 1: one 53-bit draw an element,
// keep iff draw < 1 - p. `mask` has `count` bytes, 1 for kept.
void fill_keep_mask(Generator& generator, uint8_t* mask, int64_t count, double p) noexcept;

}  // namespace duramen::kernels
