// Of a plane, or of a window over it: rows and columns.
#pragma once

#include <cstdint>

namespace duramen::kernels {

struct Extent {
  int64_t h;
  int64_t w;
};

}  // namespace duramen::kernels
