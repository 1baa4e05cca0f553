// Convolutions and transposed convolutions over 1, 2 and 3 dimensions.
#include "base/checked.hpp"
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"
#include "ops/planes.hpp"

namespace duramen::nn {
namespace {

using kernels::Border;
using ops::Extents;
using spec::Expression;
using spec::Form;

// ---- Construction ----

std::optional<Border> border_of(std::string_view mode) {
  if (mode == "zeros") return Border::zeros;
  if (mode == "reflect") return Border::reflect;
  if (mode == "replicate") return Border::replicate;
  if (mode == "circular") return Border::circular;
  return std::nullopt;
}

// Of a lazy class, too.
bool is_transposed(std::string_view class_name) {
  return class_name.find("ConvTranspose") != class_name.npos;
}

// "same" or "valid" as an argument; printed without quotes.
bool is_word(Form form) { return form == Form::text || form == Form::name; }

bool all_are(const Expression& value, int64_t number) {
  return value.form == Form::tuple &&
         std::all_of(value.items.begin(), value.items.end(),
                     [number](const Expression& item) { return is_equal(item, number); });
}

void check_groups(const spec::Arguments& arguments) {
  const Expression& groups = arguments["groups"];
  if (holds(groups, Order::less_equal, 0)) {
    throw argument_error(arguments, "groups", "ValueError", "groups must be a positive integer");
  }
  for (const std::string_view channels : {"in_channels", "out_channels"}) {
    if (is_divisible(arguments[channels], groups)) continue;
    throw argument_error(arguments, "groups", "ValueError",
                         join(channels, " must be divisible by groups"));
  }
}

void check_padding_text(const Settings& settings, const spec::Arguments& arguments) {
  const std::string_view text = settings.text("padding");
  if (text != "same" && text != "valid") {
    throw argument_error(arguments, "padding", "ValueError",
                         join("Invalid padding string ", format_quoted(printable(text, 40)),
                              ", should be one of {'same', 'valid'}"));
  }
  if (text == "same" && !all_are(settings["stride"], 1)) {
    throw argument_error(arguments, "padding", "ValueError",
                         "padding='same' is not supported for strided convolutions");
  }
}

void check_padding_mode(const spec::Arguments& arguments) {
  const Expression& mode = arguments["padding_mode"];
  if (mode.form == Form::list || mode.form == Form::dict) {
    throw argument_error(arguments, "padding_mode", "TypeError",
                         join("unhashable type: '", type_name(mode), "'"));
  }
  if (is_word(mode.form) && border_of(mode.text)) return;
  throw argument_error(arguments, "padding_mode", "ValueError",
                       join("padding_mode must be one of {'zeros', 'circular', 'reflect', "
                            "'replicate'}, but got padding_mode='",
                            printable(spec::printed(mode), 40), "'"));
}

Error operand_error(const Expression& value, std::string_view op) {
  return spec::error_at(
             value, Code::invalid_argument,
             join("unsupported operand type(s) for ", op, ": '", type_name(value), "' and 'int'"))
      .with("torch_error", "TypeError");
}

// What dilation · (kernel - 1) // 2 asks for.
void check_half_of_same(const Settings& settings) {
  const auto dilation = settings.items("dilation"), kernel = settings.items("kernel_size");
  for (size_t i = 0; i < std::min(dilation.size(), kernel.size()); ++i) {
    if (!is_number(kernel[i])) throw operand_error(kernel[i], "-");
    if (is_number(dilation[i])) continue;
    const bool is_factor = dilation[i].form != Form::none && dilation[i].form != Form::dict;
    throw operand_error(dilation[i], is_factor ? "//" : "*");
  }
}

constexpr std::string_view kExtents[] = {"kernel_size", "stride", "padding", "dilation",
                                         "output_padding"};

void settle(Settings& settings, const spec::Arguments& arguments) {
  const std::string_view name = arguments.signature().name;
  const auto dimensions = static_cast<size_t>(name[name.size() - 2] - '0');
  const bool transposed = is_transposed(name);
  const bool has_word = !transposed && is_word(arguments["padding"].form);
  for (const std::string_view extent : kExtents) {
    if (extent == "padding" && has_word) continue;
    if (extent == "output_padding" && !transposed) continue;
    settings.set(extent, repeated(arguments[extent], dimensions));
  }
  if (transposed && spec::printed(arguments["padding_mode"]) != "zeros") {
    throw argument_error(arguments, "padding_mode", "ValueError",
                         join("Only \"zeros\" padding mode is supported for ", name));
  }
  check_groups(arguments);
  if (has_word) check_padding_text(settings, arguments);
  check_padding_mode(arguments);
  if (has_word && settings.text("padding") == "same") check_half_of_same(settings);
}

void build(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Dtype dtype = dtype_argument(build, arguments);
  std::string_view first = "out_channels", second = "in_channels";
  if (is_transposed(layer.class_name())) std::swap(first, second);
  std::vector<Expression> sizes = {arguments[first],
                                   floor_divided(arguments[second], arguments["groups"])};
  const auto kernel = layer.settings().items("kernel_size");
  sizes.insert(sizes.end(), kernel.begin(), kernel.end());
  layer.put_parameter("weight", new_parameter(build.context, sizes_of(sizes), dtype));
  layer.put_parameter("bias", nullptr);
  if (!arguments.boolean("bias")) return;
  const Shape channels = size_of(arguments["out_channels"]);
  layer.put_parameter("bias", new_parameter(build.context, channels, dtype));
}

void reset(Layer& layer, Context& context) { reset_weight_and_bias(context, layer); }

std::string show(const Layer& layer) {
  const Settings& s = layer.settings();
  std::string out = filled_repr(
      "{in_channels}, {out_channels}, kernel_size={kernel_size}, stride={stride}", layer);
  if (!all_are(s["padding"], 0)) out += filled_repr(", padding={padding}", layer);
  if (!all_are(s["dilation"], 1)) out += filled_repr(", dilation={dilation}", layer);
  if (is_transposed(layer.class_name()) && !all_are(s["output_padding"], 0)) {
    out += filled_repr(", output_padding={output_padding}", layer);
  }
  if (!is_equal(s["groups"], 1)) out += filled_repr(", groups={groups}", layer);
  if (!held(layer.parameters(), "bias")) out += ", bias=False";
  const std::string mode = s.printed("padding_mode");
  return mode == "zeros" ? out : join(out, ", padding_mode=", mode);
}

// ---- Forward ----

Extents extents(const Layer& layer, std::string_view name) {
  Extents out;
  for (const Expression& item : layer.settings().items(name)) {
    if (!is_number(item) || item.form == Form::real) {
      throw Error(Code::invalid_argument, join("conv2d(): argument '", name,
                                               "' must be tuple of ints, but found element of "
                                               "type ",
                                               type_name(item), " at pos ", out.size()))
          .with("argument", std::string(name))
          .with("torch_error", "TypeError");
    }
    out.push_back(spec::integer_of(item));
  }
  return out;
}

// Left, right, top, bottom: the last dimension first, as F.pad takes them.
Extents border_extents(const Layer& layer) {
  const Settings& settings = layer.settings();
  Extents out;
  if (!is_word(settings.form("padding"))) {
    const Extents sizes = extents(layer, "padding");
    for (size_t i = sizes.size(); i-- > 0;) out.insert(out.end(), 2, sizes[i]);
    return out;
  }
  const Extents kernel = extents(layer, "kernel_size"), dilation = extents(layer, "dilation");
  out.assign(2 * kernel.size(), 0);
  if (settings.text("padding") == "valid") return out;
  for (size_t i = 0; i < std::min(kernel.size(), dilation.size()); ++i) {
    int64_t total = 0;
    if (mul_overflows(dilation[i], kernel[i] - 1, &total)) total = INT64_MAX;
    const size_t at = 2 * (kernel.size() - 1 - i);
    out[at] = total >> 1;  // rounds down, as Python does
    out[at + 1] = total - out[at];
  }
  return out;
}

TensorRef forward_conv2d(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const TensorRef weight = held(layer.parameters(), "weight");
  if (!weight) {
    throw Error(Code::state, "forward: this Conv2d has no weight")
        .with("torch_error", "AttributeError");
  }
  const TensorRef bias = held(layer.parameters(), "bias");
  const Settings& settings = layer.settings();
  ops::Conv2dOptions options;
  options.stride = extents(layer, "stride");
  options.dilation = extents(layer, "dilation");
  options.groups = settings.integer("groups");
  const Border border = border_of(settings.text("padding_mode")).value();
  if (border != Border::zeros) {
    return ops::conv2d_with_border(context, inputs[0], weight, bias, options,
                                   {border, border_extents(layer)});
  }
  if (is_word(settings.form("padding"))) {
    options.padding_text = settings.text("padding");
  } else {
    options.padding = extents(layer, "padding");
  }
  return ops::conv2d(context, inputs[0], weight, bias, options);
}

// ---- The table ----

constexpr spec::Kinds kCount = spec::kInt | spec::kAny;
constexpr spec::Kinds kExtent = spec::kInts | spec::kAny;
constexpr spec::Parameter kIn = {"in_channels", kCount, "", "channels of the input"};
constexpr spec::Parameter kOut = {"out_channels", kCount, "", "channels of the output"};
constexpr spec::Parameter kKernel = {"kernel_size", kExtent, "", "sizes of the kernel"};
constexpr spec::Parameter kGroups = {"groups", kCount, "1",
                                     "parts of the channels that do not meet"};
constexpr spec::Parameter kDilation = {"dilation", kExtent, "1",
                                       "distance between the kernel's elements"};
constexpr spec::Parameter kBias = {"bias", spec::kTruth | spec::kAny, "True",
                                   "adds a learned bias; without it the name is kept with None"};

constexpr spec::Parameter kParameters[] = {
    kIn,
    kOut,
    kKernel,
    {"stride", kExtent, "1", "of the kernel over the input"},
    {"padding", kExtent | spec::kText, "0",
     "border around the input; 'same': as much as keeps the size, 'valid': none"},
    kDilation,
    kGroups,
    kBias,
    {"padding_mode", spec::kText | spec::kAny, "'zeros'",
     "what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'"},
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kTransposedParameters[] = {
    kIn,
    kOut,
    kKernel,
    {"stride", kExtent, "1", "of the kernel over the output"},
    {"padding", kExtent, "0", "how much of the output's border is left out"},
    {"output_padding", kExtent, "0", "how much the output grows at its end"},
    kGroups,
    kBias,
    kDilation,
    {"padding_mode", spec::kText | spec::kAny, "'zeros'", "'zeros' only"},
    kDeviceParameter,
    kDtypeParameter,
};

constexpr LayerRules rules(decltype(LayerRules::forward) forward) {
  return {.settle = settle,
          .build = build,
          .reset = reset,
          .show = show,
          .attributes =
              "transposed, output_padding, _reversed_padding_repeated_twice, "
              "_conv_forward, reset_parameters",
          .no_attributes = "bias",
          .forward = forward};
}
constexpr LayerRules kTransposed = {
    .settle = settle,
    .build = build,
    .reset = reset,
    .show = show,
    .attributes =
        "transposed, _reversed_padding_repeated_twice, _conv_forward, _output_padding, "
        "reset_parameters",
    .no_attributes = "bias"};

constexpr ModuleType kTypes[] = {
    {.signature = {"Conv1d", kParameters,
                   "Cross-correlates rows with learned kernels. Input: (N, C, L) or (C, L). "
                   "Parameters: weight (out_channels, in_channels / groups, size), bias "
                   "(out_channels)."},
     .rules = rules(nullptr)},
    {.signature =
         {"Conv2d", kParameters,
          "Cross-correlates planes with learned kernels. Input: (N, C, H, W) or (C, H, W). "
          "Parameters: weight (out_channels, in_channels / groups, rows, columns), bias "
          "(out_channels)."},
     .rules = rules(forward_conv2d)},
    {.signature = {"Conv3d", kParameters,
                   "Cross-correlates volumes with learned kernels. Input: (N, C, D, H, W) or "
                   "(C, D, H, W). Parameters: weight (out_channels, in_channels / groups, depth, "
                   "rows, columns), bias (out_channels)."},
     .rules = rules(nullptr)},
    {.signature = {"ConvTranspose1d", kTransposedParameters,
                   "The transpose of Conv1d as a map. Parameters: weight (in_channels, "
                   "out_channels / groups, size), bias (out_channels)."},
     .rules = kTransposed},
    {.signature = {"ConvTranspose2d", kTransposedParameters,
                   "The transpose of Conv2d as a map. Parameters: weight (in_channels, "
                   "out_channels / groups, rows, columns), bias (out_channels)."},
     .rules = kTransposed},
    {.signature = {"ConvTranspose3d", kTransposedParameters,
                   "The transpose of Conv3d as a map. Parameters: weight (in_channels, "
                   "out_channels / groups, depth, rows, columns), bias (out_channels)."},
     .rules = kTransposed},
};

}  // namespace

constinit const ModuleFamily kConvolutionFamily = kTypes;

}  // namespace duramen::nn
