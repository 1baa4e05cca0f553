// The linked OpenBLAS: what it is, and its products on one thread. blas.cpp alone sees cblas.h.
//
// The host program's BLAS and OpenMP settings are never changed. The OpenMP flavour takes its
// thread count from the calling thread, so that is lowered for a call and put back; the pthread one
// can only be limited for the whole process, so it runs as the host configured it and must be
// called from one thread at a time. The serial one is left alone: Debian builds it without a lock
// around its buffers, so two products at once, of whatever contexts, spoil each other.
#pragma once

#include <cstdint>
#include <string>

namespace duramen::kernels {

enum class BlasThreading { serial, pthread, openmp };

class BlasLibrary {
 public:
  BlasLibrary() noexcept;  // looks the flavour's functions up, in libopenblas's own scope

  BlasThreading threading() const noexcept { return threading_; }
  // Whether products may run while another thread of the process runs some.
  bool is_thread_safe() const noexcept { return threading_ != BlasThreading::serial; }
  // Whether several of our threads may each run a product of their own.
  bool tiles_run_apart() const noexcept { return threading_ == BlasThreading::openmp; }

 private:
  friend class OneBlasThread;
  BlasThreading threading_;
  int (*get_threads_)() = nullptr;  // of the calling thread; OpenMP only
  void (*set_threads_)(int) = nullptr;
};

// Within its scope the calling thread's products stay on it, where the flavour allows.
class OneBlasThread {
 public:
  explicit OneBlasThread(const BlasLibrary& library) noexcept;
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  const BlasLibrary& library_;
  int before_ = 0;
};

// A matrix as BLAS takes it: row-major with a leading dimension, or the transpose of one.
template <class T>
struct BlasMatrix {
  const T* data;
  int64_t leading;
  bool transposed;
};

// c (m x n, row-major) = a (m x k) · b (k x n) + beta · c. Requires: every number fits an int.
struct BlasShape {
  int64_t m;
  int64_t n;
  int64_t k;
};
void blas_gemm(const BlasShape& shape, const BlasMatrix<float>& a, const BlasMatrix<float>& b,
               float* c, int64_t ldc, float beta) noexcept;
void blas_gemm(const BlasShape& shape, const BlasMatrix<double>& a, const BlasMatrix<double>& b,
               double* c, int64_t ldc, double beta) noexcept;

struct BlasInfo {
  std::string vendor;     // "OpenBLAS"
  std::string version;    // "0.3.21"
  std::string config;     // as the library words it
  std::string threading;  // "serial", "pthread" or "openmp"
};
BlasInfo blas_info();

}  // namespace duramen::kernels
