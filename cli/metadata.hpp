// The metadata texts of a checkpoint: read, and set in the file itself.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "handles.hpp"
#include "json.hpp"

namespace cli {

struct MetadataEdit {
  std::vector<std::string> set;  // "KEY=TEXT"
  std::vector<std::string> unset;
};

// What is wrong with a text that should be KEY=TEXT; empty when nothing is.
std::string not_a_metadata_text(const std::string& text);
// Its key and its text. Requires: nothing is wrong with it.
std::pair<std::string, std::string> split_metadata_text(const std::string& entry);
// Registers --set and --unset, which exclude other options.
void add_metadata_edit_options(CLI::App& verb, MetadataEdit& edit,
                               const std::vector<CLI::Option*>& excluded);

void write_metadata(Json& json, const std::map<std::string, std::string>& metadata);
// All texts, as lines or as JSON.
std::string all_metadata(duramen_context* context, const std::string& file, bool json);
// One text; with its hidden characters escaped where standard output is a terminal.
// Failure(kUsage) where there is none.
std::string metadata_text(duramen_context* context, const std::string& file, const std::string& key,
                          bool json);
// Changes the file and gives what to say of it. Failure before anything is changed where it has no
// metadata, is not one file, or has no text of a key that is to be removed.
std::string edit_metadata(duramen_context* context, const std::string& file,
                          const MetadataEdit& edit, bool json);

}  // namespace cli
