#include "nn/init_functions.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/evaluate.hpp"
#include "nn/init.hpp"
#include "nn/init_values.hpp"

namespace duramen::nn {
namespace {

using spec::Arguments;
using spec::Expression;
using spec::Form;
using spec::Parameter;

constexpr spec::Kinds kNumber = spec::kReal | spec::kBoolNumber;

Error refused(const char* torch_error, std::string message) {
  return Error(Code::invalid_argument, std::move(message)).with("torch_error", torch_error);
}

// ---- fans and gains ---------------------------------------------------------------------------

double slope_of(const Expression& given) {
  switch (given.form) {
    case Form::none:
      return 0.01;
    case Form::integer:
      return static_cast<double>(given.integer);
    case Form::real:
      return given.real;
    default:
      throw refused("ValueError", join("calculate_gain: negative_slope ",
                                       printable(spec::printed(given), 60), " not a valid number"));
  }
}

constexpr std::string_view kLinear[] = {"linear",           "conv1d",           "conv2d",
                                        "conv3d",           "conv_transpose1d", "conv_transpose2d",
                                        "conv_transpose3d", "sigmoid"};

double gain_of(const Expression& nonlinearity, const Expression& param) {
  const std::string name = spec::printed(nonlinearity);
  for (const std::string_view linear : kLinear) {
    if (name == linear) return 1;
  }
  if (name == "tanh") return 5.0 / 3;
  if (name == "relu") return std::sqrt(2.0);
  if (name == "selu") return 3.0 / 4;
  if (name != "leaky_relu") {
    throw refused("ValueError",
                  join("calculate_gain: Unsupported nonlinearity ", printable(name, 60)));
  }
  const double slope = slope_of(param);
  const double square = python_square(slope);
  if (std::isinf(square) && std::isfinite(slope)) {
    throw refused("OverflowError", "calculate_gain: Numerical result out of range");
  }
  return std::sqrt(2.0 / (1 + square));
}

double kaiming_std(const Tensor& tensor, const Arguments& arguments) {
  std::string mode(arguments.text("mode"));
  for (char& c : mode) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (mode != "fan_in" && mode != "fan_out") {
    throw refused("ValueError", join("init: Mode ", printable(mode, 60),
                                     " not supported, please use one of ['fan_in', 'fan_out']"));
  }
  const Fans fans = fans_of(tensor);
  const double gain = gain_of(arguments["nonlinearity"], arguments["a"]);
  return gain / std::sqrt(static_cast<double>(mode == "fan_in" ? fans.in : fans.out));
}

bool is_no_op(Context& context, const Tensor& tensor) {
  if (tensor.numel() != 0) return false;
  context.log().write(LogLevel::warning, "init: Initializing zero-element tensors is a no-op");
  return true;
}

// ---- checks -----------------------------------------------------------------------------------

void check_writable(const Tensor& tensor, std::string_view name) {
  if (!tensor.storage()->read_only()) return;
  throw Error(Code::read_only, join(name, ": the tensor's memory is read-only"))
      .with("torch_error", "RuntimeError");
}

void check_rank(const Tensor& tensor, std::string_view name) {
  if (tensor.rank() == 2) return;
  throw refused("ValueError", join(name, ": Only tensors with 2 dimensions are supported"));
}

// As C++ names the type.
std::string_view element_name(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::float16:
      return "c10::Half";
    case Dtype::bfloat16:
      return "c10::BFloat16";
    case Dtype::float32:
      return "float";
    case Dtype::float64:
      return "double";
    case Dtype::complex64:
      return "c10::complex<float>";
    default:
      return dtype_name(dtype);
  }
}

Error overflow(std::string_view element) {
  return refused("RuntimeError",
                 join("fill_: value cannot be converted to type ", element, " without overflow"));
}

struct Limits {
  double lowest;
  double highest;  // an int64's is 2^63 here, as it is in PyTorch's comparison
};
Limits limits_of(Dtype dtype) noexcept {
  const double bits = dtype_info(dtype).bits;
  switch (dtype) {
    case Dtype::float32:
    case Dtype::complex64:
      return {-double{std::numeric_limits<float>::max()},
              double{std::numeric_limits<float>::max()}};
    case Dtype::float16:
    case Dtype::complex32:
      return {-65504.0, 65504.0};
    case Dtype::bfloat16:
      return {-0x1.FEp127, 0x1.FEp127};
    default:
      break;
  }
  if (!is_integral(dtype))
    return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  if (dtype_info(dtype).kind == DtypeKind::signed_integer) {
    return {-std::ldexp(1.0, static_cast<int>(bits) - 1),
            std::ldexp(1.0, static_cast<int>(bits) - 1) - 1};
  }
  return {0, std::ldexp(1.0, static_cast<int>(bits)) - 1};
}

// One element of half the width is written by way of a double, which nothing overflows.
bool is_one_half(const Tensor& tensor) noexcept {
  return tensor.numel() == 1 &&
         (tensor.dtype() == Dtype::float16 || tensor.dtype() == Dtype::bfloat16);
}

// PyTorch's c10::overflows for a Python number.
void check_constant(const Expression& value, const Tensor& tensor) {
  const Dtype dtype = tensor.dtype();
  if (value.imaginary != 0 && !is_complex(dtype)) {
    throw overflow(is_one_half(tensor) ? "double" : element_name(dtype));
  }
  if (is_one_half(tensor)) return;
  const bool is_integer = value.form == Form::integer || value.form == Form::boolean;
  const double number = is_integer ? spec::real_of(value) : value.real;
  Limits limits = limits_of(dtype);
  if (is_integer && limits.lowest == 0) limits.lowest = -limits.highest;  // wraps
  if (std::isinf(number) && !is_integral(dtype)) return;
  if (std::isnan(number) ? is_integral(dtype) : number < limits.lowest || number > limits.highest) {
    throw overflow(element_name(dtype));
  }
}

// ---- the functions ----------------------------------------------------------------------------

constexpr Parameter kGenerator = {"generator", spec::kNone, "None",
                                  "the context's generator is the one that draws"};
constexpr Parameter kStd = {"std", kNumber, "1.0", "standard deviation"};
constexpr Parameter kMean = {"mean", kNumber, "0.0", "mean"};
constexpr Parameter kGain = {"gain", kNumber, "1.0", "a factor"};

constexpr Parameter kUniform[] = {
    {"a", kNumber, "0.0", "lower bound"}, {"b", kNumber, "1.0", "upper bound"}, kGenerator};
constexpr Parameter kNormal[] = {kMean, kStd, kGenerator};
constexpr Parameter kTruncNormal[] = {kMean,
                                      kStd,
                                      {"a", kNumber, "-2.0", "lowest value"},
                                      {"b", kNumber, "2.0", "highest value"},
                                      kGenerator};
constexpr Parameter kConstant[] = {{"val", kNumber, "", "the value"}};
constexpr Parameter kDirac[] = {
    {"groups", spec::kInt | spec::kBoolNumber, "1", "groups of the convolution"}};
constexpr Parameter kXavier[] = {kGain, kGenerator};
constexpr Parameter kKaiming[] = {
    {"a", spec::kAny, "0", "negative slope of the rectifier that follows (leaky_relu only)"},
    {"mode", spec::kText, "'fan_in'", "which fan keeps its variance: fan_in or fan_out"},
    {"nonlinearity", spec::kAny, "'leaky_relu'", "as in calculate_gain"},
    kGenerator};
constexpr Parameter kOrthogonal[] = {{"gain", kNumber, "1", "a factor"}, kGenerator};
constexpr Parameter kSparse[] = {{"sparsity", kNumber, "", "part of each column that becomes zero"},
                                 {"std", kNumber, "0.01", "standard deviation of the others"},
                                 kGenerator};

void uniform_(Context& context, Tensor& tensor, const Arguments& arguments) {
  uniform(context, tensor, arguments.real("a"), arguments.real("b"));
}

void normal_(Context& context, Tensor& tensor, const Arguments& arguments) {
  normal(context, tensor, arguments.real("mean"), arguments.real("std"));
}

void trunc_normal_(Context& context, Tensor& tensor, const Arguments& arguments) {
  const TruncatedNormal how = {arguments.real("mean"), arguments.real("std"), arguments.real("a"),
                               arguments.real("b")};
  if (how.mean < how.a - 2 * how.std || how.mean > how.b + 2 * how.std) {
    context.log().write(LogLevel::warning,
                        "init: mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The "
                        "distribution of values may be incorrect.");
  }
  if (how.std == 0) throw refused("ZeroDivisionError", "trunc_normal_: float division by zero");
  truncated_normal(context, tensor, how);
}

void constant_(Context&, Tensor& tensor, const Arguments& arguments) {
  fill_with(tensor, arguments["val"]);
}
void ones_(Context&, Tensor& tensor, const Arguments&) { fill(tensor, 1); }
void zeros_(Context&, Tensor& tensor, const Arguments&) { fill(tensor, 0); }

void eye_(Context&, Tensor& tensor, const Arguments&) {
  check_rank(tensor, "eye_");
  identity_matrix(tensor);
}

void dirac_(Context&, Tensor& tensor, const Arguments& arguments) {
  const int64_t groups = arguments.integer("groups");
  if (tensor.rank() < 3 || tensor.rank() > 5) {
    throw refused("ValueError", "dirac_: Only tensors with 3, 4, or 5 dimensions are supported");
  }
  if (groups == 0) throw refused("ZeroDivisionError", "dirac_: integer modulo by zero");
  if (groups != -1 && tensor.size(0) % groups != 0) {
    throw refused("ValueError", "dirac_: dim 0 must be divisible by groups");
  }
  const bool has_ones = groups > 0 && tensor.size(0) > 0 && tensor.size(1) > 0;
  for (size_t i = 2; has_ones && i < tensor.rank(); ++i) {
    if (tensor.size(i) > 0) continue;
    throw refused("IndexError",
                  join("dirac_: index 0 is out of bounds for dimension ", i, " with size 0"));
  }
  dirac(tensor, groups);
}

void xavier_uniform_(Context& context, Tensor& tensor, const Arguments& arguments) {
  xavier_uniform(context, tensor, arguments.real("gain"));
}

void xavier_normal_(Context& context, Tensor& tensor, const Arguments& arguments) {
  xavier_normal(context, tensor, arguments.real("gain"));
}

void kaiming_uniform_(Context& context, Tensor& tensor, const Arguments& arguments) {
  if (is_no_op(context, tensor)) return;
  const double bound = std::sqrt(3.0) * kaiming_std(tensor, arguments);
  uniform(context, tensor, -bound, bound);
}

void kaiming_normal_(Context& context, Tensor& tensor, const Arguments& arguments) {
  if (is_no_op(context, tensor)) return;
  normal(context, tensor, 0, kaiming_std(tensor, arguments));
}

void orthogonal_(Context& context, Tensor& tensor, const Arguments& arguments) {
  if (tensor.rank() < 2) {
    throw refused("ValueError",
                  "orthogonal_: Only tensors with 2 or more dimensions are supported");
  }
  if (tensor.numel() == 0) return;
  if (may_overlap_itself(tensor.layout())) {
    throw refused("RuntimeError",
                  "orthogonal_: unsupported operation: more than one element of the written-to "
                  "tensor refers to a single memory location");
  }
  orthogonal(context, tensor, arguments.real("gain"));
}

void sparse_(Context& context, Tensor& tensor, const Arguments& arguments) {
  check_rank(tensor, "sparse_");
  const double zeros = std::ceil(arguments.real("sparsity") * static_cast<double>(tensor.size(0)));
  if (std::isnan(zeros)) {
    throw refused("ValueError", "sparse_: cannot convert float NaN to integer");
  }
  if (std::isinf(zeros)) {
    throw refused("OverflowError", "sparse_: cannot convert float infinity to integer");
  }
  sparse_normal(context, tensor, arguments.real("std"),
                static_cast<int64_t>(std::min(std::max(zeros, -0x1p62), 0x1p62)));
}

constexpr InitType kTypes[] = {
    {{"uniform_", kUniform, "Draws from U(a, b)."}, uniform_},
    {{"normal_", kNormal, "Draws from N(mean, std²)."}, normal_},
    {{"trunc_normal_", kTruncNormal, "Draws from N(mean, std²), within [a, b]."}, trunc_normal_},
    {{"constant_", kConstant, "Fills with one value."}, constant_},
    {{"ones_", {}, "Fills with 1."}, ones_},
    {{"zeros_", {}, "Fills with 0."}, zeros_},
    {{"eye_", {}, "The identity matrix."}, eye_},
    {{"dirac_", kDirac, "The convolution that changes nothing; of 3 to 5 dimensions."}, dirac_},
    {{"xavier_uniform_", kXavier, "U(-b, b), b = gain √(6 / (fan_in + fan_out))."},
     xavier_uniform_},
    {{"xavier_normal_", kXavier, "N(0, s²), s = gain √(2 / (fan_in + fan_out))."}, xavier_normal_},
    {{"kaiming_uniform_", kKaiming, "U(-b, b), b = gain √(3 / fan)."}, kaiming_uniform_},
    {{"kaiming_normal_", kKaiming, "N(0, s²), s = gain / √fan."}, kaiming_normal_},
    {{"orthogonal_", kOrthogonal, "A (semi-)orthogonal matrix, size(0) x the rest."}, orthogonal_},
    {{"sparse_", kSparse, "N(0, std²) with zeros in each column; of 2 dimensions."}, sparse_},
};

constexpr std::array<const InitType*, std::size(kTypes)> make_entries() {
  std::array<const InitType*, std::size(kTypes)> entries{};
  for (size_t i = 0; i < entries.size(); ++i) entries[i] = &kTypes[i];
  return entries;
}
constexpr std::array<const InitType*, std::size(kTypes)> kEntries = make_entries();
constexpr spec::Registry<InitType> kRegistry{kEntries};

constexpr std::string_view kDeprecated[] = {
    "uniform",       "normal",          "constant",       "eye",        "dirac", "xavier_uniform",
    "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal", "sparse"};

constexpr Parameter kCalculateGain[] = {
    {"nonlinearity", spec::kAny, "", "name of the function that follows"},
    {"param", spec::kAny, "None", "negative slope of leaky_relu (default 0.01)"}};
constexpr spec::Signature kGainSignature = {"calculate_gain", kCalculateGain, ""};

Expression parse_call(std::string_view text, const char* example) {
  Expression call = spec::parse(text);
  if (call.form == Form::name) call.form = Form::call;
  if (call.form == Form::call) return call;
  throw spec::error_at(call, Code::invalid_argument,
                       join("init: expected a name or a call, such as \"", example, "\""));
}

}  // namespace

