#include "ops/convolution_plan.hpp"

#include <limits>

#include "base/checked.hpp"
#include "base/text.hpp"

namespace duramen::ops {
namespace {

using kernels::Border;
using kernels::Extent;

Error refused(Code code, std::string message) {
  return Error(code, "conv2d: " + std::move(message)).with("torch_error", "RuntimeError");
}
Error misfit(std::string message) { return refused(Code::shape_mismatch, std::move(message)); }
Error bad_argument(const char* argument, std::string message) {
  return refused(Code::invalid_argument, std::move(message)).with("argument", argument);
}

// How PyTorch's C++ names an element type.
std::string type_meta_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::float64:
      return "double";
    case Dtype::float32:
      return "float";
    case Dtype::float16:
    case Dtype::bfloat16:
      return "c10::" + scalar_type_name(dtype);
    case Dtype::int64:
      return "long int";
    case Dtype::int32:
      return "int";
    case Dtype::int16:
      return "short int";
    case Dtype::int8:
      return "signed char";
    case Dtype::uint8:
      return "unsigned char";
    case Dtype::uint16:
      return "short unsigned int";
    default:
      return std::string(dtype_name(dtype));
  }
}

Error different_types(const Tensor& input, const Tensor& other, std::string message) {
  return refused(Code::dtype_mismatch, std::move(message))
      .with("expected", std::string(dtype_name(input.dtype())))
      .with("actual", std::string(dtype_name(other.dtype())));
}
void check_bias_type(const Tensor& input, const Tensor* bias) {
  if (!bias || bias->dtype() == input.dtype()) return;
  throw different_types(input, *bias,
                        join("Input type (", type_meta_name(input.dtype()), ") and bias type (",
                             type_meta_name(bias->dtype()), ") should be the same"));
}

// And how it names the type of a tensor.
std::string tensor_type_name(Dtype dtype) {
  const std::string name = scalar_type_name(dtype);
  for (const char* legacy : {"Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte"}) {
    if (name == legacy) return join("torch.", name, "Tensor");
  }
  return join("CPU", name, "Type");
}
// The text depends on the library that PyTorch would have called.
void check_same_type(const Tensor& input, const Tensor& other, const char* what) {
  if (other.dtype() == input.dtype()) return;
  if (input.dtype() != Dtype::float32 && input.dtype() != Dtype::bfloat16) {
    throw different_types(input, other,
                          join("expected scalar type ", scalar_type_name(input.dtype()),
                               " but found ", scalar_type_name(other.dtype())));
  }
  throw different_types(input, other,
                        join("Input type (", tensor_type_name(input.dtype()), ") and ", what,
                             " type (", tensor_type_name(other.dtype()),
                             ") should be the same or input should be a MKLDNN tensor and ", what,
                             " is a dense tensor"));
}

// A convolution as it was asked for.
struct Request {
  const Tensor& input;  // (N, C, H, W)
  const Tensor& weight;
  const Tensor* bias;
  int64_t groups;
  Shape seen;  // the input with the border that was put around it before
  Extents stride;
  Extents padding;
  Extents dilation;
  Extent before{};  // all of the border
  Extent after{};
  Border border = Border::zeros;
};

Extents expanded(const Extents& list, const char* name, size_t dims) {
  if (list.size() == dims) return list;
  if (list.size() == 1) return Extents(dims, list[0]);
  throw bad_argument(name, join("expected ", name, " to be a single integer value or a list of ",
                                dims, " values to match the convolution dimensions, but got ", name,
                                "=", format_shape(list)));
}

bool any_below(const Extents& list, int64_t least) {
  return std::any_of(list.begin(), list.end(), [least](int64_t value) { return value < least; });
}

void check_signs(const Request& r) {
  if (any_below(r.padding, 0)) throw bad_argument("padding", "negative padding is not supported");
  if (any_below(r.stride, 1)) throw bad_argument("stride", "non-positive stride is not supported");
  if (any_below(r.dilation, 0)) {
    throw bad_argument("dilation", "dilation should be greater than zero");
  }
}

