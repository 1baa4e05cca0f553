// The values of one tree into another of the same structure: copied, or interpolated as moving
// averages and target networks are. Everything is checked before the first write.
#pragma once

#include "base/glob.hpp"
#include "nn/module.hpp"

namespace duramen::nn {

enum class BufferMode : uint8_t { copy, lerp, skip };

struct BlendOptions {
  BufferMode buffers = BufferMode::copy;  // `lerp` means copy where nothing is interpolated
  NameFilter names;                       // of both trees; the rest is left alone
};

// Both pair parameters and buffers by name; None entries count as absent. INCOMPATIBLE with a load
// report (missing: in the target only) where names, shapes or dtypes differ, where target memory
// cannot be written, and where one tensor of the target would get the values of two. CANCELLED
// before the first write only.
void copy_from(Context& context, Module& target, const Module& source,
               const BlendOptions& options = {});
// target = kernels::lerp(target, source, weight); tensors of dtypes without it are copied.
void lerp(Context& context, Module& target, const Module& source, double weight,
          const BlendOptions& options = {});

}  // namespace duramen::nn
