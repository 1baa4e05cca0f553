// A checkpoint that a verb reads to write another: its content and the texts that come with it.
#pragma once

#include <map>

#include "input.hpp"

namespace cli {

struct Document {
  std::string file;    // as it was given
  std::string format;  // of the file
  Value root;          // shares the file's memory
  std::map<std::string, std::string> metadata;
};

// `flags` are DURAMEN_OPEN_….
Document read_document(duramen_context* context, const std::string& file, uint64_t flags = 0);
// The texts of a file whose format has them.
std::map<std::string, std::string> metadata_of(const duramen_checkpoint* checkpoint);
// The part of the content at a dotted path becomes all of it; "" changes nothing. Failure(kUsage).
void select(Document& document, const std::string& path);

}  // namespace cli
