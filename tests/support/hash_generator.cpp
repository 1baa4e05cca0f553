#include "support/hash_generator.hpp"

namespace duramen::test {

std::vector<uint64_t> hash_words(Stream stream, int64_t count) {
  const uint64_t base =
      stream.seed * 0x9E3779B97F4A7C15u + (stream.number + 1) * 0xD1B54A32D192ED03u;
  std::vector<uint64_t> words(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < words.size(); ++i) {
    uint64_t x = base + (i + 1) * 0x94D049BB133111EBu;
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBu;
    words[i] = x ^ (x >> 31);
  }
  return words;
}

std::vector<double> hash_real(Stream stream, int64_t count, double scale) {
  std::vector<double> values;
  for (const uint64_t x : hash_words(stream, count)) {
    values.push_back((static_cast<double>(x >> 40) - 8388608.0) / 8388608.0 * scale);
  }
  return values;
}

std::vector<double> hash_pos(Stream stream, int64_t count, double scale) {
  std::vector<double> values;
  for (const uint64_t x : hash_words(stream, count)) {
    values.push_back((2.0 * static_cast<double>(x >> 41) + 1.0) / 16777216.0 * scale);
  }
  return values;
}

std::vector<double> hash_int(Stream stream, int64_t count, int64_t lo, int64_t hi) {
  std::vector<double> values;
  for (const uint64_t x : hash_words(stream, count)) {
    const auto offset = static_cast<int64_t>((x >> 33) % static_cast<uint64_t>(hi - lo));
    values.push_back(static_cast<double>(lo + offset));
  }
  return values;
}

}  // namespace duramen::test
