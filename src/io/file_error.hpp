// Errors about a file: one line that names the file, the part of it, the entry and the byte, with
// the same facts as details.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace duramen::io {

// Where in a file: all but the file may be left out.
struct Spot {
  std::string_view file;
  std::string_view part;   // "zip directory", "safetensors header", …
  std::string_view entry;  // a tensor's or a record's name
  std::optional<uint64_t> offset;
};

// "FILE: PART: 'ENTRY': WHAT, at byte N".
Error file_error(Code code, const Spot& spot, std::string_view what);
// The same error with the file before its text and among its details.
Error error_in_file(std::string_view file, const Error& error);
// The errno of a failed call: "FILE: OPERATION: No space left on device".
Error system_error(std::string_view file, std::string_view operation, int error_number);

}  // namespace duramen::io
