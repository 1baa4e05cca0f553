#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class Dropout final : public Module {
 public:
  Dropout(double p, std::string p_text, bool inplace)
      : Module("Dropout"), p_(p), p_text_(std::move(p_text)), inplace_(inplace) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    const bool idle = !training() || p_ == 0 || inputs[0]->numel() == 0;
    if (!inplace_ || idle) return ops::dropout(context, inputs[0], p_, training());
    check_inplace(context, *this, *inputs[0]);
    return write_over(context, inputs[0], ops::dropout(context, inputs[0], p_, true));
  }
  std::string extra_repr() const override {
    return join("p=", p_text_, ", inplace=", python_bool(inplace_));
  }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"p", "inplace", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  double p_;
  std::string p_text_;  // as written, for repr: 1 is not 1.0
  bool inplace_;
};

constexpr spec::Parameter kDropoutParameters[] = {
    {"p", spec::kReal, "0.5", "probability of an element to be zeroed"},
    {"inplace", spec::kBool, "False", kInplaceDoc},
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
  return make<Dropout>(p, std::move(text), arguments.boolean("inplace"));
}

}  // namespace

constinit const ModuleType kDropoutType = {
    {"Dropout", kDropoutParameters,
     "While training, zeroes elements at random and scales the others by 1 / (1 - p)."},
    create_dropout};

}  // namespace duramen::nn
