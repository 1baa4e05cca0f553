#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::Binary;
using kernels::Compare;

// All of the gradient; half of it where `tied`, none where `lost`, even of inf or NaN.
TensorRef portion(Context& context, const TensorRef& g, const TensorRef& lost,
                  const TensorRef& tied) {
  const TensorRef half = where(context, tied, mul(context, g, float_scalar(context, 0.5)), g);
  return where(context, lost, float_scalar(context, 0), half);
}

// The winner takes the gradient, equals take half each, and both take it all beside a NaN.
class MaximumBackward final : public Node {
 public:
  SavedTensor a, b;
  Form form_a, form_b;
  bool largest = true;
  const char* name() const noexcept override {
    return largest ? "MaximumBackward0" : "MinimumBackward0";
  }
  void release_saved() noexcept override {
    a.reset();
    b.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& x = a.unpack(name());
    const TensorRef& y = b.unpack(name());
    return two(needs(0) ? sum_to(context, part(context, grads[0], x, y), form_a) : nullptr,
               needs(1) ? sum_to(context, part(context, grads[0], y, x), form_b) : nullptr);
  }

 private:
  TensorRef part(Context& context, const TensorRef& g, const TensorRef& mine,
                 const TensorRef& other) {
    const Compare loses = largest ? Compare::lt : Compare::gt;
    return portion(context, g, compare(context, loses, mine, other),
                   compare(context, Compare::eq, mine, other));
  }
};

TensorRef maximum_any(Context& context, Binary op, const TensorRef& a, const TensorRef& b) {
  const bool largest = op == Binary::maximum;
  TensorRef out = promoted(context, op, *a, *b, largest ? "maximum" : "minimum");
  if (auto node = record<MaximumBackward>(context, a, b)) {
    node->a = SavedTensor(a);
    node->b = SavedTensor(b);
    node->form_a = Form(*a);
    node->form_b = Form(*b);
    node->largest = largest;
    attach(node, *out);
  }
  return out;
}

}  // namespace

TensorRef maximum(Context& context, const TensorRef& a, const TensorRef& b) {
  return maximum_any(context, Binary::maximum, a, b);
}
TensorRef minimum(Context& context, const TensorRef& a, const TensorRef& b) {
  return maximum_any(context, Binary::minimum, a, b);
}

namespace {

// Bools: the sum is "or", the product "and".
TensorRef either(Context& context, const TensorRef& a, const TensorRef& b) {
  return add(context, a, b);
}
TensorRef both(Context& context, const TensorRef& a, const TensorRef& b) {
  return mul(context, a, b);
}
TensorRef opposite(Context& context, const TensorRef& a) {
  return compare(context, Compare::eq, a, scalar(context, 0));
}

// Between two tensors, or beside one. Ties are shared as maximum and minimum share them; where the
// bounds cross, the upper one is the result and takes all.
class ClampBackward final : public Node {
 public:
  SavedTensor a, lower, upper;
  Form form_a, form_lower, form_upper;
  bool has_lower = false;
  bool has_upper = false;
  const char* name() const noexcept override { return "ClampBackward0"; }
  void release_saved() noexcept override {
    a.reset();
    lower.reset();
    upper.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    std::vector<TensorRef> result = has_lower && has_upper ? between(context, grads[0])
                                    : has_lower            ? beside(context, grads[0], Compare::lt)
                                                           : beside(context, grads[0], Compare::gt);
    if (result[0]) result[0] = sum_to(context, result[0], form_a);
    if (result[1]) result[1] = sum_to(context, result[1], form_lower);
    if (result[2]) result[2] = sum_to(context, result[2], form_upper);
    return result;
  }

