#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"

namespace duramen::nn {
namespace {

constexpr spec::Parameter kParameters[] = {
    {"p", spec::kAny, "0.5", "probability to be zeroed"},
    {"inplace", spec::kAny, "False", kInplaceDoc},
};

void settle(Settings& settings, const spec::Arguments& arguments) {
  const spec::Expression& p = arguments["p"];
  if (!holds(p, Order::less, 0) && !holds(p, Order::greater, 1)) return;
  throw argument_error(
      arguments, "p", "ValueError",
      join("dropout probability has to be between 0 and 1, but got ", settings.printed("p")));
}

TensorRef forward_dropout(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const double p = layer.settings().real("p");
  const bool idle = !layer.training() || p == 0 || inputs[0]->numel() == 0;
  if (!layer.settings().boolean("inplace") || idle) {
    return ops::dropout(context, inputs[0], p, layer.training());
  }
  check_inplace(context, layer, *inputs[0]);
  return write_over(context, inputs[0], ops::dropout(context, inputs[0], p, true));
}

constexpr LayerRules kRules = {.settle = settle, .shown = "p={p}, inplace={inplace}"};
constexpr LayerRules kDropout = {
    .settle = settle, .shown = "p={p}, inplace={inplace}", .forward = forward_dropout};

constexpr std::string_view kChannelsDoc =
    "While training, zeroes whole channels at random and scales the others by 1 / (1 - p).";

constexpr ModuleType kTypes[] = {
    {.signature = {"Dropout", kParameters,
                   "While training, zeroes elements at random and scales the others by 1 / (1 - "
                   "p)."},
     .rules = kDropout},
    {.signature = {"Dropout1d", kParameters, kChannelsDoc}, .rules = kRules},
    {.signature = {"Dropout2d", kParameters, kChannelsDoc}, .rules = kRules},
    {.signature = {"Dropout3d", kParameters, kChannelsDoc}, .rules = kRules},
    {.signature = {"AlphaDropout", kParameters,
                   "While training, sets elements at random to SELU's lowest value, and keeps mean "
                   "and variance."},
     .rules = kRules},
    {.signature = {"FeatureAlphaDropout", kParameters, "AlphaDropout of whole channels."},
     .rules = kRules},
};

}  // namespace

constinit const ModuleFamily kDropoutFamily = kTypes;

}  // namespace duramen::nn
