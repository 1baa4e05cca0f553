#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class Relu final : public Module {
 public:
  explicit Relu(bool inplace) : Module("ReLU"), inplace_(inplace) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    if (!inplace_) return ops::relu(context, inputs[0]);
    check_inplace(context, *this, *inputs[0]);
    return write_over(context, inputs[0], ops::relu(context, inputs[0]));
  }
  ModuleRef shell() const override { return make<Relu>(*this); }
  std::string extra_repr() const override { return inplace_ ? "inplace=True" : ""; }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"inplace", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  bool inplace_;
};

// An activation without settings is one operator.
class Elementwise final : public Module {
 public:
  using Operator = TensorRef (*)(Context&, const TensorRef&);
  Elementwise(const char* class_name, Operator apply) : Module(class_name), apply_(apply) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    return apply_(context, inputs[0]);
  }
  ModuleRef shell() const override { return make<Elementwise>(*this); }

 private:
  Operator apply_;
};

constexpr spec::Parameter kReluParameters[] = {{"inplace", spec::kTruth, "False", kInplaceDoc}};

ModuleRef create_relu(const BuildContext&, const spec::Arguments& arguments) {
  return make<Relu>(arguments.boolean("inplace"));
}
ModuleRef create_tanh(const BuildContext&, const spec::Arguments&) {
  return make<Elementwise>("Tanh", ops::tanh);
}
ModuleRef create_sigmoid(const BuildContext&, const spec::Arguments&) {
  return make<Elementwise>("Sigmoid", ops::sigmoid);
}

}  // namespace

constinit const ModuleType kReluType = {{"ReLU", kReluParameters, "max(x, 0) of each element."},
                                        create_relu};
constinit const ModuleType kTanhType = {{"Tanh", {}, "tanh(x) of each element."}, create_tanh};
constinit const ModuleType kSigmoidType = {{"Sigmoid", {}, "1 / (1 + exp(-x)) of each element."},
                                           create_sigmoid};

}  // namespace duramen::nn
