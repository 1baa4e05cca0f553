// Hooks of calls: what callers hang on a module to see, and to change, what goes in, what comes
// out, and the gradients of both. Order and rules are those of torch.nn.Module's forward_pre,
// forward, full_backward_pre and full_backward hooks.
#pragma once

#include "nn/hooks.hpp"

namespace duramen::nn {

// What a module is called with: a tuple, and a dict or null.
struct CallInputs {
  ValueRef arguments;
  ValueRef keywords;
};

// Its methods may throw, which stops the forward or the backward that they are part of. Runs on the
// thread of the call.
class CallHook : public Hook {
 public:
  // Both may be given anew.
  virtual void before_forward(Context&, Module&, CallInputs&) {}
  virtual void after_forward(Context&, Module&, const CallInputs&, ValueRef& /*output*/) {}
  // The gradients of the outputs, then those of the inputs: one for each item of the tuple that
  // comes out (or for the one output), and of the arguments; null where the item is no tensor, or
  // no gradient gets there. Each may be given anew.
  virtual void before_backward(Context&, Module&, std::vector<TensorRef>& /*output_grads*/) {}
  virtual void after_backward(Context&, Module&, std::vector<TensorRef>& /*input_grads*/,
                              const std::vector<TensorRef>& /*output_grads*/) {}
  // Whether after_forward runs when the call fails, too: with the output if there was one already,
  // else with None, and to no effect on the failure.
  virtual bool always() const noexcept { return false; }

 protected:
  explicit CallHook(uint32_t events) noexcept : Hook(events) {}
};

// Module::call() and forward() among the hooks of the module, whatever class is derived from its
// own. Requires: it has some that hear kCall.
ValueRef hooked_call(Context& context, Module& module, const Value& arguments,
                     const Value* keywords);
TensorRef hooked_forward(Context& context, Module& module, std::span<const TensorRef> inputs);

}  // namespace duramen::nn
