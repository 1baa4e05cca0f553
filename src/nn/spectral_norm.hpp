// What the two forms of spectral normalization share: the power method for the largest singular
// value of a weight, seen as a matrix.
#pragma once

#include "nn/init.hpp"
#include "nn/parametrize.hpp"

namespace duramen::nn {

struct PowerMethod {
  int64_t dim;  // the rows of the matrix; not negative
  int64_t steps;
  double eps;

  // Recorded, both.
  TensorRef matrix(Context& context, const TensorRef& weight) const;
  TensorRef divided(Context& context, const TensorRef& weight, const TensorRef& u,
                    const TensorRef& v) const;  // weight / (u · W v)
};
// From n_power_iterations, eps and dim, whose default is 1 for the transposed convolutions.
PowerMethod power_method(const Module& module, const spec::Arguments& arguments);
void check_power_method(const PowerMethod& method);  // INVALID_ARGUMENT (ValueError)

// vector / max(‖vector‖, eps), recorded.
TensorRef normalized(Context& context, const TensorRef& vector, double eps);
// A normal draw, of length 1.
TensorRef random_direction(Context& context, const Tensor& like, int64_t length, double eps);
// out = normalized(matrix · vector), in place. Requires: no grad mode.
void multiply_into(Context& context, Tensor& out, const TensorRef& matrix, const Tensor& vector,
                   double eps);

}  // namespace duramen::nn
