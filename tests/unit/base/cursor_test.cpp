#include "base/cursor.hpp"

#include <array>

#include "base/checked.hpp"
#include "support/catch.hpp"

namespace duramen {

TEST_CASE("a cursor gives what is there, whole or not at all", "[base][cursor]") {
  const std::array<uint8_t, 7> bytes = {1, 0, 0, 0, 'a', '\n', 9};
  Cursor cursor(std::as_bytes(std::span(bytes)));
  CHECK(cursor.number<uint32_t>().value() == 1);
  CHECK_FALSE(cursor.number<uint32_t>());
  CHECK(cursor.position() == 4);
  CHECK(cursor.take_until(std::byte{'\n'})->size() == 1);
  CHECK_FALSE(cursor.take_until(std::byte{'\n'}));
  CHECK_FALSE(cursor.take(2));
  CHECK_FALSE(cursor.take(SIZE_MAX));
  CHECK(cursor.take(1));
  CHECK(cursor.at_end());
  CHECK_FALSE(cursor.seek(8));
  CHECK(cursor.seek(7));
}

TEST_CASE("checked arithmetic notices every overflow", "[base][checked]") {
  CHECK(checked_add<uint64_t>(UINT64_MAX, 0).value() == UINT64_MAX);
  CHECK_FALSE(checked_add<uint64_t>(UINT64_MAX, 1));
  CHECK_FALSE(checked_mul<int64_t>(INT64_MAX, 2));
  CHECK(checked_mul<int64_t>(-3, 4).value() == -12);
}

}  // namespace duramen
