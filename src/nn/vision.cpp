// Planes taken apart, put together and enlarged.
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;
using spec::Parameter;

constexpr Parameter kKernel = {"kernel_size", spec::kAny, "", "of a block, a number or a tuple"};
constexpr Parameter kDilation = {"dilation", spec::kAny, "1",
                                 "distance between the elements of a block"};
constexpr Parameter kBorder = {"padding", spec::kAny, "0", "zeros around each plane"};
constexpr Parameter kStride = {"stride", spec::kAny, "1", "of the blocks"};
constexpr Parameter kSize = {"size", spec::kAny, "None", "of the result; this or scale_factor"};
constexpr Parameter kScale = {"scale_factor", spec::kAny, "None", "a number, or a tuple"};

constexpr Parameter kFoldParameters[] = {
    {"output_size", spec::kAny, "", "of the planes"}, kKernel, kDilation, kBorder, kStride};
constexpr Parameter kUnfoldParameters[] = {kKernel, kDilation, kBorder, kStride};
constexpr Parameter kShuffleParameters[] = {
    {"upscale_factor", spec::kAny, "", "what rows and columns are multiplied by"}};
constexpr Parameter kUnshuffleParameters[] = {
    {"downscale_factor", spec::kAny, "", "what rows and columns are divided by"}};
constexpr Parameter kChannelParameters[] = {
    {"groups", spec::kAny, "", "how many the channels are divided into"}};
constexpr Parameter kUpsampleParameters[] = {
    kSize,
    kScale,
    {"mode", spec::kAny, "'nearest'",
     "'nearest', 'linear', 'bilinear', 'bicubic' or 'trilinear', by the number of dimensions"},
    {"align_corners", spec::kAny, "None", "the outermost elements stay at the corners"},
    {"recompute_scale_factor", spec::kAny, "None", "the scale is taken from the sizes"}};
constexpr Parameter kPlaneParameters[] = {kSize, kScale};
constexpr Parameter kUnflattenParameters[] = {
    {"dim", spec::kAny, "", "the dimension that is divided"},
    {"unflattened_size", spec::kAny, "", "the dimensions that it becomes"}};

bool is_digit(std::string_view text, size_t at) noexcept {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// float(text): blanks around it and underscores between digits do not count.
std::optional<double> float_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  const size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  text = text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_joint = i > 0 && is_digit(text, i - 1) && is_digit(text, i + 1);
    if (text[i] != '_' || !is_joint) plain += text[i];
  }
  return parse_float(plain);
}

// float(value), at the place of the value.
Expression as_float(const spec::Arguments& arguments, const Expression& value) {
  Expression out;
  out.form = Form::real;
  out.column = value.column;
  if (value.form == Form::text) {
    if (const std::optional<double> read = float_of(value.text)) {
      out.real = *read;
      return out;
    }
    throw argument_error(arguments, "scale_factor", "ValueError",
                         join("could not convert string to float: ", spec::format(value)));
  }
  if (value.form != Form::boolean && value.form != Form::integer && value.form != Form::real) {
    throw argument_error(
        arguments, "scale_factor", "TypeError",
        join("float() argument must be a string or a real number, not '", type_name(value), "'"));
  }
  out.real = spec::real_of(value);
  return out;
}

void settle_upsample(Settings& settings, const spec::Arguments& arguments) {
  Expression scale = arguments["scale_factor"];
  if (scale.form == Form::tuple) {
    for (Expression& item : scale.items) item = as_float(arguments, item);
  } else {
    scale = spec::truth(scale) ? as_float(arguments, scale) : Expression();
  }
  settings.set("scale_factor", scale);
}

std::string show_size(const Layer& layer) {
  const bool has_size = layer.settings().is_none("scale_factor");
  return filled_repr(has_size ? "size={size!r}" : "scale_factor={scale_factor!r}", layer);
}
std::string show_upsample(const Layer& layer) {
  return show_size(layer) + filled_repr(", mode={mode!r}", layer);
}
std::string show_nearest(const Layer& layer) { return show_size(layer) + ", mode='nearest'"; }
std::string show_bilinear(const Layer& layer) { return show_size(layer) + ", mode='bilinear'"; }

void settle_unflatten(Settings&, const spec::Arguments& arguments) {
  const Expression& sizes = arguments["unflattened_size"];
  if (sizes.form != Form::tuple && sizes.form != Form::list) {
    throw argument_error(
        arguments, "unflattened_size", "TypeError",
        join("unflattened_size must be a tuple of ints, but found type ", type_name(sizes)));
  }
  for (size_t i = 0; i < sizes.items.size(); ++i) {
    const Expression& size = sizes.items[i];
    if (size.form == Form::integer || size.form == Form::boolean) continue;
    throw argument_error(arguments, "unflattened_size", "TypeError",
                         join("unflattened_size must be tuple of ints, but found element of type ",
                              type_name(size), " at pos ", i));
  }
}

constexpr std::string_view kPlaneAttributes = "name, mode, align_corners, recompute_scale_factor";

constexpr ModuleType kTypes[] = {
    {.signature = {"Unflatten", kUnflattenParameters, "Divides a dimension into several."},
     .rules = {.settle = settle_unflatten,
               .shown = "dim={dim}, unflattened_size={unflattened_size}",
               .attributes = "_require_tuple_int"}},
    {.signature = {"Fold", kFoldParameters, "Adds blocks, one a column, up to planes."},
     .rules = {.shown = "output_size={output_size}, kernel_size={kernel_size}, "
                        "dilation={dilation}, padding={padding}, stride={stride}"}},
    {.signature = {"Unfold", kUnfoldParameters, "The blocks of planes, one a column."},
     .rules = {.shown = "kernel_size={kernel_size}, dilation={dilation}, padding={padding}, "
                        "stride={stride}"}},
    {.signature = {"PixelShuffle", kShuffleParameters, "Makes planes larger out of channels."},
     .rules = {.shown = "upscale_factor={upscale_factor}"}},
    {.signature = {"PixelUnshuffle", kUnshuffleParameters, "Undoes PixelShuffle."},
     .rules = {.shown = "downscale_factor={downscale_factor}"}},
    {.signature = {"ChannelShuffle", kChannelParameters, "Takes turns between groups of channels."},
     .rules = {.shown = "groups={groups}"}},
    {.signature = {"Upsample", kUpsampleParameters, "Enlarges samples of 1 to 3 dimensions."},
     .hidden = "align_corners, recompute_scale_factor",
     .rules = {.settle = settle_upsample, .show = show_upsample, .attributes = "name"}},
    {.signature = {"UpsamplingNearest2d", kPlaneParameters, "Enlarges planes; repeats elements."},
     .rules = {.settle = settle_upsample, .show = show_nearest, .attributes = kPlaneAttributes}},
    {.signature = {"UpsamplingBilinear2d", kPlaneParameters,
                   "Enlarges planes; interpolates, corners kept."},
     .rules = {.settle = settle_upsample, .show = show_bilinear, .attributes = kPlaneAttributes}},
};

}  // namespace

constinit const ModuleFamily kVisionFamily = kTypes;

}  // namespace duramen::nn
