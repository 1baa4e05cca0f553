// Mutations of a safetensors file that keep its frame true: tokens of the header are replaced,
// doubled, moved and dropped, numbers are nudged, the data grows or shrinks; the length is made
// anew. One in eight is mutated blindly.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace duramen::fuzz {
namespace {

using Random = std::minstd_rand;
using Tokens = std::vector<std::string>;

constexpr size_t kLengthSize = 8;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
         c == 'E';
}

size_t token_length(std::string_view text) {
  size_t length = 1;
  if (text[0] == '"') {
    while (length < text.size() && text[length] != '"') length += text[length] == '\\' ? 2 : 1;
    return std::min(length + 1, text.size());
  }
  if (!is_word(text[0])) return 1;
  while (length < text.size() && is_word(text[length])) ++length;
  return length;
}

Tokens tokens_of(std::string_view header) {
  Tokens tokens;
  while (!header.empty()) {
    const size_t length = token_length(header);
    tokens.emplace_back(header.substr(0, length));
    header.remove_prefix(length);
  }
  return tokens;
}

bool is_number(const std::string& token) { return token[0] >= '0' && token[0] <= '9'; }

// What headers are made of, and what they must not be.
std::string random_token(Random& random) {
  static constexpr std::string_view kTokens[] = {
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      " ",
      "\"dtype\"",
      "\"shape\"",
      "\"data_offsets\"",
      "\"__metadata__\"",
      "\"F32\"",
      "\"U8\"",
      "\"BOOL\"",
      "\"F4\"",
      "\"F6_E2M3\"",
      "\"C64\"",
      "\"BF16\"",
      "\"a\"",
      "\"\\u0061\"",
      "\"\\ud800\"",
      "\"\"",
      "0",
      "1",
      "-1",
      "-0",
      "1.0",
      "9223372036854775807",
      "9223372036854775808",
      "18446744073709551615",
      "4294967296",
      "null",
      "true",
      "[[",
      "]]",
      "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"};
  return std::string(kTokens[random() % std::size(kTokens)]);
}

void nudge(std::string& number, Random& random) {
  const uint64_t value = std::strtoull(number.c_str(), nullptr, 10);
  static constexpr int64_t kSteps[] = {1, -1, 2, -4, 8, 1 << 16};
  number = random() % 4 == 0 ? std::to_string(value * 2)
                             : std::to_string(value + kSteps[random() % std::size(kSteps)]);
}

void mutate_tokens(Tokens& tokens, Random& random) {
  const size_t at = random() % tokens.size();
  const size_t other = random() % tokens.size();
  const auto place = tokens.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random() % 7) {
    case 0:
      tokens[at] = random_token(random);
      break;
    case 1:
      tokens.insert(place, random_token(random));
      break;
    case 2:
      tokens.insert(place, std::string(tokens[other]));
      break;
    case 3:
      std::swap(tokens[at], tokens[other]);
      break;
    case 4:
      tokens.erase(place);
      break;
    default:
      for (size_t i = 0; i < tokens.size(); ++i) {
        std::string& token = tokens[(at + i) % tokens.size()];
        if (is_number(token)) return nudge(token, random);
      }
  }
}

std::string mutate(std::string_view file, size_t length, Random& random) {
  Tokens tokens = tokens_of(file.substr(kLengthSize, length));
  std::string data(file.substr(kLengthSize + length));
  const size_t rounds = 1 + random() % 3;
  for (size_t i = 0; i < rounds && !tokens.empty(); ++i) mutate_tokens(tokens, random);
  if (random() % 4 == 0) data.resize(data.size() + random() % 16);
  if (random() % 4 == 0) data.resize(data.size() - random() % (data.size() + 1));
  std::string header;
  for (const std::string& token : tokens) header += token;
  std::string out;
  for (size_t i = 0; i < kLengthSize; ++i) {
    out += static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  }
  return out + header + data;
}

}  // namespace
}  // namespace duramen::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  duramen::fuzz::Random random(seed);
  uint64_t length = 0;
  if (size >= sizeof length) std::memcpy(&length, data, sizeof length);
  const bool is_framed = length > 0 && size > sizeof length && length <= size - sizeof length;
  if (!is_framed || random() % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string made =
      duramen::fuzz::mutate({reinterpret_cast<const char*>(data), size}, length, random);
  if (made.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, made.data(), made.size());
  return made.size();
}
