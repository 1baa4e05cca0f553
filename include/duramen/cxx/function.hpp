// Differentiable functions of the program's own.
#ifndef DURAMEN_CXX_FUNCTION_HPP
#define DURAMEN_CXX_FUNCTION_HPP

#include "op.hpp"

namespace DURAMEN_CXX {

// What one application of an OwnFunction keeps for its backward.
class FunctionStateRef : public Ref<duramen_function_state, duramen_function_state_retain,
                                    duramen_function_state_release> {
 public:
  using Ref::Ref;
  Result<void> save(TensorRef tensor) const {
    return duramen::call([&](duramen_error** error) {
      return duramen_function_state_save_tensor(raw_, tensor.get(), error);
    });
  }
  Result<Tensor> saved(size_t index) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_function_state_saved_tensor(raw_, index, out, error);
    });
  }
  // A value in place of the one before; empty when there is none.
  Result<void> set_value(ValueRef value) const {
    return duramen::call([&](duramen_error** error) {
      return duramen_function_state_set_value(raw_, value.get(), error);
    });
  }
  Result<Value> value() const {
    return make<Value>(
        [&](auto** out, auto** error) { return duramen_function_state_value(raw_, out, error); });
  }
  bool needs_input_grad(size_t index) const noexcept {
    return duramen_function_state_needs_input_grad(raw_, index) != 0;
  }
};

// A differentiable function; grad mode is off in its methods. One of one output has forward and
// backward, one of several forward_many and backward_many.
class OwnFunction {
 public:
  virtual ~OwnFunction() = default;
  // Of the node: "HeatStepBackward".
  virtual std::string_view name() const = 0;
  virtual Result<Tensor> forward(ContextRef, FunctionStateRef, Span<const TensorRef>) {
    return detail::refused<DURAMEN_E_UNSUPPORTED, Tensor>("forward: the function has none");
  }
  // One gradient an input; empty for none.
  virtual Result<std::vector<Tensor>> backward(ContextRef, FunctionStateRef, TensorRef) {
    return detail::refused<DURAMEN_E_UNSUPPORTED, std::vector<Tensor>>(
        "backward: the function has none");
  }
  virtual Result<std::vector<Tensor>> forward_many(ContextRef context, FunctionStateRef state,
                                                   Span<const TensorRef> inputs) {
    return detail::then(forward(context, state, inputs), [](Tensor out) {
      std::vector<Tensor> outputs;
      outputs.push_back(std::move(out));
      return outputs;
    });
  }
  // The gradient of an output that nothing asks for is empty.
  virtual Result<std::vector<Tensor>> backward_many(ContextRef context, FunctionStateRef state,
                                                    Span<const TensorRef> output_grads) {
    return backward(context, state, output_grads[0]);
  }
};

namespace detail {

inline OwnFunction& own_function(void* user) noexcept { return *static_cast<OwnFunction*>(user); }

// Hands tensors over to the library, which wants `count` of them.
inline Result<void> hand_over(std::vector<Tensor>& given, duramen_tensor** out, size_t count,
                              const char* wanted) {
  if (given.size() != count) return refused<DURAMEN_E_INVALID_ARGUMENT, void>(wanted);
  for (size_t i = 0; i < count; ++i) out[i] = given[i].detach();
  return done();
}
inline int32_t DURAMEN_CALL function_forward(void* user, duramen_context* context,
                                             duramen_function_state* state,
                                             duramen_tensor* const* inputs, size_t count,
                                             duramen_tensor** outputs, size_t output_count,
                                             duramen_error** error) {
  return guarded(error, [&] {
    const std::vector<TensorRef> lent(inputs, inputs + count);
    return then(
        own_function(user).forward_many(context, state, lent), [&](std::vector<Tensor> out) {
          return hand_over(out, outputs, output_count, "forward: another number of outputs");
        });
  });
}
inline int32_t DURAMEN_CALL function_backward(void* user, duramen_context* context,
                                              duramen_function_state* state,
                                              duramen_tensor* const* output_grads,
                                              size_t output_count, duramen_tensor** input_grads,
                                              size_t count, duramen_error** error) {
  return guarded(error, [&] {
    const std::vector<TensorRef> lent(output_grads, output_grads + output_count);
    return then(own_function(user).backward_many(context, state, lent),
                [&](std::vector<Tensor> grads) {
                  return hand_over(grads, input_grads, count,
                                   "backward: one gradient an input is expected");
                });
  });
}
// `name` must live as long as the table.
inline duramen_function_type function_type(const std::string& name) {
  duramen_function_type type = {};
  type.struct_size = sizeof type;
  type.name = name.data();
  type.name_length = name.size();
  type.forward = function_forward;
  type.backward = function_backward;
  type.destroy = destroy<OwnFunction>;
  return type;
}

}  // namespace detail

// Applies a function, and keeps it until nothing can walk back any more.
inline Result<Tensor> apply(ContextRef context, std::unique_ptr<OwnFunction> function,
                            std::initializer_list<TensorRef> inputs) {
  const std::vector<duramen_tensor*> raw = detail::pointers(inputs);
  const std::string name(function->name());
  const duramen_function_type type = detail::function_type(name);
  return make<Tensor>([&](auto** tensor, auto** error) {
    const duramen_status status = duramen_function_apply(context.get(), &type, function.get(),
                                                         raw.data(), raw.size(), tensor, error);
    if (status == DURAMEN_OK) (void)function.release();
    return status;
  });
}
// Of `outputs` outputs: a tuple of them.
inline Result<Value> apply_many(ContextRef context, std::unique_ptr<OwnFunction> function,
                                std::initializer_list<TensorRef> inputs, size_t outputs) {
  const std::vector<duramen_tensor*> raw = detail::pointers(inputs);
  const std::string name(function->name());
  duramen_function_type type = detail::function_type(name);
  type.output_count = static_cast<decltype(type.output_count)>(outputs);
  return make<Value>([&](auto** out, auto** error) {
    const duramen_status status = duramen_function_apply_many(context.get(), &type, function.get(),
                                                              raw.data(), raw.size(), out, error);
    if (status == DURAMEN_OK) (void)function.release();
    return status;
  });
}

}  // namespace DURAMEN_CXX

#endif
