#include "nn/walk.hpp"

#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

using Names = std::vector<std::string>;

template <class Entries>
Names names_of(const Entries& entries) {
  Names out;
  for (const auto& entry : entries) out.push_back(entry.name);
  return out;
}

Names keys_of(const StateDict& dict) { return names_of(dict.entries()); }

Names versions_of(const StateDict& dict) {
  Names out;
  for (const auto& [path, version] : dict.versions()) {
    out.push_back(path + ":" + std::to_string(*version.number));
  }
  return out;
}

ModuleRef layer(const char* class_name = "Linear", int64_t version = 1) {
  ModuleRef out = make<Module>(class_name, version);
  out->register_parameter("weight", parameter({2, 1}));
  out->register_parameter("bias", parameter({2}));
  return out;
}

// The tree of the specification's part 2: parameters and buffers in mixed order, None entries.
ModuleRef mixed() {
  ModuleRef m = make<Module>();
  m->register_module("c1", layer());
  m->register_buffer("b1", tensor({1}));
  m->register_parameter("p1", parameter({1}));
  ModuleRef norm = layer("BatchNorm1d", 2);
  norm->register_buffer("running_mean", tensor({2}));
  m->register_module("c2", norm);
  m->register_parameter("p0", parameter({1}));
  m->register_buffer("np", tensor({1}), false);
  m->register_buffer("bn", nullptr);
  m->register_parameter("pn", nullptr);
  m->register_module("mn", nullptr);
  return m;
}

}  // namespace

TEST_CASE("Listings follow PyTorch's order", "[nn][walk]") {
  const ModuleRef m = mixed();
  CHECK(names_of(named_parameters(*m)) ==
        Names{"p1", "p0", "c1.weight", "c1.bias", "c2.weight", "c2.bias"});
  CHECK(names_of(named_buffers(*m)) == Names{"b1", "np", "c2.running_mean"});
  CHECK(names_of(named_modules(*m)) == Names{"", "c1", "c2"});
  CHECK(names_of(named_children(*m)) == Names{"c1", "c2"});
  CHECK_FALSE(named_buffers(*m)[1].persistent);
  CHECK(named_parameters(*m)[2].owner == m->children()[0].value.get());
}

TEST_CASE("A prefix gets a dot, also without recursion", "[nn][walk]") {
  const ModuleRef m = mixed();
  CHECK(names_of(named_buffers(*m, {"x.", true, true})) ==
        Names{"x..b1", "x..np", "x..c2.running_mean"});
  CHECK(names_of(named_modules(*m, {"a.b", true, true})) == Names{"a.b", "a.b.c1", "a.b.c2"});
  CHECK(names_of(named_parameters(*m, {"q", false, true})) == Names{"q.p1", "q.p0"});
}

TEST_CASE("An object is listed once under its first name, or under each", "[nn][walk]") {
  const ModuleRef m = make<Module>();
  const ModuleRef shared = layer();
  const TensorRef tied = shared->parameters()[0].value;
  m->register_module("a", shared);
  m->register_module("b", shared);
  m->register_parameter("top", tied);
  m->register_buffer("buffer", tied);
  CHECK(names_of(named_parameters(*m)) == Names{"top", "a.bias"});
  CHECK(names_of(named_parameters(*m, {"", true, false})) ==
        Names{"top", "a.weight", "a.bias", "b.weight", "b.bias"});
  CHECK(names_of(named_buffers(*m)) == Names{"buffer"});
  CHECK(names_of(named_modules(*m)) == Names{"", "a"});
  CHECK(names_of(named_modules(*m, {"", true, false})) == Names{"", "a", "b"});
  CHECK(names_of(named_children(*m)) == Names{"a"});
}

TEST_CASE("Two parameters over one storage are two entries", "[nn][walk]") {
  const ModuleRef m = make<Module>();
  const TensorRef data = tensor({2});
  m->register_parameter("a", make_parameter(*data, true));
  m->register_parameter("b", make_parameter(*data, true));
  CHECK(names_of(named_parameters(*m)) == Names{"a", "b"});
}

TEST_CASE("A cycle ends a listing and is an error where it would be endless", "[nn][walk]") {
  ModuleRef a = make<Module>(), b = layer();
  a->register_module("b", b);
  b->register_module("a", a);
  CHECK(names_of(named_modules(*a)) == Names{"", "b"});
  CHECK(names_of(named_modules(*b)) == Names{"", "a"});
  CHECK(names_of(named_parameters(*a)) == Names{"b.weight", "b.bias"});
  requires_grad(*a, false);
  zero_grad(*a, true);
  const auto path = [](auto&& body) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      CHECK(error.code() == Code::state);
      return *error.record()->detail("path");
    }
    return "none";
  };
  CHECK(path([&] { named_modules(*a, {"", true, false}); }) == "b.a");
  CHECK(path([&] { state_dict(*a); }) == "b.a");
  CHECK(path([&] { train(*a, false); }) == "b.a");
  CHECK(a->training());
  CHECK(path([&] { apply(*a, [](Module&) { FAIL(); }); }) == "b.a");
  a->register_module("me", a);
  a->remove("b");
  CHECK(path([&] { state_dict(*a); }) == "me");
  a->remove("me");
}

