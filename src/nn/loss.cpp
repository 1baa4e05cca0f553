// The losses that hold nothing but weights given to them.
#include "nn/loss.hpp"

#include <cmath>

#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"
#include "nn/torch_names.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

// ---- Parameters ----

constexpr spec::Kinds kFlag = spec::kBool | spec::kAny;
constexpr spec::Kinds kNumber = spec::kReal | spec::kAny;
constexpr spec::Kinds kWeight = spec::kTensor | spec::kNone | spec::kAny;

constexpr spec::Parameter kSizeAverage = {"size_average", spec::kTruth | spec::kAny, "None",
                                          "old form of reduction: False for 'sum'"};
constexpr spec::Parameter kReduce = {"reduce", spec::kTruth | spec::kAny, "None",
                                     "old form of reduction: False for 'none'"};
constexpr spec::Parameter kReduction = {"reduction", spec::kText | spec::kAny, "'mean'",
                                        "'mean', 'sum' or 'none'"};
constexpr spec::Parameter kClassWeight = {"weight", kWeight, "None",
                                          "a weight for each class; a saved buffer"};
constexpr spec::Parameter kElementWeight = {"weight", kWeight, "None",
                                            "a weight for each element; a saved buffer"};
constexpr spec::Parameter kIgnoreIndex = {"ignore_index", spec::kInt | spec::kAny, "-100",
                                          "a target that does not count"};
constexpr std::string_view kMarginDoc = "how far apart is far enough";
constexpr std::string_view kSwapDoc =
    "takes the distance of positive and negative where it is the smaller one";

constexpr spec::Parameter kPlain[] = {kSizeAverage, kReduce, kReduction};
constexpr spec::Parameter kSmoothL1[] = {
    kSizeAverage,
    kReduce,
    kReduction,
    {"beta", kNumber, "1.0", "where the square ends and the straight line begins"},
};
constexpr spec::Parameter kHuber[] = {
    kReduction,
    {"delta", kNumber, "1.0", "where the square ends and the straight line begins"},
};
constexpr spec::Parameter kKlDiv[] = {
    kSizeAverage,
    kReduce,
    {"reduction", spec::kText | spec::kAny, "'mean'", "'mean', 'batchmean', 'sum' or 'none'"},
    {"log_target", kFlag, "False", "the target holds logarithms, too"},
};
constexpr spec::Parameter kPoisson[] = {
    {"log_input", kFlag, "True", "the input is the logarithm of the rate"},
    {"full", kFlag, "False", "adds Stirling's term"},
    kSizeAverage,
    {"eps", kNumber, "1e-08", "added to a rate before its logarithm"},
    kReduce,
    kReduction,
};
constexpr spec::Parameter kGaussian[] = {
    {"full", kFlag, "False", "adds the constant term", true},
    {"eps", kNumber, "1e-06", "the smallest variance", true},
    {"reduction", spec::kText | spec::kAny, "'mean'", "'mean', 'sum' or 'none'", true},
};
constexpr spec::Parameter kCtc[] = {
    {"blank", spec::kInt | spec::kAny, "0", "the class that stands for no label"},
    kReduction,
    {"zero_infinity", kFlag, "False", "an infinite loss counts as zero"},
};
constexpr spec::Parameter kHinge[] = {
    {"margin", kNumber, "1.0", kMarginDoc}, kSizeAverage, kReduce, kReduction};
constexpr spec::Parameter kMargin[] = {
    {"margin", kNumber, "0.0", kMarginDoc}, kSizeAverage, kReduce, kReduction};
constexpr spec::Parameter kTriplet[] = {
    {"margin", kNumber, "1.0", kMarginDoc},
    {"p", kNumber, "2.0", "of the norm"},
    {"eps", kNumber, "1e-06", "added to each difference"},
    {"swap", kFlag, "False", kSwapDoc},
    kSizeAverage,
    kReduce,
    kReduction,
};
constexpr spec::Parameter kNll[] = {kClassWeight, kSizeAverage, kIgnoreIndex, kReduce, kReduction};
constexpr spec::Parameter kCrossEntropy[] = {
    kClassWeight,
    kSizeAverage,
    kIgnoreIndex,
    kReduce,
    kReduction,
    {"label_smoothing", kNumber, "0.0", "share of the target spread over all classes"},
};
constexpr spec::Parameter kBce[] = {kElementWeight, kSizeAverage, kReduce, kReduction};
constexpr spec::Parameter kBceWithLogits[] = {
    kElementWeight,
    kSizeAverage,
    kReduce,
    kReduction,
    {"pos_weight", kWeight, "None", "a weight for the positive part of each class; a saved buffer"},
};
constexpr spec::Parameter kMultiLabelSoft[] = {kClassWeight, kSizeAverage, kReduce, kReduction};
constexpr spec::Parameter kMultiMargin[] = {
    {"p", spec::kInt | spec::kAny, "1", "the power of each term: 1 or 2"},
    {"margin", kNumber, "1.0", kMarginDoc},
    kClassWeight,
    kSizeAverage,
    kReduce,
    kReduction,
};

// ---- Construction ----

