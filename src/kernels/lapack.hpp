// The QR factorization of the LAPACK inside OpenBLAS. Matrices are column by column, rows ≥
// columns > 0. Requires: a OneBlasThread scope (blas.hpp). LIMIT for a size beyond an int; throws
// std::bad_alloc.
#pragma once

#include <cstdint>

namespace duramen::kernels {

// Thin: the matrix becomes Q, `diagonal` (columns numbers) that of R.
void lapack_qr(int64_t rows, int64_t columns, float* matrix, float* diagonal);
void lapack_qr(int64_t rows, int64_t columns, double* matrix, double* diagonal);
// As LAPACK leaves it: R above, the reflectors below the diagonal; `tau` has columns numbers.
void lapack_geqrf(int64_t rows, int64_t columns, float* matrix, float* tau);
void lapack_geqrf(int64_t rows, int64_t columns, double* matrix, double* tau);

}  // namespace duramen::kernels
