#include "nn/call_hooks.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nn/run.hpp"
#include "ops/given_gradient.hpp"

namespace duramen::nn {
namespace {

using Tensors = std::vector<TensorRef>;
using Values = std::vector<ValueRef>;

// Runs body(hook) for each of the hooks that is still there.
template <class Body>
void each_hook(const ModuleHooks::Placed& hooks, const char* operation, Body&& body) {
  for (const Ref<PlacedHook>& placed : hooks) {
    const RunningHook running(*placed, operation);
    if (running.hook()) body(static_cast<CallHook&>(*running.hook()));
  }
}

// The values whose gradients pass one side of a call: where the tensors are among them.
struct Side {
  size_t count = 0;
  std::vector<size_t> places;
  std::vector<ops::Form> forms;  // of the tensors

  Side() = default;
  explicit Side(std::span<const ValueRef> values) : count(values.size()) {
    for (size_t i = 0; i < values.size(); ++i) {
      const Tensor* tensor = values[i]->as_tensor();
      if (!tensor) continue;
      places.push_back(i);
      forms.emplace_back(*tensor);
    }
  }
  // One for each value from one for each tensor.
  Tensors spread(std::span<const TensorRef> of_tensors) const {
    Tensors out(count);
    for (size_t i = 0; i < places.size(); ++i) out[places[i]] = of_tensors[i];
    return out;
  }
  // The way back, after hooks that may have given others than those of `before`.
  Tensors gather(Context& context, const Node& node, const Tensors& before, Tensors after) const {
    Tensors out(places.size());
    for (size_t i = 0; i < places.size(); ++i) {
      TensorRef& given = after[places[i]];
      const bool is_new = given && given != before[places[i]];
      out[i] = is_new ? ops::given_gradient(context, node.name(), i, std::move(given), forms[i])
                      : std::move(given);
    }
    return out;
  }
};

// One recorded call, whose gradients are watched: first those of the outputs come by, then those of
// the inputs.
class WatchedCall : public Counted {
 public:
  explicit WatchedCall(Module& module)
      : Counted(make_tag("wcal")),
        module_(&module),
        before_(module.hooks()->own(Hook::kBeforeBackward)),
        after_(module.hooks()->own(Hook::kAfterBackward)) {}

  // What stands in place of the values: each tensor with a history that leads back to it.
  Values watch_inputs(Context& context, std::span<const ValueRef> values);
  Values watch_outputs(Context& context, std::span<const ValueRef> values);

  Tensors outputs_pass(Context& context, const Node& node, std::span<const TensorRef> grads);
  Tensors inputs_pass(Context& context, const Node& node, std::span<const TensorRef> grads);

 private:
  template <class N>
  Values watch(Context& context, const Side& side, std::span<const ValueRef> values, bool& watched);
  void inputs_without_grad(Context& context);

  const ModuleRef module_;
  const ModuleHooks::Placed before_, after_;
  Side inputs_, outputs_;
  bool inputs_watched_ = false, outputs_watched_ = false;
  bool outputs_passed_ = false;
  Tensors output_grads_;  // while the walk is between the two sides
};

class WatchNode : public Node {
 public:
  const char* name() const noexcept override { return "BackwardHookFunctionBackward"; }
  Ref<WatchedCall> call;
};
class OutputNode final : public WatchNode {
  Tensors backward(Context& context, std::span<const TensorRef> grads) override {
    return call->outputs_pass(context, *this, grads);
  }
};
class InputNode final : public WatchNode {
  Tensors backward(Context& context, std::span<const TensorRef> grads) override {
    return call->inputs_pass(context, *this, grads);
  }
};

template <class N>
Values WatchedCall::watch(Context& context, const Side& side, std::span<const ValueRef> values,
                          bool& watched) {
  Tensors tensors;
  for (const size_t place : side.places) tensors.emplace_back(values[place]->as_tensor());
  Values out(values.begin(), values.end());
  const Ref<N> node = record<N>(context, std::span<const TensorRef>(tensors));
  if (!node) return out;
  node->call = Ref<WatchedCall>(this);
  node->set_num_outputs(static_cast<uint32_t>(tensors.size()));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i]->requires_grad()) continue;
    const TensorRef passed = alias(*tensors[i]);
    attach(node, *passed, static_cast<uint32_t>(i));
    out[side.places[i]] = Value::tensor(passed);
  }
  watched = true;
  return out;
}

Values WatchedCall::watch_inputs(Context& context, std::span<const ValueRef> values) {
  inputs_ = Side(values);
  return watch<InputNode>(context, inputs_, values, inputs_watched_);
}

Values WatchedCall::watch_outputs(Context& context, std::span<const ValueRef> values) {
  outputs_ = Side(values);
  return watch<OutputNode>(context, outputs_, values, outputs_watched_);
}

Tensors WatchedCall::outputs_pass(Context& context, const Node& node,
                                  std::span<const TensorRef> grads) {
  Tensors all = outputs_.spread(grads);
  each_hook(before_, "backward", [&](CallHook& hook) {
    const Tensors before = all;
    hook.before_backward(context, *module_, all);
    all = outputs_.spread(outputs_.gather(context, node, before, std::move(all)));
  });
  output_grads_ = all;
  outputs_passed_ = true;
  if (!inputs_watched_) inputs_without_grad(context);
  Tensors out;
  for (const size_t place : outputs_.places) out.push_back(all[place]);
  return out;
}

