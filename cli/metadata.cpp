#include "metadata.hpp"

#include <unistd.h>

#include <filesystem>

#include "document.hpp"
#include "edit.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using Metadata = std::map<std::string, std::string>;

Failure unknown_key(const Metadata& metadata, const std::string& file, const std::string& key) {
  std::vector<std::string> known;
  for (const auto& [name, text] : metadata) known.push_back(name);
  return {kUsage, file + ": there is no metadata '" + key + "'" + did_you_mean(key, known)};
}

Metadata read_metadata(duramen_context* context, const std::string& file) {
  const Checkpoint checkpoint = open_checkpoint(context, file);
  return metadata_of(checkpoint.get());
}

// The texts of a file that can be edited.
Metadata editable_metadata(duramen_context* context, const std::string& file) {
  if (file == "-") throw Failure(kUsage, "stdin: metadata is set in a file (expected its path)");
  const Checkpoint checkpoint = open_checkpoint(context, file);
  const std::string_view format = format_of(checkpoint.get());
  if (format != "safetensors") {
    throw Failure(kRefused, file + ": " + std::string(format) +
                                " has no metadata texts (expected a safetensors file)");
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored) ||
      duramen_checkpoint_property(checkpoint.get(), "shards", SIZE_MAX, nullptr)) {
    throw Failure(kRefused, file +
                                ": metadata is set in one file (expected that of a shard, each of "
                                "which has texts of its own)");
  }
  return metadata_of(checkpoint.get());
}

using Changes = std::map<std::string, std::optional<std::string>>;  // nullopt: taken out

// All or none; whether the whole file was written.
bool change(duramen_context* context, const std::string& file, const Changes& changes) {
  std::vector<Value> keys, items;
  for (const auto& [key, text] : changes) {
    keys.push_back(make_text(key));
    items.push_back(text ? make_text(*text) : make_none());
  }
  const Value texts = make_dict(keys, items);
  uint32_t rewritten = 0;
  call(kRefused, file, [&](auto error) {
    return duramen_checkpoint_edit_metadata(context, file.data(), file.size(), texts.get(),
                                            &rewritten, error);
  });
  return rewritten != 0;
}

}  // namespace

std::pair<std::string, std::string> split_metadata_text(const std::string& entry) {
  const size_t separator = entry.find('=');
  return {entry.substr(0, separator), entry.substr(separator + 1)};
}

std::string not_a_metadata_text(const std::string& text) {
  return text.find('=') == std::string::npos ? "expected KEY=TEXT, got '" + text + "'" : "";
}

void add_metadata_edit_options(CLI::App& verb, MetadataEdit& edit,
                               const std::vector<CLI::Option*>& excluded) {
  CLI::Option* set =
      verb.add_option(
              "--set,--set-metadata", edit.set,
              "Put a text into the metadata of the safetensors file itself: only its header "
              "is written where that has room, else the whole file; may be repeated")
          ->check(CLI::Validator(not_a_metadata_text, "", "text"))
          ->type_name("KEY=TEXT")
          ->allow_extra_args(false);
  CLI::Option* unset =
      verb.add_option("--unset,--unset-metadata", edit.unset,
                      "Take a text out of the metadata in the same way; may be repeated")
          ->type_name("KEY")
          ->allow_extra_args(false);
  for (CLI::Option* option : excluded) {
    set->excludes(option);
    unset->excludes(option);
  }
}

void write_metadata(Json& json, const Metadata& metadata) {
  json.begin_object();
  for (const auto& [key, text] : metadata) json.key(key).text(text);
  json.end_object();
}

std::string all_metadata(duramen_context* context, const std::string& file, bool json) {
  const Metadata metadata = read_metadata(context, file);
  if (json) {
    Json out;
    write_metadata(out, metadata);
    return out.str() + "\n";
  }
  std::string out;
  for (const auto& [key, text] : metadata) out += printable(key) + " = " + printable(text) + "\n";
  return out;
}

std::string metadata_text(duramen_context* context, const std::string& file, const std::string& key,
                          bool json) {
  const Metadata metadata = read_metadata(context, file);
  const auto found = metadata.find(key);
  if (found == metadata.end()) throw unknown_key(metadata, file, key);
  if (json) return Json().text(found->second).str() + "\n";
  return isatty(STDOUT_FILENO) != 0 ? printable_lines(found->second) : found->second + "\n";
}

std::string edit_metadata(duramen_context* context, const std::string& file,
                          const MetadataEdit& edit, bool json) {
  const Interruptible interruptible(context);
  Metadata metadata = editable_metadata(context, file);
  for (const std::string& key : edit.unset) {
    if (!metadata.contains(key)) throw unknown_key(metadata, file, key);
  }
  Progress progress("saving " + file, Progress::Unit::bytes);
  progress.listen(context);
  Changes changes;
  for (const std::string& key : edit.unset) {
    changes[key] = std::nullopt;
    metadata.erase(key);
  }
  for (const std::string& entry : edit.set) {
    const auto [key, text] = split_metadata_text(entry);
    changes[key] = text;
    metadata[key] = text;
  }
  const bool rewritten = change(context, file, changes);
  if (!json) {
    return printable(file) + (rewritten ? ": the whole file was written anew\n"
                                        : ": the header was written in its place\n");
  }
  Json out;
  out.begin_object().key("output").text(file).key("rewritten").boolean(rewritten);
  write_metadata(out.key("metadata"), metadata);
  return out.end_object().str() + "\n";
}

}  // namespace cli
