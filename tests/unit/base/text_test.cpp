#include "base/text.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("floats are spelled as Python spells them", "[base][text]") {
  CHECK(format_float(1e-5) == "1e-05");
  CHECK(format_float(0.1) == "0.1");
  CHECK(format_float(1.0) == "1.0");
  CHECK(format_float(-2.5) == "-2.5");
  CHECK(format_float(0.0001) == "0.0001");
  CHECK(format_float(0.00001234) == "1.234e-05");
  CHECK(format_float(1e15) == "1000000000000000.0");
  CHECK(format_float(1e16) == "1e+16");
  CHECK(format_float(123456789.125) == "123456789.125");
  CHECK(format_float(1e100) == "1e+100");
  CHECK(format_float(-0.0) == "-0.0");
  CHECK(format_float(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(format_float(std::nan("")) == "nan");
}

TEST_CASE("strings are quoted as Python quotes them", "[base][text]") {
  CHECK(format_quoted("mean") == "'mean'");
  CHECK(format_quoted("it's") == "\"it's\"");
  CHECK(format_quoted("a'b\"c") == "'a\\'b\"c'");
  CHECK(format_quoted("a\n\\\x01") == "'a\\n\\\\\\x01'");
}

TEST_CASE("shapes print as lists and tuples", "[base][text]") {
  const int64_t shape[] = {2, 3};
  CHECK(format_shape(shape) == "[2, 3]");
  CHECK(format_tuple(shape) == "(2, 3)");
  CHECK(format_tuple(std::span(shape, 1)) == "(2,)");
  CHECK(format_tuple({}) == "()");
}

TEST_CASE("UTF-8 is told from what is not", "[base][text]") {
  CHECK(is_utf8("名前 é 😀"));
  CHECK(is_utf8(""));
  CHECK_FALSE(is_utf8("\xC0\x80"));          // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // a surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK_FALSE(is_utf8("abc\xE2\x82"));       // cut off
}

TEST_CASE("messages hold no control bytes", "[base][text]") {
  CHECK(printable("a\nb\x1b[31m\xff") == "a\\x0ab\\x1b[31m\\xff");
  CHECK(printable("é") == "é");
  CHECK(printable("abcdef", 3) == "abc…");
}

TEST_CASE("numbers are read whole or not at all", "[base][text]") {
  CHECK(parse_float("1e-3").value() == 0.001);
  CHECK(parse_float("+2.5").value() == 2.5);
  CHECK(std::isinf(parse_float("1e999").value()));
  CHECK(parse_float("-1e-999").value() == 0.0);
  CHECK_FALSE(parse_float("1,5"));
  CHECK_FALSE(parse_float(""));
  CHECK(parse_int("-42").value() == -42);
  CHECK_FALSE(parse_int("9223372036854775808"));
  CHECK_FALSE(parse_int("4x"));
}

TEST_CASE("a slip finds its word, a stranger none", "[base][text]") {
  const std::string_view known[] = {"Linear", "BatchNorm1d", "BatchNorm2d", "ReLU"};
  CHECK(nearest_word("Liner", known) == "Linear");
  CHECK(nearest_word("batchnorm2d", known) == "BatchNorm2d");
  CHECK(nearest_word("Relu", known) == "ReLU");
  CHECK(nearest_word("Transformer", known).empty());
  const std::string long_word(257, 'x');
  CHECK(nearest_word(std::string(64, 'x'), std::vector<std::string_view>{long_word}).empty());
}

}  // namespace duramen