void check_channels(const Request& r) {
  const Shape& weight = r.weight.shape();
  const std::string given = join("Given groups=", r.groups, ", ");
  if (weight.size() != r.seen.size()) {
    throw misfit(join("Expected ", weight.size(), "-dimensional input for ", weight.size(),
                      "-dimensional weight ", format_shape(weight), ", but got ", r.seen.size(),
                      "-dimensional input of size ", format_shape(r.seen), " instead"));
  }
  if (weight[0] < r.groups) {
    throw misfit(join(given, "expected weight to be at least ", r.groups,
                      " at dimension 0, but got weight of size ", format_shape(weight),
                      " instead"));
  }
  if (weight[0] % r.groups != 0) {
    throw misfit(join(given, "expected weight to be divisible by ", r.groups,
                      " at dimension 0, but got weight of size [", format_shape(weight),
                      "] instead"));
  }
  int64_t channels = 0;
  if (mul_overflows(weight[1], r.groups, &channels) || r.seen[1] != channels) {
    throw misfit(join(given, "weight of size ", format_shape(weight), ", expected input",
                      format_shape(r.seen), " to have ", channels, " channels, but got ", r.seen[1],
                      " channels instead"));
  }
  if (!r.bias || (r.bias->rank() == 1 && r.bias->size(0) == weight[0])) return;
  throw misfit(join("Given weight of size ", format_shape(weight),
                    ", expected bias to be 1-dimensional with ", weight[0],
                    " elements, but got bias of size ", format_shape(r.bias->shape()), " instead"));
}

// dilation · (kernel - 1) + 1, or the largest integer.
int64_t spanned(int64_t kernel, int64_t dilation) {
  int64_t span = 0;
  const bool beyond =
      mul_overflows(dilation, kernel - 1, &span) || add_overflows(span, int64_t{1}, &span);
  return beyond ? std::numeric_limits<int64_t>::max() : span;
}

struct Planes {
  Extent padded;
  Extent kernel;  // with its gaps
};

int64_t padded_size(int64_t size, int64_t padding, size_t dim) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 2;
  if (padding > kMost) {
    throw bad_argument("padding", join("Given padding=", padding, " at dimension ", dim,
                                       " , expected padding to be at most ", kMost));
  }
  int64_t padded = 0;
  if (!add_overflows(size, 2 * padding, &padded)) return padded;
  throw refused(Code::limit, "the padded input has too many elements");
}

Planes check_planes(const Request& r) {
  const Shape& weight = r.weight.shape();
  const Planes planes{
      {padded_size(r.seen[2], r.padding[0], 0), padded_size(r.seen[3], r.padding[1], 1)},
      {spanned(weight[2], r.dilation[0]), spanned(weight[3], r.dilation[1])}};
  if (planes.kernel.h <= planes.padded.h && planes.kernel.w <= planes.padded.w) return planes;
  throw misfit(join("Calculated padded input size per channel: (", planes.padded.h, " x ",
                    planes.padded.w, "). Kernel size: (", planes.kernel.h, " x ", planes.kernel.w,
                    "). Kernel size can't be greater than actual input size"));
}

void check_types(const Request& r) {
  const Dtype dtype = r.input.dtype();
  const bool dilated = r.dilation != Extents(r.dilation.size(), 1);
  const bool small = dtype == Dtype::int32 || dtype == Dtype::int16 || dtype == Dtype::int8 ||
                     dtype == Dtype::uint8;
  if (dtype == Dtype::boolean || dtype == Dtype::uint16 || dtype == Dtype::uint32 ||
      dtype == Dtype::uint64 || (small && dilated)) {
    const char* function = dilated ? "slow_conv_dilated<>" : "slow_conv2d_cpu";
    throw Error(Code::unsupported, join("conv2d: \"", function, "\" not implemented for '",
                                        scalar_type_name(dtype), "'"))
        .with("torch_error", "NotImplementedError");
  }
  check_same_type(r.input, r.weight, "weight");
  if (r.bias) check_same_type(r.input, *r.bias, "bias");
}

void check_kernel(const Request& r) {
  if (any_below(r.dilation, 1)) {
    throw bad_argument("dilation", "non-positive dilation is not supported");
  }
  if (r.weight.size(2) > 0 && r.weight.size(3) > 0) return;
  throw misfit(join("kernel size should be greater than zero, but got kernel_height: ",
                    r.weight.size(2), " kernel_width: ", r.weight.size(3)));
}

