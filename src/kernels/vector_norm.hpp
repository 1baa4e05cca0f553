// Euclidean norms as PyTorch's norm() rounds them with AVX2: squares in lanes, their sum in order,
// what is left one by one. float16 and bfloat16 are summed in float.
#pragma once

#include "tensor/dtype.hpp"

namespace duramen::kernels {

// Of each of the rows, which lie side by side. Requires: float32, float64, float16 or bfloat16.
void norms_of_rows(const std::byte* in, int64_t rows, int64_t length, Dtype dtype, std::byte* out);
// Of each of the columns.
void norms_of_columns(const std::byte* in, int64_t rows, int64_t columns, Dtype dtype,
                      std::byte* out);
// in / max(‖in‖, eps), in its place: torch.nn.functional.normalize of one vector.
void normalize_vector(std::byte* data, int64_t length, Dtype dtype, double eps);

}  // namespace duramen::kernels
