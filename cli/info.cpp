// duramen info FILE: what kind of file it is, and how much it holds.
#include <algorithm>
#include <map>
#include <optional>

#include "build.hpp"
#include "document.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  bool metadata = false;
  bool digest = false;
  bool json = false;
  std::string color;
};

struct Count {
  uint64_t tensors = 0;
  uint64_t nbytes = 0;
};

struct Facts {
  std::string format;
  std::optional<std::string> version;
  std::optional<std::string> protocol;
  std::optional<std::string> byteorder;
  std::string producer;
  uint64_t file_bytes = 0;
  uint64_t tensors = 0;
  uint64_t values = 0;
  uint64_t elements = 0;
  uint64_t parameters = 0;  // elements with fractions, each memory once
  uint64_t nbytes = 0;
  uint64_t ties = 0;    // tensors on the memory of an earlier one
  uint64_t mapped = 0;  // tensors that are used in the file's place
  uint64_t alignment = 0;
  std::optional<std::string> digest;
  std::map<std::string, Count> dtypes;
  std::map<std::string, uint64_t> classes;
  std::map<std::string, std::string> metadata;
};

std::optional<std::string> property(const duramen_checkpoint* checkpoint, const char* key) {
  size_t length = 0;
  const char* text = duramen_checkpoint_property(checkpoint, key, SIZE_MAX, &length);
  return text ? std::optional(std::string(text, length)) : std::nullopt;
}

// Memory of a mapping cannot be written to.
bool is_mapped(duramen_tensor* tensor) {
  void* data = nullptr;
  return duramen_tensor_data_mut(tensor, &data, nullptr) == DURAMEN_E_READ_ONLY;
}

// The largest power of two, up to a page, that every tensor in the file starts at a multiple of.
void count_alignment(Facts& facts, const duramen_tensor* tensor) {
  const void* data = nullptr;
  if (duramen_tensor_data_const(tensor, &data, nullptr) != DURAMEN_OK) return;
  const uint64_t bits = reinterpret_cast<uintptr_t>(data) | 4096;
  const uint64_t own = bits & (~bits + 1);
  facts.alignment = facts.alignment == 0 ? own : std::min(facts.alignment, own);
}

void count_entry(Facts& facts, const Entry& entry) {
  const auto numel = static_cast<uint64_t>(duramen_tensor_numel(entry.tensor));
  const uint64_t nbytes = duramen_tensor_nbytes(entry.tensor);
  const duramen_dtype dtype = duramen_tensor_dtype(entry.tensor);
  facts.elements += numel;
  facts.nbytes += nbytes;
  facts.ties += entry.tied ? 1 : 0;
  if (!entry.tied && (is_floating(dtype) || is_complex(dtype))) facts.parameters += numel;
  Count& count = facts.dtypes[dtype_of(entry.tensor)];
  ++count.tensors;
  count.nbytes += nbytes;
  if (!is_mapped(entry.tensor)) return;
  ++facts.mapped;
  if (nbytes > 0) count_alignment(facts, entry.tensor);
}

StateDict state_dict_of(duramen_context* context, const duramen_checkpoint* checkpoint) {
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_checkpoint_state_dict(context, checkpoint, nullptr, 0, Out(dict), error);
  });
  return dict;
}

std::string digest_of(duramen_context* context, const duramen_checkpoint* checkpoint) {
  const StateDict dict = state_dict_of(context, checkpoint);
  String text;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_digest(context, dict.get(), nullptr, Out(text), error);
  });
  return text_of(text);
}

// The classes of objects that are kept as inert values, also inside such values.
void count_classes(std::map<std::string, uint64_t>& classes, const duramen_value* value) {
  if (duramen_value_kind(value) != DURAMEN_VALUE_OPAQUE) return;
  size_t length = 0;
  const char* name = duramen_value_class_name(value, &length);
  ++classes[std::string(view(name, length))];
  for (size_t i = 0; i < duramen_value_count(value); ++i) {
    count_classes(classes, duramen_value_item(value, i));
  }
}

// What writes such files; none of them names its writer.
std::string producer_of(const Facts& facts) {
  if (facts.format == "npy") return "numpy.save";
  if (facts.format == "npz") return "numpy.savez";
  if (facts.format == "gguf") return "ggml";
  if (facts.format == "torch") return "torch.save";
  if (facts.format == "dcp") return "torch.distributed.checkpoint";
  for (const auto& [key, text] : facts.metadata) {
    if (key == "format") return "safetensors for " + text;
  }
  return "safetensors";
}

