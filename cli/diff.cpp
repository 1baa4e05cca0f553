// duramen diff A B: in what the tensors of two checkpoints differ.
#include <span>

#include "build.hpp"
#include "filter.hpp"
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
  bool json = false;
  std::string color;
};

struct What {
  uint32_t bit;
  const char* text;
};
constexpr What kWhats[] = {
    {DURAMEN_DIFF_ONLY_A, "only in A"}, {DURAMEN_DIFF_ONLY_B, "only in B"},
    {DURAMEN_DIFF_VALUE, "value"},      {DURAMEN_DIFF_SHAPE, "shape"},
    {DURAMEN_DIFF_DTYPE, "dtype"},      {DURAMEN_DIFF_ELEMENTS, "elements"},
};

std::string what_text(uint32_t bits) {
  std::string out;
  for (const What& what : kWhats) {
    if ((bits & what.bit) != 0) out += (out.empty() ? "" : ", ") + std::string(what.text);
  }
  return out;
}

std::string side_text(duramen_dtype dtype, const int64_t* shape, uint32_t rank) {
  if (dtype == DURAMEN_DTYPE_INVALID) return "-";
  return std::string(duramen_dtype_name(dtype)) + " " + format_shape(std::span(shape, rank));
}

std::vector<std::string> row_of(const duramen_difference& entry) {
  const bool compared = (entry.what & DURAMEN_DIFF_ELEMENTS) != 0;
  std::string nan;
  if (entry.a_nan_count + entry.b_nan_count > 0) {
    nan = std::to_string(entry.a_nan_count) + " / " + std::to_string(entry.b_nan_count);
  }
  return {printable(std::string_view(entry.name, entry.name_length)),
          what_text(entry.what),
          side_text(entry.a_dtype, entry.a_shape, entry.a_rank),
          side_text(entry.b_dtype, entry.b_shape, entry.b_rank),
          compared ? std::to_string(entry.different) : "",
          compared && entry.has_distance != 0 ? Json().real(entry.distance).str() : "",
          nan};
}

size_t count_of(const Diff& diff) {
  size_t count = 0, stride = 0;
  duramen_diff_entries(diff.get(), &count, &stride);
  return count;
}

std::string to_text(const Diff& diff, const Palette& palette) {
  using Align = Table::Align;
  size_t count = 0, stride = 0;
  const auto* first =
      reinterpret_cast<const char*>(duramen_diff_entries(diff.get(), &count, &stride));
  Table table({{"name", Align::left},
               {"differs in", Align::left},
               {"A", Align::left},
               {"B", Align::left},
               {"elements", Align::right},
               {"max |A - B|", Align::right},
               {"NaN in A / B", Align::right}});
  for (size_t i = 0; i < count; ++i) {
    table.add(row_of(*reinterpret_cast<const duramen_difference*>(first + i * stride)));
  }
  return (count > 0 ? table.str(palette) : "") + std::to_string(count) + " differ, " +
         std::to_string(duramen_diff_equal_count(diff.get())) + " are the same\n";
}

std::string to_json(const Diff& diff) {
  String text;
  call(kRefused, "", [&](auto error) { return duramen_diff_json(diff.get(), Out(text), error); });
  return text_of(text) + "\n";
}

ExitCode run(const Options& options) {
  const Context context = create_context({});
  const StateDict a = read_weights(context.get(), options.a);
  const StateDict b = read_weights(context.get(), options.b);
  const Filter filter(options.filter);
  const duramen_list_options chosen = filter.list_options();
  Diff diff;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_diff(context.get(), a.get(), b.get(), &chosen, Out(diff), error);
  });
  print(options.json ? to_json(diff) : to_text(diff, Palette(options.color)));
  return count_of(diff) == 0 ? kOk : kDiffers;
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
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen diff model.pt copy.safetensors\n"
      "  duramen diff --include '**.weight' --json model.pt copy.safetensors\n"
      "  duramen diff --dtype float32 model.pt copy.safetensors");
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace cli
