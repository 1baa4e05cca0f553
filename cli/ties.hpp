// Entries that have elements in the same memory, for formats in which each name has memory of its
// own.
#pragma once

#include <span>
#include <vector>

#include "handles.hpp"

namespace cli {

struct NamedTensor {
  std::string_view name;
  const duramen_tensor* tensor;
};

// Of one storage, each overlapping another directly or by a third; positions of what was given.
struct Tie {
  // Of those that have all the memory of the group, the one whose name comes first, as
  // safetensors.torch.save_model chooses; nothing where none has.
  bool is_covered = false;
  // All are the same elements in the same order as the one that is kept.
  bool is_equal = true;
  size_t kept = 0;  // the first one where is_covered is false
  std::vector<size_t> others;
};
std::vector<Tie> find_ties(std::span<const NamedTensor> entries);

// Bytes of a tensor in its storage; begin == end where there are none.
struct Extent {
  uint64_t begin = 0;
  uint64_t end = 0;
};
Extent extent_of(const duramen_tensor* tensor);

}  // namespace cli
