// The operator table: reductions, products, normalisation and losses.
#pragma once

#include "ops/attributes.hpp"

namespace duramen::ops::table {

template <TensorRef (*op)(Context&, const TensorRef&, const ReduceOptions&)>
ValueRef apply_reduce(Context& context, Attributes a, Tensors t) {
  return value(op(context, t[0], {dims(a), a.boolean("keepdim")}));
}
template <TensorRef (*op)(Context&, const TensorRef&, std::optional<int64_t>, bool)>
ValueRef apply_position(Context& context, Attributes a, Tensors t) {
  return value(op(context, t[0], a.optional_integer("dim"), a.boolean("keepdim")));
}
using Extreme = ValuesAndIndices (*)(Context&, const TensorRef&, int64_t, bool);
using Whole = TensorRef (*)(Context&, const TensorRef&);
using Pair = TensorRef (*)(Context&, const TensorRef&, const TensorRef&);
template <Extreme along, Whole whole, Pair pair>
ValueRef apply_max(Context& context, Attributes a, Tensors t) {
  if (const TensorRef second = optional(t, 1)) return value(pair(context, t[0], second));
  if (a.is_none("dim")) return value(whole(context, t[0]));
  ValuesAndIndices found = along(context, t[0], a.integer("dim"), a.boolean("keepdim"));
  return values({found.values, found.indices});
}
inline VarOptions variance_options(Attributes a) {
  const double usual = a.boolean("unbiased") ? 1 : 0;
  return {dims(a), a.optional_real("correction").value_or(usual), a.boolean("keepdim")};
}
inline ValueRef apply_var(Context& context, Attributes a, Tensors t) {
  return value(var(context, t[0], variance_options(a)));
}
inline ValueRef apply_std(Context& context, Attributes a, Tensors t) {
  return value(standard_deviation(context, t[0], variance_options(a)));
}

template <Pair op>
ValueRef apply_product(Context& context, Attributes, Tensors t) {
  return value(op(context, t[0], t[1]));
}
inline ValueRef apply_outer(Context& context, Attributes, Tensors t) {
  return value(mul(context, unsqueeze(context, t[0], 1), unsqueeze(context, t[1], 0)));
}
inline ValueRef apply_addmm(Context& context, Attributes a, Tensors t) {
  return value(addmm(context, t[0], t[1], t[2], {a.real("beta"), a.real("alpha")}));
}
inline ValueRef apply_linear(Context& context, Attributes, Tensors t) {
  return value(linear(context, t[0], t[1], optional(t, 2)));
}
inline ValueRef apply_batch_norm(Context& context, Attributes a, Tensors t) {
  const BatchNormOptions options{a.boolean("training"), a.real("momentum"), a.real("eps")};
  return value(batch_norm(context, t[0], optional(t, 1), optional(t, 2), optional(t, 3),
                          optional(t, 4), options));
}
inline ValueRef apply_dropout(Context& context, Attributes a, Tensors t) {
  return value(dropout(context, t[0], a.real("p"), a.boolean("training")));
}
inline ValueRef apply_layer_norm(Context& context, Attributes a, Tensors t) {
  Shape shape;
  for (const spec::Expression& size : a["normalized_shape"].items) {
    if (size.form != spec::Form::integer) {
      throw spec::error_at(size, Code::invalid_argument,
                           "layer_norm(): argument 'normalized_shape' must be tuple of ints")
          .with("torch_error", "TypeError");
    }
    shape.push_back(size.integer);
  }
  return value(layer_norm(context, t[0], shape, optional(t, 1), optional(t, 2), a.real("eps")));
}
inline ValueRef apply_embedding(Context& context, Attributes a, Tensors t) {
  return value(
      embedding(context, t[0], t[1],
                {a.optional_integer("padding_idx"), a.optional_real("max_norm"),
                 a.real("norm_type"), a.boolean("scale_grad_by_freq"), a.boolean("sparse")}));
}
inline ValueRef apply_cross_entropy(Context& context, Attributes a, Tensors t) {
  return value(cross_entropy(
      context, t[0], t[1],
      {optional(t, 2), a.integer("ignore_index"), reduction(a), a.real("label_smoothing")}));
}
inline ValueRef apply_nll_loss(Context& context, Attributes a, Tensors t) {
  return value(
      nll_loss(context, t[0], t[1], {optional(t, 2), a.integer("ignore_index"), reduction(a), 0}));
}
inline ValueRef apply_mse_loss(Context& context, Attributes a, Tensors t) {
  return value(mse_loss(context, t[0], t[1], reduction(a)));
}
inline ValueRef apply_l1_loss(Context& context, Attributes a, Tensors t) {
  const TensorRef off = abs(context, sub(context, t[0], t[1]));
  const Reduction kind = reduction(a);
  if (kind == Reduction::none) return value(off);
  return value(kind == Reduction::mean ? mean(context, off) : sum(context, off));
}

inline constexpr Parameter kOneDimKeep[] = {{"dim", kInt | kNone, "None", "None: all elements"},
                                            {"keepdim", kBool, "False", "keep it with size 1"}};
inline constexpr Parameter kVarParameters[] = {
    {"dim", kInts | kNone, "None", "dimensions to reduce"},
    {"unbiased", kBool, "True", "divide by n - 1"},
    {"keepdim", kBool, "False", "keep them with size 1"},
    {"correction", kInt | kReal | kNone, "None", "divide by n - correction", true}};
inline constexpr Parameter kFactors[] = {{"beta", kInt | kReal, "1", "of the first tensor", true},
                                         {"alpha", kInt | kReal, "1", "of the product", true}};
inline constexpr Parameter kBatchNormParameters[] = {
    {"training", kBool, "False", "use the batch's statistics"},
    {"momentum", kInt | kReal, "0.1", "of the running statistics"},
    {"eps", kInt | kReal, "1e-5", "added to the variance"}};
inline constexpr Parameter kDropoutParameters[] = {
    {"p", kInt | kReal, "0.5", "the probability of dropping"},
    {"training", kBool, "True", "drop at all"}};
inline constexpr Parameter kLayerNormParameters[] = {
    {"normalized_shape", kList, "", "sizes of the last dimensions"},
    {"eps", kInt | kReal, "1e-5", "added to the variance"}};
inline constexpr Parameter kEmbeddingParameters[] = {
    {"padding_idx", kInt | kNone, "None", "a row that gets no gradient"},
    {"max_norm", kInt | kReal | kNone, "None", "longer rows are shortened in place"},
    {"norm_type", kInt | kReal, "2.0", "p of the norm"},
    {"scale_grad_by_freq", kBool, "False", "divide a row's gradient by its number of uses"},
    {"sparse", kBool, "False", "the gradient is dense all the same"}};
inline constexpr Parameter kReductionOnly[] = {
    {"reduction", kText, "'mean'", "'none', 'mean' or 'sum'", true}};
inline constexpr Parameter kNllParameters[] = {
    {"ignore_index", kInt, "-100", "a target that does not count", true},
    {"reduction", kText, "'mean'", "'none', 'mean' or 'sum'", true}};
inline constexpr Parameter kCrossEntropyParameters[] = {
    {"ignore_index", kInt, "-100", "a target that does not count", true},
    {"reduction", kText, "'mean'", "'none', 'mean' or 'sum'", true},
    {"label_smoothing", kInt | kReal, "0.0", "the share of all classes", true}};

inline constexpr OpType kLayers[] = {
    {{"sum", kDimKeep, "the sum"}, 1, 1, apply_reduce<sum>},
    {{"mean", kDimKeep, "the mean"}, 1, 1, apply_reduce<mean>},
    {{"amax", kDimKeep, "the largest"}, 1, 1, apply_reduce<amax>},
    {{"amin", kDimKeep, "the smallest"}, 1, 1, apply_reduce<amin>},
    {{"max", kOneDimKeep, "the largest, and where"}, 1, 2, apply_max<max, max_of_all, maximum>},
    {{"min", kOneDimKeep, "the smallest, and where"}, 1, 2, apply_max<min, min_of_all, minimum>},
    {{"argmax", kOneDimKeep, "where the largest is"}, 1, 1, apply_position<argmax>},
    {{"argmin", kOneDimKeep, "where the smallest is"}, 1, 1, apply_position<argmin>},
    {{"var", kVarParameters, "the variance"}, 1, 1, apply_var},
    {{"std", kVarParameters, "the standard deviation"}, 1, 1, apply_std},
    {{"matmul", kNothing, "the product"}, 2, 2, apply_product<matmul>},
    {{"mm", kNothing, "matrix by matrix"}, 2, 2, apply_product<mm>},
    {{"bmm", kNothing, "stacks of matrices"}, 2, 2, apply_product<bmm>},
    {{"mv", kNothing, "matrix by vector"}, 2, 2, apply_product<mv>},
    {{"dot", kNothing, "vector by vector"}, 2, 2, apply_product<dot>},
    {{"outer", kNothing, "every product of two vectors"}, 2, 2, apply_outer},
    {{"addmm", kFactors, "beta * a + alpha * (b @ c)"}, 3, 3, apply_addmm},
    {{"baddbmm", kFactors, "beta * a + alpha * (b @ c)"}, 3, 3, apply_addmm},
    {{"linear", kNothing, "a @ weight.T + bias"}, 2, 3, apply_linear},
    {{"batch_norm", kBatchNormParameters, "input, running mean and variance, weight, bias"},
     1,
     5,
     apply_batch_norm},
    {{"layer_norm", kLayerNormParameters, "input, weight, bias"}, 1, 3, apply_layer_norm},
    {{"embedding", kEmbeddingParameters, "indices, weight"}, 2, 2, apply_embedding},
    {{"dropout", kDropoutParameters, "random elements dropped"}, 1, 1, apply_dropout},
    {{"cross_entropy", kCrossEntropyParameters, "input, target, class weights"},
     2,
     3,
     apply_cross_entropy},
    {{"nll_loss", kNllParameters, "input, target, class weights"}, 2, 3, apply_nll_loss},
    {{"mse_loss", kReductionOnly, "squared differences"}, 2, 2, apply_mse_loss},
    {{"l1_loss", kReductionOnly, "absolute differences"}, 2, 2, apply_l1_loss},
};

}  // namespace duramen::ops::table
