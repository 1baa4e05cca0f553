// duramen merge FILE...: several checkpoints as one.
#include <filesystem>

#include "build.hpp"
#include "edit.hpp"
#include "output.hpp"
#include "target.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string select;
  bool last = false;
  bool first = false;
  TargetOptions target;
  bool json = false;
};

bool is_dict(const duramen_value* value) { return duramen_value_kind(value) == DURAMEN_VALUE_DICT; }

class Merge {
 public:
  explicit Merge(const Options& options) : options_(options) {}

  void add(const std::string& file, Document document) {
    file_ = file;
    select(document, options_.select);
    document.root = with_state_dicts(document.root.get());
    if (!is_dict(document.root.get())) document.root = named(document.root.get());
    for (auto& [key, text] : document.metadata) {
      const auto [at, is_new] = merged_.metadata.emplace(key, text);
      if (is_new || at->second == text) continue;
      if (decide("metadata " + key)) at->second = text;
    }
    merged_.root = merged_.root ? merged(merged_.root.get(), document.root.get(), "")
                                : std::move(document.root);
    if (merged_.format.empty()) merged_.format = document.format;
  }
  const Document& result() const { return merged_; }
  const std::vector<std::string>& decided() const { return decided_; }

 private:
  // What has no name gets its file's.
  Value named(const duramen_value* value) const {
    const std::string stem = std::filesystem::path(file_).stem().string();
    const Value key = make_text(stem);
    const duramen_value* keys[] = {key.get()};
    Value out;
    call(kRefused, "",
         [&](auto error) { return duramen_value_create_dict(keys, &value, 1, Out(out), error); });
    return out;
  }

  // Whether what comes later takes the place of what is there.
  bool decide(const std::string& name) {
    if (!options_.last && !options_.first) {
      throw Failure(kRefused, file_ + ": '" + name +
                                  "' is in an earlier file, too (--last or --first chooses one)");
    }
    decided_.push_back(name);
    return options_.last;
  }

  // The depth of values is limited, so this may recurse.
  Value merged(const duramen_value* a, const duramen_value* b, const std::string& path) {
    const std::string prefix = path.empty() ? path : path + ".";
    return united(
        a, b, [&](const std::string& name, const duramen_value* there, const duramen_value* item) {
          if (is_dict(there) && is_dict(item)) return merged(there, item, prefix + name);
          return retained(decide(prefix + name) ? item : there);
        });
  }

  const Options& options_;
  std::string file_;
  Document merged_;
  std::vector<std::string> decided_;
};

void run(const Options& options) {
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  Merge merge(options);
  for (const std::string& file : options.files) {
    merge.add(file, read_document(context.get(), file));
  }
  const Saved saved =
      save_document(context.get(), merge.result(), options.target, merge.result().format);
  Json json;
  json.begin_object();
  write_saved(json, saved);
  json.key("decided").begin_array();
  for (const std::string& name : merge.decided()) json.text(name);
  json.end_array().end_object();
  const std::string decided =
      merge.decided().empty() ? ""
                              : printable_lines("in several files: " + names_text(merge.decided()));
  print_report(options.target.file, options.json, to_text(saved) + decided, json.str() + "\n");
}

}  // namespace

void add_merge(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("merge", "Write several checkpoints, or shards, as one");
  verb->add_option("FILE", options->files,
                   "The checkpoints; dicts of the same name become one, an array without a name "
                   "gets its file's")
      ->required();
  verb->add_option("--select", options->select, "The dotted path of what to take from each file")
      ->type_name("PATH");
  CLI::Option* last =
      verb->add_flag("--last", options->last, "Of entries of one name, the last file's");
  verb->add_flag("--first", options->first, "Of entries of one name, the first file's")
      ->excludes(last);
  add_target_options(*verb, options->target, Presence::required);
  verb->add_flag("--json", options->json, "Print JSON");
  verb->footer(
      "Entries of one name in two files are refused unless --last or --first is given.\n"
      "\n"
      "Examples:\n"
      "  duramen merge training.pt linear.pt -o both.pt\n"
      "  duramen merge --last model.safetensors copy.safetensors -o merged.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
