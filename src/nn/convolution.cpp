#include "base/checked.hpp"
#include "nn/layer.hpp"
#include "ops/planes.hpp"

namespace duramen::nn {
namespace {

using kernels::Border;
using ops::Extents;

// An extent as an argument: what it is, and how Python prints the tuple that it becomes.
struct ExtentArgument {
  Extents values;
  std::string text;
};

ExtentArgument pair_of(const spec::Expression& given) {
  spec::Expression tuple;
  tuple.form = spec::Form::tuple;
  tuple.items = given.items;
  const bool number = given.form != spec::Form::list && given.form != spec::Form::tuple;
  if (number) tuple.items.assign(2, given);
  ExtentArgument out{{}, spec::format(tuple)};
  for (const spec::Expression& item : tuple.items) {
    out.values.push_back(item.form == spec::Form::boolean ? item.boolean : item.integer);
  }
  return out;
}

bool all_are(const Extents& values, int64_t value) {
  return std::all_of(values.begin(), values.end(), [value](int64_t v) { return v == value; });
}

struct Conv2dConfig {
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  ExtentArgument kernel_size;
  ExtentArgument stride;
  ExtentArgument padding;
  std::optional<std::string> padding_text;  // "same" or "valid"
  ExtentArgument dilation;
  int64_t groups = 1;
  bool bias = true;
  std::string padding_mode = "zeros";
  // As written, for repr: True is not 1.
  std::string in_text;
  std::string groups_text;
};

std::optional<Border> border_of(std::string_view mode) {
  if (mode == "zeros") return Border::zeros;
  if (mode == "reflect") return Border::reflect;
  if (mode == "replicate") return Border::replicate;
  if (mode == "circular") return Border::circular;
  return std::nullopt;
}

class Conv2d final : public Module {
 public:
  Conv2d(Context& context, Conv2dConfig config, Dtype dtype)
      : Module("Conv2d"), config_(std::move(config)) {
    Shape shape = {config_.out_channels, config_.in_channels / config_.groups};
    for (const int64_t size : config_.kernel_size.values) shape.push_back(size);
    const Shape channels = {config_.out_channels};
    put_parameter("weight", new_parameter(context, shape, dtype));
    put_parameter("bias", config_.bias ? new_parameter(context, channels, dtype) : nullptr);
    reset_parameters(context);
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    const TensorRef* weight = parameters().find("weight");
    const TensorRef* found = parameters().find("bias");
    if (!weight || !*weight) {
      throw Error(Code::state, "forward: this Conv2d has no weight")
          .with("torch_error", "AttributeError");
    }
    const TensorRef bias = found ? *found : TensorRef();
    ops::Conv2dOptions options;
    options.stride = config_.stride.values;
    options.dilation = config_.dilation.values;
    options.groups = config_.groups;
    const Border border = border_of(config_.padding_mode).value();
    if (border == Border::zeros) {
      options.padding = config_.padding.values;
      options.padding_text = config_.padding_text;
      return ops::conv2d(context, inputs[0], *weight, bias, options);
    }
    return ops::conv2d_with_border(context, inputs[0], *weight, bias, options,
                                   {border, border_extents()});
  }

  ModuleRef shell() const override { return make<Conv2d>(*this); }

  void reset_parameters(Context& context) override {
    const TensorRef* weight = parameters().find("weight");
    if (!weight || !*weight) return;
    const TensorRef* bias = parameters().find("bias");
    kaiming_uniform_sqrt5(context, **weight);
    if (bias && *bias) uniform_by_fan_in(context, **bias, fans_of(**weight).in);
  }

  std::string extra_repr() const override {
    const Conv2dConfig& c = config_;
    const TensorRef* bias = parameters().find("bias");
    std::string out = join(c.in_text, ", ", c.out_channels, ", kernel_size=", c.kernel_size.text,
                           ", stride=", c.stride.text);
    if (c.padding_text) {
      out += ", padding=" + *c.padding_text;
    } else if (!all_are(c.padding.values, 0)) {
      out += ", padding=" + c.padding.text;
    }
    if (!all_are(c.dilation.values, 1)) out += ", dilation=" + c.dilation.text;
    if (c.groups != 1) out += ", groups=" + c.groups_text;
    if (!bias || !*bias) out += ", bias=False";
    if (c.padding_mode != "zeros") out += ", padding_mode=" + c.padding_mode;
    return out;
  }

  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"in_channels", "out_channels", "kernel_size", "stride", "padding",
                            "dilation", "transposed", "output_padding", "groups", "padding_mode",
                            "_reversed_padding_repeated_twice", "_conv_forward", "reset_parameters",
                            "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  // Left, right, top, bottom: the last dimension first, as F.pad takes them.
  Extents border_extents() const {
    const Extents& kernel = config_.kernel_size.values;
    const Extents& dilation = config_.dilation.values;
    const Extents& padding = config_.padding.values;
    Extents out;
    if (!config_.padding_text) {
      for (size_t i = padding.size(); i-- > 0;) out.insert(out.end(), 2, padding[i]);
      return out;
    }
    out.assign(2 * kernel.size(), 0);
    if (*config_.padding_text == "valid") return out;
    for (size_t i = 0; i < std::min(kernel.size(), dilation.size()); ++i) {
      int64_t total = 0;
      if (mul_overflows(dilation[i], kernel[i] - 1, &total)) total = INT64_MAX;
      const size_t at = 2 * (kernel.size() - 1 - i);
      out[at] = total >> 1;  // rounds down, as Python does
      out[at + 1] = total - out[at];
    }
    return out;
  }

