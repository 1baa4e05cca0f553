// duramen ls FILE: what a checkpoint holds, in the file's own order.
#include <algorithm>
#include <numeric>

#include "build.hpp"
#include "listed.hpp"
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

void write_row(Json& json, const Row& row, Hasher* hasher) {
  json.begin_object();
  json.key("name").text(row.name);
  json.key("dtype").text(row.dtype);
  write_numbers(json.key("shape"), row.shape);
  write_numbers(json.key("strides"), row.strides);
  json.key("nbytes").integer(static_cast<int64_t>(row.nbytes));
  if (hasher) json.key("sha256").text((*hasher)(row.tensor));
  json.key("aliases");
  if (row.has_alias) {
    json.text(row.alias);
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

// The rows in the order that is asked for.
std::vector<size_t> ordered(const Listed& rows, const std::string& sort) {
  std::vector<size_t> out(rows.size());
  std::iota(out.begin(), out.end(), size_t{0});
  const auto by = [&](auto less) { std::stable_sort(out.begin(), out.end(), less); };
  if (sort == "name") by([&](size_t a, size_t b) { return rows.name(a) < rows.name(b); });
  if (sort == "size") by([&](size_t a, size_t b) { return rows.nbytes(a) > rows.nbytes(b); });
  if (sort == "dtype") by([&](size_t a, size_t b) { return rows.dtype(a) < rows.dtype(b); });
  return out;
}

void print_json(const Listed& rows, std::string_view format, Hasher* hasher,
                const Options& options) {
  Json json;
  json.begin_object().key("format").text(format);
  json.key("entries").begin_array();
  for (const size_t index : ordered(rows, options.sort)) {
    write_row(json, rows[index], hasher);
    if (!hasher) print_part(json);  // reading may still fail
  }
  json.end_array().key("values").begin_array();
  for (const Leaf& leaf : rows.leaves()) {
    write_leaf(json, leaf);
    if (!hasher) print_part(json);
  }
  json.end_array().end_object();
  print(json.str() + "\n");
}

std::vector<std::string> cells_of(const Row& row, const std::string* hash) {
  std::vector<std::string> cells = {printable(row.name), row.dtype, format_shape(row.shape),
                                    format_bytes(row.nbytes)};
  if (hash) cells.push_back(*hash);
  cells.push_back(printable(row.alias));
  return cells;
}

void print_table(const Listed& rows, Hasher* hasher, const Options& options) {
  using Align = Table::Align;
  std::vector<std::pair<std::string, Align>> columns = {{"name", Align::left},
                                                        {"dtype", Align::left},
                                                        {"shape", Align::left},
                                                        {"bytes", Align::right}};
  if (hasher) columns.emplace_back("sha256", Align::left);
  columns.emplace_back("same storage as", Align::left);
  Table table(columns);
  const std::vector<size_t> order = ordered(rows, options.sort);
  std::vector<std::string> hashes;
  for (const size_t index : order) {
    const Row row = rows[index];
    if (hasher) hashes.push_back((*hasher)(row.tensor));
    table.widen(cells_of(row, hasher ? &hashes.back() : nullptr));
  }
  std::string text = table.str(Palette(options.color));  // the heading
  for (size_t i = 0; i < order.size(); ++i) {
    text += table.line(cells_of(rows[order[i]], hasher ? &hashes[i] : nullptr));
    if (text.size() < kPart) continue;
    print(text);
    text.clear();
  }
  print(text);
}

// Why --trainable finds nothing: only PyTorch's own files tell which tensors require grad.
std::string note_on(const Options& options, std::string_view format) {
  if (!options.filter.trainable || format == "torch") return {};
  return " (the format does not tell what requires grad, so --trainable chooses nothing)";
}

void print_text(const Listed& rows, std::string_view format, Hasher* hasher,
                const Options& options) {
  if (rows.size() != 0) print_table(rows, hasher, options);
  std::string text;
  for (const Leaf& leaf : rows.leaves()) text += line_of(leaf);
  print(text + std::string(format) + ": " + counted(rows.size(), "tensor") + ", " +
        format_bytes(rows.total_bytes()) + note_on(options, format) + "\n");
}

void print_tree(const duramen_checkpoint* checkpoint, const Filter& filter,
                const Options& options) {
  const Content content(content_of(checkpoint, options.file), options.file, filter);
  const ModuleTree tree(content, options.depth);
  if (!options.json) return print(tree.to_text(options.file));
  Json json;
  json.begin_object().key("format").text(format_of(checkpoint));
  tree.write(json.key("tree"));
  print(json.end_object().str() + "\n");
}

void run(const Options& options) {
  const Context context = create_context({});
  const Checkpoint checkpoint = open_checkpoint(context.get(), options.file);
  const Filter filter(options.filter);
  if (options.tree) return print_tree(checkpoint.get(), filter, options);
  const Listed rows(checkpoint.get(), options.file, filter, options.hash);
  const std::string_view format = format_of(checkpoint.get());
  Hasher hasher(context.get(), rows.total_bytes());
  Hasher* const wanted = options.hash ? &hasher : nullptr;
  if (options.json) {
    print_json(rows, format, wanted, options);
  } else {
    print_text(rows, format, wanted, options);
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