// The old flags win over `reduction` when either is given.
void settle_reduction(Settings& settings, const spec::Arguments& arguments) {
  if (arguments.is_none("size_average") && arguments.is_none("reduce")) return;
  const bool average = arguments.is_none("size_average") || arguments.boolean("size_average");
  const bool reduce = arguments.is_none("reduce") || arguments.boolean("reduce");
  Expression reduction;
  reduction.form = Form::text;
  reduction.text = reduce ? average ? "mean" : "sum" : "none";
  settings.set("reduction", reduction);
}

void settle_huber(Settings&, const spec::Arguments& arguments) {
  const Expression& delta = arguments["delta"];
  if (is_number(delta)) return;
  throw argument_error(arguments, "delta", "TypeError",
                       join("delta must be a float or int, got: <class '", type_name(delta), "'>"));
}

}  // namespace

void check_margin(const spec::Arguments& arguments) {
  const Expression& margin = arguments["margin"];
  if (!holds(margin, Order::less_equal, 0)) return;
  throw argument_error(
      arguments, "margin", "ValueError",
      join("expected margin to be greater than 0, got ", spec::printed(margin), " instead"));
}

namespace {

void settle_triplet(Settings& settings, const spec::Arguments& arguments) {
  settle_reduction(settings, arguments);
  check_margin(arguments);
}

// register_buffer(name, argument)
void put_weight(Layer& layer, const BuildContext& build, const spec::Arguments& arguments,
                std::string_view name) {
  const Expression& weight = arguments[name];
  const bool is_tensor = weight.form == Form::object && !module_of(weight);
  if (weight.form != Form::none && !is_tensor) {
    throw argument_error(arguments, name, "TypeError",
                         join("cannot assign '", torch_typename(weight), "' object to buffer '",
                              name, "' (torch Tensor or None required)"));
  }
  layer.put_buffer(name, is_tensor ? build.tensor(weight) : TensorRef());
}

void build_weight(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  put_weight(layer, build, arguments, "weight");
}

void build_bce_with_logits(Layer& layer, const BuildContext& build,
                           const spec::Arguments& arguments) {
  put_weight(layer, build, arguments, "weight");
  put_weight(layer, build, arguments, "pos_weight");
}

void build_multi_margin(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  put_weight(layer, build, arguments, "weight");
  if (!is_equal(arguments["p"], 1) && !is_equal(arguments["p"], 2)) {
    throw argument_error(arguments, "p", "ValueError", "only p == 1 and p == 2 supported");
  }
  const TensorRef weight = held(layer.buffers(), "weight");
  if (!weight || weight->rank() == 1) return;
  throw argument_error(
      arguments, "weight", "ValueError",
      join("expected weight to be None or 1D tensor, got ", weight->rank(), "D instead"));
}

// ---- Forward ----

// Checked here, as PyTorch does: any reduction makes a module.
ops::Reduction reduction_of(const Layer& layer) {
  const std::string text = layer.settings().printed("reduction");
  if (text == "mean") return ops::Reduction::mean;
  if (text == "sum") return ops::Reduction::sum;
  if (text == "none") return ops::Reduction::none;
  throw Error(Code::invalid_argument,
              join("forward: ", printable(text, 60), " is not a valid value for reduction"))
      .with("torch_error", "ValueError")
      .with("expected", "none, mean or sum");
}

ops::CrossEntropyOptions class_options(const Layer& layer, std::string_view function) {
  return {held(layer.buffers(), "weight"), integer_setting(layer, "ignore_index", function, 5),
          reduction_of(layer), 0};
}

TensorRef forward_cross_entropy(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 2);
  ops::CrossEntropyOptions options = class_options(layer, "cross_entropy_loss");
  options.label_smoothing = number_setting(layer, "label_smoothing", "cross_entropy_loss", 6);
  return ops::cross_entropy(context, inputs[0], inputs[1], options);
}

TensorRef forward_nll(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 2);
  return ops::nll_loss(context, inputs[0], inputs[1], class_options(layer, "nll_loss_nd"));
}

TensorRef forward_mse(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 2);
  return ops::mse_loss(context, inputs[0], inputs[1], reduction_of(layer));
}

// ---- The table ----

constexpr std::string_view kOldFlags = "size_average, reduce";
constexpr std::string_view kWithWeight = "size_average, reduce, weight";
constexpr std::string_view kNoConstants = "size_average, reduce, weight, pos_weight, __constants__";

constexpr LayerRules kPlainRules = {.settle = settle_reduction, .no_attributes = kOldFlags};
constexpr LayerRules kNewRules = {};  // without the old flags
constexpr LayerRules kWeightRules = {
    .settle = settle_reduction, .build = build_weight, .no_attributes = kWithWeight};
constexpr LayerRules kNllRules = {.settle = settle_reduction,
                                  .build = build_weight,
                                  .no_attributes = kWithWeight,
                                  .forward = forward_nll};

constexpr std::string_view kPlainHidden = "size_average, reduce, reduction";
constexpr std::string_view kMarginHidden = "margin, size_average, reduce, reduction";
constexpr std::string_view kWeightHidden = "weight, size_average, reduce, reduction";
constexpr std::string_view kNllHidden = "weight, size_average, ignore_index, reduce, reduction";

