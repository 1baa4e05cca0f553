#include "io/big_integer.hpp"

#include <algorithm>
#include <cstdint>

namespace duramen::io {
namespace {

constexpr size_t kMaxDigits = 4300;

bool is_negative(std::string_view bytes) noexcept {
  return !bytes.empty() && (static_cast<uint8_t>(bytes.back()) & 0x80) != 0;
}

void negate(std::string& bytes) noexcept {
  unsigned carry = 1;
  for (char& byte : bytes) {
    const unsigned sum = static_cast<uint8_t>(~byte) + carry;
    byte = static_cast<char>(sum);
    carry = sum >> 8;
  }
}

// bytes = bytes / 10; the remainder.
unsigned divide_by_ten(std::string& bytes) noexcept {
  unsigned remainder = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    const unsigned value = remainder << 8 | static_cast<uint8_t>(bytes[i]);
    bytes[i] = static_cast<char>(value / 10);
    remainder = value % 10;
  }
  while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
  return remainder;
}

}  // namespace

std::string decimal_of(std::string_view little_endian) {
  std::string bytes(little_endian);
  const bool negative = is_negative(bytes);
  if (negative) {
    bytes += static_cast<char>(0xFF);
    negate(bytes);
  }
  std::string digits;
  do {
    digits += static_cast<char>('0' + divide_by_ten(bytes));
  } while (!bytes.empty());
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<std::string> little_endian_of(std::string_view decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  if (decimal.empty() || decimal.size() > kMaxDigits) return std::nullopt;
  std::string bytes;
  for (const char c : decimal) {
    if (c < '0' || c > '9') return std::nullopt;
    unsigned carry = static_cast<unsigned>(c - '0');
    for (char& byte : bytes) {
      const unsigned value = static_cast<uint8_t>(byte) * 10u + carry;
      byte = static_cast<char>(value);
      carry = value >> 8;
    }
    if (carry) bytes += static_cast<char>(carry);
  }
  if (bytes.empty() || is_negative(bytes)) bytes += '\0';
  if (negative) negate(bytes);
  // The shortest form: a last byte that only repeats the sign goes.
  while (bytes.size() > 1) {
    const auto last = static_cast<uint8_t>(bytes.back());
    const bool next_sign = (static_cast<uint8_t>(bytes[bytes.size() - 2]) & 0x80) != 0;
    if (!(last == 0 && !next_sign) && !(last == 0xFF && next_sign)) break;
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace duramen::io
