// Modules from C++: listed, trained, saved and loaded as in C.
#include <duramen/duramen.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

using duramen::Context;
using duramen::Module;
using duramen::Tensor;

namespace {

constexpr const char* kText = "Sequential(Linear(4, 3), BatchNorm1d(3))";

TEST_CASE("a listing is a range of names and tensors", "[cxx]") {
  const Context context;
  const Module model = Module::from_text(context, kText);
  std::vector<std::string> names;
  int64_t elements = 0;
  for (const auto& [name, tensor] : model.named_parameters()) {
    names.emplace_back(name);
    elements += tensor.numel();
  }
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias"});
  CHECK(elements == 4 * 3 + 3 + 3 + 3);

  const auto all = model.list(0, 0, "net");
  CHECK(all.size() == 7);
  CHECK(all[0].name() == "net.0.weight");
  CHECK(all[0].is_parameter());
  CHECK(all[6].is_buffer());
  CHECK(all[6].dtype() == duramen::Dtype::int64);
  CHECK(all[0].shape().size() == 2);
  CHECK(all[0].shape()[1] == 4);
  CHECK(model.named_children().size() == 2);
  const duramen::Entries modules = model.named_modules();
  CHECK(modules[1].module() == model.submodule("0").get());
  CHECK(Module::from_text(context, "ReLU()").named_parameters().empty());
  const duramen::Entries parameters = model.named_parameters();
  CHECK(model.parameter("0.weight") == parameters[0].tensor());
  CHECK_THROWS_AS(model.parameter("0.wieght"), duramen::NotFound);
}

TEST_CASE("containers are edited", "[cxx]") {
  const Context context;
  const Module model = Module::from_text(context, "Sequential(ReLU(), Tanh(), Sigmoid())");
  const Module identity = Module::from_text(context, "Identity()");
  const duramen::ContainerRef layers(model);
  layers.insert(1, identity);
  layers.append(identity);
  CHECK(layers.size() == 5);
  CHECK(layers.at(-1) == identity);
  const Module popped = layers.pop(0);
  CHECK(popped.class_name() == "ReLU");
  layers.erase(1, 3);
  layers.extend({identity, {}});
  const duramen::StringList keys = layers.keys();
  CHECK(keys[3] == "3");
  CHECK(!layers.at(3));
  CHECK(duramen::ContainerRef(layers.slice(0, INT64_MAX, 2)).size() == 2);
  CHECK_THROWS_AS(layers.at(9), duramen::NotFound);
  layers.clear();
  CHECK(layers.size() == 0);

  const Module named = Module::from_text(context, "ModuleDict({'a': ReLU()})");
  const duramen::ContainerRef dict(named);
  dict.set("b", identity);
  CHECK(dict.at("b") == identity);
  CHECK_THROWS_AS(dict.set("a.b", identity), duramen::InvalidArgument);
  const Module by_key = dict.pop("a");
  CHECK(by_key.class_name() == "ReLU");

  const Module numbers = Module::from_text(context, "ParameterDict({'a': ones(1)})");
  const duramen::ContainerRef values(numbers);
  values.set_value("five", 5);
  CHECK(values.value("five").as_int() == 5);
  CHECK(values.pop_value("a").as_tensor().is_parameter());
  CHECK(values.keys().size() == 1);
  const Module list = Module::from_text(context, "ParameterList()");
  duramen::ContainerRef(list).extend_values(duramen::Value::list({1, 2}));
  CHECK(duramen::ContainerRef(list).size() == 2);

  model.set_submodule("new", identity);
  CHECK_THROWS_AS(model.set_submodule("newer", identity, true), duramen::NotFound);
}

TEST_CASE("a model is trained", "[cxx]") {
  const Context context(1);
  const Module model = Module::from_text(context, "Linear(1, 1)");
  const Module loss = Module::from_text(context, "MSELoss()");
  const auto optimizer = duramen::Optimizer::from_text(context, "SGD(lr=0.1)", model);
  const Tensor x = Tensor::copy(context, std::vector<float>{0, 1, 2, 3}, {{4, 1}});
  const Tensor y = Tensor::copy(context, std::vector<float>{1, 3, 5, 7}, {{4, 1}});
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    loss(context, model(context, x), y).backward(context);
    optimizer.step(context);
  }
  CHECK(model.parameter("weight").item() == Approx(2).margin(1e-2));
  CHECK(model.parameter("bias").item() == Approx(1).margin(1e-2));
  optimizer.set_lr(0.01);
  CHECK(optimizer.option(0, "lr").as_float() == 0.01);
}

TEST_CASE("gradients are those of the C interface", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::copy(context, std::vector<double>{1, 2, 3});
  x.set_requires_grad(true);
  duramen::sum(context, duramen::mul(context, x, x)).backward(context);
  CHECK(x.grad().to_vector<double>(context) == std::vector<double>{2, 4, 6});
  x.set_grad({});
  CHECK_FALSE(x.grad());
  const Tensor weights = duramen::apply("softmax(dim=-1)", context, {x});
  CHECK(duramen::sum(context, weights).item() == Approx(1));
}

TEST_CASE("a state dict is loaded whole or not at all", "[cxx]") {
  const Context context(0);
  const Module source = Module::from_text(context, kText);
  const Module target = Module::from_text(context, kText);
  const duramen::StateDict state = source.state_dict();
  CHECK(target.load_state_dict(context, state).loaded() == 7);
  CHECK(target.parameter("0.bias").to_vector<float>(context) ==
        source.parameter("0.bias").to_vector<float>(context));

  const duramen::StateDict less = duramen::StateDict(state.snapshot(context));
  less.remove("0.bias");
  less.set("extra", Tensor::zeros(context, {1}));
  try {
    target.load_state_dict(context, less);
    FAIL("a load that does not fit succeeded");
  } catch (const duramen::Incompatible& error) {
    const duramen::LoadReportRef report = duramen_error_load_report(error.get());
    REQUIRE(report);
    CHECK(report.missing() == std::vector<std::string_view>{"0.bias"});
    CHECK(report.unexpected() == std::vector<std::string_view>{"extra"});
  }
  const auto report = target.load_state_dict(
      context, less, DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED);
  CHECK(report.count(DURAMEN_LOAD_ITEM_MISSING) == 1);
}

TEST_CASE("any arguments in, any nesting back", "[cxx]") {
  const Context context;
  const Module model = Module::from_text(context, "Linear(2, 2)");
  const Tensor x = Tensor::zeros(context, {1, 2});
  const duramen::Value out = model.call_with(context, duramen::Value::tuple({x}));
  CHECK(out.kind() == DURAMEN_VALUE_TENSOR);
  CHECK(model.repr() == "Linear(in_features=2, out_features=2, bias=True)");
  model.eval();
  CHECK_FALSE(model.is_training());
  model.to(context, duramen::Dtype::float64);
  CHECK(model.parameter("weight").dtype() == duramen::Dtype::float64);
}

TEST_CASE("a printout with unknown classes, and the lossless text", "[cxx]") {
  const Context context;
  const char* printout = "Net(\n  (fc): Linear(in_features=2, out_features=1, bias=True)\n)";
  CHECK_THROWS_AS(Module::from_text(context, printout), duramen::Unsupported);
  const auto read = Module::from_text_with(context, printout, DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS);
  CHECK(read.module.repr() == printout);
  CHECK(read.unknown.find("").as_text() == "Net");
  read.module.parameter("fc.bias").set_requires_grad(false);
  const Module again = Module::from_text(context, read.module.text());
  CHECK_FALSE(again.parameter("fc.bias").requires_grad());
  CHECK(again.repr() == printout);
}

}  // namespace
