// The generator behind every input of the recorded data: element i of (seed, stream) is a hash of
// the three, so nothing has to be stored. Written down in tests/data/README.md's sources; the
// arithmetic is 64-bit and wraps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace duramen::test {

struct Stream {
  uint64_t seed;
  uint64_t number;
};

std::vector<uint64_t> hash_words(Stream stream, int64_t count);
// In [−scale, scale).
std::vector<double> hash_real(Stream stream, int64_t count, double scale = 1);
// In (0, scale).
std::vector<double> hash_pos(Stream stream, int64_t count, double scale = 1);
// In [lo, hi), as doubles (small integers).
std::vector<double> hash_int(Stream stream, int64_t count, int64_t lo, int64_t hi);

}  // namespace duramen::test
