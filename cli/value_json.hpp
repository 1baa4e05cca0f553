// A whole value as JSON: dicts as objects, lists and tuples as arrays, tensors as nested arrays of
// their elements.
#pragma once

#include "elements.hpp"

namespace cli {

void write_elements(Json& json, const Elements& elements, std::span<const int64_t> shape);
// Bytes are {"bytes": HEX}, opaque values {"class", "parts"}. Failure(kUsage) for tensors whose
// elements have no values.
void write_tree(Json& json, duramen_context* context, const duramen_value* value);

}  // namespace cli
