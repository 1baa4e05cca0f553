#include "nn/hooks.hpp"

#include "nn/containers.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/hook_tools.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

TEST_CASE("Registration hooks see what is registered, with PyTorch's rules for None",
          "[nn][hooks]") {
  Said said;
  const ModuleRef m = make<Module>();
  m->add_hook(listener(said, "h"));
  m->register_parameter("p", parameter({1}));
  m->register_parameter("q", nullptr);  // not for a parameter that is None
  m->register_buffer("b", tensor({1}));
  m->register_buffer("c", nullptr);
  m->register_module("d", make<Module>());
  m->register_module("e", nullptr);
  m->assign("p", parameter({2}));
  m->assign("p", TensorRef());
  m->assign("b", tensor({2}));
  m->assign("b", TensorRef());
  m->assign("d", ModuleRef());
  m->assign("f", make<Module>());
  m->assign("plain", tensor({1}));
  CHECK(said == Said{"h:p", "h:b", "h:c=None", "h:d", "h:e=None", "h:p", "h:b", "h:b=None",
                     "h:d=None", "h:f"});
  CHECK(refusal([&] { m->register_buffer("b.c", nullptr); }) != "");
  CHECK(said.size() == 10);  // names are checked first
}

TEST_CASE("A registration hook gives another value, which is checked again", "[nn][hooks]") {
  const ModuleRef m = make<Module>();
  const TensorRef other = parameter({5}), plain = tensor({6});
  ModuleRef third = make<Module>("Third");
  auto hook = make<TestHook>(Hook::kRegistration);
  TensorRef given = other;
  hook->on_tensor = [&](Hook::Event, Module&, const std::string&, Tensor*) { return given; };
  hook->on_child = [&](Module&, const std::string&, Module*) { return third; };
  m->add_hook(hook);
  m->register_parameter("p", parameter({1}));
  m->register_module("c", nullptr);
  CHECK(*m->parameters().find("p") == other);
  CHECK(*m->children().find("c") == third);
  given = plain;
  CHECK(refusal([&] { m->register_parameter("q", parameter({1})); }).starts_with("TypeError"));
  CHECK_FALSE(m->parameters().contains("q"));
  m->register_buffer("b", nullptr, false);
  CHECK(*m->buffers().find("b") == plain);
  CHECK_FALSE(m->is_persistent("b"));
}

TEST_CASE("A hook that fails keeps an entry from being registered", "[nn][hooks]") {
  const ModuleRef m = make<Module>();
  m->register_buffer("b", tensor({1}));
  auto hook = make<TestHook>(Hook::kRegistration);
  hook->on_tensor = [&](Hook::Event, Module&, const std::string&, Tensor*) -> TensorRef {
    throw Error(Code::state, "no");
  };
  m->add_hook(hook);
  CHECK(refusal([&] { m->register_buffer("b", nullptr, false); }) == "no");
  CHECK(refusal([&] { m->register_buffer("c", nullptr, false); }) == "no");
  CHECK(*m->buffers().find("b"));
  CHECK(m->is_persistent("b"));
  CHECK_FALSE(m->buffers().contains("c"));
}

TEST_CASE("A registration hook is valid for what is below its module at that time", "[nn][hooks]") {
  Tree t;
  Said said;
  const auto parameters = [&](Module& m, const char* name) {
    said.clear();
    m.register_parameter(name, parameter({1}));
    return said;
  };
  t.root->add_hook(listener(said, "root"));
  t.mid->add_hook(listener(said, "mid"));
  CHECK(parameters(*t.root, "a") == Said{"root:a"});
  CHECK(parameters(*t.leaf, "a") == Said{"root:a", "mid:a"});

  const ModuleRef added = make<Module>(), below = make<Module>();
  added->register_module("below", below);
  said.clear();
  t.leaf->register_module("added", added);
  CHECK(said == Said{"root:added", "mid:added"});
  CHECK(parameters(*below, "a") == Said{"root:a", "mid:a"});

  t.mid->remove("leaf");
  CHECK(parameters(*below, "b").empty());
  CHECK(parameters(*t.mid, "b") == Said{"root:b", "mid:b"});
  t.root->register_module("again", t.leaf);
  CHECK(parameters(*below, "c") == Said{"root:c"});

  // In two trees, and in one of them twice.
  const ModuleRef other = make<Module>("Other");
  other->add_hook(listener(said, "other"));
  other->register_module("shared", t.leaf);
  t.mid->register_module("leaf", t.leaf);
  CHECK(parameters(*below, "d") == Said{"root:d", "other:d", "mid:d"});
  t.root->remove("again");
  CHECK(parameters(*below, "e") == Said{"root:e", "other:e", "mid:e"});
  t.root->remove("mid");
  CHECK(parameters(*below, "f") == Said{"other:f", "mid:f"});
}

