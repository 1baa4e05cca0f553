// Operators: the everyday ones as functions, every one by name.
#ifndef DURAMEN_CXX_OP_HPP
#define DURAMEN_CXX_OP_HPP

#include "optimizer.hpp"

namespace DURAMEN_CXX {

class OpRef : public Ref<duramen_op, duramen_op_retain, duramen_op_release> {
 public:
  using Ref::Ref;
  std::string_view name() const noexcept { return lent_text(duramen_op_name, raw_); }
  // Tensors in, one tensor out.
  Result<Tensor> operator()(ContextRef context, std::initializer_list<TensorRef> inputs) const {
    return (*this)(context, Span<const TensorRef>(inputs.begin(), inputs.size()));
  }
  Result<Tensor> operator()(ContextRef context, Span<const TensorRef> inputs) const {
    const std::vector<duramen_tensor*> raw = detail::pointers(inputs);
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_op_apply_tensors(context.get(), raw_, raw.data(), raw.size(), out, error);
    });
  }
  // A tuple in, any value out.
  Result<Value> apply(ContextRef context, ValueRef arguments) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_op_apply(context.get(), raw_, arguments.get(), out, error);
    });
  }
};

class Op : public Owned<OpRef> {
 public:
  using Owned::Owned;
  Op(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS(OpRef, name);
  // "softmax(dim=-1)", prepared once and applied often.
  static Result<Op> from_text(std::string_view text) {
    return make<Op>([&](auto** out, auto** error) {
      return duramen_op_from_text(text.data(), text.size(), out, error);
    });
  }
  // By its name and arguments (options.hpp).
  static Result<Op> create(std::string_view name, OptionsRef options);
  static Op adopt(duramen_op* raw) noexcept { return Owned::adopt(raw); }
};

namespace detail {

using Unary = duramen_status(duramen_context*, duramen_tensor*, duramen_tensor**,
                             duramen_error**) noexcept;
using Binary = duramen_status(duramen_context*, duramen_tensor*, duramen_tensor*, duramen_tensor**,
                              duramen_error**) noexcept;

inline Result<Tensor> apply(Unary* function, ContextRef context, TensorRef input) {
  return make<Tensor>(
      [&](auto** out, auto** error) { return function(context.get(), input.get(), out, error); });
}
inline Result<Tensor> apply(Binary* function, ContextRef context, TensorRef a, TensorRef b) {
  return make<Tensor>([&](auto** out, auto** error) {
    return function(context.get(), a.get(), b.get(), out, error);
  });
}

}  // namespace detail

inline Result<Tensor> add(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_add, context, a, b);
}
inline Result<Tensor> sub(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_sub, context, a, b);
}
inline Result<Tensor> mul(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_mul, context, a, b);
}
inline Result<Tensor> div(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_div, context, a, b);
}
inline Result<Tensor> matmul(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_matmul, context, a, b);
}
inline Result<Tensor> neg(ContextRef context, TensorRef input) {
  return detail::apply(duramen_neg, context, input);
}
inline Result<Tensor> exp(ContextRef context, TensorRef input) {
  return detail::apply(duramen_exp, context, input);
}
inline Result<Tensor> log(ContextRef context, TensorRef input) {
  return detail::apply(duramen_log, context, input);
}
inline Result<Tensor> sqrt(ContextRef context, TensorRef input) {
  return detail::apply(duramen_sqrt, context, input);
}
inline Result<Tensor> relu(ContextRef context, TensorRef input) {
  return detail::apply(duramen_relu, context, input);
}
inline Result<Tensor> tanh(ContextRef context, TensorRef input) {
  return detail::apply(duramen_tanh, context, input);
}
inline Result<Tensor> sigmoid(ContextRef context, TensorRef input) {
  return detail::apply(duramen_sigmoid, context, input);
}
// Over the given dimensions; none: over all.
inline Result<Tensor> sum(ContextRef context, TensorRef input, const Sizes& dims = {},
                          bool keepdim = false) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_sum(context.get(), input.get(), dims.data(), dims.rank(), keepdim ? 1 : 0, out,
                       error);
  });
}
inline Result<Tensor> mean(ContextRef context, TensorRef input, const Sizes& dims = {},
                           bool keepdim = false) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_mean(context.get(), input.get(), dims.data(), dims.rank(), keepdim ? 1 : 0, out,
                        error);
  });
}
// One size may be -1.
inline Result<Tensor> reshape(ContextRef context, TensorRef input, const Sizes& shape) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_reshape(context.get(), input.get(), shape.data(), shape.rank(), out, error);
  });
}
inline Result<Tensor> transpose(ContextRef context, TensorRef input, int64_t dim0, int64_t dim1) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_transpose(context.get(), input.get(), dim0, dim1, out, error);
  });
}
inline Result<Tensor> to_dtype(ContextRef context, TensorRef input, Dtype dtype) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_to_dtype(context.get(), input.get(), number(dtype), out, error);
  });
}
inline Result<Tensor> linear(ContextRef context, TensorRef input, TensorRef weight,
                             TensorRef bias = {}) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_linear(context.get(), input.get(), weight.get(), bias.get(), out, error);
  });
}
// Positions of the largest elements; without a dimension that in the flattened tensor.
inline Result<Tensor> argmax(ContextRef context, TensorRef input,
                             std::optional<int64_t> dim = std::nullopt, bool keepdim = false) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_argmax(context.get(), input.get(), dim.value_or(INT64_MIN), keepdim ? 1 : 0, out,
                          error);
  });
}
// Joins the dimensions of a range, both ends included.
inline Result<Tensor> flatten(ContextRef context, TensorRef input, int64_t start_dim = 0,
                              int64_t end_dim = -1) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_flatten(context.get(), input.get(), start_dim, end_dim, out, error);
  });
}
inline Result<Tensor> permute(ContextRef context, TensorRef input, const Sizes& dims) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_permute(context.get(), input.get(), dims.data(), dims.rank(), out, error);
  });
}
// Repeats dimensions of size 1 to the given sizes; -1 keeps one.
inline Result<Tensor> expand(ContextRef context, TensorRef input, const Sizes& shape) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_expand(context.get(), input.get(), shape.data(), shape.rank(), out, error);
  });
}
// Views: of one position, which goes away; of start:stop:step.
inline Result<Tensor> select(ContextRef context, TensorRef input, int64_t dim, int64_t index) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_select(context.get(), input.get(), dim, index, out, error);
  });
}
inline Result<Tensor> slice(ContextRef context, TensorRef input, int64_t dim, int64_t start,
                            int64_t stop = INT64_MAX, int64_t step = 1) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_slice(context.get(), input.get(), dim, start, stop, step, out, error);
  });
}
inline Result<Tensor> unsqueeze(ContextRef context, TensorRef input, int64_t dim) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_unsqueeze(context.get(), input.get(), dim, out, error);
  });
}
// Without a dimension all those of size 1.
inline Result<Tensor> squeeze(ContextRef context, TensorRef input,
                              std::optional<int64_t> dim = std::nullopt) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_squeeze(context.get(), input.get(), dim.value_or(INT64_MIN), out, error);
  });
}
inline Result<Tensor> cat(ContextRef context, Span<const TensorRef> inputs, int64_t dim = 0) {
  const std::vector<duramen_tensor*> raw = detail::pointers(inputs);
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_cat(context.get(), raw.data(), raw.size(), dim, out, error);
  });
}
inline Result<Tensor> cat(ContextRef context, std::initializer_list<TensorRef> inputs,
                          int64_t dim = 0) {
  return cat(context, Span<const TensorRef>(inputs.begin(), inputs.size()), dim);
}
// The tensor itself when its elements lie side by side.
inline Result<Tensor> contiguous(ContextRef context, TensorRef input) {
  return detail::apply(duramen_contiguous, context, input);
}
inline Result<Tensor> dropout(ContextRef context, TensorRef input, double p, bool training) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_dropout(context.get(), input.get(), p, training ? 1 : 0, out, error);
  });
}
// DURAMEN_REDUCTION_….
inline Result<Tensor> cross_entropy(ContextRef context, TensorRef input, TensorRef target,
                                    int32_t reduction = DURAMEN_REDUCTION_MEAN) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_cross_entropy(context.get(), input.get(), target.get(), reduction, out, error);
  });
}
inline Result<Tensor> mse_loss(ContextRef context, TensorRef input, TensorRef target,
                               int32_t reduction = DURAMEN_REDUCTION_MEAN) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_mse_loss(context.get(), input.get(), target.get(), reduction, out, error);
  });
}
// Any other operator: apply("gelu", context, {x}), apply("softmax(dim=-1)", context, {x}).
inline Result<Tensor> apply(std::string_view text, ContextRef context,
                            std::initializer_list<TensorRef> inputs) {
  return detail::then(Op::from_text(text), [&](const Op& op) { return op(context, inputs); });
}

}  // namespace DURAMEN_CXX

#endif
