#include "json.hpp"

#include <charconv>
#include <cmath>

#include "unicode.hpp"

namespace cli {
namespace {

void append_unit(std::string& out, uint32_t unit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[unit >> shift & 15];
}

void append_escaped(std::string& out, char32_t code) {
  if (code < 0x10000) return append_unit(out, code);
  append_unit(out, 0xD800 + ((code - 0x10000) >> 10));
  append_unit(out, 0xDC00 + (code & 0x3FF));
}

// What a terminal would act on is escaped, and a byte that is no UTF-8 as Python's surrogateescape.
void append_quoted(std::string& out, std::string_view value) {
  static constexpr std::string_view kShort = "\"\\\n\r\t";
  static constexpr std::string_view kLetters = "\"\\nrt";
  out += '"';
  while (!value.empty()) {
    const Character next = first_character(value);
    const size_t found = kShort.find(value[0]);
    if (found != std::string_view::npos) {
      out += '\\';
      out += kLetters[found];
    } else if (next.length == 0) {
      append_unit(out, 0xDC00 + static_cast<unsigned char>(value[0]));
    } else if (is_hidden(next.code)) {
      append_escaped(out, next.code);
    } else {
      out += value.substr(0, next.length);
    }
    value.remove_prefix(next.length > 0 ? next.length : 1);
  }
  out += '"';
}

}  // namespace

void Json::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

Json& Json::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

Json& Json::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

Json& Json::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_ += ':';
  first_ = true;
  return *this;
}

Json& Json::text(std::string_view value) {
  separate();
  append_quoted(out_, value);
  return *this;
}

template <class T>
Json& Json::number(T value) {
  if (std::isnan(value)) return text("nan");
  if (std::isinf(value)) return text(value < 0 ? "-inf" : "inf");
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string token(buffer, end);
  if (token.find_first_of(".e") == std::string::npos) token += ".0";
  return raw(token);
}

Json& Json::real(double value) { return number(value); }
Json& Json::real(float value) { return number(value); }

Json& Json::raw(std::string_view token) {
  separate();
  out_ += token;
  return *this;
}

}  // namespace cli
