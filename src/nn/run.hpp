// How whoever holds a module runs it: among its call hooks, with the forward of the caller's own
// class and with its computed tensors.
#pragma once

#include "nn/call_hooks.hpp"
#include "nn/parametrize.hpp"

namespace duramen::nn {

inline bool has_call_hooks(const Module& module) noexcept {
  return module.hooks() && module.hooks()->has_own(Hook::kCall);
}

// call() of what is below the class that is derived from the module's.
inline ValueRef run_base_call(Context& context, Module& module, const Value& arguments,
                              const Value* keywords) {
  if (!has_computed_tensors(module)) return module.call(context, arguments, keywords);
  return with_computed_tensors(context, module)->call(context, arguments, keywords);
}
// What the hooks stand around, PyTorch's Module.forward.
inline TensorRef run_bare_forward(Context& context, Module& module,
                                  std::span<const TensorRef> inputs) {
  if (runs_derived(module)) return derived_forward(context, module, inputs);
  if (!has_computed_tensors(module)) return module.forward(context, inputs);
  return with_computed_tensors(context, module)->forward(context, inputs);
}
inline ValueRef run_bare_call(Context& context, Module& module, const Value& arguments,
                              const Value* keywords) {
  if (runs_derived(module)) return derived_call(context, module, arguments, keywords);
  return run_base_call(context, module, arguments, keywords);
}

inline TensorRef run_forward(Context& context, Module& module, std::span<const TensorRef> inputs) {
  if (has_call_hooks(module)) return hooked_forward(context, module, inputs);
  return run_bare_forward(context, module, inputs);
}
inline ValueRef run_call(Context& context, Module& module, const Value& arguments,
                         const Value* keywords) {
  if (has_call_hooks(module)) return hooked_call(context, module, arguments, keywords);
  return run_bare_call(context, module, arguments, keywords);
}

}  // namespace duramen::nn
