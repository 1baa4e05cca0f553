// Modules of the program's own, as classes (function.hpp has differentiable functions).
//
//   struct Scale : duramen::OwnModule {
//     std::string_view class_name() const override { return "Scale"; }
//     Result<Tensor> forward(ContextRef context, ModuleRef self, TensorRef x) override {
//       return mul(context, x, self.parameter("factor"));  // Result<Tensor> is Tensor
//     }
//   };
//   Module scale = make_own<Scale>(context);
//   scale.register_parameter("factor", …);
//
// A failure that leaves a method, thrown or given back, stops the call that it is part of: an Error
// keeps its status, and its object or, as the cause, its what(); another exception is status -1000
// with its what().
#ifndef DURAMEN_CXX_OWN_HPP
#define DURAMEN_CXX_OWN_HPP

#include "nn.hpp"

namespace DURAMEN_CXX {

// What stands behind a module of the program's own. Parameters, buffers and children are registered
// on the module, which is lent to each method as `self`; this object holds settings only.
class OwnModule {
 public:
  virtual ~OwnModule() = default;

  virtual std::string_view class_name() const = 0;
  // One tensor in, one out.
  virtual Result<Tensor> forward(ContextRef, ModuleRef, TensorRef) {
    return detail::refused<DURAMEN_E_UNSUPPORTED, Tensor>(
        "forward: the class has none for one tensor");
  }
  // Any arguments (a tuple) and keywords (a dict, perhaps empty); the default calls forward.
  virtual Result<Value> call(ContextRef context, ModuleRef self, ValueRef arguments,
                             ValueRef keywords) {
    if (keywords.size() != 0 || arguments.size() != 1 || !arguments[0].as_tensor()) {
      return detail::refused<DURAMEN_E_INVALID_ARGUMENT, Value>("forward: one tensor is expected");
    }
    return detail::then(forward(context, self, arguments[0].as_tensor()),
                        [](const Tensor& out) { return Value(out); });
  }
  // A copy for deepcopy(); empty: the module cannot be copied.
  virtual std::unique_ptr<OwnModule> clone() const { return nullptr; }
  virtual std::string extra_repr() const { return {}; }

  // Of the form of its state, as PyTorch's _version; 0: 1, or that of the class below (derive).
  virtual int64_t version() const { return 0; }
  // Whether state dicts hold what get_extra_state gives, as "_extra_state"; asked once.
  virtual bool has_extra_state() const { return false; }
  virtual Result<Value> get_extra_state(ModuleRef) { return Value::none(); }
  // Takes such a value from a load, before the load changes any tensor. A failure undoes the load;
  // where a later one undoes it, this is called again with what get_extra_state gave before.
  virtual Result<void> set_extra_state(ContextRef, ModuleRef, ValueRef) { return detail::done(); }
};

namespace detail {

inline OwnModule& own(void* user) noexcept { return *static_cast<OwnModule*>(user); }

inline int32_t DURAMEN_CALL own_forward(void* user, duramen_context* context,
                                        duramen_module* module, const duramen_value* arguments,
                                        const duramen_value* keywords, duramen_value** out,
                                        duramen_error** error) {
  return guarded(error, [&] {
    return then(own(user).call(context, module, arguments, keywords), [&](Value value) {
      *out = value.detach();
      return done();
    });
  });
}
inline int32_t DURAMEN_CALL own_clone(void* user, duramen_context*, const duramen_module*,
                                      void** out_user, duramen_error** error) {
  return guarded(error, [&]() -> Result<void> {
    std::unique_ptr<OwnModule> copy = own(user).clone();
    if (!copy) {
      return refused<DURAMEN_E_UNSUPPORTED, void>("deepcopy: the class has no clone()");
    }
    *out_user = copy.release();
    return done();
  });
}
inline int32_t DURAMEN_CALL own_extra_repr(void* user, const duramen_module*, duramen_string** out,
                                           duramen_error** error) {
  return guarded(error, [&] {
    const std::string text = own(user).extra_repr();
    return call([&](duramen_error** cause) {
      return duramen_string_create(text.data(), text.size(), out, cause);
    });
  });
}

inline int32_t DURAMEN_CALL own_get_extra_state(void* user, const duramen_module* module,
                                                duramen_value** out, duramen_error** error) {
  return guarded(error, [&] {
    return then(own(user).get_extra_state(const_cast<duramen_module*>(module)), [&](Value state) {
      *out = state.detach();
      return done();
    });
  });
}
inline int32_t DURAMEN_CALL own_set_extra_state(void* user, duramen_context* context,
                                                duramen_module* module, const duramen_value* state,
                                                duramen_error** error) {
  return guarded(error, [&] { return own(user).set_extra_state(context, module, state); });
}

// `name` must live as long as the table.
inline duramen_module_class own_class(const std::string& name, const OwnModule& own) {
  duramen_module_class type = {};
  type.struct_size = sizeof type;
  type.name = name.data();
  type.name_length = name.size();
  type.version = own.version();
  type.forward = own_forward;
  type.clone = own_clone;
  if (own.has_extra_state()) {
    type.get_extra_state = own_get_extra_state;
    type.set_extra_state = own_set_extra_state;
  }
  type.destroy = destroy<OwnModule>;
  return type;
}

}  // namespace detail

// A module without entries around an object of the program's own, which it takes over.
inline Result<Module> make_own(ContextRef context, std::unique_ptr<OwnModule> own) {
  const std::string name(own->class_name());
  duramen_module_class type = detail::own_class(name, *own);
  type.extra_repr = detail::own_extra_repr;
  return make<Module>([&](auto** module, auto** error) {
    const duramen_status status =
        duramen_module_create_custom(context.get(), &type, own.get(), module, error);
    if (status == DURAMEN_OK) (void)own.release();
    return status;
  });
}
template <class T, class... Given>
Result<Module> make_own(ContextRef context, Given&&... given) {
  return make_own(context, std::make_unique<T>(std::forward<Given>(given)...));
}

// Gives a module the class of an object of the program's own, which it takes over: name, forward,
// copies, version and extra state. What is printed, and all else, stays that of the class that it
// had.
inline Result<void> derive(ModuleRef module, std::unique_ptr<OwnModule> own) {
  const std::string name(own->class_name());
  const duramen_module_class type = detail::own_class(name, *own);
  return call([&](duramen_error** error) {
    const duramen_status status = duramen_module_derive(module.get(), &type, own.get(), error);
    if (status == DURAMEN_OK) (void)own.release();
    return status;
  });
}

// What a derived class's call() computes with the class that it is derived from.
inline Result<Value> call_base(ContextRef context, ModuleRef module, ValueRef arguments,
                               ValueRef keywords = {}) {
  return make<Value>([&](auto** out, auto** error) {
    return duramen_module_call_base(context.get(), module.get(), arguments.get(), keywords.get(),
                                    out, error);
  });
}
inline Result<std::string> base_extra_repr(ModuleRef module) {
  return make_text([&](auto** out, auto** error) {
    return duramen_module_extra_repr_base(module.get(), out, error);
  });
}

}  // namespace DURAMEN_CXX

#endif
