#include <cmath>

#include "nn/layer_rules.hpp"
#include "nn/python_values.hpp"

namespace duramen::nn {
namespace {

constexpr spec::Kinds kCount = spec::kInt | spec::kAny;
constexpr spec::Parameter kBias = {"bias", spec::kTruth | spec::kAny, "True",
                                   "adds a learned bias; without it the name is kept with None"};

// ---- Linear ----

constexpr spec::Parameter kLinearParameters[] = {
    {"in_features", kCount, "", "size of each input row"},
    {"out_features", kCount, "", "size of each output row"},
    kBias,
    kDeviceParameter,
    kDtypeParameter,
};

// The parameters of these sizes; the bias has the first of them.
void put_weight_and_bias(Layer& layer, const BuildContext& build, const spec::Arguments& arguments,
                         std::initializer_list<std::string_view> names) {
  const Dtype dtype = dtype_argument(build, arguments);
  std::vector<spec::Expression> sizes;
  for (const std::string_view name : names) sizes.push_back(arguments[name]);
  const Shape shape = sizes_of(sizes, {names.begin(), names.size()});
  layer.put_parameter("weight", new_parameter(build.context, shape, dtype));
  const bool has_bias = arguments.boolean("bias");
  layer.put_parameter("bias", has_bias ? new_parameter(build.context, {shape[0]}, dtype) : nullptr);
}

void build_linear(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  put_weight_and_bias(layer, build, arguments, {"out_features", "in_features"});
}

void reset_linear(Layer& layer, Context& context) { reset_weight_and_bias(context, layer); }

TensorRef forward_linear(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const TensorRef* weight = layer.parameters().find("weight");
  const TensorRef* bias = layer.parameters().find("bias");
  if (!weight || !*weight) {
    throw Error(Code::state, "forward: this Linear has no weight")
        .with("torch_error", "AttributeError");
  }
  return ops::linear(context, inputs[0], *weight, bias ? *bias : TensorRef());
}

// ---- Bilinear ----

constexpr spec::Parameter kBilinearParameters[] = {
    {"in1_features", kCount, "", "size of each row of the first input"},
    {"in2_features", kCount, "", "size of each row of the second input"},
    {"out_features", kCount, "", "size of each output row"},
    kBias,
    kDeviceParameter,
    kDtypeParameter,
};

void build_bilinear(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  put_weight_and_bias(layer, build, arguments, {"out_features", "in1_features", "in2_features"});
}

void reset_bilinear(Layer& layer, Context& context) {
  const int64_t features = layer.settings().integer("in1_features");
  if (features <= 0) {
    throw Error(Code::invalid_argument,
                join("Bilinear: in1_features must be > 0, but got (in1_features=", features, ")"))
        .with("argument", "in1_features")
        .with("torch_error", "ValueError");
  }
  const TensorRef weight = held(layer.parameters(), "weight");
  if (!weight) return;
  uniform_by_fan_in(context, *weight, weight->size(1));
  const TensorRef bias = held(layer.parameters(), "bias");
  if (bias) uniform_by_fan_in(context, *bias, weight->size(1));
}

constexpr LayerRules kLinear = {
    .build = build_linear,
    .reset = reset_linear,
    .shown = "in_features={in_features}, out_features={out_features}, bias={?bias}",
    .attributes = "reset_parameters",
    .no_attributes = "bias",
    .forward = forward_linear};

constexpr ModuleType kTypes[] = {
    {.signature = {"Linear", kLinearParameters,
                   "y = x Aᵀ + b. Parameters: weight (out_features, in_features), bias "
                   "(out_features)."},
     .rules = kLinear},
    // What MultiheadAttention has for a child, under the name that PyTorch prints.
    {.signature = {"NonDynamicallyQuantizableLinear", kLinearParameters,
                   "Linear, inside of MultiheadAttention."},
     .rules = kLinear},
    {.signature = {"Bilinear", kBilinearParameters,
                   "y = x₁ᵀ A x₂ + b. Parameters: weight (out_features, in1_features, "
                   "in2_features), bias (out_features)."},
     .rules = {.build = build_bilinear,
               .reset = reset_bilinear,
               .shown = "in1_features={in1_features}, in2_features={in2_features}, "
                        "out_features={out_features}, bias={?bias}",
               .attributes = "reset_parameters",
               .no_attributes = "bias"}},
};

}  // namespace

constinit const ModuleFamily kLinearFamily = kTypes;

}  // namespace duramen::nn
