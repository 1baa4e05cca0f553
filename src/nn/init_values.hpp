// What the initialisers that are more than one draw put into a tensor.
//
// Requires, everywhere: the memory may be written to and no two elements share a place.
#pragma once

#include "autograd/context.hpp"

namespace duramen::nn {

// x ** 2 as Python works it out, by pow(), whose last bit is not always that of x · x.
double python_square(double x) noexcept;

// N(mean, std²) within [a, b] by rejection, as PyTorch 2.15 draws it: where the interval has more
// than three tenths of the mass, whole tensors of normals; else uniform candidates, accepted by
// their density. UNSUPPORTED for a dtype that is not floating. std is not 0.
struct TruncatedNormal {
  double mean;
  double std;
  double a;
  double b;
};
void truncated_normal(Context& context, Tensor& tensor, const TruncatedNormal& how);

// gain · Q of the QR factorization of a matrix (size(0) x the rest) of normals, the signs as those
// of R's diagonal make Q unique. Requires: two dimensions or more, an element. UNSUPPORTED for a
// dtype other than float32 and float64; INVALID_ARGUMENT for strides that are no matrix.
void orthogonal(Context& context, Tensor& tensor, double gain);

// N(0, std²), then `zeros` zeros in each column, at the start of a random permutation of the rows.
void sparse_normal(Context& context, Tensor& tensor, double std, int64_t zeros);

// Ones where the indices of both dimensions are equal. Requires: two dimensions.
void identity_matrix(Tensor& tensor);
// For each group and channel a one in the middle of its kernel. Requires: 3 to 5 dimensions, the
// first of which `groups` divides; the middle exists.
void dirac(Tensor& tensor, int64_t groups);

}  // namespace duramen::nn
