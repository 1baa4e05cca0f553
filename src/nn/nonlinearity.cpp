// The activations that are numbers and a line of print; those with classes of their own are in
// activation.cpp.
#include "nn/evaluate.hpp"
#include "nn/init_functions.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"

namespace duramen::nn {
namespace {

using spec::Parameter;

constexpr Parameter kInplace = {"inplace", spec::kAny, "False", kInplaceDoc};
constexpr Parameter kAlpha = {"alpha", spec::kAny, "1.0", "what the result tends to, negated"};
constexpr Parameter kLambda = {"lambd", spec::kAny, "0.5", "what is nearer to 0 gives 0"};

constexpr Parameter kInplaceOnly[] = {kInplace};
constexpr Parameter kAlphaInplace[] = {kAlpha, kInplace};
constexpr Parameter kLambdaOnly[] = {kLambda};
constexpr Parameter kThresholdParameters[] = {
    {"threshold", spec::kAny, "", "what is not above it is replaced"},
    {"value", spec::kAny, "", "by this"},
    kInplace};
constexpr Parameter kRreluParameters[] = {
    {"lower", spec::kAny, "0.125", "smallest slope below 0"},
    {"upper", spec::kAny, "0.3333333333333333", "largest slope below 0"},
    kInplace};
constexpr Parameter kHardtanhParameters[] = {
    {"min_val", spec::kAny, "-1.0", "smallest result"},
    {"max_val", spec::kAny, "1.0", "largest result"},
    kInplace,
    {"min_value", spec::kAny, "None", "old name of min_val"},
    {"max_value", spec::kAny, "None", "old name of max_val"}};
constexpr Parameter kGluParameters[] = {
    {"dim", spec::kAny, "-1", "the dimension whose second half gates the first"}};
constexpr Parameter kLeakyParameters[] = {{"negative_slope", spec::kAny, "0.01", "slope below 0"},
                                          kInplace};
constexpr Parameter kSoftplusParameters[] = {
    {"beta", spec::kAny, "1.0", "how sharp the bend is"},
    {"threshold", spec::kAny, "20.0", "where x times beta is above it, x is the result"}};
constexpr Parameter kSoftminParameters[] = {
    {"dim", spec::kAny, "None",
     "the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1"}};

void settle_hardtanh(Settings& settings, const spec::Arguments& arguments) {
  if (!arguments.is_none("min_value")) settings.set("min_val", arguments["min_value"]);
  if (!arguments.is_none("max_value")) settings.set("max_val", arguments["max_value"]);
  if (!holds(settings["max_val"], Order::less_equal, settings["min_val"])) return;
  throw argument_error(arguments, "max_val", "AssertionError",
                       join("max_val (", settings.printed("max_val"),
                            ") must be greater than min_val (", settings.printed("min_val"), ")"));
}

// ---- PReLU ----

constexpr Parameter kPreluParameters[] = {
    {"num_parameters", spec::kAny, "1", "how many slopes: 1, or one a channel"},
    {"init", spec::kAny, "0.25", "the slopes at first"},
    kDeviceParameter,
    kDtypeParameter};

void build_prelu(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Shape shape = size_of(arguments["num_parameters"]);
  layer.put_parameter("weight",
                      new_parameter(build.context, shape, dtype_argument(build, arguments)));
}

void reset_prelu(Layer& layer, Context&) {
  const TensorRef* weight = layer.parameters().find("weight");
  if (weight && *weight) fill_with(**weight, layer.settings()["init"]);
}

// ---- Forwards ----

Error wrong_argument(std::string_view function, std::string_view expected,
                     const spec::Expression& value) {
  return Error(Code::invalid_argument,
               join("forward: ", function, " must be ", expected, ", not ", type_name(value)))
      .with("torch_error", "TypeError");
}

using Operator = FunctionRef<TensorRef(const TensorRef&)>;

TensorRef applied(Layer& layer, Context& context, std::span<const TensorRef> inputs,
                  Operator apply) {
  check_inputs(layer, inputs, 1);
  if (!layer.settings().boolean("inplace")) return apply(inputs[0]);
  check_inplace(context, layer, *inputs[0]);
  return write_over(context, inputs[0], apply(inputs[0]));
}

TensorRef forward_relu6(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  return applied(layer, context, inputs,
                 [&](const TensorRef& input) { return ops::relu6(context, input); });
}

TensorRef forward_leaky(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  const spec::Expression& slope = layer.settings()["negative_slope"];
  if (!is_number(slope)) {
    throw wrong_argument("leaky_relu(): argument 'negative_slope' (position 2)", "Number", slope);
  }
  return applied(layer, context, inputs, [&](const TensorRef& input) {
    return ops::leaky_relu(context, input, spec::real_of(slope));
  });
}

TensorRef forward_softmin(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const spec::Expression& dim = layer.settings()["dim"];
  if (dim.form == spec::Form::none) return ops::softmin(context, inputs[0], std::nullopt);
  if (dim.form == spec::Form::integer) return ops::softmin(context, inputs[0], dim.integer);
  throw wrong_argument("softmax(): argument 'dim' (position 1)", "int", dim);
}

TensorRef forward_softmax2d(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const size_t rank = inputs[0]->rank();
  if (rank == 3 || rank == 4) return ops::softmax(context, inputs[0], -3);
  throw Error(Code::shape_mismatch,
              join("forward: Softmax2d: expected input to be 3D or 4D, got ", rank, "D instead"))
      .with("torch_error", "ValueError");
}

constexpr LayerRules kShowsInplace = {.shown = "{inplace?inplace=True}"};
constexpr LayerRules kShowsAlpha = {.shown = "alpha={alpha}{inplace?, inplace=True}"};
constexpr LayerRules kShowsLambda = {.shown = "{lambd}"};
constexpr LayerRules kShowsDim = {.shown = "dim={dim}"};
constexpr LayerRules kNoConstants = {.no_attributes = "__constants__"};

constexpr ModuleType kTypes[] = {
    {.signature = {"Threshold", kThresholdParameters, "x above a threshold, else a value."},
     .rules = {.shown = "threshold={threshold}, value={value}{inplace?, inplace=True}"}},
    {.signature = {"RReLU", kRreluParameters,
                   "max(x, 0) + slope * min(x, 0); while training with random slopes."},
     .rules = {.shown = "lower={lower}, upper={upper}{inplace?, inplace=True}"}},
    {.signature = {"Hardtanh", kHardtanhParameters, "x between two bounds."},
     .rules = {.settle = settle_hardtanh,
               .shown = "min_val={min_val}, max_val={max_val}{inplace?, inplace=True}",
               .no_attributes = "min_value, max_value"}},
    {.signature = {"ReLU6", kInplaceOnly, "x between 0 and 6."},
     .rules = {.shown = "{inplace?inplace=True}",
               .attributes = "min_val, max_val",
               .forward = forward_relu6}},
    {.signature = {"Hardsigmoid", kInplaceOnly, "x / 6 + 1 / 2 between 0 and 1."},
     .hidden = "inplace"},
    {.signature = {"Mish", kInplaceOnly, "x * tanh(softplus(x))."}, .rules = kShowsInplace},
    {.signature = {"Hardswish", kInplaceOnly, "x * hardsigmoid(x)."}, .hidden = "inplace"},
    {.signature = {"ELU", kAlphaInplace, "x above 0, else alpha * (exp(x) - 1)."},
     .rules = kShowsAlpha},
    {.signature = {"CELU", kAlphaInplace, "x above 0, else alpha * (exp(x / alpha) - 1)."},
     .rules = kShowsAlpha},
    {.signature = {"SELU", kInplaceOnly,
                   "ELU scaled so that mean 0 and variance 1 stay what they are."},
     .rules = kShowsInplace},
    {.signature = {"GLU", kGluParameters, "a * sigmoid(b), where a and b are the halves of x."},
     .rules = kShowsDim},
    {.signature = {"Hardshrink", kLambdaOnly, "x beyond lambd on either side, else 0."},
     .rules = kShowsLambda},
    {.signature = {"LeakyReLU", kLeakyParameters, "x, with a slope below 0."},
     .rules = {.shown = "negative_slope={negative_slope}{inplace?, inplace=True}",
               .forward = forward_leaky}},
    {.signature = {"LogSigmoid", {}, "The logarithm of sigmoid(x)."}, .rules = kNoConstants},
    {.signature = {"Softplus", kSoftplusParameters, "log(1 + exp(beta * x)) / beta."},
     .rules = {.shown = "beta={beta}, threshold={threshold}"}},
    {.signature = {"Softshrink", kLambdaOnly, "x moved toward 0 by lambd, and not beyond."},
     .rules = kShowsLambda},
    {.signature = {"Softsign", {}, "x / (1 + |x|)."}, .rules = kNoConstants},
    {.signature = {"Tanhshrink", {}, "x - tanh(x)."}, .rules = kNoConstants},
    {.signature = {"Softmin", kSoftminParameters, "Softmax of -x."},
     .rules = {.shown = "dim={dim}", .forward = forward_softmin}},
    {.signature = {"Softmax2d", {}, "Softmax over the channels of (N, C, H, W) or (C, H, W)."},
     .rules = {.no_attributes = "__constants__", .forward = forward_softmax2d}},
    {.signature = {"PReLU", kPreluParameters,
                   "x, with learned slopes below 0. Parameter: weight (num_parameters)."},
     .hidden = "init",
     .rules = {.build = build_prelu,
               .reset = reset_prelu,
               .shown = "num_parameters={num_parameters}",
               .attributes = "reset_parameters"}},
};

}  // namespace

constinit const ModuleFamily kNonlinearityFamily = kTypes;

}  // namespace duramen::nn
