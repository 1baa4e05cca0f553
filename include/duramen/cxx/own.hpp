// Modules and differentiable functions of the program's own, as classes.
//
//   struct Scale : duramen::OwnModule {
//     std::string_view class_name() const override { return "Scale"; }
//     Tensor forward(ContextRef context, ModuleRef self, TensorRef x) override {
//       return mul(context, x, self.parameter("factor"));
//     }
//   };
//   Module scale = make_own<Scale>(context);
//   scale.register_parameter("factor", …);
//
// An exception that leaves a method stops the call that it is part of: an Error keeps its status,
// and its object or, as the cause, its what(); any other is status -1000 with its what().
#ifndef DURAMEN_CXX_OWN_HPP
#define DURAMEN_CXX_OWN_HPP

#include "nn.hpp"

namespace duramen {

// What stands behind a module of the program's own. Parameters, buffers and children are registered
// on the module, which is lent to each method as `self`; this object holds settings only.
class OwnModule {
 public:
  virtual ~OwnModule() = default;

  virtual std::string_view class_name() const = 0;
  // One tensor in, one out.
  virtual Tensor forward(ContextRef, ModuleRef, TensorRef) {
    throw Unsupported("forward: the class has none for one tensor");
  }
  // Any arguments (a tuple) and keywords (a dict, perhaps empty); the default calls forward.
  virtual Value call(ContextRef context, ModuleRef self, ValueRef arguments, ValueRef keywords) {
    if (keywords.size() != 0 || arguments.size() != 1 || !arguments[0].as_tensor()) {
      throw InvalidArgument("forward: one tensor is expected");
    }
    return forward(context, self, arguments[0].as_tensor());
  }
  // A copy for deepcopy(); empty: the module cannot be copied.
  virtual std::unique_ptr<OwnModule> clone() const { return nullptr; }
  virtual std::string extra_repr() const { return {}; }
};

namespace detail {

inline OwnModule& own(void* user) noexcept { return *static_cast<OwnModule*>(user); }

inline int32_t DURAMEN_CALL own_forward(void* user, duramen_context* context,
                                        duramen_module* module, const duramen_value* arguments,
                                        const duramen_value* keywords, duramen_value** out,
                                        duramen_error** error) {
  return guarded(error,
                 [&] { *out = own(user).call(context, module, arguments, keywords).detach(); });
}
inline int32_t DURAMEN_CALL own_clone(void* user, duramen_context*, const duramen_module*,
                                      void** out_user, duramen_error** error) {
  return guarded(error, [&] {
    std::unique_ptr<OwnModule> copy = own(user).clone();
    if (!copy) throw Unsupported("deepcopy: the class has no clone()");
    *out_user = copy.release();
  });
}
inline int32_t DURAMEN_CALL own_extra_repr(void* user, const duramen_module*, duramen_string** out,
                                           duramen_error** error) {
  return guarded(error, [&] {
    const std::string text = own(user).extra_repr();
    call([&](duramen_error** cause) {
      return duramen_string_create(text.data(), text.size(), out, cause);
    });
  });
}
inline void DURAMEN_CALL own_destroy(void* user) { delete static_cast<OwnModule*>(user); }

// `name` must live as long as the table.
inline duramen_module_class own_class(const std::string& name) {
  duramen_module_class type = {};
  type.struct_size = sizeof type;
  type.name = name.data();
  type.name_length = name.size();
  type.forward = own_forward;
  type.clone = own_clone;
  type.destroy = own_destroy;
  return type;
}

}  // namespace detail

// A module without entries around an object of the program's own, which it takes over.
inline Module make_own(ContextRef context, std::unique_ptr<OwnModule> own) {
  const std::string name(own->class_name());
  duramen_module_class type = detail::own_class(name);
  type.extra_repr = detail::own_extra_repr;
  Module out = make<Module>([&](auto** module, auto** error) {
    return duramen_module_create_custom(context.get(), &type, own.get(), module, error);
  });
  (void)own.release();
  return out;
}
template <class T, class... Arguments>
Module make_own(ContextRef context, Arguments&&... arguments) {
  return make_own(context, std::make_unique<T>(std::forward<Arguments>(arguments)...));
}

// Gives a module the class of an object of the program's own, which it takes over: name, forward
// and copies. What is printed, and all else, stays that of the class that it had.
inline void derive(ModuleRef module, std::unique_ptr<OwnModule> own) {
  const std::string name(own->class_name());
  const duramen_module_class type = detail::own_class(name);
  call([&](duramen_error** error) {
    return duramen_module_derive(module.get(), &type, own.get(), error);
  });
  (void)own.release();
}

// What a derived class's call() computes with the class that it is derived from.
inline Value call_base(ContextRef context, ModuleRef module, ValueRef arguments,
                       ValueRef keywords = {}) {
  return make<Value>([&](auto** out, auto** error) {
    return duramen_module_call_base(context.get(), module.get(), arguments.get(), keywords.get(),
                                    out, error);
  });
}
inline std::string base_extra_repr(ModuleRef module) {
  const auto text = make<String>([&](auto** out, auto** error) {
    return duramen_module_extra_repr_base(module.get(), out, error);
  });
  return std::string(text.view());
}

// What one application of an OwnFunction keeps for its backward.
class FunctionStateRef : public Ref<duramen_function_state, duramen_function_state_retain,
                                    duramen_function_state_release> {
 public:
  using Ref::Ref;
  void save(TensorRef tensor) const {
    duramen::call([&](duramen_error** error) {
      return duramen_function_state_save_tensor(raw_, tensor.get(), error);
    });
  }
  Tensor saved(size_t index) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_function_state_saved_tensor(raw_, index, out, error);
    });
  }
  bool needs_input_grad(size_t index) const noexcept {
    return duramen_function_state_needs_input_grad(raw_, index) != 0;
  }
};

