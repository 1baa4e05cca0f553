#include "kernels/convert_elements.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/small_float.hpp"

namespace duramen::kernels {
namespace {

// What an x86 conversion of that width gives: its smallest number for whatever does not fit.
template <class T>
T truncated(double value) noexcept {
  constexpr double kLimit = -static_cast<double>(std::numeric_limits<T>::min());
  if (!(value < kLimit) || !(value > -kLimit - (sizeof(T) < 8 ? 1.0 : 0.0))) {
    return std::numeric_limits<T>::min();
  }
  return static_cast<T>(value);
}

// PyTorch's C++ casts, as its x86 build executes them: wide unsigned integers in two halves, narrow
// ones by way of int32, uint8 by way of int64.
template <class T>
T to_integer(double value) noexcept {
  if constexpr (std::is_same_v<T, uint64_t> || std::is_same_v<T, uint32_t>) {
    using Signed = std::make_signed_t<T>;
    constexpr T kTop = T{1} << (8 * sizeof(T) - 1);
    if (!(value >= static_cast<double>(kTop))) return static_cast<T>(truncated<Signed>(value));
    return static_cast<T>(truncated<Signed>(value - static_cast<double>(kTop))) ^ kTop;
  } else if constexpr (sizeof(T) == 8 || std::is_same_v<T, uint8_t>) {
    return static_cast<T>(truncated<int64_t>(value));
  } else {
    return static_cast<T>(truncated<int32_t>(value));
  }
}

template <class T>
concept Small = requires(T t) {
  t.value();
};

template <class T>
T load_as(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T>
void store_as(std::byte* at, T value) noexcept {
  std::memcpy(at, &value, sizeof(T));
}

template <class T, class From>
T narrowed(From value) noexcept {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else if constexpr (Small<T>) {
    return T::from(static_cast<float>(value));
  } else if constexpr (std::is_integral_v<T> && std::is_same_v<From, double>) {
    return to_integer<T>(value);
  } else {
    return static_cast<T>(value);
  }
}

template <class T>
double as_double(T value) noexcept {
  if constexpr (Small<T>) {
    return static_cast<double>(value.value());
  } else {
    return static_cast<double>(value);
  }
}

template <class T>
void widen_real(const ConstRun& from, double* to) noexcept {
  for (int64_t i = 0; i < from.count; ++i)
    to[i] = as_double(load_as<T>(from.first + i * from.stride));
}
template <class T>
void widen_complex(const ConstRun& from, WideBuffer& to) noexcept {
  widen_real<T>(from, to.real);
  widen_real<T>({from.first + sizeof(T), from.stride, from.count}, to.imaginary);
}
template <class T, class W>
void widen_whole(const ConstRun& from, W* to) noexcept {
  for (int64_t i = 0; i < from.count; ++i) {
    to[i] = static_cast<W>(load_as<T>(from.first + i * from.stride));
  }
}

template <class T, class From>
void narrow_values(const From* from, const MutableRun& to) noexcept {
  for (int64_t i = 0; i < to.count; ++i) {
    store_as(to.first + i * to.stride, narrowed<T>(from[i]));
  }
}
template <class T>
void narrow_typed(const WideBuffer& from, Wide kind, const MutableRun& to) noexcept {
  switch (kind) {
    case Wide::real:
    case Wide::complex:
      return narrow_values<T>(from.real, to);
    case Wide::integer:
      return narrow_values<T>(from.integer, to);
    case Wide::natural:
      return narrow_values<T>(from.natural, to);
  }
}
template <class T>
void narrow_complex(const WideBuffer& from, Wide kind, const MutableRun& to) noexcept {
  narrow_typed<T>(from, kind, to);
  const MutableRun second{to.first + sizeof(T), to.stride, to.count};
  if (kind == Wide::complex) return narrow_values<T>(from.imaginary, second);
  for (int64_t i = 0; i < to.count; ++i) store_as(second.first + i * to.stride, T{});
}
// A complex number is true when either part is.
void narrow_bool(const WideBuffer& from, Wide kind, const MutableRun& to) noexcept {
  narrow_typed<bool>(from, kind, to);
  if (kind != Wide::complex) return;
  for (int64_t i = 0; i < to.count; ++i) {
    if (from.imaginary[i] != 0) store_as(to.first + i * to.stride, true);
  }
}

}  // namespace

bool is_arithmetic(Dtype dtype) noexcept { return dtype_info(dtype).kind != DtypeKind::opaque; }

Wide wide_of(Dtype dtype) noexcept {
  if (dtype == Dtype::uint64) return Wide::natural;
  if (is_complex(dtype)) return Wide::complex;
  return is_floating(dtype) ? Wide::real : Wide::integer;
}

void widen(const ConstRun& from, Dtype dtype, WideBuffer& to) noexcept {
  switch (dtype) {
    case Dtype::float64:
      return widen_real<double>(from, to.real);
    case Dtype::float32:
      return widen_real<float>(from, to.real);
    case Dtype::float16:
      return widen_real<Half>(from, to.real);
    case Dtype::bfloat16:
      return widen_real<Bfloat16>(from, to.real);
    case Dtype::float8_e4m3fn:
      return widen_real<Float8E4m3fn>(from, to.real);
    case Dtype::float8_e5m2:
      return widen_real<Float8E5m2>(from, to.real);
    case Dtype::float8_e4m3fnuz:
      return widen_real<Float8E4m3fnuz>(from, to.real);
    case Dtype::float8_e5m2fnuz:
      return widen_real<Float8E5m2fnuz>(from, to.real);
    case Dtype::float8_e8m0fnu:
      return widen_real<Float8E8m0fnu>(from, to.real);
    case Dtype::int64:
      return widen_whole<int64_t>(from, to.integer);
    case Dtype::int32:
      return widen_whole<int32_t>(from, to.integer);
    case Dtype::int16:
      return widen_whole<int16_t>(from, to.integer);
    case Dtype::int8:
      return widen_whole<int8_t>(from, to.integer);
    case Dtype::uint64:
      return widen_whole<uint64_t>(from, to.natural);
    case Dtype::uint32:
      return widen_whole<uint32_t>(from, to.integer);
    case Dtype::uint16:
      return widen_whole<uint16_t>(from, to.integer);
    case Dtype::uint8:
      return widen_whole<uint8_t>(from, to.integer);
    case Dtype::boolean:  // any byte but zero is true, whatever wrote it
      widen_whole<uint8_t>(from, to.integer);
      for (int64_t i = 0; i < from.count; ++i) to.integer[i] = to.integer[i] != 0 ? 1 : 0;
      return;
    case Dtype::complex32:
      return widen_complex<Half>(from, to);
    case Dtype::complex64:
      return widen_complex<float>(from, to);
    case Dtype::complex128:
      return widen_complex<double>(from, to);
    default:
      return;
  }
}

void narrow(const WideBuffer& from, Wide kind, const MutableRun& to, Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::float64:
      return narrow_typed<double>(from, kind, to);
    case Dtype::float32:
      return narrow_typed<float>(from, kind, to);
    case Dtype::float16:
      return narrow_typed<Half>(from, kind, to);
    case Dtype::bfloat16:
      return narrow_typed<Bfloat16>(from, kind, to);
    case Dtype::float8_e4m3fn:
      return narrow_typed<Float8E4m3fn>(from, kind, to);
    case Dtype::float8_e5m2:
      return narrow_typed<Float8E5m2>(from, kind, to);
    case Dtype::float8_e4m3fnuz:
      return narrow_typed<Float8E4m3fnuz>(from, kind, to);
    case Dtype::float8_e5m2fnuz:
      return narrow_typed<Float8E5m2fnuz>(from, kind, to);
    case Dtype::float8_e8m0fnu:
      return narrow_typed<Float8E8m0fnu>(from, kind, to);
    case Dtype::int64:
      return narrow_typed<int64_t>(from, kind, to);
    case Dtype::int32:
      return narrow_typed<int32_t>(from, kind, to);
    case Dtype::int16:
      return narrow_typed<int16_t>(from, kind, to);
    case Dtype::int8:
      return narrow_typed<int8_t>(from, kind, to);
    case Dtype::uint64:
      return narrow_typed<uint64_t>(from, kind, to);
    case Dtype::uint32:
      return narrow_typed<uint32_t>(from, kind, to);
    case Dtype::uint16:
      return narrow_typed<uint16_t>(from, kind, to);
    case Dtype::uint8:
      return narrow_typed<uint8_t>(from, kind, to);
    case Dtype::boolean:
      return narrow_bool(from, kind, to);
    case Dtype::complex32:
      return narrow_complex<Half>(from, kind, to);
    case Dtype::complex64:
      return narrow_complex<float>(from, kind, to);
    case Dtype::complex128:
      return narrow_complex<double>(from, kind, to);
    default:
      return;
  }
}

}  // namespace duramen::kernels
