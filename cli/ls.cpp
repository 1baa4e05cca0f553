// duramen ls FILE: what a checkpoint holds, in the file's own order.
#include <optional>
#include <unordered_map>
#include <vector>

#include "handles.hpp"
#include "json.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  bool json = false;
  bool hash = false;
};

struct Entry {
  std::string name;
  duramen_tensor* tensor;            // lent by the checkpoint's content
  std::optional<std::string> alias;  // the name of the first entry on the same storage
};

struct Leaf {
  std::string path;
  const duramen_value* value;
};

// Flattens nested containers to dotted paths. The depth of values is limited, so this may recurse.
class Walk {
 public:
  explicit Walk(const duramen_value* root) { visit(root, ""); }

  std::vector<Entry> entries;
  std::vector<Leaf> leaves;

 private:
  static bool is_container(int32_t kind) {
    return kind == DURAMEN_VALUE_DICT || kind == DURAMEN_VALUE_LIST || kind == DURAMEN_VALUE_TUPLE;
  }
  void visit(const duramen_value* value, const std::string& path) {
    const int32_t kind = duramen_value_kind(value);
    if (kind == DURAMEN_VALUE_TENSOR) {
      add_tensor(duramen_value_tensor(value), path);
    } else if (!is_container(kind)) {
      leaves.push_back({path, value});
    } else {
      visit_items(value, path, kind == DURAMEN_VALUE_DICT);
    }
  }
  void visit_items(const duramen_value* value, const std::string& path, bool is_dict) {
    const std::string prefix = path.empty() ? path : path + ".";
    const size_t count = duramen_value_count(value);
    if (count == 0 && !path.empty()) leaves.push_back({path, value});
    for (size_t i = 0; i < count; ++i) {
      const std::string name = is_dict ? key_text(duramen_value_key(value, i)) : std::to_string(i);
      visit(duramen_value_item(value, i), prefix + name);
    }
  }
  void add_tensor(duramen_tensor* tensor, const std::string& path) {
    const auto [first, is_new] =
        first_of_storage_.emplace(duramen_tensor_storage_id(tensor), entries.size());
    std::optional<std::string> alias;
    if (!is_new) alias = entries[first->second].name;
    entries.push_back({path, tensor, std::move(alias)});
  }

  std::unordered_map<uint64_t, size_t> first_of_storage_;
};

void write_value(Json& json, const duramen_value* value) {
  switch (duramen_value_kind(value)) {
    case DURAMEN_VALUE_BOOL:
      json.boolean(duramen_value_bool(value) != 0);
      break;
    case DURAMEN_VALUE_INT:
      json.integer(duramen_value_int(value));
      break;
    case DURAMEN_VALUE_FLOAT:
      json.real(duramen_value_float(value));
      break;
    case DURAMEN_VALUE_TEXT:
      json.text(text_of(value));
      break;
    case DURAMEN_VALUE_BIG_INT:
      json.raw(text_of(value));
      break;
    case DURAMEN_VALUE_NONE:
    case DURAMEN_VALUE_DICT:  // containers are empty here
    case DURAMEN_VALUE_LIST:
    case DURAMEN_VALUE_TUPLE:
      json.null();
      break;
    default:
      json.text(describe(value));
  }
}

void write_entry(Json& json, duramen_context* context, const Entry& entry, bool hash) {
  json.begin_object();
  json.key("name").text(entry.name);
  json.key("dtype").text(duramen_dtype_name(duramen_tensor_dtype(entry.tensor)));
  write_numbers(json.key("shape"), shape_of(entry.tensor));
  write_numbers(json.key("strides"), strides_of(entry.tensor));
  json.key("nbytes").integer(static_cast<int64_t>(duramen_tensor_nbytes(entry.tensor)));
  if (hash) json.key("sha256").text(tensor_sha256(context, entry.tensor));
  json.key("aliases");
  if (entry.alias) {
    json.text(*entry.alias);
  } else {
    json.null();
  }
  json.end_object();
}

std::string to_json(duramen_context* context, const Walk& walk, std::string_view format,
                    bool hash) {
  Json json;
  json.begin_object().key("format").text(format);
  json.key("entries").begin_array();
  for (const Entry& entry : walk.entries) write_entry(json, context, entry, hash);
  json.end_array().key("values").begin_array();
  for (const Leaf& leaf : walk.leaves) {
    json.begin_object().key("path").text(leaf.path);
    json.key("kind").text(duramen_value_kind_name(duramen_value_kind(leaf.value))).key("value");
    write_value(json, leaf.value);
    json.end_object();
  }
  json.end_array().end_object();
  return json.str() + "\n";
}

std::string to_text(duramen_context* context, const Walk& walk, std::string_view format,
                    bool hash) {
  using Align = Table::Align;
  std::vector<std::pair<std::string, Align>> columns = {{"name", Align::left},
                                                        {"dtype", Align::left},
                                                        {"shape", Align::left},
                                                        {"bytes", Align::right}};
  if (hash) columns.emplace_back("sha256", Align::left);
  columns.emplace_back("same memory as", Align::left);
  Table table(columns);
  uint64_t total = 0;
  for (const Entry& entry : walk.entries) {
    const uint64_t nbytes = duramen_tensor_nbytes(entry.tensor);
    total += nbytes;
    std::vector<std::string> row = {printable(entry.name),
                                    duramen_dtype_name(duramen_tensor_dtype(entry.tensor)),
                                    format_shape(shape_of(entry.tensor)), format_bytes(nbytes)};
    if (hash) row.push_back(tensor_sha256(context, entry.tensor));
    row.push_back(printable(entry.alias.value_or("")));
    table.add(std::move(row));
  }
  std::string text = walk.entries.empty() ? "" : table.str();
  for (const Leaf& leaf : walk.leaves)
    text += printable(leaf.path) + " = " + printable(describe(leaf.value)) + "\n";
  return text + std::string(format) + ": " + std::to_string(walk.entries.size()) + " tensors, " +
         format_bytes(total) + "\n";
}

void run(const Options& options) {
  Context context;
  call(kRefused, "",
       [&](auto error) { return duramen_context_create(nullptr, Out(context), error); });
  Checkpoint checkpoint;
  call(kRefused, options.file, [&](auto error) {
    return duramen_checkpoint_open(context.get(), options.file.data(), options.file.size(), nullptr,
                                   Out(checkpoint), error);
  });
  size_t length = 0;
  const char* name = duramen_checkpoint_format(checkpoint.get(), &length);
  const Walk walk(duramen_checkpoint_content(checkpoint.get()));
  const std::string_view format = view(name, length);
  print(options.json ? to_json(context.get(), walk, format, options.hash)
                     : to_text(context.get(), walk, format, options.hash));
}

}  // namespace

void add_ls(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("ls", "List what a checkpoint holds: tensors and other values");
  verb->add_option("FILE", options->file, "The checkpoint; its format is told by its content")
      ->required();
  verb->add_flag("--json", options->json, "Print JSON");
  verb->add_flag("--hash", options->hash,
                 "Add the SHA-256 of each tensor's contiguous little-endian bytes");
  verb->footer("Example: duramen ls model.pt");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
