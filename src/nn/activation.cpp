#include "nn/evaluate.hpp"
#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

// An activation that may write its result over its input.
class Inplace final : public Module {
 public:
  // `overwritten`: the input will be.
  using Operator = TensorRef (*)(Context&, const TensorRef&, bool overwritten);
  Inplace(const char* class_name, Operator apply, bool inplace)
      : Module(class_name), apply_(apply), inplace_(inplace) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    if (!inplace_) return apply_(context, inputs[0], false);
    check_inplace(context, *this, *inputs[0]);
    return write_over(context, inputs[0], apply_(context, inputs[0], true));
  }
  ModuleRef shell() const override { return make<Inplace>(*this); }
  std::string extra_repr() const override { return inplace_ ? "inplace=True" : ""; }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"inplace", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  Operator apply_;
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

class Gelu final : public Module {
 public:
  // Anything may be given; forward refuses all but 'none' and 'tanh'.
  explicit Gelu(const spec::Expression& approximate)
      : Module("GELU"),
        approximate_(spec::format(approximate)),
        text_(approximate.text),
        type_(approximate.form == spec::Form::text ? "" : type_name(approximate)) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    if (type_.empty()) return ops::gelu(context, inputs[0], text_);
    throw Error(Code::invalid_argument,
                join("gelu(): argument 'approximate' must be str, not ", type_))
        .with("argument", "approximate")
        .with("torch_error", "TypeError");
  }
  ModuleRef shell() const override { return make<Gelu>(*this); }
  std::string extra_repr() const override { return join("approximate=", approximate_); }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"approximate", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  std::string approximate_;
  std::string text_;
  std::string type_;  // of what is no text
};

// Softmax or LogSoftmax.
class Normalizer final : public Module {
 public:
  using Operator = TensorRef (*)(Context&, const TensorRef&, std::optional<int64_t> dim);
  Normalizer(const char* class_name, Operator apply, std::optional<int64_t> dim)
      : Module(class_name), apply_(apply), dim_(dim) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    return apply_(context, inputs[0], dim_);
  }
  ModuleRef shell() const override { return make<Normalizer>(*this); }
  std::string extra_repr() const override {
    return join("dim=", dim_ ? std::to_string(*dim_) : "None");
  }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"dim", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  Operator apply_;
  std::optional<int64_t> dim_;
};

constexpr spec::Parameter kInplaceParameters[] = {{"inplace", spec::kTruth, "False", kInplaceDoc}};
constexpr spec::Parameter kGeluParameters[] = {
    {"approximate", spec::kAny, "'none'", "'none', or 'tanh' for the formula with tanh"}};
constexpr spec::Parameter kDimParameters[] = {
    {"dim", spec::kAny, "None",
     "the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, "
     "else 1"}};

TensorRef relu(Context& context, const TensorRef& input, bool) { return ops::relu(context, input); }

ModuleRef create_relu(const BuildContext&, const spec::Arguments& arguments) {
  return make<Inplace>("ReLU", relu, arguments.boolean("inplace"));
}
ModuleRef create_silu(const BuildContext&, const spec::Arguments& arguments) {
  return make<Inplace>("SiLU", ops::silu, arguments.boolean("inplace"));
}
ModuleRef create_tanh(const BuildContext&, const spec::Arguments&) {
  return make<Elementwise>("Tanh", ops::tanh);
}
ModuleRef create_sigmoid(const BuildContext&, const spec::Arguments&) {
  return make<Elementwise>("Sigmoid", ops::sigmoid);
}
ModuleRef create_gelu(const BuildContext&, const spec::Arguments& arguments) {
  return make<Gelu>(arguments["approximate"]);
}

std::optional<int64_t> dim_argument(const spec::Arguments& arguments) {
  const spec::Expression& dim = arguments["dim"];
  if (dim.form == spec::Form::integer) return dim.integer;
  if (dim.form == spec::Form::none) return std::nullopt;
  throw spec::error_at(dim, Code::invalid_argument,
                       join("dim must be an int or None, got <class '", torch_typename(dim), "'>"))
      .with("argument", "dim")
      .with("torch_error", "TypeError");
}

ModuleRef create_softmax(const BuildContext&, const spec::Arguments& arguments) {
  return make<Normalizer>("Softmax", ops::softmax, dim_argument(arguments));
}
ModuleRef create_log_softmax(const BuildContext&, const spec::Arguments& arguments) {
  return make<Normalizer>("LogSoftmax", ops::log_softmax, dim_argument(arguments));
}

}  // namespace

constinit const ModuleType kReluType = {{"ReLU", kInplaceParameters, "max(x, 0) of each element."},
                                        create_relu};
constinit const ModuleType kTanhType = {{"Tanh", {}, "tanh(x) of each element."}, create_tanh};
constinit const ModuleType kSigmoidType = {{"Sigmoid", {}, "1 / (1 + exp(-x)) of each element."},
                                           create_sigmoid};
constinit const ModuleType kSiluType = {
    {"SiLU", kInplaceParameters, "x / (1 + exp(-x)) of each element."}, create_silu};
constinit const ModuleType kGeluType = {
    {"GELU", kGeluParameters, "x times the normal distribution function of x, of each element."},
    create_gelu};
constinit const ModuleType kSoftmaxType = {
    {"Softmax", kDimParameters, "exp(x), scaled to the sum 1 along a dimension."}, create_softmax};
constinit const ModuleType kLogSoftmaxType = {
    {"LogSoftmax", kDimParameters, "The logarithm of Softmax."}, create_log_softmax};

}  // namespace duramen::nn
