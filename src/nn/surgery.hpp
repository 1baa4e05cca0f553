// Changes of a tree that are no more than names and flags: freezing by pattern, ties.
#pragma once

#include <string_view>

#include "base/glob.hpp"
#include "nn/module.hpp"

namespace duramen::nn {

// Sets requires_grad of every parameter of which a name is wanted (each module under its first
// path); how many these are. DTYPE_MISMATCH (RuntimeError) for one that cannot require grad;
// nothing has changed then.
size_t set_requires_grad(Module& root, const NameFilter& names, bool flag);

// The slot at `path` holds from now on what the slot at `source_path` holds: parameter and
// parameter, or buffer and buffer. NOT_FOUND (AttributeError) for a path without such a slot, or a
// source that is None; SHAPE_MISMATCH or DTYPE_MISMATCH where the slot holds something else; a slot
// that is None takes anything.
void tie(Module& root, std::string_view path, std::string_view source_path);
// Where another slot of the tree holds the tensor at `path`, or lies in its memory, the slot gets a
// contiguous copy, without a gradient; true then. NOT_FOUND.
bool untie(Context& context, Module& root, std::string_view path);

}  // namespace duramen::nn
