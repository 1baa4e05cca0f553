// Sums of rows, vectorised for the CPU at hand.
#pragma once

#include <cstdint>

namespace duramen::kernels {

double row_sum(const float* row, int64_t count) noexcept;
double row_sum(const double* row, int64_t count) noexcept;
// sums[i] += row[i]
void add_row(double* sums, const float* row, int64_t count) noexcept;
void add_row(double* sums, const double* row, int64_t count) noexcept;

}  // namespace duramen::kernels