const spec::Registry<InitType>& init_types() noexcept { return kRegistry; }

void initialise(Context& context, Tensor& tensor, std::string_view text) {
  initialise(context, tensor, parse_call(text, "kaiming_normal_(mode='fan_out')"));
}

void initialise(Context& context, Tensor& tensor, Expression call) {
  for (const std::string_view name : kDeprecated) {
    if (call.text != name) continue;
    call.text += '_';
    context.log().write(LogLevel::warning,
                        join("init: `nn.init.", name, "` is now deprecated in favor of `nn.init.",
                             call.text, "`."));
    break;
  }
  const InitType& type = kRegistry.get(call, "initializer");
  const Arguments arguments(type.signature, call);
  const NoGrad no_grad(context);
  check_writable(tensor, type.signature.name);
  type.apply(context, tensor, arguments);
}

void fill_with(Tensor& tensor, const Expression& value) {
  const bool is_integer = value.form == Form::integer || value.form == Form::boolean;
  if (!is_integer && value.form != Form::real && value.form != Form::complex) {
    throw refused("TypeError", join("fill_() received an invalid combination of arguments - got (",
                                    type_name(value), "), but expected a number"));
  }
  check_constant(value, tensor);
  if (value.imaginary != 0) {
    throw Error(Code::unsupported,
                join("fill_: expected a real number, got ", spec::format(value)));
  }
  if (value.form == Form::integer) return kernels::fill_integer(tensor, value.integer);
  fill(tensor, is_integer ? spec::real_of(value) : value.real);
}

double gain_of_text(std::string_view text) {
  const Expression call = parse_call(text, "calculate_gain('relu')");
  if (call.text != kGainSignature.name) {
    throw spec::error_at(
        call, Code::invalid_argument,
        join("init: expected calculate_gain, got '", printable(call.text, 60), "'"));
  }
  const Arguments arguments(kGainSignature, call);
  return gain_of(arguments["nonlinearity"], arguments["param"]);
}

}  // namespace duramen::nn
