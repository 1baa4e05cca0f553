#include <atomic>
#include <thread>

#include "nn/containers.hpp"
#include "nn/hooks.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/hook_tools.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

using Kind = LoadReport::Kind;

}  // namespace

TEST_CASE("State-dict hooks of each module in order, editing the dict", "[nn][hooks]") {
  Tree t;
  t.leaf->register_parameter("w", parameter({1}));
  t.leaf->register_parameter("v", parameter({1}));
  t.root->register_buffer("b", tensor({1}));
  Said said;
  const auto add = [&](const ModuleRef& m, const std::string& tag) {
    auto hook = make<TestHook>(Hook::kBeforeStateDict | Hook::kAfterStateDict);
    hook->on_before_state = [&, tag](const Module&, const std::string& prefix, bool keep) {
      said.push_back("before " + tag + " '" + prefix + (keep ? "' keep" : "'"));
    };
    hook->on_after_state = [&, tag](const Module&, StateDict& dict, const std::string& prefix) {
      said.push_back("after " + tag + " '" + prefix + "' " + keys(dict));
      if (tag == "leaf") dict.entries().erase(prefix + "w");
      if (tag == "mid") dict.set_value(prefix + "extra", Value::none());
    };
    m->add_hook(hook);
  };
  for (const auto& [m, tag] : {std::pair(t.root, "root"), {t.mid, "mid"}, {t.leaf, "leaf"}}) {
    add(m, tag);
  }
  add(t.root, "root2");
  const Ref<StateDict> dict = state_dict(*t.root, {.prefix = "x.", .keep_vars = true});
  CHECK(keys(*dict) == "x.b x.mid.leaf.v x.mid.extra");
  CHECK(said == Said{"before root 'x.' keep", "before root2 'x.' keep", "before mid 'x.mid.' keep",
                     "before leaf 'x.mid.leaf.' keep",
                     "after leaf 'x.mid.leaf.' x.b x.mid.leaf.w x.mid.leaf.v",
                     "after mid 'x.mid.' x.b x.mid.leaf.v",
                     "after root 'x.' x.b x.mid.leaf.v x.mid.extra",
                     "after root2 'x.' x.b x.mid.leaf.v x.mid.extra"});
  CHECK(dict->version_of("x.mid.leaf") == 1);
}

TEST_CASE("A state dict goes into a destination, or not at all", "[nn][hooks]") {
  Tree t;
  t.leaf->register_parameter("w", parameter({1}));
  const auto dict = make<StateDict>();
  dict->set_value("there", Value::none());
  add_state_dict(*t.root, *dict, {.prefix = "p"});
  CHECK(keys(*dict) == "there pmid.leaf.w");
  CHECK_FALSE(dict->has_versions());
  dict->set_has_versions(true);
  add_state_dict(*t.root, *dict);
  CHECK(keys(*dict) == "there pmid.leaf.w mid.leaf.w");
  CHECK(dict->version_of("mid.leaf") == 1);
  auto hook = make<TestHook>(Hook::kAfterStateDict);
  hook->on_after_state = [](const Module&, StateDict&, const std::string&) {
    throw Error(Code::state, "no");
  };
  t.root->add_hook(hook);
  CHECK(refusal([&] { add_state_dict(*t.root, *dict, {.prefix = "q."}); }) == "no");
  CHECK(keys(*dict) == "there pmid.leaf.w mid.leaf.w");
}

TEST_CASE("A hook may change the tree that is exported", "[nn][hooks]") {
  Tree t;
  auto hook = make<TestHook>(Hook::kBeforeStateDict | Hook::kAfterStateDict);
  hook->on_before_state = [&](const Module&, const std::string&, bool) {
    if (t.mid->children().contains("leaf")) t.mid->remove("leaf");
    t.mid->register_buffer("late", tensor({1}));
    t.leaf = nullptr;
  };
  hook->on_after_state = [&](const Module&, StateDict&, const std::string&) {
    if (t.root->children().contains("mid")) t.root->remove("mid");
    t.mid = nullptr;
  };
  t.mid->add_hook(hook);
  CHECK(keys(*state_dict(*t.root)) == "mid.late");
  CHECK(keys(*state_dict(*t.root)).empty());
}