TEST_CASE("A registration hook ends with its module and when it is removed", "[nn][hooks]") {
  Said said;
  int destroyed = 0;
  const ModuleRef leaf = make<Module>();
  uint64_t id = 0;
  {
    const ModuleRef root = make<Module>();
    root->register_module("leaf", leaf);
    auto hook = listener(said, "root");
    hook->destroyed = &destroyed;
    root->add_hook(std::move(hook));
    auto second = listener(said, "second");
    second->destroyed = &destroyed;
    id = root->add_hook(std::move(second));
    leaf->register_buffer("a", nullptr);
    CHECK(said == Said{"root:a=None", "second:a=None"});
    root->remove_hook(id);
    CHECK(destroyed == 1);
    leaf->register_buffer("b", nullptr);
    CHECK(said.size() == 3);
    CHECK(refusal([&] { root->remove_hook(id); }).find("has no hook 2") != std::string::npos);
    CHECK(refusal([&] { leaf->remove_hook(1); }) != "");
  }
  CHECK(destroyed == 2);
  leaf->register_buffer("c", nullptr);
  CHECK(said.size() == 3);
}

TEST_CASE("Containers' edits keep hooks with what stays", "[nn][hooks]") {
  Said said;
  auto list = make<ModuleList>();
  list->add_hook(listener(said, "h"));
  const ModuleRef a = make<Module>("A"), b = make<Module>("B"), c = make<Module>("C");
  list->append(a);
  list->append(b);
  list->insert(0, c);  // as PyTorch's, past the hooks
  CHECK(said == Said{"h:0", "h:1"});
  said.clear();
  list->set(0, c);
  for (const ModuleRef& m : {a, b, c}) m->register_buffer("x", nullptr);
  CHECK(said == Said{"h:0", "h:x=None", "h:x=None", "h:x=None"});
  said.clear();
  list->pop(1);
  for (const ModuleRef& m : {a, b, c}) m->register_buffer("y", nullptr);
  CHECK(said == Said{"h:y=None", "h:y=None"});
}

TEST_CASE("A registration hook may register, remove and set hooks", "[nn][hooks]") {
  const ModuleRef m = make<Module>();
  Said said;
  auto hook = make<TestHook>(Hook::kParameter);
  uint64_t late = 0;
  hook->on_tensor = [&](Hook::Event, Module& module, const std::string& name,
                        Tensor*) -> TensorRef {
    module.register_buffer(name + "_mask", nullptr);
    if (late) module.remove_hook(std::exchange(late, 0));
    module.add_hook(listener(said, "new"));
    return nullptr;
  };
  const uint64_t id = m->add_hook(hook);
  late = m->add_hook(listener(said, "late"));
  m->register_parameter("w", parameter({1}));
  CHECK(m->buffers().contains("w_mask"));
  CHECK(said == Said{"late:w_mask=None"});  // removed before its turn, and the new one is too late
  m->remove_hook(id);
  m->register_parameter("v", parameter({1}));
  CHECK(said == Said{"late:w_mask=None", "new:v"});

  // A hook that takes the name itself.
  hook->on_tensor = [&](Hook::Event, Module& module, const std::string&, Tensor*) {
    module.register_buffer("u", nullptr);
    return TensorRef();
  };
  m->add_hook(hook);
  CHECK(refusal([&] { m->register_parameter("u", parameter({1})); }) ==
        "KeyError register_parameter: attribute 'u' already exists");
}

TEST_CASE("A hook that calls itself without end is an error", "[nn][hooks]") {
  const ModuleRef m = make<Module>();
  int calls = 0;
  auto hook = make<TestHook>(Hook::kParameter | Hook::kBeforeStateDict | Hook::kBeforeLoad);
  hook->on_tensor = [&](Hook::Event, Module&, const std::string& name, Tensor*) {
    ++calls;
    m->register_parameter(name + "x", parameter({1}));
    return TensorRef();
  };
  hook->on_before_state = [](const Module& module, const std::string&, bool) {
    state_dict(module);
  };
  Context context;
  hook->on_before_load = [&](Module& module, StateDict& dict, const std::string&, LoadNotes&) {
    load_state_dict(context, module, dict);
  };
  m->add_hook(hook);
  CHECK(refusal([&] {
          m->register_parameter("p", parameter({1}));
        }).starts_with("RecursionError register_parameter: a hook calls itself without end"));
  CHECK(calls == 64);
  CHECK(m->parameters().empty());
  CHECK(refusal([&] { state_dict(*m); }).starts_with("RecursionError state_dict: a hook"));
  CHECK(refusal([&] {
          load_state_dict(context, *m, *make<StateDict>());
        }).starts_with("RecursionError load_state_dict: a hook"));
}

TEST_CASE("Registration hooks in a deep tree, built from above", "[nn][hooks]") {
  constexpr int kDepth = 100'000;
  Said said;
  const ModuleRef root = make<Module>();
  auto hook = make<TestHook>(Hook::kRegistration);
  int children = 0;
  hook->on_child = [&](Module&, const std::string&, Module*) {
    ++children;
    return ModuleRef();
  };
  root->add_hook(hook);
  Module* deepest = root.get();
  for (int i = 0; i < kDepth; ++i) {
    const ModuleRef next = make<Module>();
    deepest->register_module("c", next);
    deepest = next.get();
  }
  CHECK(children == kDepth);
  const ModuleRef held(deepest);
  root->remove("c");
  held->register_module("c", make<Module>());
  CHECK(children == kDepth);
}
