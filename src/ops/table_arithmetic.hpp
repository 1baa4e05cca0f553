// The operator table: elementwise arithmetic, comparisons and choices.
#pragma once

#include "ops/attributes.hpp"

namespace duramen::ops::table {

template <TensorRef (*op)(Context&, const TensorRef&)>
ValueRef apply_unary(Context& context, Attributes, Tensors t) {
  return value(op(context, t[0]));
}

template <TensorRef (*op)(Context&, const TensorRef&, const TensorRef&)>
ValueRef apply_binary(Context& context, Attributes a, Tensors t) {
  return value(op(context, t[0], other(context, a, t)));
}

template <kernels::Compare op>
ValueRef apply_compare(Context& context, Attributes a, Tensors t) {
  return value(compare(context, op, t[0], other(context, a, t)));
}

inline ValueRef apply_add(Context& context, Attributes a, Tensors t) {
  return value(add(context, t[0], other(context, a, t), a.real("alpha")));
}
inline ValueRef apply_sub(Context& context, Attributes a, Tensors t) {
  return value(sub(context, t[0], other(context, a, t), a.real("alpha")));
}
inline ValueRef apply_div(Context& context, Attributes a, Tensors t) {
  const TensorRef divisor = other(context, a, t);
  if (a.is_none("rounding_mode")) return value(div(context, t[0], divisor));
  const std::string_view mode = a.text("rounding_mode");
  if (mode == "floor") return value(div_rounded(context, t[0], divisor, Rounding::floor));
  if (mode == "trunc") return value(div_rounded(context, t[0], divisor, Rounding::trunc));
  throw Error(Code::invalid_argument,
              join("div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '",
                   printable(mode, 40), "'"))
      .with("argument", "rounding_mode")
      .with("torch_error", "RuntimeError");
}
inline ValueRef apply_floor_divide(Context& context, Attributes a, Tensors t) {
  return value(floor_divide(context, t[0], other(context, a, t)));
}
inline ValueRef apply_pow(Context& context, Attributes a, Tensors t) {
  if (!a.is_none("self")) return value(pow(context, number(context, a["self"]), t[0]));
  return value(pow(context, t[0], other(context, a, t)));
}
inline ValueRef apply_leaky_relu(Context& context, Attributes a, Tensors t) {
  return value(leaky_relu(context, t[0], a.real("negative_slope")));
}
inline ValueRef apply_clamp(Context& context, Attributes a, Tensors t) {
  const TensorRef low = operand(context, a, t, 1, "min");
  return value(clamp(context, t[0], low, operand(context, a, t, 2, "max")));
}
inline ValueRef apply_positive(Context& context, Attributes, Tensors t) {
  if (t[0]->dtype() == Dtype::boolean) {
    throw Error(Code::unsupported, "positive: The `+` operator, on a bool tensor is not supported.")
        .with("torch_error", "NotImplementedError");
  }
  return value(alias_view(context, t[0]));
}
inline ValueRef apply_gelu(Context& context, Attributes a, Tensors t) {
  return value(gelu(context, t[0], a.text("approximate")));
}
inline ValueRef apply_silu(Context& context, Attributes, Tensors t) {
  return value(silu(context, t[0]));
}
inline ValueRef apply_where(Context& context, Attributes a, Tensors t) {
  const TensorRef first = operand(context, a, t, 1, "input");
  const TensorRef second = operand(context, a, t, 2, "other");
  if (!first || !second) {
    throw Error(Code::unsupported, "where: only the form with three operands is supported");
  }
  return value(where(context, t[0], first, second));
}
inline ValueRef apply_masked_fill(Context& context, Attributes a, Tensors t) {
  const TensorRef filler = operand(context, a, t, 2, "value");
  if (!filler) {
    throw Error(Code::invalid_argument,
                "masked_fill() missing 1 required positional argument: 'value'")
        .with("argument", "value")
        .with("torch_error", "TypeError");
  }
  return value(masked_fill(context, t[0], t[1], filler));
}
template <TensorRef (*op)(Context&, const TensorRef&, std::optional<int64_t>)>
ValueRef apply_softmax(Context& context, Attributes a, Tensors t) {
  const Dtype dtype = dtype_or(a, t[0]->dtype());
  return value(op(context, to(context, t[0], dtype), a.optional_integer("dim")));
}

inline constexpr Parameter kDivParameters[] = {
    {"other", kNumber | kNone, "None", "a number"},
    {"rounding_mode", kText | kNone, "None", "'floor' or 'trunc'", true}};
inline constexpr Parameter kPowParameters[] = {
    {"other", kNumber | kNone, "None", "the exponent, when it is a number"},
    {"self", kNumber | kNone, "None", "the base, when it is a number", true}};
inline constexpr Parameter kSlope[] = {
    {"negative_slope", kInt | kReal, "0.01", "the slope below zero"}};
inline constexpr Parameter kApproximate[] = {
    {"approximate", kText, "'none'", "'none', or 'tanh' for the formula with tanh", true}};
inline constexpr Parameter kSoftmax[] = {
    {"dim", kInt | kNone, "None", "the dimension; None: 0 or 1, by the number of dimensions"},
    {"dtype", kDtype | kNone, "None", "of the computation and the result", true}};
inline constexpr Parameter kBounds[] = {{"min", kNumber | kNone, "None", "the lower bound"},
                                        {"max", kNumber | kNone, "None", "the upper bound"}};
inline constexpr Parameter kChoices[] = {{"input", kNumber | kNone, "None", "where true"},
                                         {"other", kNumber | kNone, "None", "where false"}};
inline constexpr Parameter kFiller[] = {{"value", kNumber | kNone, "None", "written where true"}};

inline constexpr OpType kArithmetic[] = {
    {{"add", kOtherAlpha, "a + alpha * b"}, 1, 2, apply_add},
    {{"sub", kOtherAlpha, "a - alpha * b"}, 1, 2, apply_sub},
    {{"subtract", kOtherAlpha, "a - alpha * b"}, 1, 2, apply_sub},
    {{"mul", kOther, "a * b"}, 1, 2, apply_binary<mul>},
    {{"multiply", kOther, "a * b"}, 1, 2, apply_binary<mul>},
    {{"div", kDivParameters, "a / b"}, 1, 2, apply_div},
    {{"divide", kDivParameters, "a / b"}, 1, 2, apply_div},
    {{"true_divide", kOther, "a / b"}, 1, 2, apply_binary<div>},
    {{"floor_divide", kOther, "a // b"}, 1, 2, apply_floor_divide},
    {{"pow", kPowParameters, "a ** b"}, 1, 2, apply_pow},
    {{"maximum", kOther, "the larger of a and b"}, 1, 2, apply_binary<maximum>},
    {{"minimum", kOther, "the smaller of a and b"}, 1, 2, apply_binary<minimum>},
    {{"neg", kNothing, "-a"}, 1, 1, apply_unary<neg>},
    {{"negative", kNothing, "-a"}, 1, 1, apply_unary<neg>},
    {{"positive", kNothing, "a"}, 1, 1, apply_positive},
    {{"abs", kNothing, "|a|"}, 1, 1, apply_unary<abs>},
    {{"absolute", kNothing, "|a|"}, 1, 1, apply_unary<abs>},
    {{"sign", kNothing, "-1, 0 or 1"}, 1, 1, apply_unary<sign>},
    {{"sgn", kNothing, "-1, 0 or 1"}, 1, 1, apply_unary<sign>},
    {{"exp", kNothing, "e to the power of a"}, 1, 1, apply_unary<exp>},
    {{"log", kNothing, "the natural logarithm"}, 1, 1, apply_unary<log>},
    {{"sqrt", kNothing, "the square root"}, 1, 1, apply_unary<sqrt>},
    {{"rsqrt", kNothing, "1 / sqrt(a)"}, 1, 1, apply_unary<rsqrt>},
    {{"square", kNothing, "a * a"}, 1, 1, apply_unary<square>},
    {{"reciprocal", kNothing, "1 / a"}, 1, 1, apply_unary<reciprocal>},
    {{"relu", kNothing, "max(a, 0)"}, 1, 1, apply_unary<relu>},
    {{"relu6", kNothing, "a between 0 and 6"}, 1, 1, apply_unary<relu6>},
    {{"gelu", kApproximate, "a * Phi(a)"}, 1, 1, apply_gelu},
    {{"silu", kNothing, "a * sigmoid(a)"}, 1, 1, apply_silu},
    {{"tanh", kNothing, "the hyperbolic tangent"}, 1, 1, apply_unary<tanh>},
    {{"sigmoid", kNothing, "1 / (1 + exp(-a))"}, 1, 1, apply_unary<sigmoid>},
    {{"leaky_relu", kSlope, "a, with a slope below zero"}, 1, 1, apply_leaky_relu},
    {{"clamp", kBounds, "a between two bounds"}, 1, 3, apply_clamp},
    {{"clip", kBounds, "a between two bounds"}, 1, 3, apply_clamp},
    {{"eq", kOther, "a == b"}, 1, 2, apply_compare<kernels::Compare::eq>},
    {{"ne", kOther, "a != b"}, 1, 2, apply_compare<kernels::Compare::ne>},
    {{"lt", kOther, "a < b"}, 1, 2, apply_compare<kernels::Compare::lt>},
    {{"le", kOther, "a <= b"}, 1, 2, apply_compare<kernels::Compare::le>},
    {{"gt", kOther, "a > b"}, 1, 2, apply_compare<kernels::Compare::gt>},
    {{"ge", kOther, "a >= b"}, 1, 2, apply_compare<kernels::Compare::ge>},
    {{"where", kChoices, "input where the condition holds, else other"}, 1, 3, apply_where},
    {{"masked_fill", kFiller, "value where the mask holds"}, 2, 3, apply_masked_fill},
    {{"softmax", kSoftmax, "exp(a) / sum(exp(a))"}, 1, 1, apply_softmax<softmax>},
    {{"softmin", kSoftmax, "softmax of -a"}, 1, 1, apply_softmax<softmin>},
    {{"log_softmax", kSoftmax, "the logarithm of softmax"}, 1, 1, apply_softmax<log_softmax>},
};

}  // namespace duramen::ops::table
