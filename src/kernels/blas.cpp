#include "kernels/blas.hpp"

#include <cblas.h>
#include <dlfcn.h>

#include <bit>

namespace duramen::kernels {
namespace {

BlasThreading linked_threading() noexcept {
  switch (openblas_get_parallel()) {
    case OPENBLAS_SEQUENTIAL:
      return BlasThreading::serial;
    case OPENBLAS_OPENMP:
      return BlasThreading::openmp;
    default:
      return BlasThreading::pthread;
  }
}

// Another OpenMP runtime may be loaded beside OpenBLAS's own; only the latter's count matters.
void* library_scope() noexcept {
  Dl_info place;
  if (dladdr(reinterpret_cast<void*>(&openblas_get_parallel), &place) == 0) return nullptr;
  return dlopen(place.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
}

CBLAS_TRANSPOSE transposition(bool transposed) noexcept {
  return transposed ? CblasTrans : CblasNoTrans;
}

}  // namespace

BlasLibrary::BlasLibrary() noexcept : threading_(linked_threading()) {
  if (threading_ != BlasThreading::openmp) return;
  void* scope = library_scope();
  if (scope == nullptr) return;
  get_threads_ = std::bit_cast<int (*)()>(dlsym(scope, "omp_get_max_threads"));
  set_threads_ = std::bit_cast<void (*)(int)>(dlsym(scope, "omp_set_num_threads"));
  dlclose(scope);  // only our count of it: the library is linked and stays
}

OneBlasThread::OneBlasThread(const BlasLibrary& library) noexcept : library_(library) {
  if (library.set_threads_ == nullptr || library.get_threads_ == nullptr) return;
  before_ = library.get_threads_();
  if (before_ != 1) library.set_threads_(1);
}

OneBlasThread::~OneBlasThread() {
  if (before_ > 1) library_.set_threads_(before_);
}

void blas_gemm(const BlasShape& shape, const BlasMatrix<float>& a, const BlasMatrix<float>& b,
               float* c, int64_t ldc, float beta) noexcept {
  cblas_sgemm(CblasRowMajor, transposition(a.transposed), transposition(b.transposed),
              static_cast<blasint>(shape.m), static_cast<blasint>(shape.n),
              static_cast<blasint>(shape.k), 1.0f, a.data, static_cast<blasint>(a.leading), b.data,
              static_cast<blasint>(b.leading), beta, c, static_cast<blasint>(ldc));
}

void blas_gemm(const BlasShape& shape, const BlasMatrix<double>& a, const BlasMatrix<double>& b,
               double* c, int64_t ldc, double beta) noexcept {
  cblas_dgemm(CblasRowMajor, transposition(a.transposed), transposition(b.transposed),
              static_cast<blasint>(shape.m), static_cast<blasint>(shape.n),
              static_cast<blasint>(shape.k), 1.0, a.data, static_cast<blasint>(a.leading), b.data,
              static_cast<blasint>(b.leading), beta, c, static_cast<blasint>(ldc));
}

BlasInfo blas_info() {
  BlasInfo info;
  info.vendor = "OpenBLAS";
  info.config = openblas_get_config();
  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …": the version is the second word.
  const size_t start = info.config.find(' ');
  if (start != std::string::npos) {
    const size_t end = info.config.find(' ', start + 1);
    info.version = info.config.substr(start + 1, end == std::string::npos ? end : end - start - 1);
  }
  info.config = info.config + " core " + openblas_get_corename();
  switch (linked_threading()) {
    case BlasThreading::serial:
      info.threading = "serial";
      break;
    case BlasThreading::pthread:
      info.threading = "pthread";
      break;
    case BlasThreading::openmp:
      info.threading = "openmp";
      break;
  }
  return info;
}

}  // namespace duramen::kernels
