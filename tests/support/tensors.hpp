// Small ways from numbers to tensors and back, for tests only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "autograd/context.hpp"

namespace duramen::test {

// Contiguous; each value rounded to the dtype.
TensorRef make_tensor(Context& context, std::span<const int64_t> shape, Dtype dtype,
                      std::span<const double> values);
TensorRef make_zeros(Context& context, std::span<const int64_t> shape, Dtype dtype);
// The logical elements in C order.
std::vector<double> values_of(const Tensor& tensor);
void set_values(Tensor& tensor, std::span<const double> values);  // contiguous or not
// Over the logical elements in C order and native bytes.
std::string sha256_of(const Tensor& tensor);
// "float32[2, 3]".
std::string describe(const Tensor& tensor);

}  // namespace duramen::test
