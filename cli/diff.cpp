// duramen diff A B: in what the tensors of two checkpoints differ.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "build.hpp"
#include "comparison.hpp"
#include "input.hpp"
#include "output.hpp"
#include "tensors.hpp"
#include "verbs.hpp"
#include "weights.hpp"

namespace cli {
namespace {

struct Options {
  WeightsOptions a;
  WeightsOptions b;
  FilterOptions filter;
  ComparisonOptions comparison;
  bool json = false;
  std::string color;
};

struct What {
  uint64_t bit;
  const char* text;
  const char* word;  // in JSON, as in the library's
};
constexpr What kWhats[] = {
    {DURAMEN_DIFF_ONLY_A, "only in A", "only_a"}, {DURAMEN_DIFF_ONLY_B, "only in B", "only_b"},
    {DURAMEN_DIFF_VALUE, "value", "value"},       {DURAMEN_DIFF_SHAPE, "shape", "shape"},
    {DURAMEN_DIFF_DTYPE, "dtype", "dtype"},       {DURAMEN_DIFF_ELEMENTS, "elements", "elements"},
};

std::string what_text(uint64_t bits) {
  std::string out;
  for (const What& what : kWhats) {
    if ((bits & what.bit) != 0) out += (out.empty() ? "" : ", ") + std::string(what.text);
  }
  return out;
}

// Near 1 the distance from it is what is of interest.
std::string cosine_text(double cosine) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9f", cosine);
  return text;
}

void write_count(Json& json, uint64_t count, bool is_known) {
  if (is_known) {
    json.integer(static_cast<int64_t>(count));
  } else {
    json.null();
  }
}

void write_real(Json& json, double number, bool is_known) {
  if (is_known) {
    json.real(number);
  } else {
    json.null();
  }
}

std::string side_text(const ComparedSide& side) {
  if (side.dtype == DURAMEN_DTYPE_INVALID) return "-";
  return std::string(duramen_dtype_name(side.dtype)) + " " + format_shape(side.shape);
}

std::string short_number(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", number);
  return text;
}

// How many elements differ: with a tolerance those that are not within it.
std::string count_text(const ComparedEntry& entry, const ComparisonOptions& options) {
  if (!entry.is_compared) return "";
  const bool by_distance = options.has_tolerance() && entry.distance;
  return std::to_string(by_distance ? entry.distance->outside : entry.different);
}

std::vector<std::string> row_of(const ComparedEntry& entry, const ComparisonOptions& options) {
  std::string nan;
  if (entry.a.nan_count + entry.b.nan_count > 0) {
    nan = std::to_string(entry.a.nan_count) + " / " + std::to_string(entry.b.nan_count);
  }
  const Distance distance = entry.distance.value_or(Distance());
  return {printable(entry.name),
          entry.what == 0 ? "nothing" : what_text(entry.what),
          side_text(entry.a),
          side_text(entry.b),
          count_text(entry, options),
          distance.has_numbers ? short_number(distance.absolute) : "",
          distance.has_numbers ? short_number(distance.relative) : "",
          distance.cosine ? cosine_text(*distance.cosine) : "",
          nan};
}

std::string summary(const Comparison& found, const ComparisonOptions& options) {
  std::string out =
      std::to_string(found.different) + " differ, " + std::to_string(found.same) + " are the same";
  if (options.has_tolerance() || options.ignores_dtype) {
    out += ", " + std::to_string(found.bit_equal) + " of them bit by bit";
  }
  return out + "\n";
}

std::string to_text(const Comparison& found, const ComparisonOptions& options,
                    const Palette& palette) {
  using Align = Table::Align;
  Table table({{"name", Align::left},
               {"differs in", Align::left},
               {"A", Align::left},
               {"B", Align::left},
               {"elements", Align::right},
               {"max |A - B|", Align::right},
               {"relative", Align::right},
               {"cosine", Align::right},
               {"NaN in A / B", Align::right}});
  for (const ComparedEntry& entry : found.entries) table.add(row_of(entry, options));
  return (found.entries.empty() ? "" : table.str(palette)) + summary(found, options);
}

void write_side(Json& json, const ComparedSide& side, bool is_compared) {
  if (side.dtype == DURAMEN_DTYPE_INVALID) {
    json.null();
    return;
  }
  json.begin_object().key("dtype").text(duramen_dtype_name(side.dtype));
  write_numbers(json.key("shape"), side.shape);
  write_count(json.key("nan"), side.nan_count, is_compared);
  json.end_object();
}

void write_entry(Json& json, const ComparedEntry& entry, const ComparisonOptions& options) {
  json.begin_object().key("name").text(entry.name).key("what").begin_array();
  for (const What& what : kWhats) {
    if ((entry.what & what.bit) != 0) json.text(what.word);
  }
  json.end_array();
  write_side(json.key("a"), entry.a, entry.is_compared);
  write_side(json.key("b"), entry.b, entry.is_compared);
  const Distance distance = entry.distance.value_or(Distance());
  write_count(json.key("different"), entry.different, entry.is_compared);
  write_count(json.key("outside"), distance.outside, entry.distance && options.has_tolerance());
  write_count(json.key("nan_in_one"), entry.nan_in_one, entry.is_compared);
  write_real(json.key("max_abs"), distance.absolute, distance.has_numbers);
  write_real(json.key("max_relative"), distance.relative, distance.has_numbers);
  write_real(json.key("cosine"), distance.cosine.value_or(0), distance.cosine.has_value());
  json.key("bit_equal").boolean(entry.is_bit_equal).end_object();
}

std::string to_json(const Comparison& found, const ComparisonOptions& options) {
  Json json;
  json.begin_object().key("equal").boolean(found.different == 0);
  json.key("equal_entries").integer(static_cast<int64_t>(found.same));
  json.key("bit_equal_entries").integer(static_cast<int64_t>(found.bit_equal));
  json.key(options.lists_all ? "entries" : "differences").begin_array();
  for (const ComparedEntry& entry : found.entries) write_entry(json, entry, options);
  return json.end_array().end_object().str() + "\n";
}

ExitCode run(const Options& options) {
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  WeightsOptions b_options = options.b;
  b_options.flags = options.a.flags;
  const StateDict a = read_weights(context.get(), options.a);
  const StateDict b = read_weights(context.get(), b_options);
  const Filter filter(options.filter);
  const Comparison found = compare(context.get(), a, b, filter, options.comparison);
  print(options.json ? to_json(found, options.comparison)
                     : to_text(found, options.comparison, Palette(options.color)));
  return found.different == 0 ? kOk : kDiffers;
}

std::string not_a_tolerance(const std::string& text) {
  const double number = std::strtod(text.c_str(), nullptr);
  return std::isfinite(number) && number >= 0 ? ""
                                              : "expected a number from 0 on, got '" + text + "'";
}

void add_comparison_options(CLI::App& verb, ComparisonOptions& options) {
  const CLI::Validator tolerance(not_a_tolerance, "", "tolerance");
  verb.add_option("--rtol", options.relative,
                  "Numbers are the same where |A - B| <= ATOL + RTOL * |B|, and NaN beside NaN, as "
                  "torch.allclose(equal_nan=True) has it; without --rtol and --atol bits count, "
                  "so that -0 and 0 differ")
      ->type_name("RTOL")
      ->check(tolerance);
  verb.add_option("--atol", options.absolute, "The absolute part of it; --atol 0 compares numbers")
      ->type_name("ATOL")
      ->check(tolerance);
  verb.add_flag("--ignore-dtype", options.ignores_dtype,
                "Tensors of two types are the same where their numbers are");
  verb.add_flag("--ignore-values", options.ignores_values, "Compare tensors only");
  verb.add_flag("--all", options.lists_all, "List the entries that are the same, too");
}

}  // namespace

void add_diff(CLI::App& app, ExitCode& code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "diff",
      "Compare the tensors of two checkpoints, whatever their formats; exit code 1 when "
      "they differ");
  verb->add_option("A", options->a.file, "A checkpoint")->required();
  verb->add_option("B", options->b.file, "The other one")->required();
  verb->add_option("--select-a", options->a.select, "The dotted path of a dict inside A")
      ->type_name("PATH");
  verb->add_option("--select-b", options->b.select, "The dotted path of a dict inside B")
      ->type_name("PATH");
  add_pattern_options(*verb, options->filter);
  add_dtype_filter(*verb, options->filter);
  add_comparison_options(*verb, options->comparison);
  add_dequantize_option(*verb, options->a.flags);
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen diff model.pt copy.safetensors\n"
      "  duramen diff --include '**.weight' --json model.pt copy.safetensors\n"
      "  duramen diff --rtol 1e-5 --atol 1e-8 --all model.pt copy.safetensors");
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace cli