// Nothing leads on from here: the hooks of the inputs run at once.
void WatchedCall::inputs_without_grad(Context& context) {
  const Tensors output_grads = std::exchange(output_grads_, {});
  outputs_passed_ = false;
  each_hook(after_, "backward", [&](CallHook& hook) {
    Tensors none(inputs_.count);
    hook.after_backward(context, *module_, none, output_grads);
    if (std::none_of(none.begin(), none.end(), [](const TensorRef& t) { return bool(t); })) return;
    throw Error(Code::invalid_argument,
                "Backward hook for Modules where no input requires gradient should always return "
                "None or None for all gradients.")
        .with("torch_error", "RuntimeError");
  });
}

Tensors WatchedCall::inputs_pass(Context& context, const Node& node,
                                 std::span<const TensorRef> grads) {
  // Gradients may get here without having passed the outputs, which PyTorch's hooks do not see.
  if (!outputs_passed_) return {grads.begin(), grads.end()};
  const Tensors output_grads = std::exchange(output_grads_, {});
  outputs_passed_ = false;
  Tensors all = inputs_.spread(grads);
  each_hook(after_, "backward", [&](CallHook& hook) {
    const Tensors before = all;
    hook.after_backward(context, *module_, all, output_grads);
    all = inputs_.spread(inputs_.gather(context, node, before, std::move(all)));
  });
  Tensors out;
  for (size_t i = 0; i < inputs_.places.size(); ++i) {
    out.push_back(node.needs(i) ? all[inputs_.places[i]] : nullptr);
  }
  return out;
}

// One call among the hooks.
class HookedCall {
 public:
  HookedCall(Context& context, Module& module, const Value& arguments, const Value* keywords)
      : context_(context), module_(&module), inputs_{ValueRef(&arguments), ValueRef(keywords)} {}

  ValueRef run() {
    try {
      run_before();
      watch_inputs();
      output_ = run_bare_call(context_, *module_, *inputs_.arguments, inputs_.keywords.get());
      run_after();
      return watch_output();
    } catch (...) {
      tell_of_failure();
      throw;
    }
  }

 private:
  void run_before();
  void watch_inputs();
  void run_after();
  ValueRef watch_output();
  void tell_of_failure() noexcept;

  Context& context_;
  const ModuleRef module_;  // a hook may release it
  CallInputs inputs_;
  ValueRef output_;
  Ref<WatchedCall> watched_;
  ModuleHooks::Placed told_;  // those after_forward has run of
};

void HookedCall::run_before() {
  each_hook(module_->hooks()->own(Hook::kBeforeForward), "forward", [this](CallHook& hook) {
    hook.before_forward(context_, *module_, inputs_);
    if (inputs_.arguments->kind() != ValueKind::tuple) {
      inputs_.arguments = Value::tuple({inputs_.arguments});
    }
    if (!inputs_.keywords || inputs_.keywords->kind() == ValueKind::dict) return;
    const std::string kind(value_kind_name(inputs_.keywords->kind()));
    throw Error(
        Code::invalid_argument,
        join("forward: a hook gave keywords of the wrong kind (expected dict, got ", kind, ")"))
        .with("torch_error", "RuntimeError")
        .with("expected", "dict")
        .with("actual", kind);
  });
}

void HookedCall::watch_inputs() {
  if (!module_->hooks()->has_own(Hook::kBeforeBackward | Hook::kAfterBackward)) return;
  watched_ = make<WatchedCall>(*module_);
  inputs_.arguments = Value::tuple(watched_->watch_inputs(context_, inputs_.arguments->items()));
}

void HookedCall::run_after() {
  for (const Ref<PlacedHook>& placed : module_->hooks()->own(Hook::kAfterForward)) {
    told_.push_back(placed);
    const RunningHook running(*placed, "forward");
    if (!running.hook()) continue;
    static_cast<CallHook&>(*running.hook()).after_forward(context_, *module_, inputs_, output_);
  }
}

// Only a tensor, and the tensors of a tuple, are watched.
ValueRef HookedCall::watch_output() {
  if (!watched_) return output_;
  if (output_->kind() == ValueKind::tensor) {
    return watched_->watch_outputs(context_, {&output_, 1})[0];
  }
  if (output_->kind() != ValueKind::tuple) return output_;
  return Value::tuple(watched_->watch_outputs(context_, output_->items()),
                      std::string(output_->as_text()));
}

void HookedCall::tell_of_failure() noexcept try {
  for (const Ref<PlacedHook>& placed : module_->hooks()->own(Hook::kAfterForward)) {
    if (std::find(told_.begin(), told_.end(), placed) != told_.end()) continue;
    try {
      const RunningHook running(*placed, "forward");
      auto* hook = static_cast<CallHook*>(running.hook());
      ValueRef output = output_ ? output_ : Value::none();
      if (hook && hook->always()) hook->after_forward(context_, *module_, inputs_, output);
    } catch (...) {  // the call's own failure is the one to tell of
    }
  }
} catch (...) {  // out of memory: no hook can be told
}

}  // namespace

ValueRef hooked_call(Context& context, Module& module, const Value& arguments,
                     const Value* keywords) {
  return HookedCall(context, module, arguments, keywords).run();
}

TensorRef hooked_forward(Context& context, Module& module, std::span<const TensorRef> inputs) {
  const ModuleRef self(&module);
  return tensor_of_call(module, *hooked_call(context, module, *tuple_of(inputs), nullptr));
}

}  // namespace duramen::nn
