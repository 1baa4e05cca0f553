// SHA-256 of bytes as 64 hexadecimal digits.
#pragma once

#include <cstddef>
#include <string>

namespace cli {

std::string sha256(const void* bytes, size_t count);

}  // namespace cli
