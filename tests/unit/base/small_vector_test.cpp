#include "base/small_vector.hpp"

#include "support/catch.hpp"

namespace duramen {

using Numbers = SmallVector<int64_t, 3>;

TEST_CASE("a small vector grows out of its place and keeps its elements", "[base][small_vector]") {
  Numbers numbers;
  for (int64_t i = 0; i < 20; ++i) numbers.push_back(i);
  REQUIRE(numbers.size() == 20);
  for (size_t i = 0; i < 20; ++i) CHECK(numbers[i] == static_cast<int64_t>(i));
}

TEST_CASE("copies are independent, moves take over", "[base][small_vector]") {
  for (const size_t count : {size_t{2}, size_t{3}, size_t{9}}) {
    Numbers numbers(count, 5);
    Numbers copy = numbers;
    copy[0] = 6;
    CHECK(numbers[0] == 5);
    const Numbers moved = std::move(numbers);
    CHECK(moved.size() == count);
    copy = moved;
    CHECK(copy == moved);
  }
}

TEST_CASE("inserting and erasing shift the rest", "[base][small_vector]") {
  Numbers numbers{1, 3};
  numbers.insert(1, 2);
  numbers.insert(3, 4);
  numbers.insert(0, 0);
  CHECK(numbers == Numbers{0, 1, 2, 3, 4});
  numbers.erase(0);
  numbers.erase(3);
  CHECK(numbers == Numbers{1, 2, 3});
  numbers.resize(5);
  CHECK(numbers == Numbers{1, 2, 3, 0, 0});
}

}  // namespace duramen
