// The characters under the parser: position, column, blanks and comments, and Python's number and
// string literals. Knows nothing of expressions beyond those two.
//
// The text is valid UTF-8 (checked by the parser); columns count its characters from 1.
#pragma once

#include "spec/syntax.hpp"

namespace duramen::spec {

class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : text_(text) {}

  uint32_t column() const noexcept { return column_; }
  bool at_end() const noexcept { return position_ >= text_.size(); }
  // '\0' beyond the end.
  char peek(size_t ahead = 0) const noexcept {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  void advance(size_t bytes) noexcept;
  // Blanks, line breaks, comments and backslash-continued lines.
  void skip_blanks() noexcept;
  // Skips blanks, then takes `c` when it is next.
  bool accept(char c) noexcept;
  // As accept, or an error naming what was expected.
  void expect(char c, const char* expected);

  bool at_number() const noexcept;
  // A string, with or without a prefix such as r or b.
  bool at_string() const noexcept;
  bool at_identifier() const noexcept;
  // Whether a name and then one "=" come next.
  bool at_keyword() const noexcept;
  // The size of the name when "(name): " comes next, as in the text that print(model) shows, else
  // 0. A name of other characters than Python's counts at the start of a line only.
  size_t printed_name_size() const noexcept;
  // Requires: printed_name_size() > 0. What stands behind the name on the line.
  std::string_view printed_value() const noexcept;

  // What stands between here and the end of the line, a long one cut off.
  std::string_view line() const noexcept;
  // How many blanks start the line that this is on.
  size_t indent() const noexcept;
  // Requires: `end` is a later place of the same text.
  std::string_view up_to(const Scanner& end) const noexcept {
    return text_.substr(position_, end.position_ - position_);
  }

  std::string_view take(size_t bytes) noexcept;
  std::string_view digits() noexcept;
  // Skips blanks, then takes "->" when it is next.
  bool accept_arrow() noexcept;
  std::string_view identifier() noexcept;
  std::string_view dotted_name();
  // Requires: at_number. An int, a real or a complex; `negative` is applied.
  Expression number(bool negative);
  // Requires: at_string. Adjacent strings are joined, as in Python.
  std::string string();

  [[noreturn]] void fail(std::string expected) const { fail(std::move(expected), column_); }
  [[noreturn]] void fail(std::string expected, uint32_t column) const;

 private:
  std::string_view take_digits(unsigned base);
  std::string_view take_number_text();
  Expression based_integer(bool negative);
  void one_string(std::string& out);
  void escape(std::string& out);
  uint32_t hexadecimal(size_t digits);
  std::string next_thing() const;
  bool at_line_start() const noexcept;

  std::string_view text_;
  size_t position_ = 0;
  uint32_t column_ = 1;
};

// The error every parse failure is: `text: expected …, got … (at column N)`.
Error syntax_error(uint32_t column, std::string expected, std::string actual);
void check_utf8(std::string_view text);

}  // namespace duramen::spec
