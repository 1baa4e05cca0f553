// Where a verb's checkpoint goes, in which format, and what becomes of what that cannot hold.
#pragma once

#include <CLI/CLI.hpp>

#include "document.hpp"
#include "saved.hpp"

namespace cli {

struct TargetOptions {
  std::string file;  // "-": standard output
  std::string to;    // a format's name; empty: by the file's ending
  bool drop_values = false;
  bool drop_ties = false;
  bool clone_ties = false;
  std::vector<std::string> set_metadata;  // "KEY=TEXT"
  std::vector<std::string> unset_metadata;
  uint32_t alignment = 0;
  uint64_t max_shard_bytes = 0;  // 0: one file
};

enum class Presence { required, optional };
// Registers -o, --to and the options about what formats cannot hold.
void add_target_options(CLI::App& verb, TargetOptions& options, Presence output);

// The options with the input for output where none is given, in its own format. Failure(kUsage)
// where the input is standard input.
TargetOptions in_place_of(const std::string& input, TargetOptions options, std::string_view format);

// Saves under a bar. `format` is what a name without a known ending gets; "" where that is an
// error. Failure(kRefused) for what the format cannot hold, with the option that helps.
Saved save_document(duramen_context* context, const Document& document,
                    const TargetOptions& options, std::string_view format = "");

}  // namespace cli
