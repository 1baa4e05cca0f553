#include <cmath>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {

using kernels::Binary;
using kernels::Compare;

TensorRef compare(Context& context, Compare op, const TensorRef& a, const TensorRef& b) {
  const Dtype compute = compute_dtype(result_type(*a, *b), "compare");
  const Operand x(context, *a, compute);
  const Operand y(context, *b, compute);
  TensorRef out = empty(context.allocator(), broadcast_shapes(a->shape(), b->shape(), "compare"),
                        Dtype::boolean);
  kernels::compare(context.pool(), op, *out, *x, *y);
  return out;
}

namespace {

// Rounding stops the gradient: it is zero.
class RoundedDivBackward final : public Node {
 public:
  Form a, b;
  const char* name() const noexcept override { return "DivBackward1"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef>) override {
    return two(needs(0) ? filled(context, a.shape, a.dtype, 0) : nullptr,
               needs(1) ? filled(context, b.shape, b.dtype, 0) : nullptr);
  }
};

void check_divisor(Context& context, const TensorRef& b) {
  if (b->numel() == 0) return;
  const TensorRef hits = compare(context, Compare::eq, b, scalar(context, 0));
  if (kernels::read_double(sum(context, hits)->bytes(), Dtype::int64) == 0) return;
  throw Error(Code::invalid_argument, "div: ZeroDivisionError (integer division by zero)")
      .with("torch_error", "RuntimeError");
}

}  // namespace

TensorRef div_rounded(Context& context, const TensorRef& a, const TensorRef& b, Rounding rounding) {
  if (compute_dtype(result_type(*a, *b), "div") == Dtype::int64) check_divisor(context, b);
  const Binary op = rounding == Rounding::floor ? Binary::floor_div : Binary::trunc_div;
  TensorRef out = promoted(context, op, *a, *b, "div");
  if (auto node = record<RoundedDivBackward>(context, a, b)) {
    node->a = Form(*a);
    node->b = Form(*b);
    attach(node, *out);
  }
  return out;
}

namespace {

void check_not_bools(Dtype dtype, const char* name, const char* kernel) {
  if (dtype != Dtype::boolean) return;
  throw Error(Code::unsupported, join(name, ": \"", kernel, "\" not implemented for 'Bool'"))
      .with("torch_error", "NotImplementedError");
}

class FloorDivideBackward final : public Node {
 public:
  const char* name() const noexcept override { return "NotImplemented"; }
  std::vector<TensorRef> backward(Context&, std::span<const TensorRef>) override {
    throw Error(Code::unsupported, "backward: derivative for aten::floor_divide is not implemented")
        .with("torch_error", "RuntimeError");
  }
};

}  // namespace

TensorRef floor_divide(Context& context, const TensorRef& a, const TensorRef& b) {
  check_not_bools(result_type(*a, *b), "floor_divide", "div_floor_cpu");
  TensorRef out;
  {
    const NoGrad no_grad(context);
    out = div_rounded(context, a, b, Rounding::floor);
  }
  if (auto node = record<FloorDivideBackward>(context, a, b)) attach(node, *out);
  return out;
}

namespace {

// The numbers ±0.5: PyTorch takes roots there, which differ from powers at -0 and -inf.
bool is_half(const Tensor& exponent) noexcept {
  if (!exponent.is_number()) return false;
  return std::abs(kernels::read_double(exponent.bytes(), exponent.dtype())) == 0.5;
}

// Requires: is_half.
TensorRef root(Context& context, const TensorRef& a, const Tensor& exponent) {
  const NoGrad no_grad(context);
  const bool up = kernels::read_double(exponent.bytes(), exponent.dtype()) > 0;
  return up ? sqrt(context, a) : rsqrt(context, a);
}

class PowBackward final : public Node {
 public:
  SavedTensor base, exponent, output;
  Form form_a, form_b;
  bool by_number = false;
  const char* name() const noexcept override { return by_number ? "PowBackward0" : "PowBackward1"; }
  void release_saved() noexcept override {
    base.reset();
    exponent.reset();
    output.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return two(needs(0) ? to_base(context, grads[0]) : nullptr,
               needs(1) ? to_exponent(context, grads[0]) : nullptr);
  }

 private:
  // b · a^(b-1), and zero where b is zero, whatever a is.
  TensorRef to_base(Context& context, const TensorRef& g) {
    const TensorRef& a = base.unpack(name());
    const TensorRef& b = exponent.unpack(name());
    const TensorRef less = decremented(context, b);
    const TensorRef slope = mul(context, b, pow(context, a, less));
    const TensorRef zero = scalar(context, 0);
    const TensorRef is_zero = compare(context, Compare::eq, b, zero);
    return sum_to(context, where(context, is_zero, zero, mul(context, g, slope)), form_a);
  }
  // A number stays one: its halves have a rule of their own.
  static TensorRef decremented(Context& context, const TensorRef& b) {
    if (!is_half(*b)) {
      const bool bits = b->dtype() == Dtype::boolean;
      return sub(context, bits ? to(context, b, Dtype::int64) : b, scalar(context, 1));
    }
    return float_scalar(context, kernels::read_double(b->bytes(), b->dtype()) - 1);
  }
  // a^b · log(a), and zero where a is zero and b is not negative.
  TensorRef to_exponent(Context& context, const TensorRef& g) {
    const TensorRef& a = base.unpack(name());
    const TensorRef& b = exponent.unpack(name());
    const TensorRef zero = scalar(context, 0);
    const TensorRef flat = mul(context, compare(context, Compare::eq, a, zero),
                               compare(context, Compare::ge, b, zero));
    const TensorRef& power = output.unpack(name());
    // A number has a double's logarithm, not that of the float32 which carries it.
    const TensorRef base_like = a->is_number() ? to(context, a, power->dtype()) : a;
    const TensorRef slope = mul(context, power, log(context, base_like));
    return sum_to(context, where(context, flat, zero, mul(context, g, slope)), form_b);
  }
};

}  // namespace

