#include "kernels/simd.hpp"

#include <algorithm>

#include "support/catch.hpp"

namespace duramen::test {

TEST_CASE("the vector instructions in use are among those compiled for", "[kernels][simd]") {
  const kernels::SimdInfo info = kernels::simd_info();
  CHECK(!info.compiled.empty());
  CHECK(std::count(info.compiled.begin(), info.compiled.end(), info.target) == 1);
}

}  // namespace duramen::test
