// Normalisation within each sample: of its last dimensions, of its groups of channels.
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_values.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

// normalized_shape becomes a tuple.
void settle_shape(Settings& settings, const spec::Arguments& arguments) {
  const Expression& shape = arguments["normalized_shape"];
  const bool is_int = shape.form == Form::integer || shape.form == Form::boolean;
  if (!is_int && !iterated(shape)) {
    throw argument_error(arguments, "normalized_shape", "TypeError",
                         join("'", type_name(shape), "' object is not iterable"));
  }
  settings.set("normalized_shape", repeated(shape, 1));
}

void settle_groups(Settings&, const spec::Arguments& arguments) {
  const Expression &channels = arguments["num_channels"], &groups = arguments["num_groups"];
  if (is_divisible(channels, groups)) return;
  throw argument_error(arguments, "num_groups", "ValueError",
                       join("num_channels (", spec::printed(channels),
                            ") must be divisible by num_groups (", spec::printed(groups), ")"));
}

// The names are there without `affine`, too.
void put_scale_and_shift(Layer& layer, const BuildContext& build, const spec::Arguments& arguments,
                         std::string_view affine, std::string_view size) {
  const Dtype dtype = dtype_argument(build, arguments);
  const bool is_affine = arguments.boolean(affine);
  const auto parameter = [&](bool is_there) {
    if (!is_there) return TensorRef();
    return new_parameter(build.context, size_of(layer.settings()[size]), dtype);
  };
  layer.put_parameter("weight", parameter(is_affine));
  if (layer.class_name() == "RMSNorm") return;
  layer.put_parameter("bias", parameter(is_affine && arguments.boolean("bias")));
}

void build_shaped(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  put_scale_and_shift(layer, build, arguments, "elementwise_affine", "normalized_shape");
}
void build_grouped(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  put_scale_and_shift(layer, build, arguments, "affine", "num_channels");
}

void reset_shaped(Layer& layer, Context&) {
  if (layer.settings().boolean("elementwise_affine")) reset_scale_and_shift(layer);
}
void reset_grouped(Layer& layer, Context&) {
  if (layer.settings().boolean("affine")) reset_scale_and_shift(layer);
}

TensorRef forward_layer_norm(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const double eps = number_setting(layer, "eps", "layer_norm", 5);
  const Shape shape = sizes_of(layer.settings().items("normalized_shape"));
  return ops::layer_norm(context, inputs[0], shape, held(layer.parameters(), "weight"),
                         held(layer.parameters(), "bias"), eps);
}

constexpr spec::Kinds kFlag = spec::kTruth | spec::kAny;
constexpr spec::Parameter kShape = {"normalized_shape", spec::kInts | spec::kAny, "",
                                    "sizes of the last dimensions, which are normalised"};
constexpr spec::Parameter kEps = {"eps", spec::kReal | spec::kAny, "1e-05",
                                  "added to the variance"};
constexpr std::string_view kAffineDoc = "learned scale and shift; without them the names hold None";

constexpr spec::Parameter kLayerNormParameters[] = {
    kShape,
    kEps,
    {"elementwise_affine", kFlag, "True", kAffineDoc},
    {"bias", kFlag, "True", "learned shift"},
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kRmsNormParameters[] = {
    kShape,
    {"eps", spec::kReal | spec::kAny, "None",
     "added to the mean square; None: the smallest step of the input's dtype at 1"},
    {"elementwise_affine", kFlag, "True", "learned scale; without it the name holds None"},
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kGroupNormParameters[] = {
    {"num_groups", spec::kInt | spec::kAny, "", "groups of the channels"},
    {"num_channels", spec::kInt | spec::kAny, "", "number of channels, the input's size 1"},
    kEps,
    {"affine", kFlag, "True", kAffineDoc},
    kDeviceParameter,
    kDtypeParameter,
    {"bias", kFlag, "True", "learned shift", true},
};

constexpr ModuleType kTypes[] = {
    {.signature = {"LayerNorm", kLayerNormParameters,
                   "Normalises the last dimensions of each sample. Parameters: weight, bias "
                   "(normalized_shape)."},
     .rules = {.settle = settle_shape,
               .build = build_shaped,
               .reset = reset_shaped,
               .shown = "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}, "
                        "bias={?bias}",
               .attributes = "reset_parameters",
               .no_attributes = "bias",
               .forward = forward_layer_norm}},
    {.signature = {"RMSNorm", kRmsNormParameters,
                   "Divides the last dimensions of each sample by their root mean square. "
                   "Parameter: weight (normalized_shape)."},
     .rules = {.settle = settle_shape,
               .build = build_shaped,
               .reset = reset_shaped,
               .shown = "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}",
               .attributes = "reset_parameters"}},
    {.signature = {"GroupNorm", kGroupNormParameters,
                   "Normalises groups of the channels of each sample. Parameters: weight, bias "
                   "(num_channels)."},
     .rules = {.settle = settle_groups,
               .build = build_grouped,
               .reset = reset_grouped,
               .shown = "{num_groups}, {num_channels}, eps={eps}, affine={affine}, bias={?bias}",
               .attributes = "reset_parameters",
               .no_attributes = "bias"}},
};

}  // namespace

constinit const ModuleFamily kNormalizationFamily = kTypes;

}  // namespace duramen::nn
