// One number for the tensors of a state dict, which neither the order of the entries nor the format
// of a file changes.
//
// Of every tensor XXH3-128 (seed 0) of its record: the UTF-8 bytes of its name, a zero byte, its
// dtype's name in ASCII, a zero byte, the rank and the sizes as 64-bit little-endian integers, the
// elements in C order in little-endian bytes. The digest is XXH3-128 of all these, each in its
// canonical 16 bytes, in the order of the names' bytes. Values that are not tensors do not count.
#pragma once

#include "base/function_ref.hpp"
#include "state/state_dict.hpp"

namespace duramen {

// Those of whose names `wanted` is true. 32 hexadecimal digits. CANCELLED.
std::string digest(const StateDict& dict,
                   FunctionRef<bool(std::string_view, const StateEntry&)> wanted,
                   const CancelFlag& cancel);

}  // namespace duramen
