// Tensors of another dtype, and what that loses.
#pragma once

#include <functional>

#include "handles.hpp"

namespace cli {

struct Loss {
  uint64_t count = 0;
  uint64_t overflow = 0;   // finite before, infinite or NaN after
  uint64_t underflow = 0;  // zero after, and not before
  uint64_t changed = 0;    // another number after, these included
  double max_error = 0;    // of those that are finite after

  void add(const Loss& other);
};

// A contiguous copy; a parameter stays one. `progress` hears how many bytes of the tensor are done.
// Requires: both types are floating.
Tensor cast_tensor(duramen_context* context, const duramen_tensor* tensor, duramen_dtype dtype,
                   Loss& loss, const std::function<void(uint64_t)>& progress);

}  // namespace cli
