// duramen extract FILE NAME...: entries of a checkpoint as a file, or values as JSON.
#include "build.hpp"
#include "edit.hpp"
#include "target.hpp"
#include "value_json.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  uint64_t flags = 0;  // DURAMEN_OPEN_…
  std::vector<std::string> names;
  std::string select;
  TargetOptions target;
  bool json = false;
};

bool is_below(std::string_view path, std::string_view name) {
  if (!path.starts_with(name)) return false;
  return name.empty() || path.size() == name.size() || path[name.size()] == '.';
}

// What is called so, or lies below such a path. Failure(kUsage) for a name that nothing has.
Value picked(const duramen_value* root, const std::vector<std::string>& names,
             const std::string& file) {
  std::vector<bool> used(names.size());
  Edit edit;
  edit.leaf = [&](const std::string& path, const duramen_value* value) -> Value {
    bool wanted = false;
    for (size_t i = 0; i < names.size(); ++i) {
      if (!is_below(path, names[i])) continue;
      wanted = used[i] = true;
    }
    return wanted ? retained(value) : nullptr;
  };
  Value out = edited(root, edit);
  for (size_t i = 0; i < names.size(); ++i) {
    if (!used[i]) find_path(root, names[i], file);  // which says so
  }
  return out;
}

void write_named(Json& json, duramen_context* context, const Document& document,
                 const std::string& name) {
  const duramen_value* root = document.root.get();
  if (const auto place = try_path(root, name)) {
    write_tree(json, context, item_at(root, *place));
  } else {
    write_tree(json, context, picked(root, {name}, document.file).get());
  }
}

std::string json_of(duramen_context* context, const Document& document,
                    const std::vector<std::string>& names) {
  Json json;
  if (names.size() < 2) {
    write_named(json, context, document, names.empty() ? "" : names[0]);
    return json.str() + "\n";
  }
  json.begin_object();
  for (const std::string& name : names) write_named(json.key(name), context, document, name);
  return json.end_object().str() + "\n";
}

void run(const Options& options) {
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  Document document = read_document(context.get(), options.file, options.flags);
  select(document, options.select);
  if (options.target.file.empty()) {
    return print(json_of(context.get(), document, options.names));
  }
  document.root = with_state_dicts(document.root.get());
  if (!options.names.empty()) {
    document.root = picked(document.root.get(), options.names, document.file);
  }
  const Saved saved = save_document(context.get(), document, options.target);
  Json json;
  json.begin_object();
  write_saved(json, saved);
  print_report(options.target.file, options.json, to_text(saved), json.end_object().str() + "\n");
}

}  // namespace

void add_extract(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "extract", "Take entries out of a checkpoint, as a file or as JSON on standard output");
  verb->add_option("FILE", options->file, "The checkpoint; - is standard input")->required();
  verb->add_option("NAME", options->names,
                   "Tensors, other values, or a path above them; everything without one");
  verb->add_option("--select", options->select,
                   "The dotted path of what to take them from; it becomes the whole content")
      ->type_name("PATH");
  add_dequantize_option(*verb, options->flags);
  add_target_options(*verb, options->target, Presence::optional);
  verb->add_flag("--json", options->json, "Print JSON, also of what was written");
  verb->footer(
      "Without -o the entries are printed as JSON: a single one as it is, several as an object.\n"
      "\n"
      "Examples:\n"
      "  duramen extract model.pt 0.weight -o weight.npy\n"
      "  duramen extract training.pt epoch\n"
      "  duramen extract training.pt --select model -o weights.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
