#include "nn/evaluate.hpp"
#include "nn/layer.hpp"
#include "ops/planes.hpp"

namespace duramen::nn {
namespace {

class MaxPool2d final : public Module {
 public:
  struct Config {
    ops::MaxPool2dOptions options;
    bool return_indices;
    std::string ceil_type;  // what ceil_mode is, in Python's words
    std::string text;       // for repr
  };
  explicit MaxPool2d(Config config) : Module("MaxPool2d"), config_(std::move(config)) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check(inputs);
    if (!config_.return_indices) return ops::max_pool2d(context, inputs[0], config_.options);
    throw Error(Code::unsupported,
                "forward: MaxPool2d with return_indices=True gives a tuple, not one tensor "
                "(expected a general call)")
        .with("torch_error", "TypeError");
  }
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override {
    if (!config_.return_indices) return Module::call(context, arguments, keywords);
    const std::vector<TensorRef> inputs = tensors_of_call(*this, arguments, keywords);
    check(inputs);
    ops::ValuesAndIndices found = ops::max_pool2d_with_indices(context, inputs[0], config_.options);
    return Value::tuple(
        {Value::tensor(std::move(found.values)), Value::tensor(std::move(found.indices))});
  }
  ModuleRef shell() const override { return make<MaxPool2d>(*this); }
  std::string extra_repr() const override { return config_.text; }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"kernel_size", "stride", "padding", "dilation", "return_indices",
                            "ceil_mode", "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  void check(std::span<const TensorRef> inputs) const {
    check_inputs(*this, inputs, 1);
    if (config_.ceil_type == "bool") return;
    throw Error(Code::invalid_argument,
                join("forward: max_pool2d(): argument 'ceil_mode' (position "
                     "6) must be bool, not ",
                     config_.ceil_type))
        .with("torch_error", "TypeError");
  }

  Config config_;
};

class AdaptiveAvgPool2d final : public Module {
 public:
  AdaptiveAvgPool2d(ops::AdaptiveAvgPool2dOptions options, bool is_none, std::string as_written)
      : Module("AdaptiveAvgPool2d"),
        options_(std::move(options)),
        is_none_(is_none),
        as_written_(std::move(as_written)) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    if (!is_none_) return ops::adaptive_avg_pool2d(context, inputs[0], options_);
    throw Error(Code::invalid_argument,
                "forward: AdaptiveAvgPool2d: object of type 'NoneType' has no len()")
        .with("argument", "output_size")
        .with("torch_error", "TypeError");
  }
  ModuleRef shell() const override { return make<AdaptiveAvgPool2d>(*this); }
  std::string extra_repr() const override { return "output_size=" + as_written_; }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"output_size", "__constants__"}) || Module::has_attribute(name);
  }

 private:
  ops::AdaptiveAvgPool2dOptions options_;
  bool is_none_;
  std::string as_written_;  // for repr: 1 is not (1, 1)
};

constexpr spec::Parameter kMaxPool2dParameters[] = {
    {"kernel_size", spec::kInts, "", "rows and columns of a window"},
    {"stride", spec::kInts | spec::kNone, "None", "of the windows; None: their size"},
    {"padding", spec::kInts, "0", "border that never wins"},
    {"dilation", spec::kInts, "1", "distance between the elements of a window"},
    {"return_indices", spec::kTruth, "False", "gives also where each maximum is"},
    {"ceil_mode", spec::kTruth, "False", "a last window that is not whole counts too"},
};
constexpr spec::Parameter kAdaptiveParameters[] = {
    {"output_size", spec::kInts | spec::kList | spec::kNone, "",
     "of a plane, an integer or a pair; None in it: as the input's"},
};

ModuleRef create_max_pool2d(const BuildContext&, const spec::Arguments& arguments) {
  const char* stride = arguments.is_none("stride") ? "kernel_size" : "stride";
  MaxPool2d::Config config;
  config.options.kernel_size = arguments.integers("kernel_size");
  config.options.stride = arguments.integers(stride);
  config.options.padding = arguments.integers("padding");
  config.options.dilation = arguments.integers("dilation");
  config.options.ceil_mode = arguments.boolean("ceil_mode");
  config.return_indices = arguments.boolean("return_indices");
  config.ceil_type = type_name(arguments["ceil_mode"]);
  config.text = join("kernel_size=", spec::format(arguments["kernel_size"]),
                     ", stride=", spec::format(arguments[stride]),
                     ", padding=", spec::format(arguments["padding"]),
                     ", dilation=", spec::format(arguments["dilation"]),
                     ", ceil_mode=", spec::printed(arguments["ceil_mode"]));
  return make<MaxPool2d>(std::move(config));
}

ModuleRef create_adaptive_avg_pool2d(const BuildContext&, const spec::Arguments& arguments) {
  const spec::Expression& size = arguments["output_size"];
  ops::AdaptiveAvgPool2dOptions options;
  options.one_for_both = size.form == spec::Form::integer;
  if (options.one_for_both) options.output_size.emplace_back(size.integer);
  for (const spec::Expression& item : size.items) {
    if (item.form == spec::Form::none) {
      options.output_size.emplace_back(std::nullopt);
    } else if (item.form == spec::Form::integer) {
      options.output_size.emplace_back(item.integer);
    } else {
      throw spec::error_at(item, Code::invalid_argument,
                           join("AdaptiveAvgPool2d.__init__(): argument 'output_size' must be "
                                "tuple of ints, but found element of type ",
                                type_name(item)))
          .with("argument", "output_size")
          .with("torch_error", "TypeError");
    }
  }
  return make<AdaptiveAvgPool2d>(std::move(options), size.form == spec::Form::none,
                                 spec::format(size));
}

}  // namespace

constinit const ModuleType kMaxPool2dType = {
    {"MaxPool2d", kMaxPool2dParameters,
     "The largest element of each window of the planes. Input: (N, C, H, W) or (C, H, W)."},
    create_max_pool2d,
    "return_indices"};
constinit const ModuleType kAdaptiveAvgPool2dType = {
    {"AdaptiveAvgPool2d", kAdaptiveParameters,
     "Means of as many windows as wanted, which cover each plane. Input: (N, C, H, W) or "
     "(C, H, W)."},
    create_adaptive_avg_pool2d};

}  // namespace duramen::nn
