// Operators: the everyday ones as functions, every one by name.
#ifndef DURAMEN_CXX_OP_HPP
#define DURAMEN_CXX_OP_HPP

#include "optimizer.hpp"

namespace duramen {

class OpRef : public Ref<duramen_op, duramen_op_retain, duramen_op_release> {
 public:
  using Ref::Ref;
  std::string_view name() const noexcept { return lent_text(duramen_op_name, raw_); }
  // Tensors in, one tensor out.
  Tensor operator()(ContextRef context, std::initializer_list<TensorRef> inputs) const {
    std::vector<duramen_tensor*> raw;
    raw.reserve(inputs.size());
    for (const TensorRef input : inputs) raw.push_back(input.get());
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_op_apply_tensors(context.get(), raw_, raw.data(), raw.size(), out, error);
    });
  }
  // A tuple in, any value out.
  Value apply(ContextRef context, ValueRef arguments) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_op_apply(context.get(), raw_, arguments.get(), out, error);
    });
  }
};

class Op : public Owned<OpRef> {
 public:
  using Owned::Owned;
  // "softmax(dim=-1)", prepared once and applied often.
  static Op from_text(std::string_view text) {
    return make<Op>([&](auto** out, auto** error) {
      return duramen_op_from_text(text.data(), text.size(), out, error);
    });
  }
  static Op adopt(duramen_op* raw) noexcept { return Op(Owned::adopt(raw)); }

 private:
  explicit Op(Owned owned) noexcept : Owned(std::move(owned)) {}
};

namespace detail {

using Unary = duramen_status(duramen_context*, duramen_tensor*, duramen_tensor**,
                             duramen_error**) noexcept;
using Binary = duramen_status(duramen_context*, duramen_tensor*, duramen_tensor*, duramen_tensor**,
                              duramen_error**) noexcept;

inline Tensor apply(Unary* function, ContextRef context, TensorRef input) {
  return make<Tensor>(
      [&](auto** out, auto** error) { return function(context.get(), input.get(), out, error); });
}
inline Tensor apply(Binary* function, ContextRef context, TensorRef a, TensorRef b) {
  return make<Tensor>([&](auto** out, auto** error) {
    return function(context.get(), a.get(), b.get(), out, error);
  });
}

}  // namespace detail

inline Tensor add(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_add, context, a, b);
}
inline Tensor sub(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_sub, context, a, b);
}
inline Tensor mul(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_mul, context, a, b);
}
inline Tensor div(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_div, context, a, b);
}
inline Tensor matmul(ContextRef context, TensorRef a, TensorRef b) {
  return detail::apply(duramen_matmul, context, a, b);
}
inline Tensor neg(ContextRef context, TensorRef input) {
  return detail::apply(duramen_neg, context, input);
}
inline Tensor exp(ContextRef context, TensorRef input) {
  return detail::apply(duramen_exp, context, input);
}
inline Tensor log(ContextRef context, TensorRef input) {
  return detail::apply(duramen_log, context, input);
}
inline Tensor sqrt(ContextRef context, TensorRef input) {
  return detail::apply(duramen_sqrt, context, input);
}
inline Tensor relu(ContextRef context, TensorRef input) {
  return detail::apply(duramen_relu, context, input);
}
inline Tensor tanh(ContextRef context, TensorRef input) {
  return detail::apply(duramen_tanh, context, input);
}
inline Tensor sigmoid(ContextRef context, TensorRef input) {
  return detail::apply(duramen_sigmoid, context, input);
}
// Over the given dimensions; none: over all.
inline Tensor sum(ContextRef context, TensorRef input, const Sizes& dims = {},
                  bool keepdim = false) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_sum(context.get(), input.get(), dims.data(), dims.rank(), keepdim ? 1 : 0, out,
                       error);
  });
}
inline Tensor mean(ContextRef context, TensorRef input, const Sizes& dims = {},
                   bool keepdim = false) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_mean(context.get(), input.get(), dims.data(), dims.rank(), keepdim ? 1 : 0, out,
                        error);
  });
}
// One size may be -1.
inline Tensor reshape(ContextRef context, TensorRef input, const Sizes& shape) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_reshape(context.get(), input.get(), shape.data(), shape.rank(), out, error);
  });
}
inline Tensor transpose(ContextRef context, TensorRef input, int64_t dim0, int64_t dim1) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_transpose(context.get(), input.get(), dim0, dim1, out, error);
  });
}
inline Tensor to_dtype(ContextRef context, TensorRef input, Dtype dtype) {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_to_dtype(context.get(), input.get(), number(dtype), out, error);
  });
}
// Any other operator: apply("gelu", context, {x}), apply("softmax(dim=-1)", context, {x}).
inline Tensor apply(std::string_view text, ContextRef context,
                    std::initializer_list<TensorRef> inputs) {
  return Op::from_text(text)(context, inputs);
}

}  // namespace duramen

#endif
