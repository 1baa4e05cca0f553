#include "kernels/blas.hpp"

#include "support/catch.hpp"

using namespace duramen::kernels;

TEST_CASE("the linked BLAS says what it is", "[kernels][blas]") {
  const BlasInfo info = blas_info();
  CHECK(info.vendor == "OpenBLAS");
  CHECK(info.version.find('.') != std::string::npos);
  CHECK(info.config.find(info.version) != std::string::npos);
  const BlasLibrary library;
  CHECK(library.tiles_run_apart() == (info.threading == "openmp"));
  CHECK(library.is_thread_safe() == (info.threading != "serial"));
}

TEST_CASE("a product through BLAS is right within a one-thread scope", "[kernels][blas]") {
  const BlasLibrary library;
  const OneBlasThread scope(library);
  const double a[] = {1, 2, 3, 4, 5, 6};  // 2 x 3
  const double b[] = {1, 0, 2, 0, 1, 1};  // the transpose of 3 x 2
  double c[] = {10, 10, 10, 10};
  blas_gemm({2, 2, 3}, {a, 3, false}, {b, 3, true}, c, 2, 1.0);
  CHECK(c[0] == 17);
  CHECK(c[1] == 15);
  CHECK(c[2] == 26);
  CHECK(c[3] == 21);
}