ConvPlan checked(const Request& r) {
  check_signs(r);
  check_channels(r);
  const Planes planes = check_planes(r);
  const Extent out{(planes.padded.h - planes.kernel.h) / r.stride[0] + 1,
                   (planes.padded.w - planes.kernel.w) / r.stride[1] + 1};
  const Tensor& input = r.input;
  const Tensor& weight = r.weight;
  ConvPlan plan{{}, Shape{input.size(0), weight.size(0), out.h, out.w}, false};
  if (input.size(1) == 0) plan.out[1] = 0;  // as PyTorch has it, whatever the weight says
  plan.nothing = input.size(0) == 0 || input.size(1) == 0;
  if (plan.nothing) return plan;
  if (input.numel() == 0) {
    throw misfit(join("Only zero batch or zero channel inputs are supported, but got input shape: ",
                      format_shape(r.seen)));
  }
  check_types(r);
  check_kernel(r);
  plan.shape = {input.size(0),
                r.groups,
                weight.size(1),
                weight.size(0) / r.groups,
                {input.size(2), input.size(3)},
                out,
                {weight.size(2), weight.size(3)},
                {r.stride[0], r.stride[1]},
                {r.dilation[0], r.dilation[1]},
                r.before,
                r.after,
                r.border};
  return plan;
}

void check_rank(const Tensor& input) {
  if (input.rank() == 3 || input.rank() == 4) return;
  throw misfit(
      join("Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of "
           "size: ",
           format_shape(input.shape())));
}

size_t dims_of(const Tensor& weight) {
  if (weight.rank() > 2) return weight.rank() - 2;
  throw misfit("weight should have at least three dimensions");
}

// The rest of a request whose border is already known, if there is one.
void take_extents(Request& r, const Conv2dOptions& options, const Extents& padding) {
  const size_t dims = dims_of(r.weight);
  if (r.groups <= 0) throw bad_argument("groups", "non-positive groups is not supported");
  r.stride = expanded(options.stride, "stride", dims);
  r.padding = expanded(padding, "padding", dims);
  r.dilation = expanded(options.dilation, "dilation", dims);
}

// As much border as keeps the size: where the sides differ, the second has one more.
void take_same_padding(Request& r, const Conv2dOptions& options) {
  const size_t dims = dims_of(r.weight);
  if (dims != 2) {
    throw misfit(join("Expected ", dims + 2, "-dimensional input for ", dims + 2,
                      "-dimensional weight", format_shape(r.weight.shape()), ", but got ",
                      r.seen.size(), "-dimensional input of size ", format_shape(r.seen),
                      " instead"));
  }
  const auto check_count = [dims](const Extents& list, const char* name) {
    if (list.size() == dims || list.size() == 1) return;
    throw bad_argument(name, join(name, " cannot broadcast to ", dims, " dimensions"));
  };
  check_count(options.stride, "stride");
  check_count(options.dilation, "dilation");
  if (options.stride != Extents(options.stride.size(), 1)) {
    throw bad_argument("stride", "padding='same' is not supported for strided convolutions");
  }
  const Extents dilation = expanded(options.dilation, "dilation", dims);
  Extents padding(dims);
  for (size_t i = 0; i < dims; ++i) {
    const int64_t total = spanned(r.weight.size(i + 2), dilation[i]) - 1;
    padding[i] = total / 2;
    r.seen[i + 2] += total - 2 * padding[i];
  }
  take_extents(r, options, padding);
}

// ---- borders other than zeros, which PyTorch puts around the input first ------------------------

void check_border_rank(const Tensor& input, size_t count) {
  if (count == 4 && (input.rank() == 3 || input.rank() == 4)) return;
  throw Error(Code::unsupported,
              join("pad: Padding size ", count, " is not supported for ", input.rank(),
                   "D input tensor. Supported combinations for non-constant padding: 2D or 3D "
                   "input: padding size = 2 (pads last dimension); 3D or 4D input: padding size = "
                   "4 (pads last 2 dimensions); 4D or 5D input: padding size = 6 (pads last 3 "
                   "dimensions)"))
      .with("argument", "padding")
      .with("torch_error", "NotImplementedError");
}

