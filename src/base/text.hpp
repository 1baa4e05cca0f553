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

// What join() joins, as one type, so that a call is a list and no code of its own.
class Part {
 public:
  Part(std::string_view text) noexcept  // NOLINT(google-explicit-constructor)
      : text_(text.data() ? text.data() : ""), number_(text.size()) {}
  Part(const char* text) noexcept : Part(std::string_view(text)) {}
  Part(const std::string& text) noexcept : Part(std::string_view(text)) {}
  Part(const char& character) noexcept : text_(&character), number_(1) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, char> && !std::is_same_v<T, bool>)
      Part(const T& number)
  noexcept
      : text_(nullptr),
        number_(static_cast<uint64_t>(number)),
        negative_(std::is_signed_v<T> && number < 0) {}
  void append_to(std::string& out) const;

 private:
  const char* text_;  // null for a number
  uint64_t number_;   // or the length of the text
  bool negative_ = false;
};
std::string join(std::span<const Part> parts);

}  // namespace text_detail

// Joins texts and integers: join("slice: dimension ", 3, " is out of range").
template <class... Parts>
std::string join(const Parts&... parts) {
  const text_detail::Part list[] = {text_detail::Part(parts)...};
  return text_detail::join(list);
}

bool is_ascii(std::string_view text) noexcept;
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
