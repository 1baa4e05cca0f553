// Hooks of calls, as functions of the program's own.
//
//   duramen::CallHooks hooks;
//   hooks.after_forward = [&](ContextRef, ModuleRef, const CallInputs&, ValueRef output) {
//     seen = Tensor(output.as_tensor());  // the activation
//     return Value();                     // the output stays
//   };
//   const uint64_t id = add_call_hook(module, std::move(hooks)); …; module.remove_hook(id);
//
// A failure that leaves a function, thrown or given back, stops the forward or the backward, as
// with OwnModule (own.hpp). Where several threads run the module, the functions are called at once.
#ifndef DURAMEN_CXX_CALL_HOOKS_HPP
#define DURAMEN_CXX_CALL_HOOKS_HPP

#include "hooks.hpp"

namespace DURAMEN_CXX {

// What a module is called with, lent: a tuple, and a dict or an empty handle.
struct CallInputs {
  ValueRef arguments;
  ValueRef keywords;
};
// What takes their places; an empty handle leaves what there is.
struct NewInputs {
  Value arguments;
  Value keywords;
};

// One hook; a function that is empty is not called. Gradients are one for each output or argument,
// and empty where there is none; a result of gradients is empty, or has as many, of which those
// that are empty leave what there is.
struct CallHooks {
  using Grads = Span<const TensorRef>;
  std::function<Result<NewInputs>(ContextRef, ModuleRef, const CallInputs&)> before_forward;
  std::function<Result<Value>(ContextRef, ModuleRef, const CallInputs&, ValueRef output)>
      after_forward;
  std::function<Result<std::vector<Tensor>>(ContextRef, ModuleRef, Grads outputs)> before_backward;
  std::function<Result<std::vector<Tensor>>(ContextRef, ModuleRef, Grads inputs, Grads outputs)>
      after_backward;
  uint64_t flags = 0;  // DURAMEN_CALL_HOOK_…
};

namespace detail {

inline const CallHooks& call_hooks(void* user) noexcept {
  return *static_cast<const CallHooks*>(user);
}
inline Result<void> hand_over_grads(std::vector<Tensor>& given, duramen_tensor** out,
                                    size_t count) {
  if (given.empty()) return done();
  return hand_over(
      given, out, count,
      "backward: a hook gave another number of gradients (expected none, or one for each)");
}

inline int32_t DURAMEN_CALL hook_before_forward(void* user, duramen_context* context,
                                                duramen_module* module,
                                                const duramen_value* arguments,
                                                const duramen_value* keywords,
                                                duramen_value** new_tuple, duramen_value** new_dict,
                                                duramen_error** error) {
  return guarded(error, [&] {
    const CallInputs inputs = {arguments, keywords};
    return then(call_hooks(user).before_forward(context, module, inputs), [&](NewInputs given) {
      *new_tuple = given.arguments.detach();
      *new_dict = given.keywords.detach();
      return done();
    });
  });
}
inline int32_t DURAMEN_CALL hook_after_forward(void* user, duramen_context* context,
                                               duramen_module* module,
                                               const duramen_value* arguments,
                                               const duramen_value* keywords,
                                               const duramen_value* output,
                                               duramen_value** replacement, duramen_error** error) {
  return guarded(error, [&] {
    const CallInputs inputs = {arguments, keywords};
    return replaced(call_hooks(user).after_forward(context, module, inputs, output), replacement);
  });
}
inline int32_t DURAMEN_CALL hook_before_backward(void* user, duramen_context* context,
                                                 duramen_module* module,
                                                 duramen_tensor* const* output_grads, size_t count,
                                                 duramen_tensor** replacements,
                                                 duramen_error** error) {
  return guarded(error, [&] {
    const std::vector<TensorRef> lent(output_grads, output_grads + count);
    return then(
        call_hooks(user).before_backward(context, module, lent),
        [&](std::vector<Tensor> given) { return hand_over_grads(given, replacements, count); });
  });
}
inline int32_t DURAMEN_CALL hook_after_backward(
    void* user, duramen_context* context, duramen_module* module,
    duramen_tensor* const* input_grads, size_t input_count, duramen_tensor* const* output_grads,
    size_t output_count, duramen_tensor** replacements, duramen_error** error) {
  return guarded(error, [&] {
    const std::vector<TensorRef> inputs(input_grads, input_grads + input_count);
    const std::vector<TensorRef> outputs(output_grads, output_grads + output_count);
    return then(call_hooks(user).after_backward(context, module, inputs, outputs),
                [&](std::vector<Tensor> given) {
                  return hand_over_grads(given, replacements, input_count);
                });
  });
}

}  // namespace detail

// Sets a hook behind those that the module has, or before them; its number is for remove_hook().
// The functions live as long as the module, and every deep copy of it, has the hook.
inline Result<uint64_t> add_call_hook(ModuleRef module, CallHooks hooks) {
  auto held = std::make_unique<CallHooks>(std::move(hooks));
  duramen_call_hook table = {};
  table.struct_size = sizeof table;
  table.flags = held->flags;
  if (held->before_forward) table.before_forward = detail::hook_before_forward;
  if (held->after_forward) table.after_forward = detail::hook_after_forward;
  if (held->before_backward) table.before_backward = detail::hook_before_backward;
  if (held->after_backward) table.after_backward = detail::hook_after_backward;
  table.user = held.get();
  table.destroy = detail::destroy<CallHooks>;
  return read(uint64_t{0}, [&](uint64_t* id, duramen_error** error) {
    const duramen_status status = duramen_module_add_call_hook(module.get(), &table, id, error);
    if (status == DURAMEN_OK) (void)held.release();
    return status;
  });
}

inline bool has_call_hooks(ModuleRef module) noexcept {
  return duramen_module_has_call_hooks(module.get()) != 0;
}

}  // namespace DURAMEN_CXX

#endif