TEST_CASE("A cycle below 32 levels and more is found", "[nn][walk]") {
  const ModuleRef root = make<Module>();
  Module* last = root.get();
  for (int i = 0; i < 100; ++i) {
    last->register_module("c", make<Module>());
    last = last->children()[0].value.get();
  }
  Module* fiftieth = root.get();
  for (int i = 0; i < 50; ++i) fiftieth = fiftieth->children()[0].value.get();
  last->register_module("back", ModuleRef(fiftieth));
  CHECK_THROWS_AS(state_dict(*root), Error);
  CHECK(named_modules(*root).size() == 101);
  last->remove("back");
  CHECK(state_dict(*root)->versions().size() == 101);
}

TEST_CASE("A module shared by sisters on many levels is no cycle", "[nn][walk]") {
  ModuleRef below = layer();
  for (int i = 0; i < 10; ++i) {
    ModuleRef level = make<Module>();
    level->register_module("x", below);
    level->register_module("y", below);
    below = level;
  }
  CHECK(state_dict(*below)->entries().size() == 2048);
  CHECK(named_modules(*below).size() == 11);
  train(*below, false);
  CHECK(names_of(named_parameters(*below)).size() == 2);
}

TEST_CASE("state_dict puts keys module by module, every name, no None", "[nn][walk]") {
  const ModuleRef m = mixed();
  const auto dict = state_dict(*m);
  CHECK(keys_of(*dict) ==
        Names{"p1", "p0", "b1", "c1.weight", "c1.bias", "c2.weight", "c2.bias", "c2.running_mean"});
  CHECK(versions_of(*dict) == Names{":1", "c1:1", "c2:2"});
  CHECK(dict->has_versions());
  CHECK(dict->entries()[0].value.kind == StateKind::parameter);
  CHECK(dict->entries()[2].value.kind == StateKind::buffer);
}

TEST_CASE("state_dict takes its prefix as it is", "[nn][walk]") {
  const ModuleRef m = mixed();
  CHECK(keys_of(*state_dict(*m, {"x", false}))[3] == "xc1.weight");
  CHECK(versions_of(*state_dict(*m, {"x", false})) == Names{":1", "xc1:1", "xc2:2"});
  CHECK(versions_of(*state_dict(*m, {"x.", false})) == Names{"x:1", "x.c1:1", "x.c2:2"});
}

TEST_CASE("state_dict gives live views, or the very objects", "[nn][walk]") {
  const ModuleRef m = layer();
  const TensorRef weight = m->parameters()[0].value;
  const auto dict = state_dict(*m);
  const TensorRef view = dict->entries()[0].value.tensor;
  CHECK(view != weight);
  CHECK(view->storage() == weight->storage());
  CHECK_FALSE(view->requires_grad());
  CHECK_FALSE(view->is_parameter());
  view->mutable_data<float>()[0] = 42;
  CHECK(weight->data<float>()[0] == 42);
  CHECK(state_dict(*m, {"", true})->entries()[0].value.tensor == weight);
}

TEST_CASE("Children named with a dot overwrite as a Python dict does", "[nn][walk]") {
  const ModuleRef m = make<Module>(), a = make<Module>();
  a->register_module("b", layer());
  m->register_module("a", a);
  m->assign("a.b", layer());
  const auto dict = state_dict(*m);
  CHECK(keys_of(*dict) == Names{"a.b.weight", "a.b.bias"});
  const TensorRef later = m->children().find("a.b")->get()->parameters()[0].value;
  CHECK(dict->entries()[0].value.tensor->storage() == later->storage());
}

