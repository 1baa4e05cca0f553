// What the bytes of a tensor hold that a model should not: NaN and infinities.
#pragma once

#include "tensors.hpp"

namespace cli {

struct Scan {
  uint64_t nan_count = 0;  // elements; of complex ones those with such a part
  uint64_t inf_count = 0;
};

// Opaque types hold nothing of that.
Scan scan_bytes(duramen_dtype dtype, const char* data, size_t nbytes);

}  // namespace cli
