// Rows of vectors, of which the last may be short, and sums along them. Included once for each CPU
// target.
#if defined(DURAMEN_KERNELS_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef DURAMEN_KERNELS_ROWS_INL_HPP
#undef DURAMEN_KERNELS_ROWS_INL_HPP
#else
#define DURAMEN_KERNELS_ROWS_INL_HPP
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Calls op(d, index, count) for each vector of a row of `length`; `count` lanes of it are there.
template <class T, class Op>
HWY_INLINE void for_row(int64_t length, const Op& op) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= length; i += lanes) op(d, i, lanes);
  if (i < length) op(d, i, length - i);
}

// The first `count` lanes from memory, the others `filler`. Nothing behind them is read.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_or(D d, const T* from, int64_t count, T filler) {
  if (count == static_cast<int64_t>(hn::Lanes(d))) return hn::LoadU(d, from);
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86  // where a masked load cannot fault
  const auto mask = hn::FirstN(d, static_cast<size_t>(count));
  return hn::IfThenElse(mask, hn::MaskedLoad(mask, d, from), hn::Set(d, filler));
#else
  HWY_ALIGN T lanes[hn::MaxLanes(d)];
  hn::Store(hn::Set(d, filler), d, lanes);
  for (int64_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_some(D d, hn::Vec<D> value, T* to, int64_t count) {
  if (count == static_cast<int64_t>(hn::Lanes(d))) return hn::StoreU(value, d, to);
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
  hn::BlendedStore(value, hn::FirstN(d, static_cast<size_t>(count)), d, to);
#else
  HWY_ALIGN T lanes[hn::MaxLanes(d)];
  hn::Store(value, d, lanes);
  for (int64_t i = 0; i < count; ++i) to[i] = lanes[i];
#endif
}

constexpr int64_t kTermsInType = 64;  // of a lane; sums of more are added up in double

struct RowSums {
  double first = 0;
  double second = 0;
};

// Sums over a row: add(d, index, count, first, second) adds its terms to two vectors, with zeros in
// the lanes beyond the count.
template <class T, class Add>
HWY_INLINE RowSums row_sums(int64_t length, const Add& add) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t block = 2 * kTermsInType * lanes;
  RowSums total;
  for (int64_t begin = 0; begin < length; begin += block) {
    const int64_t end = HWY_MIN(length, begin + block);
    auto a0 = hn::Zero(d), a1 = a0, b0 = a0, b1 = a0;
    int64_t i = begin;
    for (; i + 2 * lanes <= end; i += 2 * lanes) {
      add(d, i, lanes, a0, b0);
      add(d, i + lanes, lanes, a1, b1);
    }
    for (; i < end; i += lanes) add(d, i, HWY_MIN(lanes, end - i), a0, b0);
    total.first += hn::GetLane(hn::SumOfLanes(d, hn::Add(a0, a1)));
    total.second += hn::GetLane(hn::SumOfLanes(d, hn::Add(b0, b1)));
  }
  return total;
}

// Σ term(d, index, count).
template <class T, class Term>
HWY_INLINE double row_sum(int64_t length, const Term& term) {
  return row_sums<T>(length, [&](auto d, int64_t i, int64_t count, auto& first, auto&)
                                 HWY_ATTR { first = hn::Add(first, term(d, i, count)); })
      .first;
}

// Σ x y in double, where every product of floats is exact; y null: Σ x.
template <class T>
HWY_INLINE double row_dot(const T* x, const T* y, int64_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<T, decltype(d)> narrow;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto load = [&](const T* from) HWY_ATTR {
    if constexpr (sizeof(T) == sizeof(double)) {
      return hn::LoadU(d, from);
    } else {
      return hn::PromoteTo(d, hn::LoadU(narrow, from));
    }
  };
  const auto term = [&](int64_t i, hn::Vec<decltype(d)> sum) HWY_ATTR {
    return y ? hn::MulAdd(load(x + i), load(y + i), sum) : hn::Add(load(x + i), sum);
  };
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    s0 = term(i, s0);
    s1 = term(i + lanes, s1);
    s2 = term(i + 2 * lanes, s2);
    s3 = term(i + 3 * lanes, s3);
  }
  for (; i + lanes <= count; i += lanes) s0 = term(i, s0);
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < count; ++i) sum += y ? static_cast<double>(x[i]) * y[i] : x[i];
  return sum;
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