namespace {

struct LoadTree : Tree {
  Context context;
  Ref<StateDict> dict;
  LoadTree() {
    leaf->register_parameter("w", parameter({1}, 1));
    root->register_buffer("b", tensor({1}, 2));
    dict = make<StateDict>();
    dict->set_tensor("b", tensor({1}, 20));
    dict->set_tensor("mid.leaf.w", tensor({1}, 10));
  }
  float w() const { return values(**leaf->parameters().find("w"))[0]; }
  std::string load(const LoadOptions& options = {}) {
    try {
      load_state_dict(context, *root, *dict, options);
    } catch (const Error& error) {
      const std::string* text = error.record()->detail("torch_message");
      return text ? *text : error.message();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("Load hooks see their subtree and edit what is loaded", "[nn][hooks]") {
  LoadTree t;
  t.dict->entries().erase("mid.leaf.w");
  t.dict->set_tensor("mid.leaf.old", tensor({1}, 7));
  t.dict->set_tensor("mid.junk", tensor({1}, 7));
  Said said;
  auto rename = make<TestHook>(Hook::kBeforeLoad);
  rename->on_before_load = [&](Module&, StateDict& dict, const std::string& prefix, LoadNotes& n) {
    said.push_back(prefix + " " + keys(dict));
    CHECK(n.texts(Kind::missing).empty());
    dict.set_tensor(prefix + "w", dict.entries().find(prefix + "old")->tensor);
    dict.entries().erase(prefix + "old");
  };
  t.leaf->add_hook(rename);
  CHECK(t.load() ==
        "Error(s) in loading state_dict for Root:\n\tUnexpected key(s) in state_dict: "
        "\"mid.junk\". ");
  CHECK(t.w() == 1);
  CHECK(keys(*t.dict) == "b mid.leaf.old mid.junk");
  auto drop = make<TestHook>(Hook::kBeforeLoad);
  drop->on_before_load = [&](Module&, StateDict& dict, const std::string& prefix, LoadNotes&) {
    said.push_back(prefix + " " + keys(dict));
    dict.entries().erase(prefix + "junk");
  };
  const uint64_t id = t.mid->add_hook(drop);
  CHECK(match_state_dict(*t.root, *t.dict)->items.empty());
  CHECK(t.w() == 1);
  CHECK(t.load() == "");
  CHECK(t.w() == 7);
  CHECK(said == Said{"mid.leaf. mid.leaf.old", "mid. mid.leaf.old mid.junk",
                     "mid.leaf. mid.leaf.old", "mid. mid.leaf.old mid.junk",
                     "mid.leaf. mid.leaf.old"});
  t.mid->remove_hook(id);
  CHECK(t.load({.allow_unexpected = true}) == "");
}

TEST_CASE("Load hooks write notes, children's before their parents'", "[nn][hooks]") {
  LoadTree t;
  t.dict->set_tensor("junk", tensor({1}));
  t.dict->entries().erase("mid.leaf.w");
  Said said;
  const auto add = [&](const ModuleRef& m, const std::string& tag, auto body) {
    auto hook = make<TestHook>(Hook::kAfterLoad);
    hook->on_after_load = [&said, tag, body](Module&, const std::string& prefix, LoadNotes& n) {
      said.push_back(tag + " " + prefix + " " + std::to_string(n.texts(Kind::missing).size()) +
                     std::to_string(n.texts(Kind::unexpected).size()));
      body(n);
    };
    return m->add_hook(hook);
  };
  Ref<LoadNotes> kept;
  add(t.root, "root", [&](LoadNotes& n) { kept = Ref<LoadNotes>(&n); });
  add(t.mid, "mid", [](LoadNotes& n) { n.clear(Kind::missing); });
  add(t.leaf, "leaf", [](LoadNotes& n) { n.add(Kind::missing, "made up"); });
  CHECK(t.load() ==
        "Error(s) in loading state_dict for Root:\n\tUnexpected key(s) in state_dict: \"junk\". ");
  CHECK(said == Said{"leaf mid.leaf. 11", "mid mid. 21", "root  01"});
  CHECK(refusal([&] { kept->texts(Kind::missing); }) == "load notes: the load is over");
  const uint64_t last = add(t.root, "last", [](LoadNotes& n) {
    CHECK(n.remove(Kind::unexpected, "junk"));
    CHECK_FALSE(n.remove(Kind::unexpected, "junk"));
    n.add(Kind::failed, "one\nline", "mid");
    CHECK(n.texts(Kind::failed).size() == 1);
  });
  CHECK(t.load() == "Error(s) in loading state_dict for Root:\n\tone\\x0aline");
  t.root->remove_hook(last);
  add(t.root, "last", [](LoadNotes& n) { n.clear(Kind::unexpected); });
  CHECK(t.load() == "");
  CHECK(values(**t.root->buffers().find("b"))[0] == 20);
}

TEST_CASE("A load hook that fails leaves everything as it was", "[nn][hooks]") {
  LoadTree t;
  auto hook = make<TestHook>(Hook::kLoad);
  bool late = false;
  hook->on_before_load = [&](Module&, StateDict&, const std::string&, LoadNotes&) {
    if (!late) throw Error(Code::state, "no");
  };
  hook->on_after_load = [&](Module&, const std::string&, LoadNotes&) {
    throw Error(Code::state, "late no");
  };
  t.leaf->add_hook(hook);
  for (const bool partial : {false, true}) {
    late = false;
    CHECK(t.load({.partial = partial}) == "no");
    late = true;
    CHECK(t.load({.partial = partial}) == "late no");
    CHECK(t.w() == 1);
    CHECK(values(**t.root->buffers().find("b"))[0] == 2);
  }
}

TEST_CASE("A load hook that changes what was matched is an error", "[nn][hooks]") {
  LoadTree t;
  auto hook = make<TestHook>(Hook::kBeforeLoad);
  hook->on_before_load = [&](Module& module, StateDict&, const std::string&, LoadNotes&) {
    t.root->register_buffer("b", tensor({3}));
    if (!module.buffers().contains("late")) module.register_buffer("late", tensor({1}));
  };
  const uint64_t id = t.leaf->add_hook(hook);
  t.dict->set_tensor("mid.leaf.late", tensor({1}, 5));
  CHECK(t.load().starts_with("load_state_dict: "));
  CHECK(t.w() == 1);
  t.leaf->remove_hook(id);
  t.dict->set_tensor("b", tensor({3}));
  hook->on_before_load = [](Module& module, StateDict&, const std::string&, LoadNotes&) {
    module.register_buffer("later", tensor({1}));
  };
  t.leaf->add_hook(hook);
  t.dict->set_tensor("mid.leaf.later", tensor({1}, 6));
  CHECK(t.load() == "");  // what it registers on its own module is loaded
  CHECK(values(**t.leaf->buffers().find("later"))[0] == 6);
}

TEST_CASE("Hooks survive a deep copy", "[nn][hooks]") {
  LoadTree t;
  Said said;
  auto hook = listener(said, "h", Hook::kRegistration | Hook::kBeforeStateDict);
  hook->on_before_state = [&](const Module& module, const std::string&, bool) {
    said.push_back("state " + module.class_name() + (&module == t.mid.get() ? " original" : ""));
  };
  int destroyed = 0;
  hook->destroyed = &destroyed;
  const uint64_t id = t.mid->add_hook(std::move(hook));
  auto outer = listener(said, "outer");
  t.root->add_hook(outer);
  const ModuleRef copy = deepcopy(t.context, *t.mid);
  Module& leaf = *copy->children().find("leaf")->get();
  leaf.register_buffer("x", nullptr);
  state_dict(*copy);
  CHECK(said == Said{"h:x=None", "state Mid"});
  t.mid->remove_hook(id);
  leaf.register_buffer("y", nullptr);
  CHECK(said.back() == "h:y=None");
  CHECK(destroyed == 0);
  copy->remove_hook(id);
  CHECK(destroyed == 1);
  leaf.register_buffer("z", nullptr);
  CHECK(said.back() == "h:y=None");
}

TEST_CASE("A load with assign runs registration hooks first", "[nn][hooks]") {
  LoadTree t;
  auto hook = make<TestHook>(Hook::kRegistration);
  const TensorRef other = parameter({1}, 99);
  Said said;
  bool fails = true;
  hook->on_tensor = [&](Hook::Event event, Module&, const std::string& name, Tensor* value) {
    said.push_back(name + (event == Hook::kBuffer ? " buffer" : "") +
                   (value->is_parameter() ? " parameter" : ""));
    if (name == "w" && fails) throw Error(Code::state, "no");
    return name == "w" ? other : TensorRef();
  };
  t.root->add_hook(hook);
  const TensorRef b = *t.root->buffers().find("b");
  CHECK(t.load({.assign = true}) == "no");
  CHECK(*t.root->buffers().find("b") == b);
  fails = false;
  CHECK(t.load({.assign = true}) == "");
  CHECK(*t.leaf->parameters().find("w") == other);
  CHECK(said == Said{"b buffer", "w parameter", "b buffer", "w parameter"});
}

TEST_CASE("Hooks at both ends of a deep tree", "[nn][hooks]") {
  constexpr int kDepth = 10'000;
  LoadTree t;
  std::string prefix;
  ModuleRef deep = t.root;
  for (int i = 0; i < kDepth; ++i) {
    const ModuleRef parent = make<Module>("Root");
    parent->register_module("c", deep);
    prefix += "c.";
    deep = parent;
  }
  auto hook = make<TestHook>(Hook::kAfterStateDict | Hook::kLoad);
  Said said;
  hook->on_after_state = [&](const Module&, StateDict&, const std::string& p) {
    said.push_back("state " + std::to_string(p.size()));
  };
  hook->on_before_load = [&](Module&, StateDict& dict, const std::string& p, LoadNotes&) {
    said.push_back("load " + std::to_string(p.size()));
    if (const StateEntry* w = dict.entries().find(p + "w")) w->tensor->mutable_data<float>()[0] = 3;
  };
  deep->add_hook(hook);
  t.leaf->add_hook(hook);
  const Ref<StateDict> live = state_dict(*deep);
  CHECK(keys(*live) == prefix + "b " + prefix + "mid.leaf.w");
  load_state_dict(t.context, *deep, *snapshot(*live, t.context.allocator(), t.context.cancel()));
  CHECK(said == Said{"state 20009", "state 0", "load 0", "load 20009"});
  CHECK(t.w() == 3);
}

TEST_CASE("Many threads export one tree with hooks", "[nn][hooks]") {
  LoadTree t;
  std::atomic<int> calls{0};
  auto hook = make<TestHook>(Hook::kBeforeStateDict | Hook::kAfterStateDict);
  hook->on_before_state = [&](const Module& module, const std::string&, bool keep_vars) {
    if (keep_vars && ++calls % 2) state_dict(module);  // inside itself, on each thread
  };
  hook->on_after_state = [&](const Module&, StateDict& dict, const std::string& p) {
    dict.entries().erase(p + "mid.leaf.w");
  };
  t.root->add_hook(hook);
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) {
        wrong += keys(*state_dict(*t.root, {.prefix = "", .keep_vars = true})) != "b";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(calls == 400);
}
