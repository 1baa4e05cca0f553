// The everyday operators as functions: each hands its arguments to its namesake in ops.
#include "handles.hpp"
#include "ops/ops.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

ops::ReduceOptions reduce_options(const int64_t* dims, size_t count, uint32_t keepdim) {
  const auto given = integers_argument(dims, count, "dims");
  return {{given.begin(), given.end()}, keepdim != 0};
}

std::optional<int64_t> optional_dim(int64_t dim) noexcept {
  return dim == INT64_MIN ? std::nullopt : std::optional(dim);
}

ops::Reduction reduction_of(int32_t number) {
  constexpr ops::Reduction kReductions[] = {ops::Reduction::mean, ops::Reduction::sum,
                                            ops::Reduction::none};
  return kReductions[known_number(number, DURAMEN_REDUCTION_MEAN, DURAMEN_REDUCTION_NONE,
                                  "reduction")];
}

}  // namespace

duramen_status duramen_add(duramen_context* context, duramen_tensor* a, duramen_tensor* b,
                           duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::add(core, ref(a, "a"), ref(b, "b")); });
}

duramen_status duramen_sub(duramen_context* context, duramen_tensor* a, duramen_tensor* b,
                           duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::sub(core, ref(a, "a"), ref(b, "b")); });
}

duramen_status duramen_mul(duramen_context* context, duramen_tensor* a, duramen_tensor* b,
                           duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::mul(core, ref(a, "a"), ref(b, "b")); });
}

duramen_status duramen_div(duramen_context* context, duramen_tensor* a, duramen_tensor* b,
                           duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::div(core, ref(a, "a"), ref(b, "b")); });
}

duramen_status duramen_matmul(duramen_context* context, duramen_tensor* a, duramen_tensor* b,
                              duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::matmul(core, ref(a, "a"), ref(b, "b")); });
}

duramen_status duramen_linear(duramen_context* context, duramen_tensor* input,
                              duramen_tensor* weight, duramen_tensor* bias, duramen_tensor** out,
                              duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::linear(core, ref(input, "input"), ref(weight, "weight"), ref_or_null(bias, "bias"));
  });
}

duramen_status duramen_neg(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::neg(core, ref(input, "input")); });
}

duramen_status duramen_exp(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::exp(core, ref(input, "input")); });
}

duramen_status duramen_log(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::log(core, ref(input, "input")); });
}

duramen_status duramen_sqrt(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                            duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::sqrt(core, ref(input, "input")); });
}

duramen_status duramen_relu(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                            duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::relu(core, ref(input, "input")); });
}

duramen_status duramen_tanh(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                            duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::tanh(core, ref(input, "input")); });
}

duramen_status duramen_sigmoid(duramen_context* context, duramen_tensor* input,
                               duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::sigmoid(core, ref(input, "input")); });
}

duramen_status duramen_sum(duramen_context* context, duramen_tensor* input, const int64_t* dims,
                           size_t dim_count, uint32_t keepdim, duramen_tensor** out,
                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::sum(core, ref(input, "input"), reduce_options(dims, dim_count, keepdim));
  });
}

duramen_status duramen_mean(duramen_context* context, duramen_tensor* input, const int64_t* dims,
                            size_t dim_count, uint32_t keepdim, duramen_tensor** out,
                            duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::mean(core, ref(input, "input"), reduce_options(dims, dim_count, keepdim));
  });
}

duramen_status duramen_argmax(duramen_context* context, duramen_tensor* input, int64_t dim,
                              uint32_t keepdim, duramen_tensor** out,
                              duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::argmax(core, ref(input, "input"), optional_dim(dim), keepdim != 0);
  });
}

duramen_status duramen_reshape(duramen_context* context, duramen_tensor* input,
                               const int64_t* shape, size_t rank, duramen_tensor** out,
                               duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::reshape(core, ref(input, "input"), integers_argument(shape, rank, "shape"));
  });
}

duramen_status duramen_expand(duramen_context* context, duramen_tensor* input, const int64_t* shape,
                              size_t rank, duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::expand(core, ref(input, "input"), integers_argument(shape, rank, "shape"));
  });
}

duramen_status duramen_flatten(duramen_context* context, duramen_tensor* input, int64_t start_dim,
                               int64_t end_dim, duramen_tensor** out,
                               duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::flatten(core, ref(input, "input"), start_dim, end_dim);
  });
}

duramen_status duramen_transpose(duramen_context* context, duramen_tensor* input, int64_t dim0,
                                 int64_t dim1, duramen_tensor** out,
                                 duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::transpose(core, ref(input, "input"), dim0, dim1);
  });
}

duramen_status duramen_permute(duramen_context* context, duramen_tensor* input, const int64_t* dims,
                               size_t dim_count, duramen_tensor** out,
                               duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::permute(core, ref(input, "input"), integers_argument(dims, dim_count, "dims"));
  });
}

duramen_status duramen_select(duramen_context* context, duramen_tensor* input, int64_t dim,
                              int64_t index, duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::select(core, ref(input, "input"), dim, index); });
}

duramen_status duramen_slice(duramen_context* context, duramen_tensor* input, int64_t dim,
                             int64_t start, int64_t stop, int64_t step, duramen_tensor** out,
                             duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::slice(core, ref(input, "input"), dim, start, stop, step);
  });
}

duramen_status duramen_unsqueeze(duramen_context* context, duramen_tensor* input, int64_t dim,
                                 duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::unsqueeze(core, ref(input, "input"), dim); });
}

duramen_status duramen_squeeze(duramen_context* context, duramen_tensor* input, int64_t dim,
                               duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::squeeze(core, ref(input, "input"), optional_dim(dim));
  });
}

duramen_status duramen_cat(duramen_context* context, duramen_tensor* const* inputs, size_t count,
                           int64_t dim, duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::cat(core, tensors_argument(inputs, count, "inputs"), dim);
  });
}

duramen_status duramen_contiguous(duramen_context* context, duramen_tensor* input,
                                  duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::contiguous(core, ref(input, "input")); });
}

duramen_status duramen_to_dtype(duramen_context* context, duramen_tensor* input,
                                duramen_dtype dtype, duramen_tensor** out,
                                duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::to(core, ref(input, "input"), dtype_argument(dtype, "dtype"));
  });
}

duramen_status duramen_dropout(duramen_context* context, duramen_tensor* input, double probability,
                               uint32_t training, duramen_tensor** out,
                               duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::dropout(core, ref(input, "input"), probability, training != 0);
  });
}

duramen_status duramen_cross_entropy(duramen_context* context, duramen_tensor* input,
                                     duramen_tensor* target, int32_t reduction,
                                     duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::cross_entropy(core, ref(input, "input"), ref(target, "target"),
                              {.weight = nullptr, .reduction = reduction_of(reduction)});
  });
}

duramen_status duramen_mse_loss(duramen_context* context, duramen_tensor* input,
                                duramen_tensor* target, int32_t reduction, duramen_tensor** out,
                                duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return ops::mse_loss(core, ref(input, "input"), ref(target, "target"), reduction_of(reduction));
  });
}
