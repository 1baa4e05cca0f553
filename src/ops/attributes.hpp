// How the operator tables read their attributes and tensors. Included by the tables only.
#pragma once

#include <array>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/registry.hpp"

namespace duramen::ops::table {

using Attributes = const spec::Arguments&;
using Tensors = std::span<const TensorRef>;

inline ValueRef value(TensorRef tensor) { return Value::tensor(std::move(tensor)); }

inline ValueRef values(std::vector<TensorRef> tensors) {
  std::vector<ValueRef> items;
  items.reserve(tensors.size());
  for (TensorRef& tensor : tensors) items.push_back(Value::tensor(std::move(tensor)));
  return Value::tuple(std::move(items));
}

// An optional tensor: null where it was left out.
inline TensorRef optional(Tensors tensors, size_t index) {
  return index < tensors.size() ? tensors[index] : nullptr;
}

inline TensorRef number(Context& context, const spec::Expression& expression) {
  if (expression.form == spec::Form::real) return float_scalar(context, expression.real);
  if (expression.form == spec::Form::boolean) {
    TensorRef out = filled(context, Shape(), Dtype::boolean, expression.boolean ? 1 : 0);
    out->set_is_number(true);
    return out;
  }
  TensorRef out = empty(context.allocator(), Shape(), Dtype::int64);
  *out->mutable_data<int64_t>() = expression.integer;
  out->set_is_number(true);
  return out;
}

// The operand at `index`: a tensor, or the number of the attribute; null when neither is given.
inline TensorRef operand(Context& context, Attributes attributes, Tensors tensors, size_t index,
                         std::string_view attribute) {
  if (TensorRef tensor = optional(tensors, index)) return tensor;
  if (attributes.is_none(attribute)) return nullptr;
  return number(context, attributes[attribute]);
}

inline TensorRef other(Context& context, Attributes attributes, Tensors tensors) {
  TensorRef found = operand(context, attributes, tensors, 1, "other");
  if (found) return found;
  throw Error(Code::invalid_argument,
              join(attributes.call().text, "() missing 1 required positional argument: 'other'"))
      .with("argument", "other")
      .with("torch_error", "TypeError");
}

inline std::vector<int64_t> dims(Attributes attributes) {
  return attributes.is_none("dim") ? std::vector<int64_t>() : attributes.integers("dim");
}

// `reshape((3, -1))` or `reshape(3, -1)`.
inline std::vector<int64_t> sizes(Attributes attributes) {
  std::vector<int64_t> result;
  const auto& given = attributes.variadic();
  const auto take = [&](const spec::Expression& item) {
    if (item.form != spec::Form::integer) {
      throw spec::error_at(item, Code::invalid_argument,
                           join(attributes.call().text, ": expected integers"));
    }
    result.push_back(item.integer);
  };
  for (const spec::Expression* item : given) {
    const bool listed = item->form == spec::Form::list || item->form == spec::Form::tuple;
    if (!listed || given.size() != 1) {
      take(*item);
      continue;
    }
    for (const spec::Expression& size : item->items) take(size);
  }
  return result;
}

inline Dtype dtype_or(Attributes attributes, Dtype fallback) {
  if (attributes.is_none("dtype")) return fallback;
  const spec::Expression& expression = attributes["dtype"];
  const Dtype dtype = dtype_from_name(expression.text);
  if (dtype != Dtype::invalid) return dtype;
  throw spec::error_at(expression, Code::invalid_argument,
                       join("unknown dtype '", printable(expression.text, 40), "'"));
}

inline Reduction reduction(Attributes attributes) {
  const std::string_view text = attributes.text("reduction");
  if (text == "mean") return Reduction::mean;
  if (text == "sum") return Reduction::sum;
  if (text == "none") return Reduction::none;
  throw Error(Code::invalid_argument,
              join(printable(text, 40), " is not a valid value for reduction"))
      .with("argument", "reduction")
      .with("torch_error", "ValueError");
}

using spec::kBool;
using spec::kDtype;
using spec::kInt;
using spec::kInts;
using spec::kList;
using spec::kNone;
using spec::kReal;
using spec::kText;
using spec::Parameter;

inline constexpr spec::Kinds kNumber = kBool | kInt | kReal;
inline constexpr uint32_t kAnyCount = UINT32_MAX;

inline constexpr std::array<Parameter, 0> kNothing{};
inline constexpr Parameter kOther[] = {{"other", kNumber | kNone, "None", "a number"}};
inline constexpr Parameter kOtherAlpha[] = {
    {"other", kNumber | kNone, "None", "a number"},
    {"alpha", kInt | kReal, "1", "the factor of other", true}};
inline constexpr Parameter kDim[] = {{"dim", kInt, "", "the dimension"}};
inline constexpr Parameter kDimOr0[] = {{"dim", kInt, "0", "the dimension"}};
inline constexpr Parameter kDimKeep[] = {{"dim", kInts | kNone, "None", "dimensions to reduce"},
                                         {"keepdim", kBool, "False", "keep them with size 1"}};
inline constexpr Parameter kSizes[] = {
    {"sizes", kInts, "", "the sizes, as a tuple or one by one", false, true}};
inline constexpr Parameter kDtypeOnly[] = {
    {"dtype", kDtype | kNone, "None", "of the result", true}};

}  // namespace duramen::ops::table
