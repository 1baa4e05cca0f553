#include "nn/tensor_functions.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/evaluate.hpp"
#include "nn/init.hpp"

namespace duramen::nn {
namespace {

using spec::Arguments;
using spec::Expression;
using spec::Form;

// ---- The elements of tensor([...]) ----

bool is_sequence(const Expression& e) { return e.form == Form::list || e.form == Form::tuple; }

Error value_error(const Expression& where, std::string_view message) {
  return spec::error_at(where, Code::invalid_argument, message).with("torch_error", "ValueError");
}

// The shape that the first items promise.
Shape shape_of(const Expression& data) {
  Shape shape;
  const Expression* level = &data;
  while (is_sequence(*level)) {
    shape.push_back(static_cast<int64_t>(level->items.size()));
    if (level->items.empty()) break;
    level = &level->items[0];
  }
  return shape;
}

bool is_number(const Expression& e) {
  return e.form == Form::boolean || e.form == Form::integer || e.form == Form::real ||
         e.form == Form::complex;
}

// Calls visit(element) in C order; throws where the nesting differs from `shape`.
template <class Visit>
void visit_elements(const Expression& data, const Shape& shape, size_t dim, const Visit& visit) {
  if (dim == shape.size()) {
    if (is_number(data)) return visit(data);
    throw value_error(data,
                      join("tensor: expected a number, got ", printable(spec::format(data), 60)));
  }
  const auto expected = shape[dim];
  if (!is_sequence(data)) {
    throw value_error(data, join("tensor: expected sequence of length ", expected, " at dim ", dim,
                                 ", got ", printable(spec::format(data), 60)));
  }
  if (static_cast<int64_t>(data.items.size()) != expected) {
    throw value_error(data, join("tensor: expected sequence of length ", expected, " at dim ", dim,
                                 " (got ", data.items.size(), ")"));
  }
  for (const Expression& item : data.items) visit_elements(item, shape, dim + 1, visit);
}

Dtype complex_of(Dtype real) noexcept {
  return real == Dtype::float64   ? Dtype::complex128
         : real == Dtype::float16 ? Dtype::complex32
                                  : Dtype::complex64;
}

// bool < int64 < the default dtype < its complex one, as torch.tensor infers.
Dtype inferred_dtype(const Expression& data, const Shape& shape, Dtype default_dtype) {
  const Dtype dtypes[] = {Dtype::boolean, Dtype::int64, default_dtype, complex_of(default_dtype)};
  int rank = -1;
  visit_elements(data, shape, 0, [&](const Expression& e) {
    const int own = e.form == Form::boolean   ? 0
                    : e.form == Form::integer ? 1
                    : e.form == Form::real    ? 2
                                              : 3;
    rank = std::max(rank, own);
  });
  return rank < 0 ? default_dtype : dtypes[rank];
}

Error overflow(const Expression& where, Dtype dtype) {
  return spec::error_at(where, Code::invalid_argument,
                        join("tensor: value cannot be converted to type ", dtype_name(dtype),
                             " without overflow"))
      .with("actual", spec::format(where))
      .with("torch_error", "RuntimeError");
}

struct Range {
  int64_t low;
  int64_t high;
};

Range range_of(Dtype dtype) noexcept {
  const uint32_t bits = dtype_info(dtype).bits;
  if (dtype_info(dtype).kind == DtypeKind::signed_integer) {
    const int64_t high = INT64_MAX >> (64 - bits);
    return {-high - 1, high};
  }
  return {0, bits == 64 ? INT64_MAX : (int64_t{1} << bits) - 1};
}

// A fraction is cut off; one below the range is too small all the same.
int64_t whole_of(const Expression& e, Dtype dtype, const Range& range) {
  const bool fits =
      e.real >= static_cast<double>(range.low) &&
      (range.high == INT64_MAX ? e.real < 0x1p63 : e.real < static_cast<double>(range.high + 1));
  if (!fits) throw overflow(e, dtype);
  return static_cast<int64_t>(e.real);
}

// A negative integer wraps round in the unsigned types up to 32 bits.
int64_t integer_of(const Expression& e, Dtype dtype, const Range& range) {
  const int64_t value = e.form == Form::boolean ? e.boolean : e.integer;
  const bool wraps = range.low == 0 && range.high != INT64_MAX;
  if (value < (wraps ? -range.high : range.low) || value > range.high) throw overflow(e, dtype);
  return value;
}

void write_integer(std::byte* out, Dtype dtype, const Expression& e) {
  const Range range = range_of(dtype);
  const int64_t value =
      e.form == Form::real ? whole_of(e, dtype, range) : integer_of(e, dtype, range);
  std::memcpy(out, &value, itemsize(dtype));  // little-endian: the low bytes come first
}

Dtype part_of(Dtype dtype) noexcept {
  return dtype == Dtype::complex32   ? Dtype::float16
         : dtype == Dtype::complex64 ? Dtype::float32
                                     : Dtype::float64;
}

void write_element(std::byte* out, Dtype dtype, const Expression& e) {
  const double real = e.form == Form::boolean   ? e.boolean
                      : e.form == Form::integer ? static_cast<double>(e.integer)
                                                : e.real;
  if (is_complex(dtype)) {
    const Dtype part = part_of(dtype);
    kernels::write_double(out, part, real);
    kernels::write_double(out + itemsize(part), part, e.imaginary);
  } else if (e.form == Form::complex) {
    throw overflow(e, dtype);
  } else if (dtype == Dtype::boolean) {
    *out = std::byte{real != 0};
  } else if (is_integral(dtype)) {
    write_integer(out, dtype, e);
  } else {
    kernels::write_double(out, dtype, real);
  }
}

// ---- The functions ----

struct TensorFunction {
  spec::Signature signature;
  TensorRef (*create)(const BuildContext& build, const Arguments& arguments);
};

Dtype checked_dtype(const BuildContext& build, const Arguments& arguments) {
  const Dtype dtype = dtype_argument(build, arguments);
  if (dtype_info(dtype).kind != DtypeKind::opaque) return dtype;
  throw spec::error_at(arguments["dtype"], Code::unsupported,
                       join("tensor: no numbers can be written as ", dtype_name(dtype)));
}

TensorRef with_flag(TensorRef tensor, const Arguments& arguments) {
  tensor->set_requires_grad(arguments.boolean("requires_grad"));
  return tensor;
}

TensorRef create_tensor(const BuildContext& build, const Arguments& arguments) {
  const Expression& data = arguments["data"];
  const Shape shape = shape_of(data);
  const Dtype given = checked_dtype(build, arguments);
  const Dtype dtype = arguments.is_none("dtype")
                          ? inferred_dtype(data, shape, build.context.default_dtype())
                          : given;
  TensorRef out = empty(build.context.allocator(), shape, dtype);
  std::byte* next = out->mutable_bytes();
  visit_elements(data, shape, 0, [&](const Expression& e) {
    write_element(next, dtype, e);
    next += itemsize(dtype);
  });
  return with_flag(std::move(out), arguments);
}

Error missing_argument(const Arguments& arguments, const char* name) {
  return spec::error_at(arguments.call(), Code::invalid_argument,
                        join(arguments.call().text,
                             "() missing 1 required positional arguments: \"", name, "\""))
      .with("argument", name)
      .with("torch_error", "TypeError");
}

// zeros(2, 3), zeros((2, 3)) or zeros(size=(2, 3)).
std::vector<const Expression*> size_items(const Arguments& arguments) {
  const auto& given = arguments.variadic();
  const Expression* size = &arguments["size"];
  if (!arguments.given("size")) {
    if (given.empty()) throw missing_argument(arguments, "size");
    if (given.size() != 1) return given;
    size = given[0];
  }
  if (!is_sequence(*size)) return {size};
  std::vector<const Expression*> items;
  for (const Expression& item : size->items) items.push_back(&item);
  return items;
}

Shape size_argument(const Arguments& arguments) {
  Shape shape;
  for (const Expression* size : size_items(arguments)) {
    if (size->form != Form::integer) {
      throw spec::error_at(*size, Code::invalid_argument,
                           join(arguments.call().text, ": a size must be int, not ",
                                printable(spec::format(*size), 60)))
          .with("torch_error", "TypeError");
    }
    shape.push_back(size->integer);
  }
  for (const int64_t size : shape) {
    if (size >= 0) continue;
    throw spec::error_at(
        arguments.call(), Code::invalid_argument,
        join("Trying to create tensor with negative dimension ", size, ": ", format_shape(shape)))
        .with("torch_error", "RuntimeError");
  }
  return shape;
}

TensorRef filled(const BuildContext& build, const Arguments& arguments, double value) {
  const Dtype dtype = checked_dtype(build, arguments);
  TensorRef out = empty(build.context.allocator(), size_argument(arguments), dtype);
  kernels::fill(*out, value, &build.context.cancel());
  return with_flag(std::move(out), arguments);
}

TensorRef create_zeros(const BuildContext& build, const Arguments& arguments) {
  return filled(build, arguments, 0);
}

TensorRef create_ones(const BuildContext& build, const Arguments& arguments) {
  return filled(build, arguments, 1);
}

// Of a floating dtype. Draws as PyTorch does.
template <class Draw>
TensorRef drawn(const BuildContext& build, const Arguments& arguments, const Draw& draw) {
  TensorRef out =
      empty(build.context.allocator(), size_argument(arguments), checked_dtype(build, arguments));
  draw(*out);
  return with_flag(std::move(out), arguments);
}

TensorRef create_rand(const BuildContext& build, const Arguments& arguments) {
  return drawn(build, arguments, [&](Tensor& out) { uniform(build.context, out, 0, 1); });
}

TensorRef create_randn(const BuildContext& build, const Arguments& arguments) {
  return drawn(build, arguments, [&](Tensor& out) { normal(build.context, out, 0, 1); });
}

// full(size, fill_value): the dtype is that of the number.
TensorRef create_full(const BuildContext& build, const Arguments& arguments) {
  const Expression& value = arguments["fill_value"];
  if (!is_number(value)) {
    throw spec::error_at(
        value, Code::invalid_argument,
        join("full(): argument 'fill_value' must be Number, not ", type_name(value)))
        .with("argument", "fill_value")
        .with("torch_error", "TypeError");
  }
  const Dtype given = checked_dtype(build, arguments);
  const Dtype dtype =
      arguments.is_none("dtype") ? inferred_dtype(value, {}, build.context.default_dtype()) : given;
  TensorRef out = empty(build.context.allocator(), size_argument(arguments), dtype);
  if (out->numel() == 0) return with_flag(std::move(out), arguments);
  std::byte* const first = out->mutable_bytes();
  write_element(first, dtype, value);
  const auto nbytes = static_cast<size_t>(out->nbytes());
  for (size_t done = itemsize(dtype); done < nbytes; done += std::min(done, nbytes - done)) {
    std::memcpy(first + done, first, std::min(done, nbytes - done));
  }
  return with_flag(std::move(out), arguments);
}

TensorRef create_parameter(const BuildContext& build, const Arguments& arguments) {
  const Expression& data = arguments["data"];
  const TensorRef tensor = data.form == Form::none ? empty(build.context.allocator(), Shape{0},
                                                           build.context.default_dtype())
                                                   : build.tensor(data);
  return make_parameter(*tensor, arguments.boolean("requires_grad"));
}

constexpr spec::Parameter kDtypeParameter = {"dtype", spec::kNone | spec::kDtype, "None",
                                             "the element type; worked out when None", true};
constexpr spec::Parameter kDeviceParameter = {"device", spec::kAny, "None", "the CPU", true};
constexpr spec::Parameter kFlagParameter = {"requires_grad", spec::kBool, "False",
                                            "whether gradients are wanted", true};

constexpr spec::Parameter kTensorParameters[] = {
    {"data", spec::kAny, "", "a number, or nested lists of numbers"},
    kDtypeParameter,
    kDeviceParameter,
    kFlagParameter};
constexpr spec::Parameter kSizedParameters[] = {
    {"sizes", spec::kInts, "", "the shape", false, true},
    {"size", spec::kInts | spec::kList, "()", "the shape as a tuple", true},
    kDtypeParameter,
    kDeviceParameter,
    kFlagParameter};
constexpr spec::Parameter kFullParameters[] = {{"size", spec::kList, "", "the shape as a tuple"},
                                               {"fill_value", spec::kAny, "", "the number"},
                                               kDtypeParameter,
                                               kDeviceParameter,
                                               kFlagParameter};
constexpr spec::Parameter kParameterParameters[] = {
    {"data", spec::kTensor | spec::kNone, "None", "its values"},
    {"requires_grad", spec::kBool, "True", "whether gradients are wanted"}};

constexpr TensorFunction kTensor = {{"tensor", kTensorParameters, "The numbers given."},
                                    create_tensor};
constexpr TensorFunction kZeros = {{"zeros", kSizedParameters, "All zeros."}, create_zeros};
constexpr TensorFunction kOnes = {{"ones", kSizedParameters, "All ones."}, create_ones};
constexpr TensorFunction kRand = {{"rand", kSizedParameters, "Uniform in [0, 1)."}, create_rand};
constexpr TensorFunction kRandn = {{"randn", kSizedParameters, "Of the normal distribution."},
                                   create_randn};
constexpr TensorFunction kFull = {{"full", kFullParameters, "One number everywhere."}, create_full};
constexpr TensorFunction kParameter = {
    {"Parameter", kParameterParameters, "A tensor that a module owns."}, create_parameter};

constexpr const TensorFunction* kFunctions[] = {&kTensor, &kZeros, &kOnes,     &kRand,
                                                &kRandn,  &kFull,  &kParameter};
constexpr spec::Registry<TensorFunction> kRegistry(kFunctions);

}  // namespace

bool is_tensor_function(const Expression& call) noexcept { return kRegistry.find(call.text); }

TensorRef call_tensor_function(const BuildContext& build, const Expression& call) {
  const TensorFunction& function = kRegistry.get(call, "tensor function");
  return function.create(build, Arguments(function.signature, call));
}

}  // namespace duramen::nn