constexpr ModuleType kTypes[] = {
    {.signature = {"L1Loss", kPlain, "Absolute difference of two tensors."},
     .hidden = kPlainHidden,
     .rules = kPlainRules},
    {.signature = {"MSELoss", kPlain, "Squared difference of two tensors."},
     .hidden = kPlainHidden,
     .rules = {.settle = settle_reduction, .no_attributes = kOldFlags, .forward = forward_mse}},
    {.signature = {"SmoothL1Loss", kSmoothL1,
                   "Squared difference near zero, absolute difference elsewhere."},
     .hidden = "size_average, reduce, reduction, beta",
     .rules = kPlainRules},
    {.signature =
         {"HuberLoss", kHuber,
          "Half the squared difference near zero, delta times the absolute one elsewhere."},
     .hidden = "reduction, delta",
     .rules = {.settle = settle_huber}},
    {.signature = {"KLDivLoss", kKlDiv, "Kullback-Leibler divergence of log-probabilities."},
     .hidden = "size_average, reduce, reduction, log_target",
     .rules = kPlainRules},
    {.signature = {"PoissonNLLLoss", kPoisson,
                   "Negative log-likelihood of counts under Poisson rates."},
     .hidden = "log_input, full, size_average, eps, reduce, reduction",
     .rules = kPlainRules},
    {.signature = {"GaussianNLLLoss", kGaussian,
                   "Negative log-likelihood under normal distributions of given variances."},
     .hidden = "full, eps, reduction",
     .rules = kNewRules},
    {.signature = {"CTCLoss", kCtc, "Connectionist temporal classification."},
     .hidden = "blank, reduction, zero_infinity",
     .rules = kNewRules},
    {.signature = {"HingeEmbeddingLoss", kHinge,
                   "A distance where the target is 1, what it lacks of the margin where it is -1."},
     .hidden = kMarginHidden,
     .rules = kPlainRules},
    {.signature = {"MarginRankingLoss", kMargin, "Which of two values is to be the larger one."},
     .hidden = kMarginHidden,
     .rules = kPlainRules},
    {.signature = {"CosineEmbeddingLoss", kMargin, "The angle of two vectors, alike or not."},
     .hidden = kMarginHidden,
     .rules = kPlainRules},
    {.signature = {"TripletMarginLoss", kTriplet,
                   "An anchor nearer to its positive than to its negative."},
     .hidden = "margin, p, eps, swap, size_average, reduce, reduction",
     .rules = {.settle = settle_triplet, .no_attributes = kOldFlags}},
    {.signature = {"MultiLabelMarginLoss", kPlain,
                   "Margins between labels that hold and the others."},
     .hidden = kPlainHidden,
     .rules = kPlainRules},
    {.signature = {"SoftMarginLoss", kPlain, "Logistic loss of targets 1 and -1."},
     .hidden = kPlainHidden,
     .rules = kPlainRules},
    {.signature = {"NLLLoss", kNll,
                   "Negative log-likelihood of class numbers. Buffer: weight, when given."},
     .hidden = kNllHidden,
     .rules = kNllRules},
    {.signature = {"NLLLoss2d", kNll, "The old name of NLLLoss."},
     .hidden = kNllHidden,
     .rules = {.settle = settle_reduction,
               .build = build_weight,
               .attributes = "__deprecated__",
               .no_attributes = kWithWeight,
               .forward = forward_nll}},
    {.signature = {"CrossEntropyLoss", kCrossEntropy,
                   "Cross entropy between unnormalised scores and class numbers or class "
                   "probabilities. Buffer: weight, when given."},
     .hidden = "weight, size_average, ignore_index, reduce, reduction, label_smoothing",
     .rules = {.settle = settle_reduction,
               .build = build_weight,
               .no_attributes = kWithWeight,
               .forward = forward_cross_entropy}},
    {.signature = {"BCELoss", kBce,
                   "Cross entropy of probabilities of two classes. Buffer: weight, when given."},
     .hidden = kWeightHidden,
     .rules = kWeightRules},
    {.signature = {"BCEWithLogitsLoss", kBceWithLogits,
                   "BCELoss of the input's sigmoid. Buffers: weight, pos_weight, when given."},
     .hidden = "weight, size_average, reduce, reduction, pos_weight",
     .rules = {.settle = settle_reduction,
               .build = build_bce_with_logits,
               .no_attributes = kNoConstants}},
    {.signature = {"MultiLabelSoftMarginLoss", kMultiLabelSoft,
                   "BCEWithLogitsLoss averaged over the classes. Buffer: weight, when given."},
     .hidden = kWeightHidden,
     .rules = kWeightRules},
    {.signature = {"MultiMarginLoss", kMultiMargin,
                   "Margins between the right class and the others. Buffer: weight, when given."},
     .hidden = "p, margin, weight, size_average, reduce, reduction",
     .rules = {.settle = settle_reduction,
               .build = build_multi_margin,
               .no_attributes = kWithWeight}},
};

}  // namespace

constinit const ModuleFamily kLossFamily = kTypes;

}  // namespace duramen::nn
