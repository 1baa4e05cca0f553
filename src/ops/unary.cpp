#include "base/text.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::Binary;
using kernels::Unary;

enum class Domain : uint8_t {
  any,    // integers stay integers
  floats  // integers become float32
};

TensorRef forward(Context& context, Unary op, const Tensor& a, Domain domain, const char* name) {
  const Dtype dtype = domain == Domain::floats ? float_result(a.dtype()) : a.dtype();
  const Dtype compute = compute_dtype(dtype, name);
  compute_dtype(a.dtype(), name);
  const Operand in(context, a, compute);
  TensorRef out = empty(context.allocator(), a.shape(), compute);
  kernels::unary(context.pool(), op, *out, *in);
  return finish(context, std::move(out), dtype);
}

// gradient ∘ saved by one fused kernel.
TensorRef fused(Context& context, Binary op, const Tensor& gradient, const Tensor& saved,
                double alpha = 1) {
  const Dtype compute = compute_dtype(gradient.dtype(), "backward");
  const Operand g(context, gradient, compute);
  const Operand s(context, saved, compute);
  TensorRef out = empty(context.allocator(), gradient.shape(), compute);
  kernels::binary(context.pool(), op, *out, *g, *s, alpha);
  return finish(context, std::move(out), gradient.dtype());
}

// A node that keeps one tensor and gives one gradient.
class UnaryBackward : public Node {
 public:
  SavedTensor saved;
  void release_saved() noexcept override { saved.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(gradient(context, grads[0], saved.unpack(name())));
  }

 protected:
  virtual TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& kept) = 0;
};

template <class N>
void keep_input(Context& context, const TensorRef& a, Tensor& out) {
  if (auto node = record<N>(context, a)) {
    node->saved = SavedTensor(a);
    attach(node, out);
  }
}

template <class N>
void keep_output(Context& context, const TensorRef& a, Tensor& out) {
  if (auto node = record<N>(context, a)) {
    node->saved = SavedTensor::of_output(out);
    attach(node, out);
  }
}

class NegBackward final : public Node {
 public:
  const char* name() const noexcept override { return "NegBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(neg(context, grads[0]));
  }
};

}  // namespace

TensorRef neg(Context& context, const TensorRef& a) {
  if (a->dtype() == Dtype::boolean) {
    throw Error(Code::unsupported,
                "neg: Negation, the `-` operator, on a bool tensor is not supported. If you are "
                "trying to invert a mask, use the `~` or `logical_not()` operator instead")
        .with("torch_error", "NotImplementedError");
  }
  TensorRef out = forward(context, Unary::neg, *a, Domain::any, "neg");
  if (auto node = record<NegBackward>(context, a)) attach(node, *out);
  return out;
}

namespace {

class ExpBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "ExpBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    return mul(context, g, out);
  }
};

class LogBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "LogBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& a) override {
    return div(context, g, a);
  }
};

class SqrtBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "SqrtBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    return div(context, g, mul(context, out, float_scalar(context, 2)));
  }
};

}  // namespace

TensorRef exp(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::exp, *a, Domain::floats, "exp");
  keep_output<ExpBackward>(context, a, *out);
  return out;
}

TensorRef log(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::log, *a, Domain::floats, "log");
  keep_input<LogBackward>(context, a, *out);
  return out;
}

TensorRef sqrt(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::sqrt, *a, Domain::floats, "sqrt");
  keep_output<SqrtBackward>(context, a, *out);
  return out;
}

namespace {

class ReluBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "ReluBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    return fused(context, Binary::relu_backward, *g, *out);
  }
};

class TanhBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "TanhBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    return fused(context, Binary::tanh_backward, *g, *out);
  }
};

class SigmoidBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "SigmoidBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    return fused(context, Binary::sigmoid_backward, *g, *out);
  }
};

class LeakyReluBackward final : public UnaryBackward {
 public:
  double slope = 0;
  const char* name() const noexcept override { return "LeakyReluBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& a) override {
    return fused(context, Binary::leaky_backward, *g, *a, slope);
  }
};

}  // namespace

TensorRef relu(Context& context, const TensorRef& a) {
  if (a->dtype() == Dtype::boolean) {
    throw Error(Code::unsupported, "relu: Boolean inputs not supported for relu")
        .with("torch_error", "NotImplementedError");
  }
  TensorRef out = forward(context, Unary::relu, *a, Domain::any, "relu");
  keep_output<ReluBackward>(context, a, *out);
  return out;
}

TensorRef tanh(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::tanh, *a, Domain::floats, "tanh");
  keep_output<TanhBackward>(context, a, *out);
  return out;
}

TensorRef sigmoid(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::sigmoid, *a, Domain::floats, "sigmoid");
  keep_output<SigmoidBackward>(context, a, *out);
  return out;
}

