#include "nn/call_hooks.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nn/run.hpp"
#include "ops/given_gradient.hpp"

namespace duramen::nn {
namespace {

using Tensors = std::vector<TensorRef>;
using Values = std::vector<ValueRef>;

// Runs body(hook) where the hook is still there.
template <class Body>
void run_hook(PlacedHook& placed, const char* operation, Body&& body) {
  const RunningHook running(placed, operation);
  if (running.hook()) body(static_cast<CallHook&>(*running.hook()));
}
template <class Body>
void each_hook(const ModuleHooks::Placed& hooks, const char* operation, Body&& body) {
  for (const Ref<PlacedHook>& placed : hooks) run_hook(*placed, operation, body);
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

// One recorded call, whose gradients are watched: in a walk first those of the outputs come by,
// then those of the inputs. As in PyTorch it is one walk at a time: one inside another takes the
// place of that, and gradients that get to the inputs in a later walk than to the outputs are
// theirs.
class WatchedCall : public Counted {
 public:
  WatchedCall(Module& module, ModuleHooks::Placed before, ModuleHooks::Placed after)
      : Counted(make_tag("wcal")),
        module_(&module),
        before_(std::move(before)),
        after_(std::move(after)) {}

  // What stands in place of the values: each tensor with a history that leads back to it.
  Values watch_inputs(Context& context, std::span<const ValueRef> values);
  Values watch_outputs(Context& context, std::span<const ValueRef> values);

  Tensors outputs_pass(Context& context, const Node& node, std::span<const TensorRef> grads);
  Tensors inputs_pass(Context& context, const Node& node, std::span<const TensorRef> grads);

 private:
  // Whether there is anything to be watched.
  template <class N>
  bool watch(Context& context, const Side& side, Values& values);
  void inputs_without_grad(Context& context);

  const ModuleRef module_;
  const ModuleHooks::Placed before_, after_;
  Side inputs_, outputs_;
  bool inputs_watched_ = false;
  bool outputs_passed_ = false;
  Tensors output_grads_;  // once the outputs are passed, until the inputs are
};

class WatchNode : public Node {
 public:
  const char* name() const noexcept override { return "BackwardHookFunctionBackward"; }
  bool allows_inplace() const noexcept override { return false; }
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
bool WatchedCall::watch(Context& context, const Side& side, Values& values) {
  Tensors tensors;
  for (const size_t place : side.places) tensors.emplace_back(values[place]->as_tensor());
  const Ref<N> node = record<N>(context, std::span<const TensorRef>(tensors));
  if (!node) return false;
  node->call = Ref<WatchedCall>(this);
  node->set_num_outputs(static_cast<uint32_t>(tensors.size()));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i]->requires_grad()) continue;
    const TensorRef passed = alias(*tensors[i]);
    attach(node, *passed, static_cast<uint32_t>(i));
    values[side.places[i]] = Value::tensor(passed);
  }
  return true;
}

Values WatchedCall::watch_inputs(Context& context, std::span<const ValueRef> values) {
  inputs_ = Side(values);
  Values out(values.begin(), values.end());
  inputs_watched_ = watch<InputNode>(context, inputs_, out);
  return out;
}

Values WatchedCall::watch_outputs(Context& context, std::span<const ValueRef> values) {
  outputs_ = Side(values);
  Values out(values.begin(), values.end());
  watch<OutputNode>(context, outputs_, out);
  return out;
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
      find_backward_hooks();
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
  void find_backward_hooks();
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

// Those that are there when the call begins; the others are looked up when it is their turn.
void HookedCall::find_backward_hooks() {
  ModuleHooks::Placed before = module_->hooks()->own(Hook::kBeforeBackward);
  ModuleHooks::Placed after = module_->hooks()->own(Hook::kAfterBackward);
  if (before.empty() && after.empty()) return;
  watched_ = make<WatchedCall>(*module_, std::move(before), std::move(after));
}

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
  context_.cancel().check("forward");
}

void HookedCall::watch_inputs() {
  if (!watched_) return;
  inputs_.arguments = Value::tuple(watched_->watch_inputs(context_, inputs_.arguments->items()));
}

void HookedCall::run_after() {
  for (const Ref<PlacedHook>& placed : module_->hooks()->own(Hook::kAfterForward)) {
    told_.push_back(placed);
    run_hook(*placed, "forward",
             [this](CallHook& hook) { hook.after_forward(context_, *module_, inputs_, output_); });
  }
  context_.cancel().check("forward");
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
  if (!output_) output_ = Value::none();
  for (const Ref<PlacedHook>& placed : module_->hooks()->own(Hook::kAfterForward)) {
    if (std::find(told_.begin(), told_.end(), placed) != told_.end()) continue;
    try {
      run_hook(*placed, "forward", [this](CallHook& hook) {
        if (hook.always()) hook.after_forward(context_, *module_, inputs_, output_);
      });
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
