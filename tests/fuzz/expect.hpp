// A condition that no input may break; a fuzzer takes the abort for a find, a test for a failure.
#pragma once

#include <cstdio>
#include <cstdlib>

#define EXPECT(condition)                                                  \
  do {                                                                     \
    if (!(condition)) duramen::fuzz::fail(#condition, __FILE__, __LINE__); \
  } while (0)

namespace duramen::fuzz {

[[noreturn]] inline void fail(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
  std::abort();
}

}  // namespace duramen::fuzz