TensorRef pow(Context& context, const TensorRef& a, const TensorRef& b) {
  const Dtype dtype = result_type(*a, *b);
  check_not_bools(dtype, "pow", "pow");
  if (is_integral(dtype) && b->is_number() && kernels::read_double(b->bytes(), b->dtype()) < 0) {
    throw Error(Code::invalid_argument, "pow: Integers to negative integer powers are not allowed.")
        .with("torch_error", "RuntimeError");
  }
  TensorRef out =
      is_half(*b) ? root(context, a, *b) : promoted(context, Binary::pow, *a, *b, "pow");
  if (auto node = record<PowBackward>(context, a, b)) {
    node->base = SavedTensor(a);
    node->exponent = SavedTensor(b);
    if (node->needs(1)) node->output = SavedTensor::of_output(*out);
    node->form_a = Form(*a);
    node->form_b = Form(*b);
    node->by_number = b->is_number();
    attach(node, *out);
  }
  return out;
}

namespace {

class WhereBackward final : public Node {
 public:
  SavedTensor condition;
  Form a, b;
  const char* label = "WhereBackward0";
  const char* name() const noexcept override { return label; }
  void release_saved() noexcept override { condition.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& c = condition.unpack(name());
    const TensorRef zero = float_scalar(context, 0);
    TensorRef to_a;
    TensorRef to_b;
    if (needs(1)) to_a = sum_to(context, where(context, c, grads[0], zero), a);
    if (needs(2)) to_b = sum_to(context, where(context, c, zero, grads[0]), b);
    std::vector<TensorRef> result(3);
    result[1] = std::move(to_a);
    result[2] = std::move(to_b);
    return result;
  }
};

}  // namespace

TensorRef where(Context& context, const TensorRef& condition, const TensorRef& a,
                const TensorRef& b) {
  if (condition->dtype() != Dtype::boolean) {
    throw Error(Code::dtype_mismatch, join("where expected condition to be a boolean tensor, but "
                                           "got a tensor with dtype ",
                                           dtype_name(condition->dtype())))
        .with("torch_error", "RuntimeError");
  }
  const Dtype dtype = result_type(*a, *b);
  const Dtype compute = compute_dtype(dtype, "where");
  const Operand x(context, *a, compute);
  const Operand y(context, *b, compute);
  const Shape values = broadcast_shapes(a->shape(), b->shape(), "where");
  TensorRef out =
      empty(context.allocator(), broadcast_shapes(condition->shape(), values, "where"), compute);
  kernels::where(context.pool(), *out, *condition, *x, *y);
  out = finish(context, std::move(out), dtype);
  if (auto node = record<WhereBackward>(context, condition, a, b)) {
    node->condition = SavedTensor(condition);
    node->a = Form(*a);
    node->b = Form(*b);
    attach(node, *out);
  }
  return out;
}

namespace {

// The name and the largest value of what PyTorch holds an integer in.
struct Range {
  const char* name;
  double lowest, largest;
};
Range range_of(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::uint8:
      return {"uint8_t", 0, 255};
    case Dtype::int8:
      return {"int8_t", -128, 127};
    case Dtype::int16:
      return {"int16_t", -32768, 32767};
    case Dtype::int32:
      return {"int", -2147483648.0, 2147483647.0};
    default:
      return {"int64_t", -0x1p63, 0x1p63};
  }
}

// A number that an integer tensor cannot hold. A negative integer wraps in uint8, as in PyTorch.
void check_filler(const Tensor& value, Dtype dtype) {
  if (!is_integral(dtype) || value.numel() != 1) return;
  const Range range = range_of(dtype);
  const double number = kernels::read_double(value.bytes(), value.dtype());
  const bool wraps = dtype == Dtype::uint8 && !is_floating(value.dtype());
  if (number >= (wraps ? -255 : range.lowest) && number <= range.largest) return;
  throw Error(Code::invalid_argument, join("masked_fill: value cannot be converted to type ",
                                           range.name, " without overflow"))
      .with("argument", "value")
      .with("torch_error", "RuntimeError");
}

}  // namespace

TensorRef masked_fill(Context& context, const TensorRef& a, const TensorRef& mask,
                      const TensorRef& value) {
  check_filler(*value, a->dtype());
  // The value takes the tensor's dtype, never the other way round.
  const TensorRef filler = to(context, value, a->dtype());
  return where(context, mask, filler, a);
}

}  // namespace duramen::ops
