// Pooling by its state; MaxPool2d and AdaptiveAvgPool2d are in pooling.cpp.
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;
using spec::Parameter;

constexpr Parameter kKernel = {"kernel_size", spec::kAny, "", "of a window, a number or a tuple"};
constexpr Parameter kStride = {"stride", spec::kAny, "None", "of the windows; None: their size"};
constexpr Parameter kBorder = {"padding", spec::kAny, "0", "border around each sample"};
constexpr Parameter kIndices = {"return_indices", spec::kAny, "False",
                                "gives also where each maximum is"};
constexpr Parameter kCeil = {"ceil_mode", spec::kAny, "False",
                             "a last window that is not whole counts too"};
constexpr Parameter kCountBorder = {"count_include_pad", spec::kAny, "True",
                                    "the border counts for the mean"};
constexpr Parameter kOutput = {"output_size", spec::kAny, "",
                               "of a sample, a number or a tuple; None in it: as the input's"};

constexpr Parameter kMaxParameters[] = {
    kKernel,  kStride,
    kBorder,  {"dilation", spec::kAny, "1", "distance between the elements of a window"},
    kIndices, kCeil};
constexpr Parameter kAvg1dParameters[] = {kKernel, kStride, kBorder, kCeil, kCountBorder};
constexpr Parameter kAvgParameters[] = {
    kKernel,
    kStride,
    kBorder,
    kCeil,
    kCountBorder,
    {"divisor_override", spec::kAny, "None", "what a sum is divided by, for its window's size"}};
constexpr Parameter kAdaptiveMaxParameters[] = {kOutput, kIndices};
constexpr Parameter kAdaptiveAvgParameters[] = {kOutput};
constexpr Parameter kNormParameters[] = {
    {"norm_type", spec::kAny, "", "the power p, not 0"}, kKernel, kStride, kCeil};
constexpr Parameter kUnpoolParameters[] = {kKernel, kStride, kBorder};
constexpr Parameter kFractionalParameters[] = {
    kKernel,
    {"output_size", spec::kAny, "None", "of a sample; this or output_ratio"},
    {"output_ratio", spec::kAny, "None", "size of the result by that of the input, below 1"},
    kIndices,
    {"_random_samples", spec::kAny | spec::kTensor | spec::kModule, "None",
     "where the windows are, for random places"}};

void settle_stride(Settings& settings, const spec::Arguments& arguments) {
  if (arguments.is_none("stride")) settings.set("stride", arguments["kernel_size"]);
}

template <size_t dimensions>
void settle_tuples(Settings& settings, const spec::Arguments& arguments) {
  settle_stride(settings, arguments);
  for (const char* name : {"kernel_size", "stride", "padding"}) {
    settings.set(name, repeated(settings[name], dimensions));
  }
}

void settle_norm(Settings& settings, const spec::Arguments& arguments) {
  if (!is_equal(arguments["norm_type"], 0)) return;
  throw argument_error(
      arguments, "norm_type", "ValueError",
      join("norm_type must be a non-zero value, but got ", settings.printed("norm_type")));
}

// ---- FractionalMaxPool ----

// 0 < each of the first < 1.
template <size_t dimensions>
void check_ratio(const Settings& settings, const spec::Arguments& arguments) {
  const auto ratio = settings.items("output_ratio");
  for (size_t i = 0; i < dimensions; ++i) {
    if (i == ratio.size()) {
      throw argument_error(arguments, "output_ratio", "IndexError", "tuple index out of range");
    }
    if (holds(0, Order::less, ratio[i]) && holds(ratio[i], Order::less, 1)) continue;
    throw argument_error(arguments, "output_ratio", "ValueError",
                         join("output_ratio must be between 0 and 1 (got ",
                              spec::printed(arguments["output_ratio"]), ")"));
  }
}

void check_samples(const spec::Arguments& arguments) {
  const Expression& samples = arguments["_random_samples"];
  if (samples.form == Form::none || (samples.form == Form::object && !module_of(samples))) return;
  throw argument_error(
      arguments, "_random_samples", "TypeError",
      join("cannot assign '", torch_typename(samples),
           "' object to buffer '_random_samples' (torch Tensor or None required)"));
}

template <size_t dimensions>
void settle_fractional(Settings& settings, const spec::Arguments& arguments) {
  check_samples(arguments);
  settings.set("kernel_size", repeated(settings["kernel_size"], dimensions));
  for (const char* name : {"output_size", "output_ratio"}) {
    if (!settings.is_none(name)) settings.set(name, repeated(settings[name], dimensions));
  }
  if (settings.is_none("output_size") && settings.is_none("output_ratio")) {
    throw argument_error(arguments, "output_size", "ValueError",
                         join(arguments.signature().name,
                              " requires specifying either an output size, or a pooling ratio"));
  }
  if (!settings.is_none("output_size") && !settings.is_none("output_ratio")) {
    throw argument_error(arguments, "output_ratio", "ValueError",
                         "only one of output_size and output_ratio may be specified");
  }
  if (!settings.is_none("output_ratio")) check_ratio<dimensions>(settings, arguments);
}

void settle_fractional_3d(Settings& settings, const spec::Arguments& arguments) {
  const Expression& kernel = arguments["kernel_size"];
  const bool is_int = kernel.form == Form::integer || kernel.form == Form::boolean;
  const bool is_list = kernel.form == Form::tuple || kernel.form == Form::list;
  bool is_good = !is_int || spec::integer_of(kernel) > 0;
  for (size_t i = 0; is_list && is_good && i < kernel.items.size(); ++i) {
    is_good = holds(kernel.items[i], Order::greater, 0);
  }
  if (is_good) return settle_fractional<3>(settings, arguments);
  throw argument_error(arguments, "kernel_size", "ValueError",
                       join("kernel_size must be greater than 0, but got ", spec::printed(kernel)));
}

