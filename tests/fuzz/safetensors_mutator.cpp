// Mutations of a safetensors file that keep its frame true: the tokens of its header are mutated,
// the data grows or shrinks; the length is made anew. One in eight is mutated blindly.
#include <algorithm>
#include <cstring>

#include "fuzz/mutation.hpp"
#include "fuzz/zip_members.hpp"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace duramen::fuzz {
namespace {

constexpr size_t kLengthSize = 8;

// What headers are made of, and what they must not be.
constexpr std::string_view kTokens[] = {
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

std::string mutate(std::string_view file, size_t length, Random& random) {
  const std::string header = mutate_json(file.substr(kLengthSize, length), kTokens, random);
  std::string data(file.substr(kLengthSize + length));
  if (random() % 4 == 0) data.resize(data.size() + random() % 16);
  if (random() % 4 == 0) data.resize(data.size() - random() % (data.size() + 1));
  return little(header.size(), kLengthSize) + header + data;
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
  std::copy(made.begin(), made.end(), data);
  return made.size();
}
