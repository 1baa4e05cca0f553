// Element copies with conversion between any two arithmetic dtypes, any strides: the base of
// Tensor.copy_, to(dtype), contiguous, cat and of loading a state dict.
#pragma once

#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

// out[i] = in[i] converted as PyTorch's copy_: float to int truncates, complex to real drops the
// imaginary part, float32 to half rounds to nearest even. Requires: equal shapes (broadcast
// before); the memory does not overlap unless equal. Same-dtype copies work for opaque whole-byte
// dtypes too; UNSUPPORTED for conversions of opaque dtypes. Does not bump the version.
void copy(ThreadPool& pool, Tensor& out, const Tensor& in);
// Whether copy() knows how to convert between the two.
bool can_convert(Dtype from, Dtype to) noexcept;

// One element as a double / from a double (for scalars, fill, printing). Complex: the real part.
double read_double(const std::byte* element, Dtype dtype) noexcept;
void write_double(std::byte* element, Dtype dtype, double value) noexcept;
// Bumps the version. CANCELLED, half of it is written then (null: runs through).
void fill(Tensor& out, double value, const CancelFlag* cancel = nullptr);
void fill_integer(Tensor& out, int64_t value);

}  // namespace duramen::kernels