void build_fractional(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Expression& samples = arguments["_random_samples"];
  layer.put_buffer("_random_samples",
                   samples.form == Form::none ? TensorRef() : build.tensor(samples));
}

// ---- The classes ----

constexpr LayerRules kMax = {
    .settle = settle_stride,
    .shown =
        "kernel_size={kernel_size}, stride={stride}, padding={padding}, dilation={dilation}, "
        "ceil_mode={ceil_mode}"};
constexpr std::string_view kWindow =
    "kernel_size={kernel_size}, stride={stride}, padding={padding}";
constexpr LayerRules kAvg1d = {.settle = settle_tuples<1>, .shown = kWindow};
constexpr LayerRules kAvg = {.settle = settle_stride, .shown = kWindow};
constexpr LayerRules kAdaptive = {.shown = "output_size={output_size}"};
constexpr LayerRules kNorm = {
    .settle = settle_norm,
    .shown =
        "norm_type={norm_type}, kernel_size={kernel_size}, stride={stride}, "
        "ceil_mode={ceil_mode}"};
template <size_t dimensions>
constexpr LayerRules kUnpool = {
    .settle = settle_tuples<dimensions>, .shown = kWindow, .no_attributes = "__constants__"};
constexpr LayerRules kFractional2d = {
    .settle = settle_fractional<2>, .build = build_fractional, .no_attributes = "_random_samples"};
constexpr LayerRules kFractional3d = {
    .settle = settle_fractional_3d, .build = build_fractional, .no_attributes = "_random_samples"};

constexpr std::string_view kMaxDoc = "The largest element of each window.";
constexpr std::string_view kAvgDoc = "The mean of each window.";
constexpr std::string_view kAdaptiveMaxDoc =
    "Maxima of as many windows as wanted, which cover each sample.";
constexpr std::string_view kAdaptiveAvgDoc =
    "Means of as many windows as wanted, which cover each sample.";
constexpr std::string_view kNormDoc = "The p-norm of each window.";
constexpr std::string_view kUnpoolDoc =
    "Puts maxima back where they were, by their indices, among zeros.";
constexpr std::string_view kFractionalDoc =
    "The largest element of windows at random places. Buffer: _random_samples, when given.";

constexpr std::string_view kAvg1dHidden = "ceil_mode, count_include_pad";
constexpr std::string_view kAvgHidden = "ceil_mode, count_include_pad, divisor_override";
constexpr std::string_view kIndicesHidden = "return_indices";
constexpr std::string_view kFractionalHidden =
    "kernel_size, output_size, output_ratio, return_indices, _random_samples";

constexpr ModuleType kTypes[] = {
    {{"MaxPool1d", kMaxParameters, kMaxDoc}, nullptr, kIndicesHidden, kMax},
    {{"MaxPool3d", kMaxParameters, kMaxDoc}, nullptr, kIndicesHidden, kMax},
    {{"AvgPool1d", kAvg1dParameters, kAvgDoc}, nullptr, kAvg1dHidden, kAvg1d},
    {{"AvgPool2d", kAvgParameters, kAvgDoc}, nullptr, kAvgHidden, kAvg},
    {{"AvgPool3d", kAvgParameters, kAvgDoc}, nullptr, kAvgHidden, kAvg},
    {{"AdaptiveMaxPool1d", kAdaptiveMaxParameters, kAdaptiveMaxDoc},
     nullptr,
     kIndicesHidden,
     kAdaptive},
    {{"AdaptiveMaxPool2d", kAdaptiveMaxParameters, kAdaptiveMaxDoc},
     nullptr,
     kIndicesHidden,
     kAdaptive},
    {{"AdaptiveMaxPool3d", kAdaptiveMaxParameters, kAdaptiveMaxDoc},
     nullptr,
     kIndicesHidden,
     kAdaptive},
    {{"AdaptiveAvgPool1d", kAdaptiveAvgParameters, kAdaptiveAvgDoc}, nullptr, "", kAdaptive},
    {{"AdaptiveAvgPool3d", kAdaptiveAvgParameters, kAdaptiveAvgDoc}, nullptr, "", kAdaptive},
    {{"LPPool1d", kNormParameters, kNormDoc}, nullptr, "", kNorm},
    {{"LPPool2d", kNormParameters, kNormDoc}, nullptr, "", kNorm},
    {{"LPPool3d", kNormParameters, kNormDoc}, nullptr, "", kNorm},
    {{"MaxUnpool1d", kUnpoolParameters, kUnpoolDoc}, nullptr, "", kUnpool<1>},
    {{"MaxUnpool2d", kUnpoolParameters, kUnpoolDoc}, nullptr, "", kUnpool<2>},
    {{"MaxUnpool3d", kUnpoolParameters, kUnpoolDoc}, nullptr, "", kUnpool<3>},
    {{"FractionalMaxPool2d", kFractionalParameters, kFractionalDoc},
     nullptr,
     kFractionalHidden,
     kFractional2d},
    {{"FractionalMaxPool3d", kFractionalParameters, kFractionalDoc},
     nullptr,
     kFractionalHidden,
     kFractional3d},
};

}  // namespace

constinit const ModuleFamily kPoolFamily = kTypes;

}  // namespace duramen::nn