  Conv2dConfig config_;
};

constexpr spec::Kinds kExtent = spec::kInts | spec::kBoolNumber;
constexpr spec::Parameter kConv2dParameters[] = {
    {"in_channels", spec::kInt | spec::kBoolNumber, "", "channels of the input"},
    {"out_channels", spec::kInt, "", "channels of the output"},
    {"kernel_size", kExtent, "", "rows and columns of the kernel"},
    {"stride", kExtent, "1", "of the kernel over the input"},
    {"padding", kExtent | spec::kText, "0",
     "border around the input; 'same': as much as keeps the size, 'valid': none"},
    {"dilation", kExtent, "1", "distance between the kernel's elements"},
    {"groups", spec::kInt | spec::kBoolNumber, "1", "parts of the channels that do not meet"},
    {"bias", spec::kTruth, "True", "adds a learned bias; without it the name is kept with None"},
    {"padding_mode", spec::kText | spec::kNone, "'zeros'",
     "what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'"},
    kDeviceParameter,
    kDtypeParameter,
};

Error value_error(const spec::Arguments& arguments, const char* argument,
                  const std::string& message) {
  return spec::error_at(arguments[argument], Code::invalid_argument, "Conv2d: " + message)
      .with("argument", argument)
      .with("torch_error", "ValueError");
}

void check_groups(const spec::Arguments& arguments, const Conv2dConfig& config) {
  if (config.groups <= 0) {
    throw value_error(arguments, "groups", "groups must be a positive integer");
  }
  if (config.in_channels % config.groups != 0) {
    throw value_error(arguments, "groups", "in_channels must be divisible by groups");
  }
  if (config.out_channels % config.groups != 0) {
    throw value_error(arguments, "groups", "out_channels must be divisible by groups");
  }
}

void check_padding(const spec::Arguments& arguments, const Conv2dConfig& config) {
  if (config.padding_text) {
    const std::string& text = *config.padding_text;
    if (text != "same" && text != "valid") {
      throw value_error(arguments, "padding",
                        join("Invalid padding string ", format_quoted(printable(text, 40)),
                             ", should be one of {'same', 'valid'}"));
    }
    if (text == "same" && !all_are(config.stride.values, 1)) {
      throw value_error(arguments, "padding",
                        "padding='same' is not supported for strided convolutions");
    }
  }
  if (border_of(config.padding_mode)) return;
  throw value_error(arguments, "padding_mode",
                    join("padding_mode must be one of {'zeros', 'circular', 'reflect', "
                         "'replicate'}, but got padding_mode='",
                         printable(config.padding_mode, 40), "'"));
}

ModuleRef create_conv2d(const BuildContext& build, const spec::Arguments& arguments) {
  Conv2dConfig config;
  config.in_channels = arguments.integer("in_channels");
  config.out_channels = arguments.integer("out_channels");
  config.kernel_size = pair_of(arguments["kernel_size"]);
  config.stride = pair_of(arguments["stride"]);
  const spec::Expression& padding = arguments["padding"];
  if (padding.form == spec::Form::text || padding.form == spec::Form::name) {
    config.padding_text = padding.text;
  } else {
    config.padding = pair_of(padding);
  }
  config.dilation = pair_of(arguments["dilation"]);
  config.groups = arguments.integer("groups");
  config.bias = arguments.boolean("bias");
  config.padding_mode = spec::printed(arguments["padding_mode"]);
  config.in_text = spec::format(arguments["in_channels"]);
  config.groups_text = spec::format(arguments["groups"]);
  const Dtype dtype = dtype_argument(build, arguments);
  check_groups(arguments, config);
  check_padding(arguments, config);
  return make<Conv2d>(build.context, std::move(config), dtype);
}

}  // namespace

constinit const ModuleType kConv2dType = {
    {"Conv2d", kConv2dParameters,
     "Cross-correlates planes with learned kernels. Input: (N, C, H, W) or (C, H, W). Parameters: "
     "weight (out_channels, in_channels / groups, rows, columns), bias (out_channels)."},
    create_conv2d};

}  // namespace duramen::nn
