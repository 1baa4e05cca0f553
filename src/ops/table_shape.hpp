// The operator table: shapes, joining and splitting, copies.
#pragma once

#include "ops/attributes.hpp"

namespace duramen::ops::table {

template <TensorRef (*op)(Context&, const TensorRef&, std::span<const int64_t>)>
ValueRef apply_sizes(Context& context, Attributes a, Tensors t) {
  return value(op(context, t[0], sizes(a)));
}
inline ValueRef apply_flatten(Context& context, Attributes a, Tensors t) {
  return value(flatten(context, t[0], a.integer("start_dim"), a.integer("end_dim")));
}
inline ValueRef apply_unflatten(Context& context, Attributes a, Tensors t) {
  return value(unflatten(context, t[0], a.integer("dim"), a.integers("sizes")));
}
inline ValueRef apply_transpose(Context& context, Attributes a, Tensors t) {
  return value(transpose(context, t[0], a.integer("dim0"), a.integer("dim1")));
}
inline ValueRef apply_squeeze(Context& context, Attributes a, Tensors t) {
  return value(squeeze(context, t[0], a.optional_integer("dim")));
}
inline ValueRef apply_unsqueeze(Context& context, Attributes a, Tensors t) {
  return value(unsqueeze(context, t[0], a.integer("dim")));
}
inline ValueRef apply_select(Context& context, Attributes a, Tensors t) {
  return value(select(context, t[0], a.integer("dim"), a.integer("index")));
}
inline ValueRef apply_narrow(Context& context, Attributes a, Tensors t) {
  return value(narrow(context, t[0], a.integer("dim"), a.integer("start"), a.integer("length")));
}
inline ValueRef apply_slice(Context& context, Attributes a, Tensors t) {
  const int64_t stop = a.optional_integer("end").value_or(INT64_MAX);
  return value(slice(context, t[0], a.integer("dim"), a.optional_integer("start").value_or(0), stop,
                     a.integer("step")));
}
inline ValueRef apply_cat(Context& context, Attributes a, Tensors t) {
  return value(cat(context, t, a.integer("dim")));
}
inline ValueRef apply_stack(Context& context, Attributes a, Tensors t) {
  return value(stack(context, t, a.integer("dim")));
}
inline ValueRef apply_split(Context& context, Attributes a, Tensors t) {
  const bool even = a["split_size_or_sections"].form == spec::Form::integer;
  return values(
      split(context, t[0], a.integers("split_size_or_sections"), {a.integer("dim"), even}));
}
inline ValueRef apply_chunk(Context& context, Attributes a, Tensors t) {
  return values(chunk(context, t[0], a.integer("chunks"), a.integer("dim")));
}
inline ValueRef apply_unbind(Context& context, Attributes a, Tensors t) {
  return values(unbind(context, t[0], a.integer("dim")));
}
inline ValueRef apply_index_select(Context& context, Attributes a, Tensors t) {
  return value(index_select(context, t[0], a.integer("dim"), t[1]));
}
template <TensorRef (*op)(Context&, const TensorRef&)>
ValueRef apply_copy(Context& context, Attributes, Tensors t) {
  return value(op(context, t[0]));
}
inline ValueRef apply_to(Context& context, Attributes a, Tensors t) {
  return value(to(context, t[0], dtype_or(a, t[0]->dtype())));
}
inline ValueRef like(Context& context, Attributes a, Tensors t, double fill) {
  return value(filled(context, t[0]->shape(), dtype_or(a, t[0]->dtype()), fill));
}
inline ValueRef apply_zeros_like(Context& context, Attributes a, Tensors t) {
  return like(context, a, t, 0);
}
inline ValueRef apply_ones_like(Context& context, Attributes a, Tensors t) {
  return like(context, a, t, 1);
}
inline ValueRef apply_full_like(Context& context, Attributes a, Tensors t) {
  return like(context, a, t, a.real("fill_value"));
}

inline constexpr Parameter kFlattenParameters[] = {{"start_dim", kInt, "0", "the first dimension"},
                                                   {"end_dim", kInt, "-1", "the last one"}};
inline constexpr Parameter kUnflattenParameters[] = {{"dim", kInt, "", "the dimension"},
                                                     {"sizes", kInts, "", "what it becomes"}};
inline constexpr Parameter kTwoDims[] = {{"dim0", kInt, "", "a dimension"},
                                         {"dim1", kInt, "", "another one"}};
inline constexpr Parameter kDimOrNone[] = {
    {"dim", kInt | kNone, "None", "the dimension; None: all of size 1"}};
inline constexpr Parameter kSelectParameters[] = {{"dim", kInt, "", "the dimension"},
                                                  {"index", kInt, "", "the position"}};
inline constexpr Parameter kNarrowParameters[] = {{"dim", kInt, "", "the dimension"},
                                                  {"start", kInt, "", "the first position"},
                                                  {"length", kInt, "", "how many"}};
inline constexpr Parameter kSliceParameters[] = {
    {"dim", kInt, "0", "the dimension"},
    {"start", kInt | kNone, "None", "the first position"},
    {"end", kInt | kNone, "None", "one past the last position"},
    {"step", kInt, "1", "the distance"}};
inline constexpr Parameter kSplitParameters[] = {
    {"split_size_or_sections", kInts, "", "a size for all, or each one's"},
    {"dim", kInt, "0", "the dimension"}};
inline constexpr Parameter kChunkParameters[] = {{"chunks", kInt, "", "how many at most"},
                                                 {"dim", kInt, "0", "the dimension"}};
inline constexpr Parameter kToParameters[] = {{"dtype", kDtype, "", "of the result"}};
inline constexpr Parameter kFullParameters[] = {
    {"fill_value", kInt | kReal, "", "of every element"},
    {"dtype", kDtype | kNone, "None", "of the result", true}};

inline constexpr OpType kShapes[] = {
    {{"reshape", kSizes, "other sizes, a view where possible"}, 1, 1, apply_sizes<reshape>},
    {{"view", kSizes, "other sizes, never a copy"}, 1, 1, apply_sizes<view>},
    {{"expand", kSizes, "repeats without a copy"}, 1, 1, apply_sizes<expand>},
    {{"broadcast_to", kSizes, "repeats without a copy"}, 1, 1, apply_sizes<expand>},
    {{"permute", kSizes, "another order of dimensions"}, 1, 1, apply_sizes<permute>},
    {{"flatten", kFlattenParameters, "dimensions merged into one"}, 1, 1, apply_flatten},
    {{"unflatten", kUnflattenParameters, "one dimension split"}, 1, 1, apply_unflatten},
    {{"transpose", kTwoDims, "two dimensions exchanged"}, 1, 1, apply_transpose},
    {{"swapaxes", kTwoDims, "two dimensions exchanged"}, 1, 1, apply_transpose},
    {{"swapdims", kTwoDims, "two dimensions exchanged"}, 1, 1, apply_transpose},
    {{"t", kNothing, "a matrix transposed"}, 1, 1, apply_copy<t>},
    {{"squeeze", kDimOrNone, "without dimensions of size 1"}, 1, 1, apply_squeeze},
    {{"unsqueeze", kDim, "with a dimension of size 1"}, 1, 1, apply_unsqueeze},
    {{"select", kSelectParameters, "one position of a dimension"}, 1, 1, apply_select},
    {{"narrow", kNarrowParameters, "a range of a dimension"}, 1, 1, apply_narrow},
    {{"slice", kSliceParameters, "a range with a step"}, 1, 1, apply_slice},
    {{"cat", kDimOr0, "tensors one after the other"}, 1, kAnyCount, apply_cat},
    {{"concat", kDimOr0, "tensors one after the other"}, 1, kAnyCount, apply_cat},
    {{"stack", kDimOr0, "tensors along a new dimension"}, 1, kAnyCount, apply_stack},
    {{"split", kSplitParameters, "parts along a dimension"}, 1, 1, apply_split},
    {{"chunk", kChunkParameters, "equal parts along a dimension"}, 1, 1, apply_chunk},
    {{"unbind", kDimOr0, "every position of a dimension"}, 1, 1, apply_unbind},
    {{"index_select", kDim, "positions of a dimension"}, 2, 2, apply_index_select},
    {{"clone", kNothing, "a copy"}, 1, 1, apply_copy<clone>},
    {{"contiguous", kNothing, "itself, or a copy in C order"}, 1, 1, apply_copy<contiguous>},
    {{"detach", kNothing, "without its history"}, 1, 1, apply_copy<detach>},
    {{"to", kToParameters, "another dtype"}, 1, 1, apply_to},
    {{"zeros_like", kDtypeOnly, "zeros of the same shape"}, 1, 1, apply_zeros_like},
    {{"ones_like", kDtypeOnly, "ones of the same shape"}, 1, 1, apply_ones_like},
    {{"full_like", kFullParameters, "one value, the same shape"}, 1, 1, apply_full_like},
};

}  // namespace duramen::ops::table
