// duramen rename FILE: other names for the entries of a dict, in place or into another file.
#include "build.hpp"
#include "edit.hpp"
#include "output.hpp"
#include "rules.hpp"
#include "target.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  std::string select;
  RuleOptions rules;
  TargetOptions target;
  bool dry_run = false;
  bool json = false;
};

struct Renamed {
  std::vector<std::pair<std::string, std::string>> changes;  // old, new
  size_t count = 0;
  Value root;
};

// The entries of a dict by name, values as they are.
StateDict entries_of(const duramen_value* dict, const std::string& subject) {
  StateDict out = without_entries(duramen_value_attributes(dict));
  for (size_t i = 0; i < duramen_value_count(dict); ++i) {
    const duramen_value* key = duramen_value_key(dict, i);
    if (duramen_value_kind(key) != DURAMEN_VALUE_TEXT) {
      throw Failure(kUsage, subject + ": only a dict with texts for keys has names");
    }
    const std::string_view name = text_of(key);
    call(kRefused, subject, [&](auto error) {
      return duramen_state_dict_set_value(out.get(), name.data(), name.size(),
                                          duramen_value_item(dict, i), error);
    });
  }
  return out;
}

std::vector<std::string> names_of(const StateDict& dict) {
  Listing listing;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_list(dict.get(), nullptr, Out(listing), error);
  });
  size_t count = 0, stride = 0;
  const auto* first =
      reinterpret_cast<const char*>(duramen_listing_entries(listing.get(), &count, &stride));
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    const auto& entry = *reinterpret_cast<const duramen_entry*>(first + i * stride);
    names.emplace_back(entry.name, entry.name_length);
  }
  return names;
}

// What is set on a dict, with the _metadata of the renamed one.
Value attributes_of(const duramen_value* dict, const StateDict& renamed) {
  const duramen_value* attributes = duramen_value_attributes(dict);
  if (!attributes || !duramen_state_dict_has_versions(renamed.get())) return retained(attributes);
  Value made;
  call(kRefused, "",
       [&](auto error) { return duramen_state_dict_to_value(renamed.get(), Out(made), error); });
  return united(attributes, duramen_value_attributes(made.get()),
                [](const std::string& /*name*/, const duramen_value* /*old*/,
                   const duramen_value* current) { return retained(current); });
}

Value dict_of(const duramen_value* like, const StateDict& renamed,
              const std::vector<std::string>& names) {
  std::vector<Value> keys, items;
  for (size_t i = 0; i < names.size(); ++i) {
    keys.push_back(make_text(names[i]));
    items.push_back(retained(duramen_value_item(like, i)));
  }
  return make_dict(like, keys, items, attributes_of(like, renamed).get());
}

Renamed renamed(const duramen_value* root, const Options& options) {
  const std::vector<size_t> place = find_path(root, options.select, options.file);
  const duramen_value* dict = item_at(root, place);
  if (duramen_value_kind(dict) != DURAMEN_VALUE_DICT) {
    throw Failure(kUsage, options.file + ": only a dict has names (got " +
                              duramen_value_kind_name(duramen_value_kind(dict)) + ")");
  }
  const StateDict before = entries_of(dict, options.file);
  const RenameRules rules = options.rules.make();
  StateDict after;
  call(kRefused, options.file, [&](auto error) {
    return duramen_state_dict_rename(before.get(), rules.get(), Out(after), error);
  });
  const std::vector<std::string> old_names = names_of(before), new_names = names_of(after);
  Renamed out;
  out.count = new_names.size();
  for (size_t i = 0; i < new_names.size(); ++i) {
    if (old_names[i] != new_names[i]) out.changes.emplace_back(old_names[i], new_names[i]);
  }
  out.root = with_item(root, place, dict_of(dict, after, new_names));
  return out;
}

// A nested dict that the rules might have been meant for.
std::string hint(const duramen_value* root, const Options& options) {
  if (!options.select.empty()) return {};
  for (size_t i = 0; i < duramen_value_count(root); ++i) {
    if (duramen_value_kind(duramen_value_item(root, i)) == DURAMEN_VALUE_DICT) {
      return " (--select " + ItemNames(root)[i] + " is for the names inside that dict)";
    }
  }
  return {};
}

std::string to_text(const Renamed& renamed, const std::string& hint) {
  std::string out;
  for (const auto& [from, to] : renamed.changes) {
    out += abbreviated(printable(from), kWidestName) + " -> " +
           abbreviated(printable(to), kWidestName) + "\n";
  }
  out += std::to_string(renamed.changes.size()) + " of " + std::to_string(renamed.count) +
         " names change";
  return out + (renamed.changes.empty() ? printable(hint) : "") + "\n";
}

std::string to_json(const Renamed& renamed, const Saved* saved) {
  Json json;
  json.begin_object().key("renamed").begin_object();
  for (const auto& [from, to] : renamed.changes) json.key(from).text(to);
  json.end_object().key("entries").integer(static_cast<int64_t>(renamed.count));
  if (saved) write_saved(json, *saved);
  return json.end_object().str() + "\n";
}

void run(const Options& options) {
  if (options.rules.empty()) {
    throw Failure(kUsage, "no rule is given (expected --rename, --preset or --regex)");
  }
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  Document document = read_document(context.get(), options.file);
  Value root = with_state_dicts(document.root.get());
  const bool has_modules = root.get() != document.root.get();
  document.root = std::move(root);
  const Renamed result = renamed(document.root.get(), options);
  const std::string text = to_text(result, hint(document.root.get(), options));
  if (options.dry_run) return print(options.json ? to_json(result, nullptr) : text);
  if (has_modules && options.target.file.empty()) {
    throw Failure(kUsage, options.file +
                              ": whole modules, of which only state dicts can be written (-o FILE "
                              "says where to)");
  }
  document.root = retained(result.root.get());
  const TargetOptions target = in_place_of(options.file, options.target, document.format);
  const Saved saved = save_document(context.get(), document, target, document.format);
  print_report(target.file, options.json, text + to_text(saved), to_json(result, &saved));
}

}  // namespace

void add_rename(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "rename", "Give the entries of a checkpoint other names, in place or into another file");
  verb->add_option("FILE", options->file,
                   "The checkpoint, which is replaced unless there is an -o; - is standard input")
      ->required();
  verb->add_option("--select", options->select,
                   "The dotted path of the dict whose names are meant, such as model_state_dict; "
                   "the rest of the file stays as it is")
      ->type_name("PATH");
  options->rules.add_to(*verb);
  verb->add_flag("--dry-run", options->dry_run, "Print the old and the new names, write nothing");
  add_target_options(*verb, options->target, Presence::optional);
  verb->add_flag("--json", options->json, "Print JSON");
  verb->footer(
      "Two names that become one are refused, and so is a name that becomes empty.\n"
      "\n"
      "Examples:\n"
      "  duramen rename model.pt --rename add:net. --dry-run\n"
      "  duramen rename training.pt --select model --rename replace:fc.=head. -o renamed.pt\n"
      "  duramen rename model.safetensors --regex '^(weight|bias)$=fc.\\1' -o renamed.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