 private:
  std::vector<TensorRef> beside(Context& context, const TensorRef& g, Compare outside) {
    const TensorRef& x = a.unpack(name());
    const size_t at = has_lower ? 1 : 2;
    const TensorRef& bound = has_lower ? lower.unpack(name()) : upper.unpack(name());
    const TensorRef tied = compare(context, Compare::eq, x, bound);
    std::vector<TensorRef> result(3);
    if (needs(0)) result[0] = portion(context, g, compare(context, outside, x, bound), tied);
    if (needs(at)) result[at] = portion(context, g, compare(context, outside, bound, x), tied);
    return result;
  }
  std::vector<TensorRef> between(Context& context, const TensorRef& g) {
    const TensorRef& x = a.unpack(name());
    const TensorRef& low = lower.unpack(name());
    const TensorRef& high = upper.unpack(name());
    const TensorRef below = compare(context, Compare::lt, x, low);
    const TensorRef above = compare(context, Compare::gt, x, high);
    const TensorRef apart = compare(context, Compare::lt, low, high);
    const TensorRef ordered = compare(context, Compare::le, low, high);
    const TensorRef at_low = both(context, apart, compare(context, Compare::eq, x, low));
    const TensorRef at_high = both(context, apart, compare(context, Compare::eq, x, high));
    std::vector<TensorRef> result(3);
    if (needs(0)) {
      result[0] =
          portion(context, g, either(context, below, above), either(context, at_low, at_high));
    }
    if (needs(1)) {
      const TensorRef wins = either(context, both(context, below, ordered), at_low);
      result[1] = portion(context, g, opposite(context, wins), at_low);
    }
    if (needs(2)) {
      const TensorRef crossed = compare(context, Compare::gt, low, high);
      const TensorRef wins = either(context, both(context, above, ordered), crossed);
      result[2] = portion(context, g, opposite(context, either(context, wins, at_high)), at_high);
    }
    return result;
  }
};

// Between numbers. A clamp passes the gradient strictly inside only; relu6 stops it outside and at
// the bounds, and so lets it pass at NaN.
class NumberClampBackward final : public Node {
 public:
  SavedTensor a, lower, upper;
  bool has_lower = false;
  bool has_upper = false;
  bool strict = true;
  const char* name() const noexcept override {
    return strict ? "ClampBackward1" : "HardtanhBackward0";
  }
  void release_saved() noexcept override {
    a.reset();
    lower.reset();
    upper.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    TensorRef g = grads[0];
    if (has_lower) g = stop(context, g, lower.unpack(name()), Compare::gt, Compare::le);
    if (has_upper) g = stop(context, g, upper.unpack(name()), Compare::lt, Compare::ge);
    return one(std::move(g));
  }

 private:
  TensorRef stop(Context& context, const TensorRef& g, const TensorRef& bound, Compare inside,
                 Compare outside) {
    const TensorRef& x = a.unpack(name());
    const TensorRef zero = float_scalar(context, 0);
    return strict ? where(context, compare(context, inside, x, bound), g, zero)
                  : where(context, compare(context, outside, x, bound), zero, g);
  }
};

TensorRef clamped(Context& context, const TensorRef& a, const TensorRef& min,
                  const TensorRef& max) {
  const NoGrad no_grad(context);
  TensorRef out = a;
  if (min) out = maximum(context, out, min);
  if (max) out = minimum(context, out, max);
  return out;
}

void record_numbers(Context& context, const TensorRef& a, const TensorRef& min,
                    const TensorRef& max, bool strict, Tensor& out) {
  auto node = record<NumberClampBackward>(context, a);
  if (!node) return;
  node->a = SavedTensor(a);
  node->has_lower = bool(min);
  node->has_upper = bool(max);
  if (min) node->lower = SavedTensor(min);
  if (max) node->upper = SavedTensor(max);
  node->strict = strict;
  attach(node, out);
}

}  // namespace

TensorRef clamp(Context& context, const TensorRef& a, const TensorRef& min, const TensorRef& max) {
  if (!min && !max) {
    throw Error(Code::invalid_argument, "clamp: At least one of 'min' or 'max' must not be None")
        .with("torch_error", "RuntimeError");
  }
  TensorRef out = clamped(context, a, min, max);
  if ((!min || min->is_number()) && (!max || max->is_number())) {
    record_numbers(context, a, min, max, true, *out);
    return out;
  }
  if (auto node = record<ClampBackward>(context, a, min, max)) {
    node->a = SavedTensor(a);
    node->form_a = Form(*a);
    node->has_lower = bool(min);
    node->has_upper = bool(max);
    if (min) node->lower = SavedTensor(min);
    if (min) node->form_lower = Form(*min);
    if (max) node->upper = SavedTensor(max);
    if (max) node->form_upper = Form(*max);
    attach(node, *out);
  }
  return out;
}

TensorRef relu6(Context& context, const TensorRef& a) {
  if (a->dtype() == Dtype::boolean) {
    throw Error(Code::unsupported, "relu6: Bool inputs not supported for hardtanh")
        .with("torch_error", "NotImplementedError");
  }
  const TensorRef zero = scalar(context, 0);
  const TensorRef six = scalar(context, 6);
  TensorRef out = clamped(context, a, zero, six);
  record_numbers(context, a, zero, six, false, *out);
  return out;
}

}  // namespace duramen::ops
