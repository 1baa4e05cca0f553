#include "nn/evaluate.hpp"
#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class LayerNorm final : public Module {
 public:
  struct Config {
    Shape shape;
    double eps = 0;
    bool affine = true;
    bool bias = true;
    Dtype dtype = Dtype::float32;
    std::string eps_text, affine_text;  // as written, for repr
    std::string eps_type;               // of an eps that is no number, which forward refuses
  };
  LayerNorm(Context& context, Config config) : Module("LayerNorm"), config_(std::move(config)) {
    const Shape& shape = config_.shape;
    const bool affine = config_.affine;
    put_parameter("weight", affine ? new_parameter(context, shape, config_.dtype) : nullptr);
    put_parameter("bias",
                  affine && config_.bias ? new_parameter(context, shape, config_.dtype) : nullptr);
    reset_parameters(context);
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    if (!config_.eps_type.empty()) {
      throw Error(
          Code::invalid_argument,
          join("layer_norm(): argument 'eps' (position 5) must be float, not ", config_.eps_type))
          .with("argument", "eps")
          .with("torch_error", "TypeError");
    }
    return ops::layer_norm(context, inputs[0], config_.shape, held("weight"), held("bias"),
                           config_.eps);
  }

  ModuleRef shell() const override { return make<LayerNorm>(*this); }

  void reset_parameters(Context&) override {
    if (!config_.affine) return;
    if (const TensorRef weight = held("weight")) fill(*weight, 1);
    if (const TensorRef bias = held("bias")) fill(*bias, 0);
  }

  std::string extra_repr() const override {
    return join(format_tuple(config_.shape), ", eps=", config_.eps_text,
                ", elementwise_affine=", config_.affine_text,
                ", bias=", python_bool(bool(held("bias"))));
  }

  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"normalized_shape", "eps", "elementwise_affine", "reset_parameters",
                            "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  TensorRef held(std::string_view name) const {
    const TensorRef* found = parameters().find(name);
    return found ? *found : TensorRef();
  }

  Config config_;
};

constexpr spec::Parameter kLayerNormParameters[] = {
    {"normalized_shape", spec::kInts | spec::kAny, "",
     "sizes of the last dimensions, which are normalised"},
    {"eps", spec::kAny, "1e-05", "added to the variance"},
    {"elementwise_affine", spec::kTruth, "True",
     "learned scale and shift; without them the names hold None"},
    {"bias", spec::kTruth, "True", "learned shift"},
    kDeviceParameter,
    kDtypeParameter,
};

Shape shape_argument(const spec::Expression& given) {
  std::optional<std::vector<spec::Expression>> sizes = iterated(given);
  if (given.form == spec::Form::integer || given.form == spec::Form::boolean) sizes = {{given}};
  if (!sizes) {
    throw spec::error_at(given, Code::invalid_argument,
                         join("'", type_name(given), "' object is not iterable"))
        .with("argument", "normalized_shape")
        .with("torch_error", "TypeError");
  }
  Shape shape;
  for (size_t i = 0; i < sizes->size(); ++i) {
    const spec::Expression& size = (*sizes)[i];
    if (size.form != spec::Form::integer) {
      throw spec::error_at(given, Code::invalid_argument,
                           join("empty(): argument 'size' (position 1) must be tuple of ints, but "
                                "found element of type ",
                                type_name(size), " at pos ", i))
          .with("argument", "normalized_shape")
          .with("torch_error", "TypeError");
    }
    shape.push_back(size.integer);
  }
  return shape;
}

ModuleRef create_layer_norm(const BuildContext& build, const spec::Arguments& arguments) {
  LayerNorm::Config config;
  config.shape = shape_argument(arguments["normalized_shape"]);
  const spec::Expression& eps = arguments["eps"];
  const bool number = eps.form == spec::Form::real || eps.form == spec::Form::integer ||
                      eps.form == spec::Form::boolean;
  config.eps = number ? arguments.real("eps") : 0;
  config.eps_type = number ? "" : type_name(eps);
  config.eps_text = spec::printed(eps);
  config.affine = arguments.boolean("elementwise_affine");
  config.affine_text = spec::printed(arguments["elementwise_affine"]);
  config.bias = arguments.boolean("bias");
  config.dtype = dtype_argument(build, arguments);
  return make<LayerNorm>(build.context, std::move(config));
}

}  // namespace

constinit const ModuleType kLayerNormType = {
    {"LayerNorm", kLayerNormParameters,
     "Normalises the last dimensions of each sample. Parameters: weight, bias (normalized_shape)."},
    create_layer_norm};

}  // namespace duramen::nn
