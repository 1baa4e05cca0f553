#include "base/error.hpp"

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("an error carries code, text and details", "[base][error]") {
  const Error error =
      Error(Code::not_found, "get: nothing there").with("path", "a.b").with("nearest", "a.c");
  CHECK(error.code() == Code::not_found);
  CHECK(error.message() == "get: nothing there");
  REQUIRE(error.record()->detail("path"));
  CHECK(*error.record()->detail("path") == "a.b");
  CHECK(error.record()->detail("file") == nullptr);
}

TEST_CASE("a detail keeps its first value", "[base][error]") {
  Error error(Code::io, "open: refused");
  error.with("file", "inner");
  error.with("file", "outer");
  CHECK(*error.record()->detail("file") == "inner");
  CHECK(error.record()->details.size() == 1);
}

TEST_CASE("an error remembers its cause", "[base][error]") {
  const Error cause(Code::io, "read: end of file");
  const Error error = Error(Code::corrupt, "load: broken").caused_by(cause);
  CHECK(error.record()->cause == cause.record());
}

}  // namespace duramen
