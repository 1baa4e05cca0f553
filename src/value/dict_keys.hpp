// What Python asks of the keys of a dict.
#pragma once

#include <optional>
#include <span>

#include "value/value.hpp"

namespace duramen {

// Whether Python could use the value as a key: a list, a dict or a tuple with one inside it could
// not.
bool is_hashable(const Value& key) noexcept;
// The position of a key that is equal to an earlier one (in Python 1, 1.0 and True are equal).
std::optional<size_t> find_duplicate_key(std::span<const ValueRef> keys);

}  // namespace duramen