TensorRef leaky_relu(Context& context, const TensorRef& a, double negative_slope) {
  if (!is_floating(a->dtype())) {
    throw Error(Code::unsupported, join("leaky_relu: not implemented for ", dtype_name(a->dtype())))
        .with("torch_error", "NotImplementedError");
  }
  TensorRef out = fused(context, Binary::leaky_relu, *a, *a, negative_slope);
  if (auto node = record<LeakyReluBackward>(context, a)) {
    node->saved = SavedTensor(a);
    node->slope = negative_slope;
    attach(node, *out);
  }
  return out;
}

namespace {

class GeluBackward final : public UnaryBackward {
 public:
  Binary kernel = Binary::gelu_backward;
  const char* name() const noexcept override { return "GeluBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& a) override {
    return fused(context, kernel, *g, *a);
  }
};

class SiluBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "SiluBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& a) override {
    return fused(context, Binary::silu_backward, *g, *a);
  }
};

void check_floats(const Tensor& a, const char* name, const char* kernel) {
  if (is_floating(a.dtype())) return;
  throw Error(Code::unsupported, join(name, ": \"", kernel, "\" not implemented for '",
                                      scalar_type_name(a.dtype()), "'"))
      .with("torch_error", "NotImplementedError");
}

}  // namespace

TensorRef gelu(Context& context, const TensorRef& a, std::string_view approximate) {
  const bool exact = approximate == "none";
  if (!exact && approximate != "tanh") {
    throw Error(Code::invalid_argument, join("gelu: approximate argument must be either none or "
                                             "tanh (got '",
                                             printable(approximate, 40), "')"))
        .with("argument", "approximate")
        .with("torch_error", "RuntimeError");
  }
  check_floats(*a, "gelu", "GeluKernelImpl");
  TensorRef out = forward(context, exact ? Unary::gelu : Unary::gelu_tanh, *a, Domain::any, "gelu");
  if (auto node = record<GeluBackward>(context, a)) {
    node->saved = SavedTensor(a);
    node->kernel = exact ? Binary::gelu_backward : Binary::gelu_tanh_backward;
    attach(node, *out);
  }
  return out;
}

TensorRef silu(Context& context, const TensorRef& a, bool overwritten) {
  check_floats(*a, "silu", "silu_cpu");
  TensorRef out = forward(context, Unary::silu, *a, Domain::any, "silu");
  if (auto node = record<SiluBackward>(context, a)) {
    const NoGrad no_grad(context);
    node->saved = SavedTensor(overwritten ? clone(context, a) : a);
    attach(node, *out);
  }
  return out;
}

namespace {

class AbsBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "AbsBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& a) override {
    return mul(context, g, sign(context, a));
  }
};

class SignBackward final : public Node {
 public:
  const char* name() const noexcept override { return "SignBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(filled(context, grads[0]->shape(), grads[0]->dtype(), 0));
  }
};

// PyTorch forms a square as a power.
class SquareBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "PowBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& a) override {
    return mul(context, g, mul(context, a, float_scalar(context, 2)));
  }
};

class ReciprocalBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "ReciprocalBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    return neg(context, mul(context, g, mul(context, out, out)));
  }
};

class RsqrtBackward final : public UnaryBackward {
 public:
  const char* name() const noexcept override { return "RsqrtBackward0"; }

 protected:
  TensorRef gradient(Context& context, const TensorRef& g, const TensorRef& out) override {
    const TensorRef cube = mul(context, mul(context, out, out), out);
    return mul(context, mul(context, g, float_scalar(context, -0.5)), cube);
  }
};

}  // namespace

TensorRef abs(Context& context, const TensorRef& a) {
  if (a->dtype() == Dtype::boolean) {
    throw Error(Code::unsupported, "abs: \"abs_cpu\" not implemented for 'Bool'")
        .with("torch_error", "NotImplementedError");
  }
  TensorRef out = forward(context, Unary::abs, *a, Domain::any, "abs");
  keep_input<AbsBackward>(context, a, *out);
  return out;
}

TensorRef sign(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::sign, *a, Domain::any, "sign");
  if (auto node = record<SignBackward>(context, a)) attach(node, *out);
  return out;
}

TensorRef square(Context& context, const TensorRef& a) {
  if (a->dtype() == Dtype::boolean) return square(context, to(context, a, Dtype::int64));
  TensorRef out = forward(context, Unary::square, *a, Domain::any, "square");
  keep_input<SquareBackward>(context, a, *out);
  return out;
}

TensorRef reciprocal(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::reciprocal, *a, Domain::floats, "reciprocal");
  keep_output<ReciprocalBackward>(context, a, *out);
  return out;
}

TensorRef rsqrt(Context& context, const TensorRef& a) {
  TensorRef out = forward(context, Unary::rsqrt, *a, Domain::floats, "rsqrt");
  keep_output<RsqrtBackward>(context, a, *out);
  return out;
}

}  // namespace duramen::ops
