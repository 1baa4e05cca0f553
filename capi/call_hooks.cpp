// Hooks of calls.
#include <duramen/call_hooks.h>

#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "nn/run.hpp"
#include "options.hpp"
#include "slots.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

uint32_t events_of(const duramen_call_hook& hook) noexcept {
  using nn::Hook;
  return (hook.before_forward ? Hook::kBeforeForward : 0u) |
         (hook.after_forward ? Hook::kAfterForward : 0u) |
         (hook.before_backward ? Hook::kBeforeBackward : 0u) |
         (hook.after_backward ? Hook::kAfterBackward : 0u);
}

// A caller's table as a hook of the core.
class CallersHook final : public nn::CallHook {
 public:
  explicit CallersHook(const duramen_call_hook& hook)
      : CallHook(events_of(hook)), table_(make<capi::Hook<duramen_call_hook>>(hook)) {}
  void arm() noexcept { table_->arm(); }
  bool always() const noexcept override { return table().flags & DURAMEN_CALL_HOOK_ALWAYS; }

  void before_forward(Context& context, nn::Module& module, nn::CallInputs& inputs) override {
    Slot<duramen_value> arguments, keywords;
    run("forward", "before_forward hook", module, [&](duramen_error** error) {
      return table().before_forward(table().user, lend<duramen_context>(&context),
                                    lend<duramen_module>(&module), lent(inputs.arguments),
                                    lent(inputs.keywords), arguments.handle(), keywords.handle(),
                                    error);
    });
    replace(inputs.arguments, arguments, "new_tuple");
    replace(inputs.keywords, keywords, "new_dict");
  }
  void after_forward(Context& context, nn::Module& module, const nn::CallInputs& inputs,
                     ValueRef& output) override {
    Slot<duramen_value> replacement;
    run("forward", "after_forward hook", module, [&](duramen_error** error) {
      return table().after_forward(
          table().user, lend<duramen_context>(&context), lend<duramen_module>(&module),
          lent(inputs.arguments), lent(inputs.keywords), lent(output), replacement.handle(), error);
    });
    replace(output, replacement, "replacement");
  }
  void before_backward(Context& context, nn::Module& module,
                       std::vector<TensorRef>& output_grads) override {
    const std::vector<duramen_tensor*> given = lend_all(output_grads);
    Slots slots(given.size());
    run("backward", "before_backward hook", module, [&](duramen_error** error) {
      return table().before_backward(table().user, lend<duramen_context>(&context),
                                     lend<duramen_module>(&module), given.data(), given.size(),
                                     slots.handles(), error);
    });
    replace(output_grads, slots);
  }
  void after_backward(Context& context, nn::Module& module, std::vector<TensorRef>& input_grads,
                      const std::vector<TensorRef>& output_grads) override {
    const std::vector<duramen_tensor*> inputs = lend_all(input_grads);
    const std::vector<duramen_tensor*> outputs = lend_all(output_grads);
    Slots slots(inputs.size());
    run("backward", "after_backward hook", module, [&](duramen_error** error) {
      return table().after_backward(table().user, lend<duramen_context>(&context),
                                    lend<duramen_module>(&module), inputs.data(), inputs.size(),
                                    outputs.data(), outputs.size(), slots.handles(), error);
    });
    replace(input_grads, slots);
  }

 private:
  const duramen_call_hook& table() const noexcept { return table_->table; }
  static const duramen_value* lent(const ValueRef& value) noexcept {
    return lend<const duramen_value>(value.get());
  }
  static void replace(ValueRef& value, Slot<duramen_value>& slot, const char* argument) {
    if (ValueRef given = slot.take(argument)) value = std::move(given);
  }
  static void replace(std::vector<TensorRef>& tensors, Slots& slots) {
    slots.check("replacements");
    std::vector<TensorRef>& given = slots.take();
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (given[i]) tensors[i] = std::move(given[i]);
    }
  }
  template <class Body>
  static void run(const char* operation, const char* what, const nn::Module& module, Body&& body) {
    run_callback(operation, Callback(what, module.shown_name()), body);
  }

  Ref<capi::Hook<duramen_call_hook>> table_;
};

}  // namespace

duramen_status duramen_module_add_call_hook(duramen_module* module, const duramen_call_hook* hook,
                                            uint64_t* out, duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const auto given = read_options(&required(hook, "hook"), "hook");
    known_flags(given.flags, DURAMEN_CALL_HOOK_FIRST | DURAMEN_CALL_HOOK_ALWAYS, "flags");
    required(out, "out");
    if (events_of(given) == 0) {
      throw bad_argument("hook", "expected at least one callback, got none");
    }
    auto made = make<CallersHook>(given);
    *out = core.add_hook(made, given.flags & DURAMEN_CALL_HOOK_FIRST);
    made->arm();
  });
}

uint32_t duramen_module_has_call_hooks(const duramen_module* module) noexcept {
  const nn::Module* core = peek(module);
  return core && nn::has_call_hooks(*core);
}