TEST_CASE("Paths are looked up as PyTorch does", "[nn][walk]") {
  const ModuleRef m = make<Module>(), a = make<Module>();
  a->register_module("lin", layer());
  a->register_module("none", nullptr);
  a->register_buffer("bb", tensor({1}));
  a->register_buffer("nb", nullptr);
  a->register_parameter("np", nullptr);
  a->assign("tp", tensor({1}));
  m->register_module("a", a);

  CHECK(&get_submodule(*m, "") == m.get());
  CHECK(get_submodule(*m, "a.lin").class_name() == "Linear");
  CHECK(&get_parameter(*m, "a.lin.weight") == a->children()[0].value->parameters()[0].value.get());
  CHECK(get_buffer(*m, "a.bb") == a->buffers()[0].value);
  CHECK(get_buffer(*m, "a.nb") == nullptr);

  const auto sub = [&](const char* path) { return refusal([&] { get_submodule(*m, path); }); };
  CHECK(sub("a.") == "AttributeError get_submodule: Module has no attribute ``");
  CHECK(sub(".") == "AttributeError get_submodule: Module has no attribute ``");
  CHECK(sub("a..lin") == "AttributeError get_submodule: Module has no attribute ``");
  CHECK(sub("a.none") == "AttributeError get_submodule: `none` is not an nn.Module");
  CHECK(sub("a.lin.weight") == "AttributeError get_submodule: `weight` is not an nn.Module");
  CHECK(sub("a.forward") == "AttributeError get_submodule: `forward` is not an nn.Module");
  const auto par = [&](const char* path) { return refusal([&] { get_parameter(*m, path); }); };
  CHECK(par("") == "AttributeError get_parameter: Module has no attribute ``");
  CHECK(par("a.np") == "AttributeError get_parameter: `np` is not an nn.Parameter");
  CHECK(par("a.lin.nope") == "AttributeError get_parameter: Linear has no attribute `nope`");
  const auto buf = [&](const char* path) { return refusal([&] { get_buffer(*m, path); }); };
  CHECK(buf("a.tp") == "AttributeError get_buffer: `tp` is not a buffer");
  CHECK(buf("a.lin.weight") == "AttributeError get_buffer: `weight` is not a buffer");
}

TEST_CASE("A wrong path names the nearest right one", "[nn][walk]") {
  const ModuleRef m = layer();
  try {
    get_parameter(*m, "wieght");
    FAIL();
  } catch (const Error& error) {
    CHECK(*error.record()->detail("nearest") == "weight");
  }
}

TEST_CASE("set_submodule replaces or makes a child", "[nn][walk]") {
  const ModuleRef m = make<Module>();
  m->register_module("a", layer());
  m->register_module("none", nullptr);
  set_submodule(*m, "a.new", make<Module>("ReLU"));
  CHECK(get_submodule(*m, "a.new").class_name() == "ReLU");
  set_submodule(*m, "a", make<Module>("Tanh"), true);
  CHECK(get_submodule(*m, "a").class_name() == "Tanh");
  const auto set = [&](const char* path, bool strict) {
    return refusal([&] { set_submodule(*m, path, make<Module>(), strict); });
  };
  CHECK(set("a.zz", true) == "AttributeError set_submodule: Tanh has no attribute `zz`");
  CHECK(set("zz.a", false) == "AttributeError set_submodule: Module has no attribute `zz`");
  CHECK(set("none", false) == "AttributeError set_submodule: `none` is not an nn.Module");
  CHECK(set("", false).find("ValueError") == 0);
}

TEST_CASE("apply goes bottom up, once a path", "[nn][walk]") {
  const ModuleRef m = make<Module>("Root"), inner = make<Module>("Inner"), leaf = layer("Leaf");
  inner->register_module("0", leaf);
  m->register_module("0", inner);
  m->register_module("1", leaf);
  Names order;
  apply(*m, [&](Module& module) { order.push_back(module.class_name()); });
  CHECK(order == Names{"Leaf", "Inner", "Leaf", "Root"});
}

TEST_CASE("train sets the whole tree", "[nn][walk]") {
  const ModuleRef m = mixed();
  train(*m, false);
  for (const NamedModule& entry : named_modules(*m)) CHECK_FALSE(entry.module->training());
  m->register_module("late", layer());
  CHECK(get_submodule(*m, "late").training());
}

TEST_CASE("requires_grad changes all parameters or none", "[nn][walk]") {
  const ModuleRef m = mixed();
  requires_grad(*m, false);
  for (const NamedTensor& entry : named_parameters(*m)) CHECK_FALSE(entry.tensor->requires_grad());
  const TensorRef counts = empty(make<Allocator>(), {1}, Dtype::int64);
  m->children()[1].value->register_parameter("n", make_parameter(*counts, false));
  CHECK(refusal([&] {
          requires_grad(*m, true);
        }).find("only Tensors of floating point dtype can require gradients") != std::string::npos);
  for (const NamedTensor& entry : named_parameters(*m)) CHECK_FALSE(entry.tensor->requires_grad());
  requires_grad(*m, false);
}

TEST_CASE("A chain of 100,000 modules is walked without recursion", "[nn][walk]") {
  const ModuleRef root = make<Module>();
  Module* last = root.get();
  for (int i = 0; i < 100'000; ++i) {
    last->register_module("c", make<Module>());
    last = last->children()[0].value.get();
  }
  last->register_parameter("w", parameter({1}));
  size_t visited = 0;
  walk(*root, {"", true, false}, [&](std::string_view, Module&) { ++visited; });
  CHECK(visited == 100'001);
  const auto listed = named_parameters(*root);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name.size() == 2 * 100'000 + 1);
  train(*root, false);
  CHECK_FALSE(last->training());
}
