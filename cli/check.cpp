// duramen check TEXT FILE: would the file load into the module, and if not, why.
#include <array>

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
  bool is_fatal;  // for a strict load
};
constexpr std::array<KindName, 12> kKinds = {{
    {DURAMEN_LOAD_MISSING, "missing", true},
    {DURAMEN_LOAD_UNEXPECTED, "unexpected", true},
    {DURAMEN_LOAD_SHAPE_MISMATCH, "shape", true},
    {DURAMEN_LOAD_DTYPE_MISMATCH, "dtype", false},
    {DURAMEN_LOAD_NOT_A_TENSOR, "not a tensor", true},
    {DURAMEN_LOAD_DEFAULTED, "defaulted", false},
    {DURAMEN_LOAD_FAILED, "failed", true},
    {DURAMEN_LOAD_ADOPTED, "adopted", false},
    {9, "tied", false},
    {10, "ignored", false},
    {11, "renamed", false},
    {12, "sliced", false},
}};

// A kind of a later level: what it means is not known, so it does not pass.
KindName kind_of(int32_t kind) {
  for (const KindName& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return {kind, "other", true};
}

// The items of a load report.
class Report {
 public:
  Report(const duramen_module* module, const duramen_state_dict* dict, uint64_t policy) {
    duramen_load_options how = {};
    how.struct_size = sizeof how;
    how.policy = policy;
    call(kRefused, "",
         [&](auto error) { return duramen_module_match(module, dict, &how, Out(report_), error); });
  }
  size_t size() const { return duramen_load_report_count(report_.get(), 0); }
  uint64_t loaded() const { return duramen_load_report_loaded(report_.get()); }
  KindName kind(size_t i) const { return kind_of(duramen_load_report_kind(report_.get(), i)); }
  std::string_view name(size_t i) const { return text(duramen_load_report_name, i); }
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
      if (kind(i).is_fatal) return false;
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

void write_item(Json& json, const Report& report, size_t i) {
  const KindName kind = report.kind(i);
  json.begin_object().key("kind").text(kind.name).key("name").text(report.name(i));
  if (!report.nearest(i).empty()) json.key("nearest").text(report.nearest(i));
  if (kind.kind == DURAMEN_LOAD_SHAPE_MISMATCH) {
    write_numbers(json.key("expected_shape"), report.expected_shape(i));
    write_numbers(json.key("actual_shape"), report.actual_shape(i));
  }
  if (kind.kind == DURAMEN_LOAD_DTYPE_MISMATCH) {
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
  write_names(json.key("missing_keys"), report, DURAMEN_LOAD_MISSING);
  write_names(json.key("unexpected_keys"), report, DURAMEN_LOAD_UNEXPECTED);
  json.key("items").begin_array();
  for (size_t i = 0; i < report.size(); ++i) write_item(json, report, i);
  json.end_array();
  if (!hint.empty()) json.key("hint").text(hint);
  return json.end_object().str() + "\n";
}

std::string explain(const Report& report, size_t i) {
  const KindName kind = report.kind(i);
  if (kind.kind == DURAMEN_LOAD_SHAPE_MISMATCH) {
    return "module " + format_shape(report.expected_shape(i)) + ", file " +
           format_shape(report.actual_shape(i));
  }
  if (kind.kind == DURAMEN_LOAD_DTYPE_MISMATCH) {
    return std::string(report.actual_dtype(i)) + " becomes " + report.expected_dtype(i);
  }
  if (!report.nearest(i).empty()) return "did you mean " + printable(report.nearest(i)) + "?";
  if (kind.kind == DURAMEN_LOAD_MISSING || kind.kind == DURAMEN_LOAD_UNEXPECTED) return "";
  return printable(report.torch_text(i));
}

std::string to_text(const Report& report, const std::string& hint, const Palette& palette) {
  using Align = Table::Align;
  Table table({{"what", Align::left}, {"name", Align::left}, {"", Align::left}});
  for (size_t i = 0; i < report.size(); ++i) {
    table.add({report.kind(i).name, printable(report.name(i)), explain(report, i)});
  }
  const std::string entries = std::to_string(report.loaded()) + " entries fit: ";
  return (report.size() > 0 ? table.str(palette) : "") + entries +
         (report.is_loadable() ? palette.good("loadable") : palette.bad("not loadable")) + "\n" +
         (hint.empty() ? "" : "It loads with " + printable(hint) + "\n");
}

// Containers for unknown classes take what the file has for them.
uint64_t policy_of(const Options& options) {
  return options.build.unknown_as_containers ? DURAMEN_LOAD_ADOPT : 0;
}

// The option with which a dict inside the file loads; empty when none of the outermost does.
std::string find_inner(const Built& built, const Options& options) {
  if (!options.weights.select.empty()) return {};
  const Checkpoint checkpoint = open_checkpoint(built.context.get(), options.weights.file);
  const duramen_value* content = duramen_checkpoint_content(checkpoint.get());
  for (size_t i = 0; i < duramen_value_count(content); ++i) {
    const duramen_value* key = duramen_value_key(content, i);
    const bool is_dict = duramen_value_kind(duramen_value_item(content, i)) == DURAMEN_VALUE_DICT;
    if (!is_dict || duramen_value_kind(key) != DURAMEN_VALUE_TEXT) continue;
    WeightsOptions inner = options.weights;
    inner.select = text_of(key);
    try {
      const StateDict dict = read_weights(built.context.get(), inner);
      if (Report(built.module.get(), dict.get(), policy_of(options)).is_loadable())
        return "--select " + inner.select;
    } catch (const Failure&) {
      continue;  // no state dict
    }
  }
  return {};
}

ExitCode run(const Options& options) {
  const Built built = build(options.build);
  const StateDict dict = read_weights(built.context.get(), options.weights);
  const Report report(built.module.get(), dict.get(), policy_of(options));
  const std::string hint = report.is_loadable() ? "" : find_inner(built, options);
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
      "Exit code 0: load_state_dict(strict=True) succeeds; 1: it does not.\n"
      "\n"
      "Examples:\n"
      "  duramen check 'Linear(784, 10)' linear.pt\n"
      "  duramen check 'Linear(784, 10)' checkpoint.pt --rename strip:module. --json");
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace cli
