#include "nn/call_hooks.hpp"

#include "autograd/backward.hpp"
#include "nn/build.hpp"
#include "nn/run.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "unit/nn/hook_tools.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

using Grads = std::vector<TensorRef>;

// A hook of calls made of functions; those that are null are not heard.
struct TestCallHook final : CallHook {
  explicit TestCallHook(uint32_t events = kCall) : CallHook(events) {}
  void before_forward(Context&, Module& module, CallInputs& inputs) override {
    if (on_before) on_before(module, inputs);
  }
  void after_forward(Context&, Module& module, const CallInputs&, ValueRef& output) override {
    if (on_after) on_after(module, output);
  }
  void before_backward(Context&, Module&, Grads& output_grads) override {
    if (on_outputs) on_outputs(output_grads);
  }
  void after_backward(Context&, Module&, Grads& input_grads, const Grads& output_grads) override {
    if (on_inputs) on_inputs(input_grads, output_grads);
  }
  bool always() const noexcept override { return always_; }

  std::function<void(Module&, CallInputs&)> on_before;
  std::function<void(Module&, ValueRef&)> on_after;
  std::function<void(Grads&)> on_outputs;
  std::function<void(Grads&, const Grads&)> on_inputs;
  bool always_ = false;
};

// Says when it runs.
Ref<TestCallHook> sayer(Said& said, const std::string& tag) {
  auto hook = make<TestCallHook>();
  hook->on_before = [&said, tag](Module&, CallInputs&) { said.push_back(tag + " before"); };
  hook->on_after = [&said, tag](Module&, ValueRef&) { said.push_back(tag + " after"); };
  hook->on_outputs = [&said, tag](Grads&) { said.push_back(tag + " outputs"); };
  hook->on_inputs = [&said, tag](Grads&, const Grads&) { said.push_back(tag + " inputs"); };
  return hook;
}

TensorRef run(Context& context, Module& module, const TensorRef& input) {
  return run_forward(context, module, {&input, 1});
}

float item(const TensorRef& tensor) { return values(*tensor).at(0); }

// Linear(1, 1, bias=False) with this weight.
ModuleRef scaling(Context& context, float weight) {
  ModuleRef out = module_from_text(context, "Linear(1, 1, bias=False)");
  out->put_parameter("weight", parameter({1, 1}, weight));
  return out;
}

}  // namespace

TEST_CASE("Call hooks run around a module and around its gradients", "[nn][hooks]") {
  Context context;
  Said said;
  const ModuleRef net = module_from_text(context, "Sequential(Linear(1, 1), ReLU())");
  net->add_hook(sayer(said, "net"));
  const ModuleRef layer = *net->children().find("0");
  layer->add_hook(sayer(said, "a"));
  layer->add_hook(sayer(said, "b"));
  layer->add_hook(sayer(said, "first"), true);
  const TensorRef x = parameter({1, 1}, 1);
  const TensorRef y = run(context, *net, x);
  CHECK(said == Said{"net before", "first before", "a before", "b before", "first after", "a after",
                     "b after", "net after"});
  said.clear();
  backward(context, ops::sum(context, y), nullptr, {});
  CHECK(said == Said{"net outputs", "first outputs", "a outputs", "b outputs", "first inputs",
                     "a inputs", "b inputs", "net inputs"});
}

TEST_CASE("Call hooks give other inputs, outputs and gradients", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  auto hook = make<TestCallHook>();
  hook->on_before = [](Module&, CallInputs& inputs) {  // no tuple: the only argument
    inputs.arguments = Value::tensor(parameter({1, 1}, 5));
  };
  hook->on_after = [&](Module&, ValueRef& output) {
    CHECK(item(TensorRef(output->as_tensor())) == 15);
    output = Value::tensor(ops::mul(context, TensorRef(output->as_tensor()), tensor({1, 1}, 2)));
  };
  float output_grad = 0;
  hook->on_outputs = [&](Grads& grads) {
    output_grad = item(grads.at(0));
    grads[0] = tensor({1, 1}, 10);
  };
  TensorRef input_grad;
  hook->on_inputs = [&](Grads& input_grads, const Grads& output_grads) {
    CHECK(item(output_grads.at(0)) == 10);
    input_grad = input_grads.at(0);
  };
  layer->add_hook(hook);
  const TensorRef y = run(context, *layer, tensor({1, 1}, 1));
  CHECK(item(y) == 30);
  backward(context, ops::sum(context, y), nullptr, {});
  CHECK(output_grad == 1);
  REQUIRE(input_grad);
  CHECK(item(input_grad) == 10 * 2 * 3);
  CHECK(item((*layer->parameters().find("weight"))->grad()) == 10 * 2 * 5);
}

