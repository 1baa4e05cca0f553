// That a test took little memory, from wherever it came: what files ask for does not count.
#pragma once

#include <sys/resource.h>

#include "fuzz/expect.hpp"

namespace duramen::fuzz {

// Not with the sanitizers, which take memory of their own.
inline void expect_low_peak() {
#ifndef DURAMEN_FUZZ_SANITIZED
  constexpr long kMostKilobytes = 256 * 1024;
  rusage usage = {};
  EXPECT(getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss < kMostKilobytes);
#endif
}

}  // namespace duramen::fuzz
