// Which vector instructions the kernels were compiled for, and which of them this machine runs.
#pragma once

#include <string_view>
#include <vector>

namespace duramen::kernels {

struct SimdInfo {
  std::string_view target;                 // in use, as Highway names it: "AVX3", "NEON"
  std::vector<std::string_view> compiled;  // the best first
};
SimdInfo simd_info();

}  // namespace duramen::kernels
