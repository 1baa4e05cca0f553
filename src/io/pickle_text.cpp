#include "io/pickle_machine.hpp"

namespace duramen::io::pickle {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `count` hexadecimal digits at `position`, which moves past them.
std::optional<uint32_t> take_hex(std::string_view text, size_t& position, size_t count) {
  if (text.size() - position < count) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    const int digit = hex_digit(text[position + i]);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  position += count;
  return value;
}

bool append_utf8(std::string& out, uint32_t code) {
  if (code > 0x10FFFF) return false;
  if (code < 0x80) {
    out += static_cast<char>(code);
    return true;
  }
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
  }
  tail(0);
  return true;
}

// What follows a backslash in a string literal.
bool append_escape(std::string& out, std::string_view text, size_t& position) {
  static constexpr std::string_view kLetters = "\\'\"nrtabfv";
  static constexpr std::string_view kMeanings = "\\'\"\n\r\t\a\b\f\v";
  const char letter = text[position++];
  if (const size_t found = kLetters.find(letter); found != std::string_view::npos) {
    out += kMeanings[found];
    return true;
  }
  if (letter == 'x') {
    const auto code = take_hex(text, position, 2);
    if (code) out += static_cast<char>(*code);
    return code.has_value();
  }
  if (letter < '0' || letter > '7') return false;
  int code = letter - '0';
  for (int i = 0; i < 2 && position < text.size() && text[position] >= '0' && text[position] <= '7';
       ++i) {
    code = code * 8 + (text[position++] - '0');
  }
  out += static_cast<char>(code & 255);
  return true;
}

}  // namespace

std::optional<std::string> decode_string_literal(std::string_view line) {
  const bool quoted = line.size() >= 2 && line.front() == line.back() &&
                      (line.front() == '\'' || line.front() == '"');
  if (!quoted) return std::nullopt;
  const std::string_view text = line.substr(1, line.size() - 2);
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c != '\\') {
      out += c;
    } else if (i == text.size() || !append_escape(out, text, i)) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string> decode_raw_unicode(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size();) {
    const bool escape = line[i] == '\\' && i + 1 < line.size();
    const char letter = escape ? line[i + 1] : '\0';
    if (letter != 'u' && letter != 'U') {
      append_utf8(out, static_cast<uint8_t>(line[i++]));
      continue;
    }
    i += 2;
    const auto code = take_hex(line, i, letter == 'u' ? 4 : 8);
    if (!code || !append_utf8(out, *code)) return std::nullopt;
  }
  return out;
}

}  // namespace duramen::io::pickle
