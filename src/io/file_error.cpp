#include "io/file_error.hpp"

#include <cstring>

#include "base/text.hpp"

namespace duramen::io {

Error file_error(Code code, const Spot& spot, std::string_view what) {
  std::string text = printable(spot.file);
  if (!spot.part.empty()) text += join(": ", spot.part);
  if (!spot.entry.empty()) text += join(": '", printable(spot.entry), "'");
  text += join(": ", what);
  if (spot.offset) text += join(", at byte ", *spot.offset);
  Error error(code, std::move(text));
  error.with("file", std::string(spot.file));
  if (!spot.entry.empty()) error.with("entry", std::string(spot.entry));
  if (spot.offset) error.with("offset", std::to_string(*spot.offset));
  return error;
}

Error error_in_file(std::string_view file, const Error& error) {
  Error named(error.code(), join(printable(file), ": ", error.message()));
  named.with("file", std::string(file));
  for (const auto& [key, value] : error.record()->details) named.with(key, value);
  return named;
}

Error system_error(std::string_view file, std::string_view operation, int error_number) {
  char buffer[128] = "";
  const char* text = strerror_r(error_number, buffer, sizeof(buffer));
  return file_error(Code::io, {file, operation, {}, {}}, text)
      .with("errno", std::to_string(error_number));
}

}  // namespace duramen::io