Facts read_facts(duramen_context* context, const Options& options) {
  const std::string& file = options.file;
  const Checkpoint checkpoint = open_checkpoint(context, file);
  const Content content(duramen_checkpoint_content(checkpoint.get()), file);
  Facts facts;
  facts.format = format_of(checkpoint.get());
  facts.version = property(checkpoint.get(), "version");
  facts.protocol = property(checkpoint.get(), "protocol");
  facts.byteorder = property(checkpoint.get(), "byteorder");
  facts.file_bytes = input_bytes(file);
  facts.tensors = content.entries.size();
  facts.values = content.leaves.size();
  for (const Entry& entry : content.entries) count_entry(facts, entry);
  for (const Leaf& leaf : content.leaves) count_classes(facts.classes, leaf.value);
  facts.metadata = metadata_of(context, checkpoint.get());
  facts.producer = producer_of(facts);
  if (options.digest) facts.digest = digest_of(context, checkpoint.get());
  return facts;
}

void write_optional(Json& json, const std::optional<std::string>& text) {
  if (text) {
    json.text(*text);
  } else {
    json.null();
  }
}

void write_metadata(Json& json, const std::map<std::string, std::string>& metadata) {
  json.begin_object();
  for (const auto& [key, text] : metadata) json.key(key).text(text);
  json.end_object();
}

std::string to_json(const Facts& facts) {
  const auto number = [](uint64_t value) { return static_cast<int64_t>(value); };
  Json json;
  json.begin_object().key("format").text(facts.format);
  write_optional(json.key("version"), facts.version);
  write_optional(json.key("protocol"), facts.protocol);
  write_optional(json.key("byteorder"), facts.byteorder);
  json.key("producer").text(facts.producer);
  json.key("file_bytes").integer(number(facts.file_bytes));
  json.key("tensors").integer(number(facts.tensors));
  json.key("values").integer(number(facts.values));
  json.key("elements").integer(number(facts.elements));
  json.key("parameters").integer(number(facts.parameters));
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
  return json.end_object().str() + "\n";
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
  std::string format = facts.format;
  if (facts.version) format += " " + *facts.version;
  if (facts.protocol) format += ", pickle protocol " + *facts.protocol;
  if (facts.byteorder) format += ", " + *facts.byteorder + "-endian";
  line("format", format);
  line("producer", facts.producer);
  line("file", exact(facts.file_bytes));
  line("tensors", std::to_string(facts.tensors) + ", " + exact(facts.nbytes));
  line("elements", std::to_string(facts.elements));
  line("parameters", std::to_string(facts.parameters) + " elements with fractions");
  for (const auto& [name, count] : facts.dtypes) {
    line("dtype",
         name + ": " + std::to_string(count.tensors) + " tensors, " + format_bytes(count.nbytes));
  }
  line("values", std::to_string(facts.values) + " beside the tensors");
  for (const auto& [name, count] : facts.classes) {
    line("class", abbreviated(name, kWidestName) + ": " + std::to_string(count) + ", inert");
  }
  line("ties", std::to_string(facts.ties) + " tensors on the memory of another");
  line("mapped",
       std::to_string(facts.mapped) + " of " + std::to_string(facts.tensors) +
           " tensors are used in the file's place" +
           (facts.alignment > 0 ? ", aligned to " + std::to_string(facts.alignment) + " bytes"
                                : ""));
  line("digest", facts.digest.value_or(""));
  for (const auto& [key, text] : facts.metadata) {
    line("metadata", abbreviated(key, kWidestName) + " = " + abbreviated(text, kWidestName));
  }
  return out;
}

void print_metadata(duramen_context* context, const Options& options) {
  const Checkpoint checkpoint = open_checkpoint(context, options.file);
  const auto metadata = metadata_of(context, checkpoint.get());
  Json json;
  write_metadata(json, metadata);
  std::string text;
  for (const auto& [key, value] : metadata) {
    text += printable(key) + " = " + printable(value) + "\n";
  }
  print(options.json ? json.str() + "\n" : text);
}

void run(const Options& options) {
  const Context context = create_context({});
  if (options.metadata) return print_metadata(context.get(), options);
  const Facts facts = read_facts(context.get(), options);
  print(options.json ? to_json(facts) : to_text(facts, Palette(options.color)));
}

}  // namespace

void add_info(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "info", "Summarise a checkpoint: its format, how many tensors of which types, metadata");
  verb->add_option("FILE", options->file, "The checkpoint; its format is told by its content")
      ->required();
  verb->add_flag("--digest", options->digest,
                 "Add a digest of the tensors' names, types, shapes and elements, which neither "
                 "their order nor the format changes");
  verb->add_flag("--metadata", options->metadata, "Only the metadata texts, in full");
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen info model.pt\n"
      "  duramen info --json model.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
