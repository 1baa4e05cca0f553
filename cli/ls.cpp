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

// Of all names and texts, as for the names of the library's state dicts: a long key above many
// entries is in each of their names, so that a small file could ask for any amount of memory.
constexpr size_t kMaxTextBytes = size_t{256} << 20;
constexpr size_t kWidestValue = 1000;

struct Entry {
  std::string name;
  duramen_tensor* tensor;       // lent by the checkpoint's content
  std::optional<size_t> first;  // the first entry on the same storage
};

struct Leaf {
  std::string path;
  const duramen_value* value;
};

// What a leaf adds to a listing beside its path.
size_t text_size(const duramen_value* value) {
  size_t length = 0;
  if (duramen_value_kind(value) != DURAMEN_VALUE_OPAQUE) return text_of(value).size();
  duramen_value_class_name(value, &length);
  return length;
}

// Flattens nested containers to dotted paths. The depth of values is limited, so this may recurse.
class Walk {
 public:
  // Failure(kRefused) with the file's name when the names would take too much memory.
  Walk(const duramen_value* root, const std::string& file) : file_(file) { visit(root, ""); }

  std::vector<Entry> entries;
  std::vector<Leaf> leaves;

  // The name of the first entry on the same storage; empty when there is none.
  std::string_view alias(const Entry& entry) const {
    return entry.first ? std::string_view(entries[*entry.first].name) : std::string_view();
  }

 private:
  static bool is_container(int32_t kind) {
    return kind == DURAMEN_VALUE_DICT || kind == DURAMEN_VALUE_LIST || kind == DURAMEN_VALUE_TUPLE;
  }
  void spend(size_t nbytes) {
    if (nbytes > room_) {
      throw Failure(kRefused, file_ +
                                  ": the names and texts of the entries are too long "
                                  "(expected at most " +
                                  std::to_string(kMaxTextBytes) + " bytes together)");
    }
    room_ -= nbytes;
  }
  void visit(const duramen_value* value, const std::string& path) {
    const int32_t kind = duramen_value_kind(value);
    spend(path.size());
    if (kind == DURAMEN_VALUE_TENSOR) {
      add_tensor(duramen_value_tensor(value), path);
    } else if (!is_container(kind)) {
      spend(text_size(value));
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
      const std::string name =
          is_dict ? key_text(duramen_value_key(value, i), i) : std::to_string(i);
      visit(duramen_value_item(value, i), prefix + name);
    }
  }
  void add_tensor(duramen_tensor* tensor, const std::string& path) {
    const auto [first, is_new] =
        first_of_storage_.emplace(duramen_tensor_storage_id(tensor), entries.size());
    entries.push_back({path, tensor, is_new ? std::nullopt : std::optional(first->second)});
  }

  const std::string& file_;
  size_t room_ = kMaxTextBytes;
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

void write_entry(Json& json, duramen_context* context, const Walk& walk, const Entry& entry,
                 bool hash) {
  json.begin_object();
  json.key("name").text(entry.name);
  json.key("dtype").text(duramen_dtype_name(duramen_tensor_dtype(entry.tensor)));
  write_numbers(json.key("shape"), shape_of(entry.tensor));
  write_numbers(json.key("strides"), strides_of(entry.tensor));
  json.key("nbytes").integer(static_cast<int64_t>(duramen_tensor_nbytes(entry.tensor)));
  if (hash) json.key("sha256").text(tensor_sha256(context, entry.tensor));
  json.key("aliases");
  if (entry.first) {
    json.text(walk.alias(entry));
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
  for (const Entry& entry : walk.entries) write_entry(json, context, walk, entry, hash);
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
    row.push_back(printable(walk.alias(entry)));
    table.add(std::move(row));
  }
  std::string text = walk.entries.empty() ? "" : table.str();
  for (const Leaf& leaf : walk.leaves)
    text += abbreviated(printable(leaf.path), kWidestName) + " = " +
            abbreviated(printable(describe(leaf.value)), kWidestValue) + "\n";
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
  const Walk walk(duramen_checkpoint_content(checkpoint.get()), options.file);
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