// A differentiable function of one output; grad mode is off in both methods.
class OwnFunction {
 public:
  virtual ~OwnFunction() = default;
  // Of the node: "HeatStepBackward".
  virtual std::string_view name() const = 0;
  virtual Tensor forward(ContextRef context, FunctionStateRef state,
                         Span<const TensorRef> inputs) = 0;
  // One gradient an input; empty for none.
  virtual std::vector<Tensor> backward(ContextRef context, FunctionStateRef state,
                                       TensorRef output_grad) = 0;
};

namespace detail {

inline OwnFunction& own_function(void* user) noexcept { return *static_cast<OwnFunction*>(user); }

inline int32_t DURAMEN_CALL function_forward(void* user, duramen_context* context,
                                             duramen_function_state* state,
                                             duramen_tensor* const* inputs, size_t count,
                                             duramen_tensor** outputs, size_t,
                                             duramen_error** error) {
  return guarded(error, [&] {
    const std::vector<TensorRef> lent(inputs, inputs + count);
    outputs[0] = own_function(user).forward(context, state, {lent.data(), lent.size()}).detach();
  });
}
inline int32_t DURAMEN_CALL function_backward(void* user, duramen_context* context,
                                              duramen_function_state* state,
                                              duramen_tensor* const* output_grads, size_t,
                                              duramen_tensor** input_grads, size_t count,
                                              duramen_error** error) {
  return guarded(error, [&] {
    std::vector<Tensor> grads = own_function(user).backward(context, state, output_grads[0]);
    if (grads.size() != count) throw InvalidArgument("backward: one gradient an input is expected");
    for (size_t i = 0; i < count; ++i) input_grads[i] = grads[i].detach();
  });
}
inline void DURAMEN_CALL function_destroy(void* user) { delete static_cast<OwnFunction*>(user); }

}  // namespace detail

// Applies a function, and keeps it until nothing can walk back any more.
inline Tensor apply(ContextRef context, std::unique_ptr<OwnFunction> function,
                    std::initializer_list<TensorRef> inputs) {
  std::vector<duramen_tensor*> raw;
  raw.reserve(inputs.size());
  for (const TensorRef input : inputs) raw.push_back(input.get());
  const std::string name(function->name());
  duramen_function_type type = {};
  type.struct_size = sizeof type;
  type.name = name.data();
  type.name_length = name.size();
  type.forward = detail::function_forward;
  type.backward = detail::function_backward;
  type.destroy = detail::function_destroy;
  Tensor out = make<Tensor>([&](auto** tensor, auto** error) {
    return duramen_function_apply(context.get(), &type, function.get(), raw.data(), raw.size(),
                                  tensor, error);
  });
  (void)function.release();
  return out;
}

}  // namespace duramen

#endif
