#include "kernels/simd.hpp"

#include <hwy/targets.h>

namespace duramen::kernels {

SimdInfo simd_info() {
  SimdInfo info;
  const int64_t supported = hwy::SupportedTargets();
  // A better target is a lower bit.
  for (uint64_t rest = static_cast<uint64_t>(HWY_TARGETS); rest != 0; rest &= rest - 1) {
    const auto target = static_cast<int64_t>(rest & (~rest + 1));
    info.compiled.emplace_back(hwy::TargetName(target));
    if (info.target.empty() && (supported & target) != 0) info.target = info.compiled.back();
  }
  return info;
}

}  // namespace duramen::kernels
