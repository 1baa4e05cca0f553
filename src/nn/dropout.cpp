#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class Dropout final : public Module {
 public:
  struct Config {
    double p;
    bool inplace;
    // As written, for repr: 1 is not 1.0.
    std::string p_text;
    std::string inplace_text;
  };
  explicit Dropout(Config config) : Module("Dropout"), config_(std::move(config)) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    const bool idle = !training() || config_.p == 0 || inputs[0]->numel() == 0;
    if (!config_.inplace || idle) return ops::dropout(context, inputs[0], config_.p, training());
    check_inplace(context, *this, *inputs[0]);
    return write_over(context, inputs[0], ops::dropout(context, inputs[0], config_.p, true));
  }
  ModuleRef shell() const override { return make<Dropout>(*this); }
  std::string extra_repr() const override {
    return join("p=", config_.p_text, ", inplace=", config_.inplace_text);
  }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"p", "inplace", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  Config config_;
};

constexpr spec::Parameter kDropoutParameters[] = {
    {"p", spec::kReal | spec::kBoolNumber, "0.5", "probability of an element to be zeroed"},
    {"inplace", spec::kTruth, "False", kInplaceDoc},
};

ModuleRef create_dropout(const BuildContext&, const spec::Arguments& arguments) {
  const double p = arguments.real("p");
  std::string text = spec::format(arguments["p"]);
  if (p < 0 || p > 1) {
    throw spec::error_at(
        arguments["p"], Code::invalid_argument,
        join("Dropout: dropout probability has to be between 0 and 1, but got ", text))
        .with("torch_error", "ValueError")
        .with("argument", "p");
  }
  return make<Dropout>(Dropout::Config{p, arguments.boolean("inplace"), std::move(text),
                                       spec::printed(arguments["inplace"])});
}

}  // namespace

constinit const ModuleType kDropoutType = {
    {"Dropout", kDropoutParameters,
     "While training, zeroes elements at random and scales the others by 1 / (1 - p)."},
    create_dropout};

}  // namespace duramen::nn
