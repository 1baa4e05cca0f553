// duramen tree TEXT: what a module owns, where each entry is listed, and what its state dict holds.
#include "build.hpp"
#include "modules.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  BuildOptions build;
  FilterOptions filter;
  bool json = false;
  bool hash = false;
  bool text = false;
  std::string color;
};

// Of a lazy module before its first input.
bool is_uninitialized(const duramen_entry& entry) {
  return (entry.flags & DURAMEN_ENTRY_UNINITIALIZED) != 0;
}

void write_tensor(Json& json, const char* name_key, const duramen_entry& entry) {
  json.begin_object().key(name_key).text(name_of(entry));
  json.key("shape");
  if (is_uninitialized(entry)) {
    json.null();
  } else {
    write_numbers(json, shape_of(entry));
  }
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

bool wants(const Filter& filter, const duramen_entry& entry) {
  const bool parameter = entry.kind == DURAMEN_KIND_PARAMETER;
  return filter.wants_kind(parameter ? "parameter" : "buffer") &&
         (!filter.only_trainable() || (entry.flags & DURAMEN_ENTRY_REQUIRES_GRAD) != 0);
}

void write_members(Json& json, const duramen_module* module, bool buffers, const Filter& filter) {
  const Listing listing =
      list(module, buffers ? DURAMEN_KIND_BUFFER : DURAMEN_KIND_PARAMETER, 0, filter);
  const Entries entries(listing.get());
  json.key(buffers ? "buffers" : "parameters").begin_array();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!wants(filter, entries[i])) continue;
    write_tensor(json, "name", entries[i]);
    const uint64_t flag = buffers ? DURAMEN_ENTRY_PERSISTENT : DURAMEN_ENTRY_REQUIRES_GRAD;
    json.key(buffers ? "persistent" : "requires_grad").boolean((entries[i].flags & flag) != 0);
    json.end_object();
  }
  json.end_array();
}

void write_state(Json& json, const duramen_module* module, Hasher* hasher, const Filter& filter) {
  const StateDict dict = state_of(module, DURAMEN_STATE_KEEP_VARS);
  const duramen_list_options options = filter.list_options();
  Listing listing;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_list(dict.get(), &options, Out(listing), error);
  });
  const Entries entries(listing.get());
  json.key("state").begin_array();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!wants(filter, entries[i])) continue;
    write_tensor(json, "key", entries[i]);
    if (hasher && is_uninitialized(entries[i])) {
      json.key("sha256").null();
    } else if (hasher) {
      json.key("sha256").text((*hasher)(entries[i].tensor));
    }
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

void write_unknown(Json& json, const duramen_value* unknown) {
  json.key("unknown").begin_array();
  for (size_t i = 0; i < duramen_value_count(unknown); ++i) {
    json.begin_object().key("path").text(text_of(duramen_value_key(unknown, i)));
    json.key("class").text(text_of(duramen_value_item(unknown, i))).end_object();
  }
  json.end_array();
}

std::string to_json(const Built& built, Hasher* hasher, const Filter& filter) {
  const StateDict dict = state_of(built.module.get());
  Json json;
  json.begin_object().key("repr").text(repr_of(built.module.get()));
  write_modules(json, built.module.get());
  write_members(json, built.module.get(), false, filter);
  write_members(json, built.module.get(), true, filter);
  write_state(json, built.module.get(), hasher, filter);
  write_versions(json, dict.get());
  if (duramen_value_count(built.unknown.get()) > 0) write_unknown(json, built.unknown.get());
  return json.end_object().str() + "\n";
}

