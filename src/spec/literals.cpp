#include <charconv>

#include "base/text.hpp"
#include "spec/scanner.hpp"

namespace duramen::spec {
namespace {

int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

std::string without_underscores(std::string_view digits) {
  std::string out;
  for (const char c : digits) {
    if (c != '_') out += c;
  }
  return out;
}

void append_utf8(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

Expression integer_literal(std::string_view digits, unsigned base, bool negative, uint32_t column) {
  // The sign belongs to the digits: the smallest integer has no positive twin.
  const std::string text = (negative ? "-" : "") + without_underscores(digits);
  Expression out;
  out.form = Form::integer;
  out.column = column;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), out.integer, static_cast<int>(base));
  if (error == std::errc() && end == text.data() + text.size()) return out;
  throw syntax_error(column, "an integer of at most 64 bits", printable(text, 40));
}

}  // namespace

// Digits with single underscores between them.
std::string_view Scanner::take_digits(unsigned base) {
  const size_t start = position_;
  while (digit_value(peek()) < static_cast<int>(base) ||
         (peek() == '_' && position_ > start && text_[position_ - 1] != '_')) {
    advance(1);
  }
  if (position_ > start && text_[position_ - 1] == '_') fail("a digit after '_'");
  return text_.substr(start, position_ - start);
}

Expression Scanner::based_integer(bool negative) {
  const uint32_t column = column_;
  const char letter = static_cast<char>(peek(1) | 0x20);
  const unsigned base = letter == 'x' ? 16 : letter == 'o' ? 8 : 2;
  advance(2);
  if (peek() == '_') advance(1);
  const std::string_view digits = take_digits(base);
  if (digits.empty() || at_identifier() || at_number()) {
    fail(join("a digit of base ", base));
  }
  return integer_literal(digits, base, negative, column);
}

// Digits, a fraction and an exponent.
std::string_view Scanner::take_number_text() {
  const size_t start = position_;
  take_digits(10);
  if (peek() == '.') {
    advance(1);
    if (at_number() && peek() != '.') take_digits(10);
  }
  const size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if ((peek() == 'e' || peek() == 'E') && digit_value(peek(1 + sign)) < 10) {
    advance(1 + sign);
    take_digits(10);
  }
  return text_.substr(start, position_ - start);
}

Expression Scanner::number(bool negative) {
  const char letter = static_cast<char>(peek(1) | 0x20);
  if (peek() == '0' && (letter == 'x' || letter == 'o' || letter == 'b')) {
    return based_integer(negative);
  }
  const uint32_t column = column_;
  const std::string text = without_underscores(take_number_text());
  const bool imaginary = peek() == 'j' || peek() == 'J';
  if (imaginary) advance(1);
  if (at_identifier() || at_number()) fail("the end of a number");
  if (!imaginary && text.find_first_of(".eE") == std::string::npos) {
    if (text[0] == '0' && text.find_first_not_of('0') != std::string::npos) {
      throw syntax_error(column, "a number without leading zeros (octal: 0o)", text);
    }
    return integer_literal(text, 10, negative, column);
  }
  Expression out;
  out.form = imaginary ? Form::complex : Form::real;
  out.column = column;
  const double value = parse_float(text).value() * (negative ? -1 : 1);
  (imaginary ? out.imaginary : out.real) = value;
  if (imaginary && negative) out.real = -0.0;  // Python negates both parts
  return out;
}

std::string Scanner::string() {
  std::string out;
  do {
    one_string(out);
    skip_blanks();
  } while (at_string());
  return out;
}

void Scanner::one_string(std::string& out) {
  bool raw = false;
  for (; at_identifier(); advance(1)) {
    const char prefix = static_cast<char>(peek() | 0x20);
    if (prefix == 'r') raw = true;
    if (prefix != 'r' && prefix != 'u')
      fail("a plain string (bytes and templates have no place here)");
  }
  const char quote = peek();
  if (peek(1) == quote && peek(2) == quote) fail("a string in single quotes, not triple ones");
  const uint32_t start = column_;
  advance(1);
  for (char c = peek(); c != quote; c = peek()) {
    if (at_end() || c == '\n' || c == '\r') {
      fail(join("the closing quote of the string at column ", start));
    }
    if (c == '\\' && !raw) {
      escape(out);
    } else {
      // A raw string keeps its backslashes, yet they still guard a quote.
      for (size_t count = c == '\\' && (peek(1) == quote || peek(1) == '\\') ? 2 : 1; count;
           --count) {
        out += peek();
        advance(1);
      }
    }
  }
  advance(1);
}

uint32_t Scanner::hexadecimal(size_t digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i, advance(1)) {
    if (digit_value(peek()) > 15) fail(join(digits, " hexadecimal digits"));
    value = value << 4 | static_cast<uint32_t>(digit_value(peek()));
  }
  return value;
}

void Scanner::escape(std::string& out) {
  static constexpr std::string_view kLetters = "\\'\"abfnrtv";
  static constexpr std::string_view kMeanings = "\\'\"\a\b\f\n\r\t\v";
  const uint32_t column = column_;
  advance(1);
  const char c = peek();
  if (const size_t known = kLetters.find(c); known != std::string_view::npos && !at_end()) {
    advance(1);
    out += kMeanings[known];
  } else if (c == '\n') {
    advance(1);
  } else if (c >= '0' && c <= '7') {
    uint32_t value = 0;
    for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i, advance(1)) {
      value = value * 8 + static_cast<uint32_t>(peek() - '0');
    }
    append_utf8(out, value);
  } else if (c == 'x' || c == 'u' || c == 'U') {
    advance(1);
    const uint32_t point = hexadecimal(c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
      throw syntax_error(column, "an escape that is a Unicode character",
                         join("\\", std::string(1, c), "…"));
    }
    append_utf8(out, point);
  } else if (c == 'N') {
    fail("a character by number (\\u…), not by name", column);
  } else {
    out += '\\';  // as Python: an unknown escape stands for itself
  }
}

}  // namespace duramen::spec