TEST_CASE("A gradient of an input that a hook gives goes on", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  auto hook = make<TestCallHook>(Hook::kAfterBackward);
  TensorRef given = tensor({1, 1}, 7);
  hook->on_inputs = [&](Grads& grads, const Grads&) { grads[0] = given; };
  layer->add_hook(hook);
  const TensorRef x = parameter({1, 1}, 1);
  backward(context, ops::sum(context, run(context, *layer, x)), nullptr, {});
  CHECK(item(x->grad()) == 7);
  given = tensor({2, 1}, 7);
  const TensorRef loss = ops::sum(context, run(context, *layer, x));
  backward(context, loss, nullptr, {});  // a broadcast of it, which is summed
  CHECK(item(x->grad()) == 7 + 7 + 8);
  given = tensor({3}, 0);
  const TensorRef other = ops::sum(context, run(context, *layer, parameter({2, 1}, 1)));
  CHECK(refusal([&] { backward(context, other, nullptr, {}); }) ==
        "RuntimeError Function BackwardHookFunctionBackward returned an invalid gradient at index "
        "0 - got [3] but expected shape compatible with [2, 1]");
}

TEST_CASE("Without an input that requires grad the hooks run, and give nothing", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  auto hook = make<TestCallHook>();
  size_t count = 0;
  bool gives = false;
  hook->on_inputs = [&](Grads& grads, const Grads& output_grads) {
    count += grads.size();
    CHECK(!grads.at(0));
    CHECK(item(output_grads.at(0)) == 1);
    if (gives) grads[0] = tensor({1, 1});
  };
  layer->add_hook(hook);
  backward(context, ops::sum(context, run(context, *layer, tensor({1, 1}))), nullptr, {});
  CHECK(count == 1);
  gives = true;
  const TensorRef loss = ops::sum(context, run(context, *layer, tensor({1, 1})));
  CHECK(
      refusal([&] { backward(context, loss, nullptr, {}); }).starts_with("RuntimeError Backward"));
  const NoGrad off(context);
  CHECK_FALSE(run(context, *layer, tensor({1, 1}))->requires_grad());
}

TEST_CASE("A hook that fails stops the call; one that is always called hears of it",
          "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  auto fails = make<TestCallHook>(Hook::kAfterForward);
  fails->on_after = [](Module&, ValueRef&) { throw Error(Code::state, "not today"); };
  Said said;
  auto always = make<TestCallHook>(Hook::kAfterForward), never = make<TestCallHook>();
  always->always_ = true;
  always->on_after = [&](Module&, ValueRef& output) {
    said.push_back(output->as_tensor() ? "tensor" : "None");
    throw Error(Code::state, "unheard");
  };
  never->on_after = [&](Module&, ValueRef&) { said.push_back("never"); };
  const uint64_t id = layer->add_hook(fails);
  layer->add_hook(always);
  layer->add_hook(never);
  CHECK(refusal([&] { run(context, *layer, tensor({1, 1})); }).ends_with("not today"));
  CHECK(said == Said{"tensor"});
  layer->remove_hook(id);
  said.clear();
  CHECK(refusal([&] { run(context, *layer, tensor({1, 2})); }).find("shape") != std::string::npos);
  CHECK(said == Said{"None"});
}

TEST_CASE("A hook that is removed is not called by graphs of before", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  Said said;
  const uint64_t id = layer->add_hook(sayer(said, "a"));
  const TensorRef loss = ops::sum(context, run(context, *layer, parameter({1, 1}, 1)));
  layer->remove_hook(id);
  said.clear();
  backward(context, loss, nullptr, {});
  CHECK(said.empty());
  CHECK(item((*layer->parameters().find("weight"))->grad()) == 1);
}

TEST_CASE("Call hooks see keywords and any outputs", "[nn][hooks]") {
  Context context;
  const ModuleRef net = module_from_text(context, "Sequential(Identity())");
  auto hook = make<TestCallHook>();
  ValueRef keywords, output;
  hook->on_before = [&](Module&, CallInputs& inputs) { inputs.keywords = keywords; };
  hook->on_after = [&](Module&, ValueRef& out) { out = output ? output : out; };
  Grads seen;
  hook->on_outputs = [&](Grads& grads) { seen = grads; };
  net->add_hook(hook);
  const TensorRef x = parameter({1}, 2);
  keywords = Value::integer(3);
  CHECK(refusal([&] { run(context, *net, x); }).find("expected dict, got int") !=
        std::string::npos);
  keywords = nullptr;
  output = Value::tuple({Value::tensor(x), Value::integer(1), Value::tensor(parameter({1}))});
  const ValueRef out = run_call(context, *net, *Value::tuple({Value::tensor(x)}), nullptr);
  REQUIRE(out->count() == 3);
  CHECK(out->item(1)->as_integer() == 1);
  backward(context, ops::sum(context, TensorRef(out->item(0)->as_tensor())), nullptr, {});
  REQUIRE(seen.size() == 3);
  CHECK((seen[0] && !seen[1] && !seen[2]));
  CHECK(refusal([&] { run(context, *net, x); }).find("gives no tensor") != std::string::npos);
}

