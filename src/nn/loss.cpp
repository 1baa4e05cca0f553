#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

// The old flags win over `reduction` when either is given.
std::string reduction_argument(const spec::Arguments& arguments) {
  if (arguments.is_none("size_average") && arguments.is_none("reduce")) {
    return std::string(arguments.text("reduction"));
  }
  const bool average = arguments.is_none("size_average") || arguments.boolean("size_average");
  const bool reduce = arguments.is_none("reduce") || arguments.boolean("reduce");
  return reduce ? average ? "mean" : "sum" : "none";
}

// Checked in the forward, as PyTorch does: any text makes a module.
ops::Reduction reduction_of(const std::string& text) {
  if (text == "mean") return ops::Reduction::mean;
  if (text == "sum") return ops::Reduction::sum;
  if (text == "none") return ops::Reduction::none;
  throw Error(Code::invalid_argument,
              join("forward: ", printable(text, 60), " is not a valid value for reduction"))
      .with("torch_error", "ValueError")
      .with("expected", "none, mean or sum");
}

class CrossEntropyLoss final : public Module {
 public:
  CrossEntropyLoss(TensorRef weight, int64_t ignore_index, std::string reduction, double smoothing)
      : Module("CrossEntropyLoss"),
        ignore_index_(ignore_index),
        reduction_(std::move(reduction)),
        label_smoothing_(smoothing) {
    put_buffer("weight", std::move(weight));
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 2);
    const TensorRef* weight = buffers().find("weight");
    return ops::cross_entropy(context, inputs[0], inputs[1],
                              {weight ? *weight : TensorRef(), ignore_index_,
                               reduction_of(reduction_), label_smoothing_});
  }
  ModuleRef shell() const override { return make<CrossEntropyLoss>(*this); }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"ignore_index", "reduction", "label_smoothing", "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  int64_t ignore_index_;
  std::string reduction_;
  double label_smoothing_;
};

class MseLoss final : public Module {
 public:
  explicit MseLoss(std::string reduction) : Module("MSELoss"), reduction_(std::move(reduction)) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 2);
    return ops::mse_loss(context, inputs[0], inputs[1], reduction_of(reduction_));
  }
  ModuleRef shell() const override { return make<MseLoss>(*this); }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"reduction", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  std::string reduction_;
};

constexpr spec::Parameter kSizeAverage = {"size_average", spec::kTruth | spec::kNone, "None",
                                          "old form of reduction: False for 'sum'"};
constexpr spec::Parameter kReduce = {"reduce", spec::kTruth | spec::kNone, "None",
                                     "old form of reduction: False for 'none'"};
constexpr spec::Parameter kReduction = {"reduction", spec::kText, "'mean'",
                                        "'mean', 'sum' or 'none'"};

constexpr spec::Parameter kCrossEntropyParameters[] = {
    {"weight", spec::kTensor | spec::kNone, "None", "a weight for each class; a saved buffer"},
    kSizeAverage,
    {"ignore_index", spec::kInt | spec::kBoolNumber, "-100", "a target that does not count"},
    kReduce,
    kReduction,
    {"label_smoothing", spec::kReal | spec::kBoolNumber, "0.0",
     "share of the target spread over all classes"},
};
constexpr spec::Parameter kMseParameters[] = {kSizeAverage, kReduce, kReduction};

ModuleRef create_cross_entropy(const BuildContext& build, const spec::Arguments& arguments) {
  TensorRef weight;
  if (!arguments.is_none("weight")) weight = build.tensor(arguments["weight"]);
  return make<CrossEntropyLoss>(std::move(weight), arguments.integer("ignore_index"),
                                reduction_argument(arguments), arguments.real("label_smoothing"));
}

ModuleRef create_mse(const BuildContext&, const spec::Arguments& arguments) {
  return make<MseLoss>(reduction_argument(arguments));
}

}  // namespace

constinit const ModuleType kCrossEntropyLossType = {
    {"CrossEntropyLoss", kCrossEntropyParameters,
     "Cross entropy between unnormalised scores and class numbers or class probabilities. Buffer: "
     "weight, when given."},
    create_cross_entropy,
    "weight, size_average, ignore_index, reduce, reduction, label_smoothing"};
constinit const ModuleType kMseLossType = {
    {"MSELoss", kMseParameters, "Squared difference of two tensors."},
    create_mse,
    "size_average, reduce, reduction"};

}  // namespace duramen::nn
