#include "io/big_integer.hpp"

#include "support/catch.hpp"

namespace duramen::test {

using namespace std::string_literals;

TEST_CASE("integers of any length are read and written in decimal", "[io][big_integer]") {
  const auto both_ways = [](const std::string& bytes, const std::string& decimal) {
    CHECK(io::decimal_of(bytes) == decimal);
    CHECK(io::little_endian_of(decimal) == bytes);
  };
  both_ways("\0"s, "0");
  both_ways("\xff", "-1");
  both_ways("\x80", "-128");
  both_ways("\x80\0"s, "128");
  both_ways("\0\xca\x9a\x3b"s, "1000000000");
  both_ways(std::string(8, '\0') + "\1", "18446744073709551616");
  both_ways(std::string(8, '\0') + "\xff", "-18446744073709551616");
  both_ways("\0\0\0\0\x10\x9f\x4b\xb3\x15\x07\xc9\x7b\xce\x97\xc0\0"s,
            "1000000000000000000000000000000000000");
  CHECK(io::decimal_of("") == "0");
  CHECK(io::little_endian_of("-0") == "\0"s);
  CHECK(io::little_endian_of("007") == "\7");
  for (const char* wrong : {"", "-", "1x", "+1", "1 "}) CHECK(!io::little_endian_of(wrong));
}

TEST_CASE("the longest integers come back as they were", "[io][big_integer]") {
  std::string bytes;
  for (size_t i = 0; i < io::kMaxBigIntegerBytes; ++i) bytes += static_cast<char>(i * 37 + 11);
  const std::string decimal = io::decimal_of(bytes);
  CHECK(decimal.size() >= 4290);
  CHECK(io::little_endian_of(decimal) == bytes);
  CHECK(!io::little_endian_of(std::string(4301, '1')));
}

TEST_CASE("bytes that only repeat the sign are dropped", "[io][big_integer]") {
  CHECK(io::shortest_integer("\5\0\0"s) == "\5");
  CHECK(io::shortest_integer("\x80\0\0"s) == "\x80\0"s);
  CHECK(io::shortest_integer("\xfe\xff\xff") == "\xfe");
  CHECK(io::shortest_integer("\x7f\xff\xff") == "\x7f\xff");
  CHECK(io::shortest_integer("\0\0"s) == "\0"s);
}

}  // namespace duramen::test
