// Arithmetic that says when it overflows. For sizes from files and callers; nothing is allocated or
// indexed from a number that did not come through here.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

namespace duramen {

template <std::integral T>
[[nodiscard]] bool add_overflows(T a, T b, T* out) noexcept {
  return __builtin_add_overflow(a, b, out);
}

template <std::integral T>
[[nodiscard]] bool mul_overflows(T a, T b, T* out) noexcept {
  return __builtin_mul_overflow(a, b, out);
}

template <std::integral T>
[[nodiscard]] std::optional<T> checked_add(T a, T b) noexcept {
  T out;
  return __builtin_add_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
}

template <std::integral T>
[[nodiscard]] std::optional<T> checked_mul(T a, T b) noexcept {
  T out;
  return __builtin_mul_overflow(a, b, &out) ? std::nullopt : std::optional<T>(out);
}

}  // namespace duramen
