// How far the numbers of two tensors are from each other.
#pragma once

#include <functional>
#include <optional>

#include "handles.hpp"

namespace cli {

// |a - b| <= absolute + relative * |b|, as torch.allclose has it; NaN beside NaN is within it.
struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

// Over the positions at which neither side is NaN; of complex numbers the modulus.
struct Distance {
  bool has_numbers = false;  // whether there is such a position
  double absolute = 0;       // the largest |a - b|; equal infinities have 0
  double relative = 0;       // the largest |a - b| / max(|a|, |b|)
  // Of the two as vectors, over what is finite on both sides; nothing where one of them is zero.
  std::optional<double> cosine;
  uint64_t outside = 0;      // elements that are not within the tolerance
  uint64_t a_nan_count = 0;  // elements that are NaN, or have a NaN part
  uint64_t b_nan_count = 0;
};

// Requires: equal shapes, no opaque dtypes. Reads in chunks and calls `progress` after each.
Distance distance_between(duramen_context* context, const duramen_tensor* a,
                          const duramen_tensor* b, const Tolerance& tolerance,
                          const std::function<void()>& progress);

}  // namespace cli
