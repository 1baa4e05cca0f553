// Matrix products: C = A·B (+ C) (+ a bias row), for float and double.
//
// Large products go to OpenBLAS, tile by tile on our own threads where the flavour allows; few
// rows, which OpenBLAS is poor at, go to our own kernels. Which path runs depends on the shape
// only, so the bits never depend on the thread count.
#pragma once

#include "kernels/thread_pool.hpp"

namespace duramen::kernels {

// A read-only matrix with any non-negative strides (in elements): element (i, j) lies at data[i *
// row_stride + j * col_stride].
template <class T>
struct Matrix {
  const T* data;
  int64_t row_stride;
  int64_t col_stride;
};

struct GemmShape {
  int64_t m;  // rows of A and C
  int64_t n;  // columns of B and C
  int64_t k;  // columns of A, rows of B
};

// c is row-major with row stride ldc >= n and does not overlap a or b. accumulate: c += A·B, else c
// = A·B. bias (n elements, may be null) is added to every row; not together with accumulate. k = 0
// gives zeros (or the bias).
template <class T>
void gemm(ThreadPool& pool, const GemmShape& shape, const Matrix<T>& a, const Matrix<T>& b, T* c,
          int64_t ldc, bool accumulate = false, const T* bias = nullptr);

extern template void gemm<float>(ThreadPool&, const GemmShape&, const Matrix<float>&,
                                 const Matrix<float>&, float*, int64_t, bool, const float*);
extern template void gemm<double>(ThreadPool&, const GemmShape&, const Matrix<double>&,
                                  const Matrix<double>&, double*, int64_t, bool, const double*);

}  // namespace duramen::kernels
