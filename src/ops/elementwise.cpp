#include <cmath>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::Binary;

bool same_floats(const Tensor& a, const Tensor& b) noexcept {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && !a.is_number() && !b.is_number() &&
         (a.dtype() == Dtype::float32 || a.dtype() == Dtype::float64);
}

// The forward of every binary operator. `dtype` is that of the result; integers may be divided, so
// it need not be the promotion of the inputs.
TensorRef apply(Context& context, Binary op, const Tensor& a, const Tensor& b, Dtype dtype,
                double alpha, const char* name) {
  const Dtype compute = compute_dtype(dtype, name);
  compute_dtype(a.dtype(), name);
  compute_dtype(b.dtype(), name);
  const Operand x(context, a, compute);
  const Operand y(context, b, compute);
  TensorRef out = empty(context.allocator(), broadcast_shapes(a.shape(), b.shape(), name), compute);
  kernels::binary(context.pool(), op, *out, *x, *y, alpha);
  return finish(context, std::move(out), dtype);
}

TensorRef forward(Context& context, Binary op, const Tensor& a, const Tensor& b, double alpha,
                  const char* name) {
  if (same_floats(a, b)) {
    TensorRef out = empty(context.allocator(), a.shape(), a.dtype());
    kernels::binary(context.pool(), op, *out, a, b, alpha);
    return out;
  }
  return apply(context, op, a, b, result_type(a, b), alpha, name);
}

TensorRef times(Context& context, const TensorRef& a, double factor) {
  return mul(context, a, float_scalar(context, factor));
}

class AddBackward final : public Node {
 public:
  double alpha = 1;
  bool subtract = false;
  Form a, b;
  const char* name() const noexcept override { return subtract ? "SubBackward0" : "AddBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& g = grads[0];
    TensorRef to_b;
    const double factor = subtract ? -alpha : alpha;
    if (needs(1)) {
      TensorRef scaled = factor == 1    ? g
                         : factor == -1 ? neg(context, g)
                                        : times(context, g, factor);
      to_b = sum_to(context, scaled, b);
    }
    return two(needs(0) ? sum_to(context, g, a) : nullptr, std::move(to_b));
  }
};

void check_alpha(Dtype dtype, double alpha, const char* name) {
  if (is_floating(dtype) || alpha == std::trunc(alpha)) return;
  throw Error(Code::invalid_argument,
              join(name,
                   ": For integral input tensors, argument alpha must not be a floating "
                   "point number (got ",
                   format_float(alpha), ")"))
      .with("argument", "alpha")
      .with("torch_error", "RuntimeError");
}

void check_no_bools(const Tensor& a, const Tensor& b) {
  const bool first = a.dtype() == Dtype::boolean;
  const bool second = b.dtype() == Dtype::boolean;
  if (!first && !second) return;
  throw Error(Code::unsupported,
              first && second
                  ? "sub: Subtraction, the `-` operator, with two bool tensors is not supported. "
                    "Use the `^` or `logical_xor()` operator instead."
                  : "sub: Subtraction, the `-` operator, with a bool tensor is not supported. If "
                    "you are trying to invert a mask, use the `~` or `logical_not()` operator "
                    "instead.")
      .with("torch_error", "NotImplementedError");
}

void record_add(Context& context, const TensorRef& a, const TensorRef& b, double alpha,
                bool subtract, Tensor& out) {
  auto node = record<AddBackward>(context, a, b);
  if (!node) return;
  node->alpha = alpha;
  node->subtract = subtract;
  node->a = Form(*a);
  node->b = Form(*b);
  attach(node, out);
}

}  // namespace

TensorRef add(Context& context, const TensorRef& a, const TensorRef& b, double alpha) {
  if (alpha != 1) check_alpha(result_type(*a, *b), alpha, "add");
  TensorRef out = forward(context, Binary::add, *a, *b, alpha, "add");
  record_add(context, a, b, alpha, false, *out);
  return out;
}

TensorRef sub(Context& context, const TensorRef& a, const TensorRef& b, double alpha) {
  check_no_bools(*a, *b);
  if (alpha != 1) check_alpha(result_type(*a, *b), alpha, "sub");
  TensorRef out = forward(context, Binary::sub, *a, *b, alpha, "sub");
  record_add(context, a, b, alpha, true, *out);
  return out;
}

namespace {

class MulBackward final : public Node {
 public:
  SavedTensor a, b;
  Form form_a, form_b;
  const char* name() const noexcept override { return "MulBackward0"; }
  void release_saved() noexcept override {
    a.reset();
    b.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    TensorRef to_a;
    TensorRef to_b;
    if (needs(0)) to_a = sum_to(context, mul(context, grads[0], b.unpack(name())), form_a);
    if (needs(1)) to_b = sum_to(context, mul(context, grads[0], a.unpack(name())), form_b);
    return two(std::move(to_a), std::move(to_b));
  }
};

class DivBackward final : public Node {
 public:
  SavedTensor a, b;
  Form form_a, form_b;
  const char* name() const noexcept override { return "DivBackward0"; }
  void release_saved() noexcept override {
    a.reset();
    b.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& divisor = b.unpack(name());
    const TensorRef quotient = div(context, grads[0], divisor);
    TensorRef to_b;
    if (needs(1)) {
      const TensorRef ratio = div(context, a.unpack(name()), divisor);
      to_b = sum_to(context, neg(context, mul(context, quotient, ratio)), form_b);
    }
    return two(needs(0) ? sum_to(context, quotient, form_a) : nullptr, std::move(to_b));
  }
};

}  // namespace

TensorRef mul(Context& context, const TensorRef& a, const TensorRef& b) {
  TensorRef out = forward(context, Binary::mul, *a, *b, 1, "mul");
  if (auto node = record<MulBackward>(context, a, b)) {
    if (node->needs(1)) node->a = SavedTensor(a);
    if (node->needs(0)) node->b = SavedTensor(b);
    node->form_a = Form(*a);
    node->form_b = Form(*b);
    attach(node, *out);
  }
  return out;
}

TensorRef div(Context& context, const TensorRef& a, const TensorRef& b) {
  TensorRef out;
  if (same_floats(*a, *b)) {
    out = forward(context, Binary::div, *a, *b, 1, "div");
  } else {
    out = apply(context, Binary::div, *a, *b, float_result(result_type(*a, *b)), 1, "div");
  }
  if (auto node = record<DivBackward>(context, a, b)) {
    if (node->needs(1)) node->a = SavedTensor(a);
    node->b = SavedTensor(b);
    node->form_a = Form(*a);
    node->form_b = Form(*b);
    attach(node, *out);
  }
  return out;
}

TensorRef float_scalar(Context& context, double value) {
  TensorRef out = empty(context.allocator(), Shape(), Dtype::float64);
  *out->mutable_data<double>() = value;
  out->set_is_number(true);
  return out;
}

TensorRef scalar(Context& context, double value) {
  if (value != std::trunc(value) || std::abs(value) >= 9007199254740992.0) {
    return float_scalar(context, value);
  }
  TensorRef out = empty(context.allocator(), Shape(), Dtype::int64);
  *out->mutable_data<int64_t>() = static_cast<int64_t>(value);
  out->set_is_number(true);
  return out;
}

}  // namespace duramen::ops
