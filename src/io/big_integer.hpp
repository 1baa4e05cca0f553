// Integers beyond 64 bits, as pickle has them (little-endian two's complement) and as people read
// them. The work grows with the square of the length: a fifth of a millisecond at the limit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace duramen::io {

inline constexpr size_t kMaxBigIntegerBytes = 1785;  // 4300 digits, Python's own limit

// Without the last bytes that only repeat the sign.
std::string_view shortest_integer(std::string_view little_endian) noexcept;
std::string decimal_of(std::string_view little_endian);
// Nothing for what is not an optional minus and at most 4300 digits.
std::optional<std::string> little_endian_of(std::string_view decimal);

}  // namespace duramen::io
