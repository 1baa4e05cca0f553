// duramen info FILE: what kind of file it is, and how much it holds.
#include <optional>

#include "build.hpp"
#include "facts.hpp"
#include "json.hpp"
#include "metadata.hpp"
#include "output.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  bool metadata = false;
  std::optional<std::string> get;
  MetadataEdit edit;
  bool digest = false;
  bool json = false;
  std::string color;
};

void write_property(Json& json, const Facts& facts, const char* key) {
  const auto found = facts.properties.find(key);
  json.key(key);
  if (found == facts.properties.end()) {
    json.null();
  } else {
    json.text(found->second);
  }
}

// Of numbers.
void write_count(Json& json, const Facts& facts, const char* key) {
  const auto found = facts.properties.find(key);
  json.key(key).raw(found == facts.properties.end() ? "null" : found->second);
}

std::string to_json(const Facts& facts) {
  const auto number = [](uint64_t value) { return static_cast<int64_t>(value); };
  Json json;
  json.begin_object().key("format").text(facts.format);
  for (const char* key : {"version", "container", "protocol", "byteorder"}) {
    write_property(json, facts, key);
  }
  for (const char* key : {"shards", "files"}) write_count(json, facts, key);
  json.key("producer").text(facts.producer);
  json.key("file_bytes").integer(number(facts.file_bytes));
  json.key("tensors").integer(number(facts.tensors));
  json.key("values").integer(number(facts.values));
  json.key("elements").integer(number(facts.elements));
  json.key("floating_elements").integer(number(facts.floating_elements));
  json.key("nbytes").integer(number(facts.nbytes));
  json.key("dtypes").begin_object();
  for (const auto& [name, count] : facts.dtypes) {
    json.key(name).begin_object().key("tensors").integer(number(count.tensors));
    json.key("nbytes").integer(number(count.nbytes)).end_object();
  }
  json.end_object().key("ties").integer(number(facts.ties));
  json.key("mapped").integer(number(facts.mapped));
  json.key("alignment").integer(number(facts.alignment));
  if (facts.digest) json.key("digest").text(*facts.digest);
  json.key("classes").begin_object();
  for (const auto& [name, count] : facts.classes) json.key(name).integer(number(count));
  json.end_object();
  write_metadata(json.key("metadata"), facts.metadata);
  write_property(json, facts, "warnings");
  return json.end_object().str() + "\n";
}

// Empty where the file says nothing.
std::string text_of(const Facts& facts, const char* key) {
  const auto found = facts.properties.find(key);
  return found == facts.properties.end() ? "" : found->second;
}

// "torch 3, a zip, pickle protocol 2, little-endian"
std::string format_text(const Facts& facts) {
  std::string out = facts.format;
  const auto add = [&](const char* before, const char* key, const char* after) {
    const std::string text = text_of(facts, key);
    if (!text.empty()) out += before + text + after;
  };
  add(" ", "version", "");
  add(", container ", "container", "");
  add(", pickle protocol ", "protocol", "");
  add(", ", "byteorder", "-endian");
  return out;
}

std::string counted_files(const std::string& count) {
  return count.empty() ? "" : count + (count == "1" ? " file" : " files");
}

std::string to_text(const Facts& facts, const Palette& palette) {
  constexpr size_t kColumn = 14;
  std::string out;
  const auto line = [&](const std::string& name, const std::string& text) {
    if (text.empty()) return;
    out += palette.bold(name) + std::string(kColumn - name.size(), ' ') + printable(text) + "\n";
  };
  const auto exact = [](uint64_t nbytes) {
    return format_bytes(nbytes) + " (" + std::to_string(nbytes) + ")";
  };
  line("format", format_text(facts));
  line("producer", facts.producer);
  line("file", exact(facts.file_bytes));
  line("shards", counted_files(text_of(facts, "shards")));
  line("elements in", counted_files(text_of(facts, "files")));
  line("tensors", std::to_string(facts.tensors) + ", " + exact(facts.nbytes));
  line("elements", std::to_string(facts.elements));
  line("floating", std::to_string(facts.floating_elements) +
                       (facts.ties > 0 ? " elements, tied tensors once" : " elements"));
  for (const auto& [name, count] : facts.dtypes) {
    line("dtype",
         name + ": " + counted(count.tensors, "tensor") + ", " + format_bytes(count.nbytes));
  }
  line("values", std::to_string(facts.values) + " beside the tensors");
  for (const auto& [name, count] : facts.classes) {
    line("class", abbreviated(name, kWidestName) + ": " + std::to_string(count) + ", inert");
  }
  line("ties", counted(facts.ties, "tensor") + " on the memory of another");
  line("mapped",
       std::to_string(facts.mapped) + " of " + std::to_string(facts.tensors) +
           " tensors are used in the file's place" +
           (facts.alignment > 0 ? ", aligned to " + std::to_string(facts.alignment) + " bytes"
                                : ""));
  line("digest", facts.digest.value_or(""));
  for (const auto& [key, text] : facts.metadata) {
    line("metadata", abbreviated(key, kWidestName) + " = " + abbreviated(text, kWidestName));
  }
  line("warning", text_of(facts, "warnings"));
  return out;
}

void run(const Options& options) {
  const Context context = create_context({});
  const MetadataEdit& edit = options.edit;
  if (!edit.set.empty() || !edit.unset.empty()) {
    return print(edit_metadata(context.get(), options.file, edit, options.json));
  }
  if (options.get) {
    return print(metadata_text(context.get(), options.file, *options.get, options.json));
  }
  if (options.metadata) return print(all_metadata(context.get(), options.file, options.json));
  const Facts facts = read_facts(context.get(), options.file, options.digest);
  print(options.json ? to_json(facts) : to_text(facts, Palette(options.color)));
}

}  // namespace

void add_info(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "info", "Summarise a checkpoint: its format, how many tensors of which types, metadata");
  verb->add_option("FILE", options->file, "The checkpoint; its format is told by its content")
      ->required();
  CLI::Option* digest = verb->add_flag(
      "--digest", options->digest,
      "Add a digest of the tensors' names, types, shapes and elements, which neither "
      "their order nor the format changes");
  CLI::Option* metadata =
      verb->add_flag("--metadata", options->metadata, "Only the metadata texts, in full")
          ->excludes(digest);
  CLI::Option* get =
      verb->add_option("--get,--get-metadata", options->get, "Only the metadata text of that key")
          ->type_name("KEY")
          ->excludes(metadata)
          ->excludes(digest);
  add_metadata_edit_options(*verb, options->edit, {get, metadata, digest});
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen info model.pt\n"
      "  duramen info --json model.safetensors\n"
      "  duramen info --set author=Ada --set note=tuned model.safetensors\n"
      "  duramen info --get author model.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