// The table that people look for: where PyTorch lists an entry, and whether it is trained and
// saved.
std::string to_text(const Built& built, Hasher* hasher, const Palette& palette,
                    const Filter& filter) {
  using Align = Table::Align;
  std::vector<std::pair<std::string, Align>> columns;
  for (const char* name : {"name", "kind", "shape", "dtype", "parameters()", "named_parameters()",
                           "buffers()", "state_dict()", "requires_grad", "saved"}) {
    columns.emplace_back(name, Align::left);
  }
  if (hasher) columns.emplace_back("sha256", Align::left);
  Table table(columns);
  const Listing listing =
      list(built.module.get(), 0, DURAMEN_LIST_INCLUDE_NONE | DURAMEN_LIST_KEEP_DUPLICATES, filter);
  const Entries entries(listing.get());
  const auto mark = [](bool yes) { return std::string(yes ? "yes" : "-"); };
  for (size_t i = 0; i < entries.size(); ++i) {
    const duramen_entry& entry = entries[i];
    if (!wants(filter, entry)) continue;
    const bool parameter = entry.kind == DURAMEN_KIND_PARAMETER;
    const bool none = entry.tensor == nullptr;
    const bool listed =
        !none && entry.first_index == i;  // an object is listed once, under its first name
    const bool saved = !none && (entry.flags & DURAMEN_ENTRY_PERSISTENT) != 0;
    std::vector<std::string> row = {printable(name_of(entry)),
                                    parameter ? "parameter" : "buffer",
                                    none                      ? "None"
                                    : is_uninitialized(entry) ? "uninitialized"
                                                              : format_shape(shape_of(entry)),
                                    none ? "" : duramen_dtype_name(entry.dtype),
                                    mark(listed && parameter),
                                    mark(listed && parameter),
                                    mark(listed && !parameter),
                                    mark(saved),
                                    mark((entry.flags & DURAMEN_ENTRY_REQUIRES_GRAD) != 0),
                                    mark(saved)};
    if (hasher) row.push_back(none || is_uninitialized(entry) ? "" : (*hasher)(entry.tensor));
    table.add(std::move(row));
  }
  std::string text = printable_lines(repr_of(built.module.get()));
  if (entries.size() > 0) text += "\n" + table.str(palette);
  for (size_t i = 0; i < duramen_value_count(built.unknown.get()); ++i) {
    const std::string_view path = text_of(duramen_value_key(built.unknown.get(), i));
    text += palette.notable("unknown class ") +
            printable(text_of(duramen_value_item(built.unknown.get(), i))) + " at '" +
            printable(path) + "': a container\n";
  }
  return text;
}

std::string lossless_text(const duramen_module* module) {
  String text;
  call(kRefused, "", [&](auto error) { return duramen_module_text(module, Out(text), error); });
  return text_of(text) + "\n";
}

// Of what is hashed, for the bar; ties count as often as they are.
uint64_t state_bytes(const duramen_module* module) {
  const Listing listing = list(module, 0, DURAMEN_LIST_KEEP_DUPLICATES);
  const Entries entries(listing.get());
  uint64_t total = 0;
  for (size_t i = 0; i < entries.size(); ++i) total += entries[i].nbytes;
  return total;
}

void run(const Options& options) {
  const Built built = build(options.build);
  if (options.text) return print(lossless_text(built.module.get()));
  const Filter filter(options.filter);
  std::string text;
  {
    Hasher hasher(built.context.get(), state_bytes(built.module.get()));
    Hasher* const wanted = options.hash ? &hasher : nullptr;
    text = options.json ? to_json(built, wanted, filter)
                        : to_text(built, wanted, Palette(options.color), filter);
  }
  print(text);
}

}  // namespace

void add_tree(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "tree", "Build a module from text and show what it owns and where each entry is listed");
  add_text_options(*verb, options->build);
  add_seed_option(*verb, options->build);
  add_filter_options(*verb, options->filter, {"parameter", "buffer"});
  verb->add_flag(
      "--text", options->text,
      "Print instead the text from which the same tree is built: all arguments, entries, "
      "shapes and flags");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->add_flag("--hash", options->hash, "Add the SHA-256 of each initial value");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen tree 'Sequential(Linear(784, 128), BatchNorm1d(128), ReLU())'\n"
      "  duramen tree @model.txt --json --hash --seed 1\n"
      "  duramen tree @printed.txt --unknown-as-containers --text");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
