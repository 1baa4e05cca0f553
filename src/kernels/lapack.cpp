#include "kernels/lapack.hpp"

#include <algorithm>
#include <climits>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

// OpenBLAS's headers do not declare LAPACK. The arguments are Fortran's.
extern "C" {
void sgeqrf_(const int* m, const int* n, float* a, const int* lda, float* tau, float* work,
             const int* lwork, int* info);
void dgeqrf_(const int* m, const int* n, double* a, const int* lda, double* tau, double* work,
             const int* lwork, int* info);
void sorgqr_(const int* m, const int* n, const int* k, float* a, const int* lda, const float* tau,
             float* work, const int* lwork, int* info);
void dorgqr_(const int* m, const int* n, const int* k, double* a, const int* lda, const double* tau,
             double* work, const int* lwork, int* info);
}

namespace duramen::kernels {
namespace {

template <class T>
struct Lapack;
template <>
struct Lapack<float> {
  static constexpr auto geqrf = sgeqrf_;
  static constexpr auto orgqr = sorgqr_;
};
template <>
struct Lapack<double> {
  static constexpr auto geqrf = dgeqrf_;
  static constexpr auto orgqr = dorgqr_;
};

void check_info(int info, const char* routine) {
  if (info == 0) return;
  throw Error(Code::internal, join(routine, ": argument ", -info, " is refused"));
}

template <class T>
int size_of(T wanted, int least) noexcept {
  return std::max(static_cast<int>(wanted), least);
}

template <class T>
void geqrf(int64_t rows, int64_t columns, T* matrix, T* tau) {
  if (rows > INT_MAX || columns > INT_MAX) {
    throw Error(Code::limit, join("qr: a matrix of ", rows, " x ", columns, " is too large"));
  }
  const auto m = static_cast<int>(rows), n = static_cast<int>(columns);
  T wanted = 0;
  int size = -1, info = 0;
  Lapack<T>::geqrf(&m, &n, matrix, &m, tau, &wanted, &size, &info);
  check_info(info, "geqrf");
  size = size_of(wanted, n);
  std::vector<T> work(static_cast<size_t>(size));
  Lapack<T>::geqrf(&m, &n, matrix, &m, tau, work.data(), &size, &info);
  check_info(info, "geqrf");
}

template <class T>
void qr(int64_t rows, int64_t columns, T* matrix, T* diagonal) {
  std::vector<T> tau(static_cast<size_t>(columns));
  geqrf(rows, columns, matrix, tau.data());
  for (int64_t i = 0; i < columns; ++i) diagonal[i] = matrix[i * rows + i];
  const auto m = static_cast<int>(rows), n = static_cast<int>(columns);
  T wanted = 0;
  int size = -1, info = 0;
  Lapack<T>::orgqr(&m, &n, &n, matrix, &m, tau.data(), &wanted, &size, &info);
  check_info(info, "orgqr");
  size = size_of(wanted, n);
  std::vector<T> work(static_cast<size_t>(size));
  Lapack<T>::orgqr(&m, &n, &n, matrix, &m, tau.data(), work.data(), &size, &info);
  check_info(info, "orgqr");
}

}  // namespace

void lapack_qr(int64_t rows, int64_t columns, float* matrix, float* diagonal) {
  qr(rows, columns, matrix, diagonal);
}
void lapack_qr(int64_t rows, int64_t columns, double* matrix, double* diagonal) {
  qr(rows, columns, matrix, diagonal);
}
void lapack_geqrf(int64_t rows, int64_t columns, float* matrix, float* tau) {
  geqrf(rows, columns, matrix, tau);
}
void lapack_geqrf(int64_t rows, int64_t columns, double* matrix, double* tau) {
  geqrf(rows, columns, matrix, tau);
}

}  // namespace duramen::kernels
