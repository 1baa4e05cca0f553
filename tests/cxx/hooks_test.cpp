// Hooks as functions: what they see, give and throw.
#include <duramen/duramen.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

using duramen::Context;
using duramen::Hooks;
using duramen::LoadNotesRef;
using duramen::Module;
using duramen::ModuleRef;
using duramen::StateDict;
using duramen::StateDictRef;
using duramen::Tensor;
using duramen::TensorRef;

namespace {

using Said = std::vector<std::string>;

TEST_CASE("registration hooks of a program", "[cxx][hooks]") {
  const Context context;
  const Module net = Module::from_text(context, "Sequential(Linear(1, 1))");
  const Module fc = net.submodule("0");
  const Tensor one = Tensor::parameter(Tensor::full(context, {1}, 1.0));
  const Tensor two = Tensor::parameter(Tensor::full(context, {1}, 2.0));
  Said said;
  Hooks hooks;
  hooks.register_parameter = [&](ModuleRef module, std::string_view name, TensorRef) {
    said.push_back(std::string(module.class_name()) + " " + std::string(name));
    return Tensor(two);
  };
  hooks.register_buffer = [&](ModuleRef, std::string_view, TensorRef tensor) -> Tensor {
    if (!tensor) throw std::runtime_error("None is not wanted");
    return {};
  };
  hooks.register_child = [&](ModuleRef, std::string_view, ModuleRef child) -> Module {
    said.emplace_back(child.class_name());
    return {};
  };
  const uint64_t id = add_hook(net, hooks);
  fc.register_parameter("p", one);
  CHECK(fc.parameter("p") == two);
  CHECK_THROWS_WITH(fc.register_buffer("b", Tensor()), Catch::Contains("None is not wanted"));
  fc.register_buffer("b", one);
  net.register_module("r", Module::from_text(context, "ReLU()"));
  CHECK(said == Said{"Linear p", "ReLU"});
  net.remove_hook(id);
  CHECK_THROWS_AS(net.remove_hook(id), duramen::NotFound);
  fc.register_parameter("p", one);
  CHECK(fc.parameter("p") == one);
}

TEST_CASE("hooks of state dicts and loads of a program", "[cxx][hooks]") {
  const Context context;
  const Module net = Module::from_text(context, "Sequential(Linear(1, 1, bias=False))");
  Said said;
  Hooks hooks;
  hooks.before_state_dict = [&](ModuleRef, std::string_view prefix, uint64_t flags) {
    said.push_back("before " + std::string(prefix) + std::to_string(flags));
  };
  hooks.after_state_dict = [&](ModuleRef, StateDictRef dict, std::string_view prefix) {
    const std::string key(prefix);
    dict.set(key + "kernel", dict.tensor(key + "weight"));
    dict.remove(key + "weight");
  };
  hooks.before_load = [&](ModuleRef, StateDictRef dict, std::string_view prefix,
                          LoadNotesRef notes) {
    const std::string key(prefix);
    dict.set(key + "weight", dict.tensor(key + "kernel"));
    notes.add(DURAMEN_LOAD_ITEM_MISSING, "made up");
  };
  hooks.after_load = [&](ModuleRef, std::string_view, LoadNotesRef notes) {
    const duramen::StringList missing = notes.list(DURAMEN_LOAD_ITEM_MISSING);
    said.emplace_back(missing[0]);
    const duramen::StringList unexpected = notes.list(DURAMEN_LOAD_ITEM_UNEXPECTED);
    said.emplace_back(unexpected[0]);
    notes.remove(DURAMEN_LOAD_ITEM_MISSING, "made up");
    notes.clear(DURAMEN_LOAD_ITEM_UNEXPECTED);
  };
  add_hook(net.submodule("0"), std::move(hooks));
  const StateDict state = net.state_dict("x.", DURAMEN_STATE_KEEP_VARS);
  const duramen::Entries entries = state.entries();
  CHECK(entries[0].name() == "x.0.kernel");
  const StateDict plain = StateDict::create();
  net.add_state_dict(plain);
  net.load_state_dict(context, plain);
  CHECK(said == Said{"before x.0.1", "before 0.0", "made up", "0.kernel"});
}

TEST_CASE("conversions of a module", "[cxx]") {
  const Context context;
  const Module norm = Module::from_text(context, "BatchNorm1d(1, affine=False)");
  norm.convert(context, duramen::Dtype::float16);
  CHECK(norm.buffer("running_mean").dtype() == duramen::Dtype::float16);
  CHECK(norm.buffer("num_batches_tracked").dtype() == duramen::Dtype::int64);
  norm.convert(context, duramen::Dtype::float32, DURAMEN_CONVERT_ALL);
  CHECK(norm.buffer("num_batches_tracked").dtype() == duramen::Dtype::float32);
  CHECK_THROWS_AS(norm.convert(context, duramen::Dtype::complex64), duramen::DtypeMismatch);
}

}  // namespace
