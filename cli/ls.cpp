// duramen ls FILE: what a checkpoint holds, in the file's own order.
#include "build.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  FilterOptions filter;
  bool json = false;
  bool hash = false;
  std::string color;
};

uint64_t total_bytes(const Content& content) {
  uint64_t total = 0;
  for (const Entry& entry : content.entries) total += duramen_tensor_nbytes(entry.tensor);
  return total;
}

void write_entry(Json& json, const Content& content, const Entry& entry, Hasher* hasher) {
  json.begin_object();
  json.key("name").text(entry.name);
  json.key("dtype").text(dtype_of(entry.tensor));
  write_numbers(json.key("shape"), shape_of(entry.tensor));
  write_numbers(json.key("strides"), strides_of(entry.tensor));
  json.key("nbytes").integer(static_cast<int64_t>(duramen_tensor_nbytes(entry.tensor)));
  if (hasher) json.key("sha256").text((*hasher)(entry.tensor));
  json.key("aliases");
  if (entry.first) {
    json.text(content.alias(entry));
  } else {
    json.null();
  }
  json.end_object();
}

std::string to_json(const Content& content, std::string_view format, Hasher* hasher) {
  Json json;
  json.begin_object().key("format").text(format);
  json.key("entries").begin_array();
  for (const Entry& entry : content.entries) write_entry(json, content, entry, hasher);
  json.end_array().key("values").begin_array();
  for (const Leaf& leaf : content.leaves) write_leaf(json, leaf);
  json.end_array().end_object();
  return json.str() + "\n";
}

std::string table_of(const Content& content, Hasher* hasher, const Palette& palette) {
  using Align = Table::Align;
  std::vector<std::pair<std::string, Align>> columns = {{"name", Align::left},
                                                        {"dtype", Align::left},
                                                        {"shape", Align::left},
                                                        {"bytes", Align::right}};
  if (hasher) columns.emplace_back("sha256", Align::left);
  columns.emplace_back("same storage as", Align::left);
  Table table(columns);
  for (const Entry& entry : content.entries) {
    std::vector<std::string> row = {printable(entry.name), dtype_of(entry.tensor),
                                    format_shape(shape_of(entry.tensor)),
                                    format_bytes(duramen_tensor_nbytes(entry.tensor))};
    if (hasher) row.push_back((*hasher)(entry.tensor));
    row.push_back(printable(content.alias(entry)));
    table.add(std::move(row));
  }
  return table.str(palette);
}

std::string to_text(const Content& content, std::string_view format, Hasher* hasher,
                    const Palette& palette) {
  std::string text = content.entries.empty() ? "" : table_of(content, hasher, palette);
  for (const Leaf& leaf : content.leaves) text += line_of(leaf);
  return text + std::string(format) + ": " + std::to_string(content.entries.size()) + " tensors, " +
         format_bytes(total_bytes(content)) + "\n";
}

void run(const Options& options) {
  const Context context = create_context({});
  const Checkpoint checkpoint = open_checkpoint(context.get(), options.file);
  const Filter filter(options.filter);
  const Content content(duramen_checkpoint_content(checkpoint.get()), options.file, filter);
  const std::string_view format = format_of(checkpoint.get());
  std::string text;
  {
    Hasher hasher(context.get(), total_bytes(content));
    Hasher* const wanted = options.hash ? &hasher : nullptr;
    text = options.json ? to_json(content, format, wanted)
                        : to_text(content, format, wanted, Palette(options.color));
  }
  print(text);
}

}  // namespace

void add_ls(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("ls", "List what a checkpoint holds: tensors and other values");
  verb->add_option("FILE", options->file, "The checkpoint; its format is told by its content")
      ->required();
  add_filter_options(*verb, options->filter, {"parameter", "tensor", "value"});
  add_dtype_filter(*verb, options->filter);
  verb->add_flag("--json", options->json, "Print JSON");
  verb->add_flag("--hash", options->hash,
                 "Add the SHA-256 of each tensor's contiguous little-endian bytes");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen ls model.pt\n"
      "  duramen ls --json --hash model.safetensors\n"
      "  duramen ls --include 'encoder.**.weight' --dtype float32 model.pt");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
