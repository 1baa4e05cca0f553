#include "base/arena.hpp"

#include "support/catch.hpp"

namespace duramen::test {

TEST_CASE("pieces of an arena stay where they are", "[base][arena]") {
  Arena<int> arena;
  arena.set_block_size(4);
  int* const first = arena.take(3);
  int* const second = arena.take(3);  // a block of its own
  int* const large = arena.take(100);
  std::fill_n(first, 3, 1);
  std::fill_n(second, 3, 2);
  std::fill_n(large, 100, 3);
  CHECK(first[2] == 1);
  CHECK(second[2] == 2);
  CHECK(arena.take(0) != nullptr);
}

TEST_CASE("an arena that was moved from starts anew", "[base][arena]") {
  Arena<char> arena;
  char* const kept = arena.take(1);
  *kept = 'a';
  Arena<char> other = std::move(arena);
  *arena.take(1) = 'b';  // NOLINT: what it is then is the point
  *other.take(1) = 'c';
  CHECK(*kept == 'a');
  other = Arena<char>();
  *other.take(1) = 'd';
}

TEST_CASE("an arena that finds no memory is as it was", "[base][arena]") {
  Arena<int64_t> arena;
  arena.set_block_size(8);
  int64_t* const one = arena.take(1);
  CHECK_THROWS_AS(arena.take(SIZE_MAX), std::bad_alloc);  // more bytes than there are addresses
  CHECK(arena.take(1) == one + 1);
}

}  // namespace duramen::test
