#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class Linear final : public Module {
 public:
  struct Config {
    int64_t in_features;
    int64_t out_features;
    bool bias;
    std::string in_text;  // as written, for repr: True is not 1
  };
  Linear(Context& context, Config config, Dtype dtype)
      : Module("Linear"), config_(std::move(config)) {
    const int64_t in = config_.in_features, out = config_.out_features;
    put_parameter("weight", new_parameter(context, {out, in}, dtype));
    put_parameter("bias", config_.bias ? new_parameter(context, {out}, dtype) : nullptr);
    reset_parameters(context);
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    const TensorRef* weight = parameters().find("weight");
    const TensorRef* bias = parameters().find("bias");
    if (!weight || !*weight) {
      throw Error(Code::state, "forward: this Linear has no weight")
          .with("torch_error", "AttributeError");
    }
    return ops::linear(context, inputs[0], *weight, bias ? *bias : TensorRef());
  }

  ModuleRef shell() const override { return make<Linear>(*this); }

  void reset_parameters(Context& context) override {
    const TensorRef* weight = parameters().find("weight");
    if (!weight || !*weight) return;
    const TensorRef* bias = parameters().find("bias");
    kaiming_uniform_sqrt5(context, **weight);
    if (bias && *bias) uniform_by_fan_in(context, **bias, fans_of(**weight).in);
  }

  std::string extra_repr() const override {
    const TensorRef* bias = parameters().find("bias");
    return join("in_features=", config_.in_text, ", out_features=", config_.out_features,
                ", bias=", python_bool(bias && *bias));
  }

  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"in_features", "out_features", "reset_parameters", "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  Config config_;
};

constexpr spec::Parameter kLinearParameters[] = {
    {"in_features", spec::kInt | spec::kBoolNumber, "", "size of each input row"},
    {"out_features", spec::kInt, "", "size of each output row"},
    {"bias", spec::kTruth, "True", "adds a learned bias; without it the name is kept with None"},
    kDeviceParameter,
    kDtypeParameter,
};

ModuleRef create_linear(const BuildContext& build, const spec::Arguments& arguments) {
  Linear::Config config = {arguments.integer("in_features"), arguments.integer("out_features"),
                           arguments.boolean("bias"), spec::format(arguments["in_features"])};
  return make<Linear>(build.context, std::move(config), dtype_argument(build, arguments));
}

}  // namespace

constinit const ModuleType kLinearType = {
    {"Linear", kLinearParameters,
     "y = x Aᵀ + b. Parameters: weight (out_features, in_features), bias (out_features)."},
    create_linear};

}  // namespace duramen::nn
