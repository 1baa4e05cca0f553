#include "kernels/generator.hpp"

#include <random>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"

using duramen::Generator;

namespace {
using Blob = std::array<std::byte, Generator::kStateBytes>;
}

TEST_CASE("the generator is the standard Mersenne twister of the seed's low half",
          "[kernels][generator]") {
  for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, (uint64_t{1} << 32) + 7, ~uint64_t{0}}) {
    Generator ours(seed);
    std::mt19937 standard(static_cast<uint32_t>(seed));
    bool equal = true;
    for (int i = 0; i < 2000; ++i) equal = equal && ours.random() == standard();
    CHECK(equal);
    CHECK(ours.initial_seed() == seed);
  }
}

TEST_CASE("a bulk draw is as many single draws, wherever the refills fall",
          "[kernels][generator]") {
  Generator bulk(5);
  Generator single(5);
  for (const size_t count : {1u, 0u, 622u, 1u, 625u, 3000u, 7u}) {
    std::vector<uint32_t> drawn(count);
    bulk.fill(drawn);
    bool equal = true;
    for (const uint32_t word : drawn) equal = equal && word == single.random();
    CHECK(equal);
  }
}

TEST_CASE("wide draws put the first word high", "[kernels][generator]") {
  Generator wide(3);
  Generator narrow(3);
  const uint64_t high = narrow.random();
  CHECK(wide.random64() == (high << 32 | narrow.random()));
  const uint64_t bits = narrow.random64() & ((uint64_t{1} << 53) - 1);
  CHECK(wide.uniform_double() == static_cast<double>(bits) * 0x1p-53);
}

TEST_CASE("a state blob brings the draws and the cached normal back", "[kernels][generator]") {
  for (const int drawn : {0, 1, 623, 624, 625, 1000}) {
    Generator from(11);
    for (int i = 0; i < drawn; ++i) from.random();
    if (drawn % 2 == 1) from.cache_normal(0.25);
    Blob blob;
    from.get_state(blob);
    Generator to(99);
    to.cache_normal(7.0);
    to.set_state(blob);
    Blob again;
    to.get_state(again);
    CHECK(blob == again);
    CHECK(to.initial_seed() == 11);
    CHECK(to.random() == from.random());
    CHECK(to.take_cached_normal() == from.take_cached_normal());
  }
}

TEST_CASE("seeding drops the cached normal", "[kernels][generator]") {
  Generator generator(1);
  generator.cache_normal(0.5);
  generator.seed(1);
  CHECK(!generator.take_cached_normal());
}

TEST_CASE("a blob that PyTorch does not write is refused and changes nothing",
          "[kernels][generator]") {
  Blob good;
  Generator(4).get_state(good);
  Generator generator(8);
  Blob before;
  generator.get_state(before);
  CHECK_THROWS_AS(generator.set_state(std::span(good).first(5048)), duramen::Error);
  for (const size_t at : {8u, 12u, 16u, 17u, 23u, 28u}) {
    Blob bad = good;
    bad[at] = std::byte{0x7f};
    CHECK_THROWS_AS(generator.set_state(bad), duramen::Error);
  }
  Blob after;
  generator.get_state(after);
  CHECK(before == after);
}
