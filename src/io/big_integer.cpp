#include "io/big_integer.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace duramen::io {
namespace {

constexpr size_t kMaxDigits = 4300;
constexpr uint64_t kChunk = 1'000'000'000;  // nine decimal digits in a word of 32 bits
constexpr size_t kChunkDigits = 9;

using Words = std::vector<uint32_t>;  // least significant first

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

// number = number * factor + added, in words of `Base`.
template <uint64_t Base>
void multiply_add(Words& number, uint64_t factor, uint64_t added) {
  for (uint32_t& word : number) {
    added += word * factor;
    word = static_cast<uint32_t>(added % Base);
    added /= Base;
  }
  for (; added != 0; added /= Base) number.push_back(static_cast<uint32_t>(added % Base));
}

uint32_t word_at(std::string_view bytes, size_t index) noexcept {
  uint32_t word = 0;
  for (size_t i = 4; i-- > 0;) {
    const size_t at = 4 * index + i;
    word = word << 8 | (at < bytes.size() ? static_cast<uint8_t>(bytes[at]) : 0u);
  }
  return word;
}

std::string digits_of(const Words& chunks) {
  if (chunks.empty()) return "0";
  std::string digits = std::to_string(chunks.back());
  for (size_t i = chunks.size() - 1; i-- > 0;) {
    const std::string chunk = std::to_string(chunks[i]);
    digits.append(kChunkDigits - chunk.size(), '0').append(chunk);
  }
  return digits;
}

std::string bytes_of(const Words& words) {
  std::string bytes;
  for (const uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift);
  }
  return bytes;
}

}  // namespace

std::string_view shortest_integer(std::string_view little_endian) noexcept {
  while (little_endian.size() > 1) {
    const char sign = is_negative(little_endian.substr(0, little_endian.size() - 1)) ? '\xff' : 0;
    if (little_endian.back() != sign) break;
    little_endian.remove_suffix(1);
  }
  return little_endian;
}

std::string decimal_of(std::string_view little_endian) {
  std::string bytes(little_endian);
  const bool negative = is_negative(bytes);
  if (negative) {
    bytes += static_cast<char>(0xFF);
    negate(bytes);
  }
  Words chunks;
  for (size_t i = (bytes.size() + 3) / 4; i-- > 0;) {
    multiply_add<kChunk>(chunks, uint64_t{1} << 32, word_at(bytes, i));
  }
  return (negative ? "-" : "") + digits_of(chunks);
}

std::optional<std::string> little_endian_of(std::string_view decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  if (decimal.empty() || decimal.size() > kMaxDigits) return std::nullopt;
  Words words;
  while (!decimal.empty()) {
    const size_t count = (decimal.size() - 1) % kChunkDigits + 1;
    uint64_t chunk = 0;
    for (const char c : decimal.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      chunk = chunk * 10 + static_cast<uint64_t>(c - '0');
    }
    multiply_add<uint64_t{1} << 32>(words, kChunk, chunk);
    decimal.remove_prefix(count);
  }
  std::string bytes = bytes_of(words) + '\0';
  if (negative) negate(bytes);
  return std::string(shortest_integer(bytes));
}

}  // namespace duramen::io
