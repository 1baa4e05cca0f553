// duramen convert FILE -o FILE: a checkpoint in another format, or a part of it.
#include "build.hpp"
#include "edit.hpp"
#include "filter.hpp"
#include "optimizer_state.hpp"
#include "output.hpp"
#include "target.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  uint64_t flags = 0;  // DURAMEN_OPEN_…
  std::string select;
  FilterOptions filter;
  bool drop_optimizer = false;
  TargetOptions target;
  bool json = false;
};

// What the options leave of the content.
class Choice {
 public:
  explicit Choice(const Options& options) : options_(options), filter_(options.filter) {}

  void apply(Document& document) {
    select(document, options_.select);
    if (filter_.everything() && !options_.drop_optimizer) return;
    document.root = with_state_dicts(document.root.get());
    Edit edit;
    edit.leaf = [this](const std::string& path, const duramen_value* value) {
      return wants(path, value) ? retained(value) : nullptr;
    };
    if (options_.drop_optimizer) {
      edit.drops = [this](const std::string& path, const duramen_value* value) {
        if (!is_optimizer_state(path, value)) return false;
        dropped_optimizer_.push_back(path);
        return true;
      };
    }
    document.root = edited(document.root.get(), edit);
    if (!document.root) {
      throw Failure(kUsage, options_.file + ": the options leave nothing of the content");
    }
  }
  const std::vector<std::string>& dropped_optimizer() const { return dropped_optimizer_; }

 private:
  bool wants(const std::string& path, const duramen_value* value) const {
    const duramen_tensor* tensor = duramen_value_tensor(value);
    return filter_.wants_name(path) && (tensor ? filter_.wants(tensor) : filter_.wants_values());
  }

  const Options& options_;
  Filter filter_;
  std::vector<std::string> dropped_optimizer_;
};

std::string to_json(const Saved& saved, const std::vector<std::string>& dropped_optimizer) {
  Json json;
  json.begin_object();
  write_saved(json, saved);
  json.key("dropped_optimizer").begin_array();
  for (const std::string& path : dropped_optimizer) json.text(path);
  return json.end_array().end_object().str() + "\n";
}

std::string to_text(const Saved& saved, const std::vector<std::string>& dropped_optimizer) {
  std::string text = to_text(saved);
  if (!dropped_optimizer.empty()) {
    text += printable_lines("left out, an optimizer's state: " + names_text(dropped_optimizer));
  }
  return text;
}

void run(const Options& options) {
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  Document document = read_document(context.get(), options.file, options.flags);
  Choice choice(options);
  choice.apply(document);
  const Saved saved = save_document(context.get(), document, options.target);
  print_report(options.target.file, options.json, to_text(saved, choice.dropped_optimizer()),
               to_json(saved, choice.dropped_optimizer()));
}

}  // namespace

void add_convert(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("convert", "Write a checkpoint, or a part of it, in another format");
  verb->add_option("FILE", options->file, "The checkpoint; - is standard input")->required();
  verb->add_option("--select", options->select,
                   "The dotted path of what to take, such as model_state_dict; it becomes the "
                   "whole content")
      ->type_name("PATH");
  add_pattern_options(*verb, options->filter);
  add_dtype_filter(*verb, options->filter);
  add_dequantize_option(*verb, options->flags);
  verb->add_flag("--drop-optimizer", options->drop_optimizer, "Leave out the state of optimizers");
  add_target_options(*verb, options->target, Presence::required);
  verb->add_flag("--json", options->json, "Print JSON");
  verb->footer(
      "Examples:\n"
      "  duramen convert model.pt -o model.safetensors\n"
      "  duramen convert training.pt --drop-optimizer -o smaller.pt\n"
      "  duramen convert model.safetensors --set-metadata format=pt -o - --to safetensors "
      "> copy.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
