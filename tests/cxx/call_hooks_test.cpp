// Hooks of calls (call_hooks.hpp).
#include <duramen/duramen.hpp>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using namespace duramen;

namespace {

// y = 3 x, in a container.
Module network(const Context& context) {
  Module out = Module::from_text(context, "Sequential(Linear(1, 1, bias=False))");
  const NoGrad off(context);
  out.parameter("0.weight").fill(context, 3);
  return out;
}

}  // namespace

TEST_CASE("an activation is seen, and changed", "[cxx][hooks]") {
  const Context context(0);
  const Module net = network(context), layer = net.submodule("0");
  Tensor seen;
  CallHooks hooks;
  hooks.before_forward = [](ContextRef, ModuleRef, const CallInputs& inputs) {
    CHECK(inputs.arguments.size() == 1);
    CHECK(!inputs.keywords);
    return NewInputs();
  };
  hooks.after_forward = [&](ContextRef run, ModuleRef module, const CallInputs&, ValueRef output) {
    CHECK(module.class_name() == "Linear");
    seen = Tensor(output.as_tensor());
    return Value(add(run, seen, seen));
  };
  const uint64_t id = add_call_hook(layer, hooks);
  const NoGrad off(context);
  const Tensor x = Tensor::full(context, {1, 1}, 2);
  CHECK(net(context, x).item() == 12);
  CHECK(seen.item() == 6);
  CHECK(has_call_hooks(layer));
  layer.remove_hook(id);
  CHECK_FALSE(has_call_hooks(layer));
  CHECK(net(context, x).item() == 6);
}

TEST_CASE("gradients are seen, and changed", "[cxx][hooks]") {
  const Context context(0);
  const Module net = network(context);
  Tensor x = Tensor::full(context, {1, 1}, 2);
  x.set_requires_grad(true);
  std::vector<double> seen;
  CallHooks hooks;
  hooks.before_backward = [&](ContextRef run, ModuleRef, CallHooks::Grads outputs) {
    seen.push_back(outputs[0].item());
    std::vector<Tensor> given;
    given.push_back(Tensor::full(run, {1, 1}, 10));
    return given;
  };
  hooks.after_backward = [&](ContextRef, ModuleRef, CallHooks::Grads inputs,
                             CallHooks::Grads outputs) {
    seen.push_back(inputs[0].item());
    seen.push_back(outputs[0].item());
    return std::vector<Tensor>();
  };
  add_call_hook(net, hooks);
  net(context, x).backward(context);
  CHECK(seen == std::vector<double>{1, 30, 10});
  CHECK(x.grad().item() == 30);
}

TEST_CASE("a hook of calls that fails", "[cxx][hooks]") {
  const Context context(0);
  const Module net = network(context);
  const Tensor x = Tensor::full(context, {1, 1}, 2);
  CallHooks first, always;
  bool told = false;
  first.after_forward = [](ContextRef, ModuleRef, const CallInputs&, ValueRef) -> Value {
    throw std::runtime_error("not today");
  };
  always.flags = DURAMEN_CALL_HOOK_ALWAYS;
  always.after_forward = [&](ContextRef, ModuleRef, const CallInputs&, ValueRef) {
    told = true;
    return Value();
  };
  add_call_hook(net, first);
  add_call_hook(net, always);
  CHECK_THROWS_WITH(net(context, x), Catch::Contains("not today"));
  CHECK(told);
  CallHooks backward;
  backward.before_backward = [](ContextRef, ModuleRef, CallHooks::Grads) {
    return std::vector<Tensor>(2);
  };
  const Module other = network(context);
  add_call_hook(other, backward);
  CHECK_THROWS_WITH(other(context, x).backward(context),
                    Catch::Contains("stopped by the before_backward hook"));
  CHECK_THROWS_AS(add_call_hook(other, CallHooks()), Error);
}
