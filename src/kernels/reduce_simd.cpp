#include "kernels/reduce_simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce_simd.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four running sums hide the latency of one addition; lanes of double keep every digit of float.
template <class T>
HWY_INLINE double double_sum(const T* row, int64_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<T, decltype(d)> narrow;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto load = [&](int64_t at) HWY_ATTR {
    if constexpr (sizeof(T) == sizeof(double)) {
      return hn::LoadU(d, row + at);
    } else {
      return hn::PromoteTo(d, hn::LoadU(narrow, row + at));
    }
  };
  auto s0 = hn::Zero(d);
  auto s1 = s0;
  auto s2 = s0;
  auto s3 = s0;
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    s0 = hn::Add(s0, load(i));
    s1 = hn::Add(s1, load(i + lanes));
    s2 = hn::Add(s2, load(i + 2 * lanes));
    s3 = hn::Add(s3, load(i + 3 * lanes));
  }
  for (; i + lanes <= count; i += lanes) s0 = hn::Add(s0, load(i));
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < count; ++i) sum += row[i];
  return sum;
}

double row_sum_f32(const float* row, int64_t count) { return double_sum(row, count); }
double row_sum_f64(const double* row, int64_t count) { return double_sum(row, count); }

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