Error bad_border(std::string message) {
  return Error(Code::invalid_argument, "pad: " + std::move(message))
      .with("argument", "padding")
      .with("torch_error", "RuntimeError");
}

void check_not_empty(const Tensor& input) {
  for (size_t i = input.rank() - 3; i < input.rank(); ++i) {
    if (input.size(i) > 0) continue;
    throw Error(Code::shape_mismatch,
                join("pad: Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and "
                     "other non-zero dimensions for input, but got: ",
                     format_shape(input.shape())))
        .with("torch_error", "RuntimeError");
  }
}

void check_reflection(const Tensor& input, const Extents& e) {
  for (size_t i = 0; i < 2; ++i) {
    const size_t dim = input.rank() - 1 - i;
    if (e[2 * i] < input.size(dim) && e[2 * i + 1] < input.size(dim)) continue;
    throw bad_border(join("Argument #", 4 + 2 * i,
                          ": Padding size should be less than the corresponding input dimension, "
                          "but got: padding (",
                          e[2 * i], ", ", e[2 * i + 1], ") at dimension ", dim, " of input ",
                          format_shape(input.shape())));
  }
}

void check_wrapping(const Tensor& input, const Extents& e) {
  for (size_t i = 0; i < 2; ++i) {
    const int64_t size = input.size(input.rank() - 1 - i);
    if (e[2 * i] > size || e[2 * i + 1] > size) {
      throw bad_border("Padding value causes wrapping around more than once.");
    }
    if (size + e[2 * i] + e[2 * i + 1] < (size > 0 ? 1 : 0)) {
      throw bad_border("Negative padding value is resulting in an empty dimension");
    }
  }
}

void check_border(const Tensor& input, const BorderOptions& border) {
  check_border_rank(input, border.extents.size());
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 4;
  const Extents& e = border.extents;
  const int64_t height = input.size(input.rank() - 2);
  const int64_t width = input.size(input.rank() - 1);
  for (const int64_t extent : e) {
    if (extent > kMost || extent < -kMost) throw bad_border("the padding is too large");
  }
  if (border.border == Border::circular) {
    check_wrapping(input, e);
  } else {
    check_not_empty(input);
  }
  if (border.border == Border::reflect) check_reflection(input, e);
  const Extent padded{height + e[2] + e[3], width + e[0] + e[1]};
  if (padded.h >= 1 && padded.w >= 1) return;
  throw bad_border(join("Calculated output H: ", padded.h, " W: ", padded.w,
                        " must be >= 1 in every dimension (input H: ", height, ", W: ", width,
                        ")"));
}

}  // namespace

void check_conv_input(const Tensor& input, const ConvArguments& arguments) {
  if (arguments.border) check_border(input, *arguments.border);
  if (!arguments.options.padding_text) check_bias_type(input, arguments.bias);
  check_rank(input);
}

ConvPlan plan_convolution(const Tensor& images, const ConvArguments& arguments) {
  const Conv2dOptions& options = arguments.options;
  const std::optional<std::string>& text = options.padding_text;
  Request request{images, arguments.weight, arguments.bias, options.groups, images.shape(), {}, {},
                  {}};
  if (arguments.border) {
    const Extents& e = arguments.border->extents;
    request.border = arguments.border->border;
    request.before = {e[2], e[0]};
    request.after = {e[3], e[1]};
    request.seen[2] += e[2] + e[3];
    request.seen[3] += e[0] + e[1];
    take_extents(request, options, {0});
    return checked(request);
  }
  if (!text) {
    take_extents(request, options, options.padding);
  } else if (text == "valid") {
    take_extents(request, options, {0});
  } else if (text == "same") {
    take_same_padding(request, options);
  } else {
    throw bad_argument("padding", join("Invalid padding string: '", printable(*text, 40), "'"));
  }
  if (request.padding.size() == 2) {
    request.before = {request.padding[0], request.padding[1]};
    request.after = {request.padding[0] + request.seen[2] - images.size(2),
                     request.padding[1] + request.seen[3] - images.size(3)};
  }
  return checked(request);
}

}  // namespace duramen::ops
