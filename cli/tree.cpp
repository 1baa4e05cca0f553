// duramen tree TEXT: what a module owns, where each entry is listed, and what its state dict holds.
#include <span>

#include "build.hpp"
#include "json.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  BuildOptions build;
  bool json = false;
  bool hash = false;
};

// The entries of a listing, with the library's own distance between them.
class Entries {
 public:
  explicit Entries(const duramen_listing* listing)
      : first_(reinterpret_cast<const char*>(duramen_listing_entries(listing, &count_, &stride_))) {
  }
  size_t size() const { return count_; }
  const duramen_entry& operator[](size_t i) const {
    return *reinterpret_cast<const duramen_entry*>(first_ + i * stride_);
  }

 private:
  size_t count_ = 0;
  size_t stride_ = 0;
  const char* first_;
};

std::string_view name_of(const duramen_entry& entry) { return view(entry.name, entry.name_length); }
std::span<const int64_t> shape_of(const duramen_entry& entry) { return {entry.shape, entry.rank}; }

Listing list(const duramen_module* module, uint64_t kinds, uint64_t flags) {
  duramen_list_options options = {};
  options.struct_size = sizeof options;
  options.kinds = kinds;
  options.flags = flags;
  Listing listing;
  call(kRefused, "",
       [&](auto error) { return duramen_module_list(module, &options, Out(listing), error); });
  return listing;
}

StateDict state_of(const duramen_module* module) {
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_module_state_dict(module, nullptr, 0, 0, Out(dict), error);
  });
  return dict;
}

std::string repr_of(const duramen_module* module) {
  String text;
  call(kRefused, "", [&](auto error) { return duramen_module_repr(module, Out(text), error); });
  size_t length = 0;
  const char* data = duramen_string_data(text.get(), &length);
  return std::string(view(data, length));
}

void write_tensor(Json& json, const char* name_key, const duramen_entry& entry) {
  json.begin_object().key(name_key).text(name_of(entry));
  write_numbers(json.key("shape"), shape_of(entry));
  json.key("dtype").text(duramen_dtype_name(entry.dtype));
}

void write_modules(Json& json, const duramen_module* module) {
  const Listing listing = list(module, DURAMEN_KIND_MODULE, 0);
  const Entries entries(listing.get());
  json.key("modules").begin_array();
  for (size_t i = 0; i < entries.size(); ++i) {
    json.begin_object().key("path").text(name_of(entries[i]));
    json.key("class").text(duramen_module_class_name(entries[i].module, nullptr)).end_object();
  }
  json.end_array();
}

void write_members(Json& json, const duramen_module* module, bool buffers) {
  const Listing listing = list(module, buffers ? DURAMEN_KIND_BUFFER : DURAMEN_KIND_PARAMETER, 0);
  const Entries entries(listing.get());
  json.key(buffers ? "buffers" : "parameters").begin_array();
  for (size_t i = 0; i < entries.size(); ++i) {
    write_tensor(json, "name", entries[i]);
    const uint64_t flag = buffers ? DURAMEN_ENTRY_PERSISTENT : DURAMEN_ENTRY_REQUIRES_GRAD;
    json.key(buffers ? "persistent" : "requires_grad").boolean((entries[i].flags & flag) != 0);
    json.end_object();
  }
  json.end_array();
}

void write_state(Json& json, duramen_context* context, const duramen_state_dict* dict, bool hash) {
  Listing listing;
  call(kRefused, "",
       [&](auto error) { return duramen_state_dict_list(dict, Out(listing), error); });
  const Entries entries(listing.get());
  json.key("state").begin_array();
  for (size_t i = 0; i < entries.size(); ++i) {
    write_tensor(json, "key", entries[i]);
    if (hash) json.key("sha256").text(tensor_sha256(context, entries[i].tensor));
    json.end_object();
  }
  json.end_array();
}

void write_versions(Json& json, const duramen_state_dict* dict) {
  StringList paths;
  call(kRefused, "",
       [&](auto error) { return duramen_state_dict_version_paths(dict, Out(paths), error); });
  json.key("versions").begin_array();
  for (size_t i = 0; i < duramen_string_list_count(paths.get()); ++i) {
    size_t length = 0;
    const char* path = duramen_string_list_item(paths.get(), i, &length);
    int64_t version = 0;
    call(kRefused, "", [&](auto error) {
      return duramen_state_dict_version(dict, path, length, &version, error);
    });
    json.begin_object()
        .key("path")
        .text(view(path, length))
        .key("version")
        .integer(version)
        .end_object();
  }
  json.end_array();
}

std::string to_json(const Built& built, bool hash) {
  const StateDict dict = state_of(built.module.get());
  Json json;
  json.begin_object().key("repr").text(repr_of(built.module.get()));
  write_modules(json, built.module.get());
  write_members(json, built.module.get(), false);
  write_members(json, built.module.get(), true);
  write_state(json, built.context.get(), dict.get(), hash);
  write_versions(json, dict.get());
  return json.end_object().str() + "\n";
}

// The table that people look for: where PyTorch lists an entry, and whether it is trained and
// saved.
std::string to_text(const Built& built, bool hash) {
  using Align = Table::Align;
  std::vector<std::pair<std::string, Align>> columns;
  for (const char* name : {"name", "kind", "shape", "dtype", "parameters()", "named_parameters()",
                           "buffers()", "state_dict()", "requires_grad", "saved"}) {
    columns.emplace_back(name, Align::left);
  }
  if (hash) columns.emplace_back("sha256", Align::left);
  Table table(columns);
  const Listing listing =
      list(built.module.get(), 0, DURAMEN_LIST_INCLUDE_NONE | DURAMEN_LIST_KEEP_DUPLICATES);
  const Entries entries(listing.get());
  const auto mark = [](bool yes) { return std::string(yes ? "yes" : "-"); };
  for (size_t i = 0; i < entries.size(); ++i) {
    const duramen_entry& entry = entries[i];
    const bool parameter = entry.kind == DURAMEN_KIND_PARAMETER;
    const bool none = entry.tensor == nullptr;
    const bool listed =
        !none && entry.first_index == i;  // an object is listed once, under its first name
    const bool saved = !none && (entry.flags & DURAMEN_ENTRY_PERSISTENT) != 0;
    std::vector<std::string> row = {printable(name_of(entry)),
                                    parameter ? "parameter" : "buffer",
                                    none ? "None" : format_shape(shape_of(entry)),
                                    none ? "" : duramen_dtype_name(entry.dtype),
                                    mark(listed && parameter),
                                    mark(listed && parameter),
                                    mark(listed && !parameter),
                                    mark(saved),
                                    mark((entry.flags & DURAMEN_ENTRY_REQUIRES_GRAD) != 0),
                                    mark(saved)};
    if (hash) row.push_back(none ? "" : tensor_sha256(built.context.get(), entry.tensor));
    table.add(std::move(row));
  }
  return printable_lines(repr_of(built.module.get())) +
         (entries.size() > 0 ? "\n" + table.str() : "");
}

void run(const Options& options) {
  const Built built = build(options.build);
  print(options.json ? to_json(built, options.hash) : to_text(built, options.hash));
}

}  // namespace

void add_tree(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "tree", "Build a module from text and show what it owns and where each entry is listed");
  add_build_options(*verb, options->build);
  verb->add_flag("--json", options->json, "Print JSON");
  verb->add_flag("--hash", options->hash, "Add the SHA-256 of each initial value");
  verb->footer("Example: duramen tree 'Sequential(Linear(784, 128), BatchNorm1d(128), ReLU())'");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
