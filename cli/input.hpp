// The checkpoint that a verb reads: a file, or standard input for "-".
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

#include "handles.hpp"

namespace cli {

// `flags` are DURAMEN_OPEN_…. Standard input is taken into memory, unless it is a file itself.
// Failure(kRefused).
Checkpoint open_checkpoint(duramen_context* context, const std::string& file, uint64_t flags = 0);
// Registers --dequantize, which is a bit of such flags.
void add_dequantize_option(CLI::App& verb, uint64_t& flags);
std::string_view format_of(const duramen_checkpoint* checkpoint);
// Everything that the file holds; never NULL. Failure(kRefused) when memory runs out.
const duramen_value* content_of(const duramen_checkpoint* checkpoint, const std::string& file);
// Of a file that was opened, or of the files in a folder; 0 where nobody knows.
uint64_t input_bytes(const std::string& file);
// The file as messages name it.
std::string shown_name(const std::string& file);
// A message in which standard input has its name, and not the one by which it was opened.
std::string with_input_name(std::string message);

}  // namespace cli
