// duramen check TEXT FILE: would the file load into the module, and if not, why.
#include <array>
#include <optional>

#include "build.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "values.hpp"
#include "verbs.hpp"
#include "weights.hpp"

namespace cli {
namespace {

struct Options {
  BuildOptions build;
  WeightsOptions weights;
  bool json = false;
  std::string color;
};

struct KindName {
  int32_t kind;
  const char* name;
};
constexpr std::array<KindName, 12> kKinds = {{
    {DURAMEN_LOAD_ITEM_MISSING, "missing"},
    {DURAMEN_LOAD_ITEM_UNEXPECTED, "unexpected"},
    {DURAMEN_LOAD_ITEM_SHAPE_MISMATCH, "shape"},
    {DURAMEN_LOAD_ITEM_DTYPE_MISMATCH, "dtype"},
    {DURAMEN_LOAD_ITEM_NOT_A_TENSOR, "not a tensor"},
    {DURAMEN_LOAD_ITEM_DEFAULTED, "defaulted"},
    {DURAMEN_LOAD_ITEM_FAILED, "failed"},
    {DURAMEN_LOAD_ITEM_ADOPTED, "adopted"},
    {DURAMEN_LOAD_ITEM_TIED, "tied"},
    {DURAMEN_LOAD_ITEM_IGNORED, "ignored"},
    {DURAMEN_LOAD_ITEM_RENAMED, "renamed"},
    {DURAMEN_LOAD_ITEM_SLICED, "sliced"},
}};

KindName kind_of(int32_t kind) {
  for (const KindName& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return {kind, "other"};
}

// The items of a load report.
class Report {
 public:
  Report(const duramen_module* module, const duramen_state_dict* dict, const LoadHow& how) {
    call(kDiffers, "", [&](auto error) {
      return duramen_module_match(module, dict, how.get(), Out(report_), error);
    });
  }
  size_t size() const { return duramen_load_report_count(report_.get(), 0); }
  uint64_t loaded() const { return duramen_load_report_loaded(report_.get()); }
  KindName kind(size_t i) const { return kind_of(duramen_load_report_kind(report_.get(), i)); }
  // A file of one tensor has no name for it.
  std::string_view name(size_t i) const {
    const std::string_view name = text(duramen_load_report_name, i);
    return name.empty() ? "(no name)" : name;
  }
  bool is_error(size_t i) const { return duramen_load_report_is_error(report_.get(), i) != 0; }
  std::string_view origin(size_t i) const { return text(duramen_load_report_origin, i); }
  std::string_view rule(size_t i) const { return text(duramen_load_report_rule, i); }
  std::string suggestion() const {
    size_t length = 0;
    const char* rule = duramen_load_report_suggestion(report_.get(), &length);
    return std::string(view(rule, length));
  }
  uint64_t suggestion_count() const { return duramen_load_report_suggestion_count(report_.get()); }
  std::string_view torch_text(size_t i) const { return text(duramen_load_report_text, i); }
  std::string_view nearest(size_t i) const { return text(duramen_load_report_nearest, i); }
  std::span<const int64_t> expected_shape(size_t i) const {
    return shape(duramen_load_report_expected_shape, i);
  }
  std::span<const int64_t> actual_shape(size_t i) const {
    return shape(duramen_load_report_actual_shape, i);
  }
  const char* expected_dtype(size_t i) const {
    return duramen_dtype_name(duramen_load_report_expected_dtype(report_.get(), i));
  }
  const char* actual_dtype(size_t i) const {
    return duramen_dtype_name(duramen_load_report_actual_dtype(report_.get(), i));
  }
  bool is_loadable() const {
    for (size_t i = 0; i < size(); ++i) {
      if (is_error(i)) return false;
    }
    return true;
  }

 private:
  template <class Getter>
  std::string_view text(Getter get, size_t i) const {
    size_t length = 0;
    const char* data = get(report_.get(), i, &length);
    return view(data, length);
  }
  template <class Getter>
  std::span<const int64_t> shape(Getter get, size_t i) const {
    size_t rank = 0;
    const int64_t* sizes = get(report_.get(), i, &rank);
    return {sizes, rank};
  }
  LoadReport report_;
};

void write_names(Json& json, const Report& report, int32_t kind) {
  json.begin_array();
  for (size_t i = 0; i < report.size(); ++i) {
    if (report.kind(i).kind == kind) json.text(report.name(i));
  }
  json.end_array();
}

bool is_about_shapes(int32_t kind) {
  return kind == DURAMEN_LOAD_ITEM_SHAPE_MISMATCH || kind == DURAMEN_LOAD_ITEM_SLICED;
}

void write_item(Json& json, const Report& report, size_t i) {
  const KindName kind = report.kind(i);
  json.begin_object().key("kind").text(kind.name).key("name").text(report.name(i));
  json.key("error").boolean(report.is_error(i));
  if (!report.nearest(i).empty()) json.key("nearest").text(report.nearest(i));
  if (kind.kind == DURAMEN_LOAD_ITEM_RENAMED) {
    json.key("from").text(report.origin(i)).key("rule").text(report.rule(i));
  }
  if (is_about_shapes(kind.kind)) {
    write_numbers(json.key("expected_shape"), report.expected_shape(i));
    write_numbers(json.key("actual_shape"), report.actual_shape(i));
  }
  if (kind.kind == DURAMEN_LOAD_ITEM_DTYPE_MISMATCH) {
    json.key("expected_dtype").text(report.expected_dtype(i));
    json.key("actual_dtype").text(report.actual_dtype(i));
  }
  if (!report.torch_text(i).empty()) json.key("text").text(report.torch_text(i));
  json.end_object();
}

std::string to_json(const Report& report, const std::string& hint) {
  Json json;
  json.begin_object().key("loadable").boolean(report.is_loadable());
  json.key("loaded").integer(static_cast<int64_t>(report.loaded()));
  write_names(json.key("missing_keys"), report, DURAMEN_LOAD_ITEM_MISSING);
  write_names(json.key("unexpected_keys"), report, DURAMEN_LOAD_ITEM_UNEXPECTED);
  json.key("items").begin_array();
  for (size_t i = 0; i < report.size(); ++i) write_item(json, report, i);
  json.end_array();
  if (!report.suggestion().empty()) {
    json.key("suggestion").begin_object().key("rule").text(report.suggestion());
    json.key("count").integer(static_cast<int64_t>(report.suggestion_count())).end_object();
  }
  if (!hint.empty()) json.key("hint").text(hint);
  return json.end_object().str() + "\n";
}

std::string explain(const Report& report, size_t i) {
  const KindName kind = report.kind(i);
  if (is_about_shapes(kind.kind)) {
    return "module " + format_shape(report.expected_shape(i)) + ", file " +
           format_shape(report.actual_shape(i));
  }
  if (kind.kind == DURAMEN_LOAD_ITEM_DTYPE_MISMATCH) {
    return std::string(report.actual_dtype(i)) + (report.is_error(i) ? " is not " : " becomes ") +
           report.expected_dtype(i);
  }
  if (kind.kind == DURAMEN_LOAD_ITEM_RENAMED) {
    return "was " + printable(report.origin(i)) + ", by " + printable(report.rule(i));
  }
  if (kind.kind == DURAMEN_LOAD_ITEM_TIED)
    return "the same tensor as " + printable(report.nearest(i));
  if (!report.nearest(i).empty()) return "did you mean " + printable(report.nearest(i)) + "?";
  if (report.torch_text(i).empty()) return "";
  return printable(report.torch_text(i));
}

std::string to_text(const Report& report, const std::string& hint, const Palette& palette) {
  using Align = Table::Align;
  Table table({{"what", Align::left}, {"name", Align::left}, {"", Align::left}});
  for (size_t i = 0; i < report.size(); ++i) {
    table.add({report.kind(i).name, printable(report.name(i)), explain(report, i)});
  }
  std::string out = report.size() > 0 ? table.str(palette) : "";
  out += std::to_string(report.loaded()) + " entries fit: ";
  out += (report.is_loadable() ? palette.good("loadable") : palette.bad("not loadable")) + "\n";
  if (!hint.empty()) return out + "It loads with " + printable(hint) + "\n";
  if (report.suggestion().empty()) return out;
  return out + printable(spelled("--rename", report.suggestion())) + " would make " +
         std::to_string(report.suggestion_count()) + " more names fit\n";
}

// Containers for unknown classes take what the file has for them.
uint64_t flags_of(const Options& options) {
  return options.build.unknown_as_containers ? DURAMEN_LOAD_ADOPT : 0;
}

// The options with which the dict loads, "" when it does as it is; nothing when no rule is known
// that helps.
std::optional<std::string> way_to_load(const Built& built, const WeightsOptions& weights,
                                       uint64_t flags) {
  const StateDict dict = read_weights(built.context.get(), weights);
  const Report report(built.module.get(), dict.get(), LoadHow(weights, flags));
  if (report.is_loadable()) return "";
  const std::string rule = report.suggestion();
  if (rule.empty()) return std::nullopt;
  const Report renamed(built.module.get(), dict.get(), LoadHow(weights, flags, rule));
  if (!renamed.is_loadable()) return std::nullopt;
  return spelled("--rename", rule);
}

// The same for the file as it is selected or, when nothing is, a dict inside it.
std::string find_way(const Built& built, const Options& options) {
  const uint64_t flags = flags_of(options);
  if (const auto way = way_to_load(built, options.weights, flags)) return *way;
  if (!options.weights.select.empty()) return {};
  const Checkpoint checkpoint = open_checkpoint(built.context.get(), options.weights.file);
  const duramen_value* content = content_of(checkpoint.get(), options.weights.file);
  for (size_t i = 0; i < duramen_value_count(content); ++i) {
    const duramen_value* key = duramen_value_key(content, i);
    const bool is_dict = duramen_value_kind(duramen_value_item(content, i)) == DURAMEN_VALUE_DICT;
    if (!is_dict || duramen_value_kind(key) != DURAMEN_VALUE_TEXT) continue;
    WeightsOptions inner = options.weights;
    inner.select = text_of(key);
    try {
      const auto way = way_to_load(built, inner, flags);
      if (way) return spelled("--select", inner.select) + (way->empty() ? "" : " " + *way);
    } catch (const Failure&) {
      continue;  // no state dict
    }
  }
  return {};
}

ExitCode run(const Options& options) {
  const LoadHow how(options.weights, flags_of(options));
  const Built built = build(options.build);
  const StateDict dict = read_weights(built.context.get(), options.weights);
  const Report report(built.module.get(), dict.get(), how);
  const std::string hint = report.is_loadable() ? "" : find_way(built, options);
  print(options.json ? to_json(report, hint) : to_text(report, hint, Palette(options.color)));
  return report.is_loadable() ? kOk : kDiffers;
}

}  // namespace

void add_check(CLI::App& app, ExitCode& code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "check", "Tell whether a checkpoint loads into a module, and what does not fit");
  add_text_options(*verb, options->build);
  verb->add_option("FILE", options->weights.file, "The checkpoint")->required();
  add_weights_options(*verb, options->weights);
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Exit code 0: load_state_dict(strict=True) succeeds, or a load with the policies given; 1: "
      "it "
      "does not.\n"
      "\n"
      "Examples:\n"
      "  duramen check 'Linear(784, 10)' linear.pt\n"
      "  duramen check 'Linear(784, 10)' checkpoint.pt --rename strip:module. --json\n"
      "  duramen check 'Linear(784, 10)' linear.pt --policy 'bias:missing=ignore'");
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace cli
