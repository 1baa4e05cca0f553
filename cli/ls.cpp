// duramen ls FILE: what a checkpoint holds, in the file's own order.
#include <algorithm>

#include "build.hpp"
#include "module_tree.hpp"
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
  bool tree = false;
  size_t depth = kDeepestTree;
  std::string sort;
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

// Printed in parts, so that a long list is never in memory as text.
constexpr size_t kPart = size_t{1} << 20;

void print_part(Json& json) {
  if (json.str().size() >= kPart) print(json.take());
}

// The entries in the order that is asked for.
std::vector<const Entry*> ordered(const Content& content, const std::string& sort) {
  std::vector<const Entry*> out;
  out.reserve(content.entries.size());
  for (const Entry& entry : content.entries) out.push_back(&entry);
  const auto by = [&](auto less) { std::stable_sort(out.begin(), out.end(), less); };
  if (sort == "name") by([](auto* a, auto* b) { return a->name < b->name; });
  if (sort == "size") {
    by([](auto* a, auto* b) {
      return duramen_tensor_nbytes(a->tensor) > duramen_tensor_nbytes(b->tensor);
    });
  }
  if (sort == "dtype") {
    by([](auto* a, auto* b) {
      return std::string_view(dtype_of(a->tensor)) < std::string_view(dtype_of(b->tensor));
    });
  }
  return out;
}

void print_json(const Content& content, std::string_view format, Hasher* hasher,
                const Options& options) {
  Json json;
  json.begin_object().key("format").text(format);
  json.key("entries").begin_array();
  for (const Entry* entry : ordered(content, options.sort)) {
    write_entry(json, content, *entry, hasher);
    if (!hasher) print_part(json);  // reading may still fail
  }
  json.end_array().key("values").begin_array();
  for (const Leaf& leaf : content.leaves) {
    write_leaf(json, leaf);
    if (!hasher) print_part(json);
  }
  json.end_array().end_object();
  print(json.str() + "\n");
}

std::vector<std::string> cells_of(const Content& content, const Entry& entry,
                                  const std::string* hash) {
  std::vector<std::string> row = {printable(entry.name), dtype_of(entry.tensor),
                                  format_shape(shape_of(entry.tensor)),
                                  format_bytes(duramen_tensor_nbytes(entry.tensor))};
  if (hash) row.push_back(*hash);
  row.push_back(printable(content.alias(entry)));
  return row;
}

void print_table(const Content& content, Hasher* hasher, const Options& options) {
  using Align = Table::Align;
  std::vector<std::pair<std::string, Align>> columns = {{"name", Align::left},
                                                        {"dtype", Align::left},
                                                        {"shape", Align::left},
                                                        {"bytes", Align::right}};
  if (hasher) columns.emplace_back("sha256", Align::left);
  columns.emplace_back("same storage as", Align::left);
  Table table(columns);
  const auto entries = ordered(content, options.sort);
  std::vector<std::string> hashes;
  for (const Entry* entry : entries) {
    if (hasher) hashes.push_back((*hasher)(entry->tensor));
    table.widen(cells_of(content, *entry, hasher ? &hashes.back() : nullptr));
  }
  std::string text = table.str(Palette(options.color));  // the heading
  for (size_t i = 0; i < entries.size(); ++i) {
    text += table.line(cells_of(content, *entries[i], hasher ? &hashes[i] : nullptr));
    if (text.size() < kPart) continue;
    print(text);
    text.clear();
  }
  print(text);
}

void print_text(const Content& content, std::string_view format, Hasher* hasher,
                const Options& options) {
  if (!content.entries.empty()) print_table(content, hasher, options);
  std::string text;
  for (const Leaf& leaf : content.leaves) text += line_of(leaf);
  print(text + std::string(format) + ": " + std::to_string(content.entries.size()) + " tensors, " +
        format_bytes(total_bytes(content)) + "\n");
}

void print_tree(const Content& content, std::string_view format, const Options& options) {
  const ModuleTree tree(content, options.depth);
  if (!options.json) return print(tree.to_text(options.file));
  Json json;
  json.begin_object().key("format").text(format);
  tree.write(json.key("tree"));
  print(json.end_object().str() + "\n");
}

void run(const Options& options) {
  const Context context = create_context({});
  const Checkpoint checkpoint = open_checkpoint(context.get(), options.file);
  const Filter filter(options.filter);
  const Content content(duramen_checkpoint_content(checkpoint.get()), options.file, filter);
  const std::string_view format = format_of(checkpoint.get());
  if (options.tree) return print_tree(content, format, options);
  Hasher hasher(context.get(), total_bytes(content));
  Hasher* const wanted = options.hash ? &hasher : nullptr;
  if (options.json) {
    print_json(content, format, wanted, options);
  } else {
    print_text(content, format, wanted, options);
  }
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
  CLI::Option* tree =
      verb->add_flag("--tree", options->tree,
                     "The names as a tree, with the tensors, elements and bytes below each part");
  verb->add_option("--depth", options->depth, "Of the tree, that many levels only")
      ->needs(tree)
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N");
  verb->add_option("--sort", options->sort,
                   "By name, size (the largest first) or dtype, instead of the file's own order")
      ->check(CLI::IsMember({"name", "size", "dtype"}))
      ->type_name("KEY");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen ls model.pt\n"
      "  duramen ls --tree --depth 1 model.pt\n"
      "  duramen ls --json --hash model.safetensors\n"
      "  duramen ls --include 'encoder.**.weight' --dtype float32 model.pt");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
