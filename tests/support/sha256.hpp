// SHA-256 as the recorded data spells it: 64 lower-case hex digits.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace duramen::test {

std::string sha256(std::span<const std::byte> bytes);

}  // namespace duramen::test
