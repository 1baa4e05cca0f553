#include "kernels/reduce_simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce_simd.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Elements that are added up in T before the double takes over.
constexpr int64_t kBlock = 2048;

template <class T>
HWY_INLINE double block_sum(const T* row, int64_t count) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto s0 = hn::Zero(d);
  auto s1 = s0;
  auto s2 = s0;
  auto s3 = s0;
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    s0 = hn::Add(s0, hn::LoadU(d, row + i));
    s1 = hn::Add(s1, hn::LoadU(d, row + i + lanes));
    s2 = hn::Add(s2, hn::LoadU(d, row + i + 2 * lanes));
    s3 = hn::Add(s3, hn::LoadU(d, row + i + 3 * lanes));
  }
  for (; i + lanes <= count; i += lanes) s0 = hn::Add(s0, hn::LoadU(d, row + i));
  const auto all = hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
  double sum = hn::GetLane(hn::SumOfLanes(d, all));
  for (; i < count; ++i) sum += row[i];
  return sum;
}

template <class T>
HWY_INLINE double blocks_sum(const T* row, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i += kBlock) {
    sum += block_sum(row + i, HWY_MIN(kBlock, count - i));
  }
  return sum;
}

double row_sum_f32(const float* row, int64_t count) { return blocks_sum(row, count); }
double row_sum_f64(const double* row, int64_t count) { return blocks_sum(row, count); }

void add_row_f32(double* sums, const float* row, int64_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto value = hn::PromoteTo(d, hn::LoadU(half, row + i));
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), value), d, sums + i);
  }
  for (; i < count; ++i) sums[i] += row[i];
}

void add_row_f64(double* sums, const double* row, int64_t count) {
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), hn::LoadU(d, row + i)), d, sums + i);
  }
  for (; i < count; ++i) sums[i] += row[i];
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(row_sum_f32);
HWY_EXPORT(row_sum_f64);
HWY_EXPORT(add_row_f32);
HWY_EXPORT(add_row_f64);

double row_sum(const float* row, int64_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(row_sum_f32)(row, count);
}
double row_sum(const double* row, int64_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(row_sum_f64)(row, count);
}
void add_row(double* sums, const float* row, int64_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(add_row_f32)(sums, row, count);
}
void add_row(double* sums, const double* row, int64_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(add_row_f64)(sums, row, count);
}

}  // namespace duramen::kernels
#endif
