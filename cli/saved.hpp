// What a verb says of a checkpoint that it has written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "json.hpp"

namespace cli {

// What was written, and what was not.
struct Saved {
  std::string file;
  std::string format;
  uint64_t tensors = 0;
  uint64_t values = 0;
  uint64_t nbytes = 0;
  std::vector<std::string> dropped_values;
  std::vector<std::pair<std::string, std::string>> dropped_ties;  // and the name that is kept
  std::vector<std::string> cloned_ties;
  std::vector<std::string> dropped_metadata;
};

// In lines; nothing where the file went to standard output.
std::string to_text(const Saved& saved);
// As keys of an open object.
void write_saved(Json& json, const Saved& saved);
// "a, b, c and 7 more"
std::string names_text(const std::vector<std::string>& names);
// Prints one or the other, unless standard output has the file.
void print_report(const std::string& file, bool json, const std::string& text,
                  const std::string& json_text);

}  // namespace cli