TEST_CASE("What a backward hook watches is not written over", "[nn][hooks]") {
  Context context;
  const ModuleRef act = module_from_text(context, "ReLU(inplace=True)");
  const uint64_t id = act->add_hook(make<TestCallHook>(Hook::kAfterBackward));
  const TensorRef leaf = parameter({2}, -1);
  const TensorRef computed = ops::mul(context, leaf, tensor({2}, 3));
  for (const TensorRef& x : {leaf, computed}) {
    const std::vector<float> before = values(*x);
    CHECK(refusal([&] { run(context, *act, x); }) ==
          "RuntimeError forward: ReLU: Output 0 of BackwardHookFunctionBackward is a view and is "
          "being modified inplace (expected a clone of it)");
    CHECK(values(*x) == before);
  }
  CHECK(values(*run(context, *act, tensor({2}, -1))) == std::vector<float>{0, 0});  // not watched
  act->remove_hook(id);
  CHECK(run(context, *act, computed) == computed);
  const ModuleRef flat = module_from_text(context, "Sequential(Flatten(0), ReLU(inplace=True))");
  const TensorRef rows = parameter({1, 2}, -1);
  CHECK(refusal([&] { run(context, *flat, rows); }) ==
        "RuntimeError forward: ReLU: a view of a leaf Variable that requires grad is being used in "
        "an in-place operation");
  CHECK(values(*rows) == std::vector<float>{-1, 0});
}

TEST_CASE("Call hooks may go while they run", "[nn][hooks]") {
  Context context;
  const TensorRef x = parameter({1, 1}, 1);
  TensorRef loss;
  int count = 0;
  {
    const ModuleRef layer = scaling(context, 3);
    auto hook = make<TestCallHook>(Hook::kBeforeBackward | Hook::kAfterBackward);
    const uint64_t id = layer->add_hook(hook);
    hook->on_outputs = [&count, id, module = layer.get()](Grads&) {
      ++count;
      module->remove_hook(id);
    };
    hook->on_inputs = [&](Grads&, const Grads&) { ++count; };
    loss = ops::sum(context, run(context, *layer, x));
  }
  backward(context, loss, nullptr, {true, false, {}});  // the graph has the last reference
  CHECK(count == 1);
  backward(context, loss, nullptr, {});
  CHECK(count == 1);
  CHECK(item(x->grad()) == 6);
}

TEST_CASE("Two walks of one graph run the hooks twice, one inside the other once", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  const TensorRef x = parameter({1, 1}, 1);
  Said said;
  auto hook = sayer(said, "a");
  layer->add_hook(hook);
  const TensorRef loss = ops::sum(context, run(context, *layer, x));
  said.clear();
  backward(context, loss, nullptr, {true, false, {}});
  backward(context, loss, nullptr, {true, false, {}});
  CHECK(said == Said{"a outputs", "a inputs", "a outputs", "a inputs"});
  said.clear();
  bool inner = false;
  hook->on_outputs = [&](Grads&) {
    said.push_back("outputs");
    if (!std::exchange(inner, true)) backward(context, loss, nullptr, {true, false, {}});
  };
  backward(context, loss, nullptr, {});
  CHECK(said.size() == 4);
  CHECK(item(x->grad()) == 4 * 3);
}

TEST_CASE("A hook that is set meanwhile is called where PyTorch calls it", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  Said said;
  auto setter = make<TestCallHook>(Hook::kBeforeForward);
  setter->on_before = [&](Module& module, CallInputs&) {
    if (said.empty()) module.add_hook(sayer(said, "late"));
    said.push_back("set");
  };
  layer->add_hook(setter);
  const TensorRef x = parameter({1, 1}, 1);
  backward(context, ops::sum(context, run(context, *layer, x)), nullptr, {});
  CHECK(said == Said{"set", "late after"});
  said = {"again"};
  backward(context, ops::sum(context, run(context, *layer, x)), nullptr, {});
  CHECK(said == Said{"again", "set", "late before", "late after", "late outputs", "late inputs"});
}

TEST_CASE("Those that are always called see what the one before gave", "[nn][hooks]") {
  Context context;
  const ModuleRef layer = scaling(context, 3);
  Said said;
  for (const int64_t number : {1, 2}) {
    auto hook = make<TestCallHook>(Hook::kAfterForward);
    hook->always_ = true;
    hook->on_after = [&said, number](Module&, ValueRef& output) {
      said.push_back(output->kind() == ValueKind::none ? "None"
                                                       : std::to_string(output->as_integer()));
      output = Value::integer(number);
    };
    layer->add_hook(hook);
  }
  CHECK(refusal([&] { run(context, *layer, tensor({1, 2})); }).find("shape") != std::string::npos);
  CHECK(said == Said{"None", "1"});
}
