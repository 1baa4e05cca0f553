// Small text tools: joining, UTF-8, Python's spelling of numbers and strings, the nearest known
// word. Nothing here depends on the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace duramen {

namespace text_detail {
inline void append(std::string& out, std::string_view part) { out += part; }
inline void append(std::string& out, char part) { out += part; }
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, char> &&
         !std::is_same_v<T, bool>) void append(std::string& out, T part) {
  out += std::to_string(part);
}
}  // namespace text_detail

// Joins texts and integers: join("slice: dimension ", 3, " is out of range").
template <class... Parts>
std::string join(const Parts&... parts) {
  std::string out;
  (text_detail::append(out, parts), ...);
  return out;
}

bool is_utf8(std::string_view text) noexcept;

// "[2, 3]", as Python prints a list; with python_tuple "(2, 3)", "(2,)".
std::string format_shape(std::span<const int64_t> shape);
std::string format_tuple(std::span<const int64_t> values);

// As Python's repr(float): the shortest digits that read back, "1e-05", "0.1", "inf", "nan".
std::string format_float(double value);
// As Python's repr(str): quotes, backslash escapes for control characters.
std::string format_quoted(std::string_view text);
// For one-line messages: control characters and invalid UTF-8 as \xNN, at most `limit` characters.
std::string printable(std::string_view text, size_t limit = 200);

// Whole text as a number, in any of the spellings that Python reads; nothing when it is not one.
std::optional<double> parse_float(std::string_view text) noexcept;
std::optional<int64_t> parse_int(std::string_view text) noexcept;

// The candidate with the smallest edit distance, ignoring case, when it is close enough to be a
// likely slip; else empty.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace duramen
