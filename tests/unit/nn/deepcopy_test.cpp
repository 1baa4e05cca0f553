#include <typeinfo>

#include "base/text.hpp"
#include "nn/build.hpp"
#include "nn/traverse.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

// A call of the type with something for every argument that it asks for.
std::string call_of(const spec::Signature& signature) {
  std::string text(signature.name);
  text += '(';
  if (const auto example = example_arguments(signature.name); !example.empty()) {
    return join(text, example, ")");
  }
  for (const spec::Parameter& parameter : signature.parameters) {
    if (!parameter.fallback.empty() || parameter.variadic) continue;
    if (text.back() != '(') text += ", ";
    text += parameter.name;
    text += parameter.kinds & (spec::kInt | spec::kInts | spec::kAny) ? "=4"
            : parameter.kinds & spec::kReal                           ? "=0.5"
                                                                      : "=Identity()";
  }
  return text + ")";
}

std::vector<std::string> slots(const Module& module) {
  std::vector<std::string> out;
  for (const Module::Tensors* map : {&module.parameters(), &module.buffers()}) {
    for (const auto& [name, tensor] : *map) {
      out.push_back(name + (tensor ? "" : "?") + (module.is_persistent(name) ? "" : "!"));
    }
  }
  return out;
}

const TensorRef& buffer(const ModuleRef& module, const char* name) {
  return *module->buffers().find(name);
}
const TensorRef& parameter_of(const ModuleRef& module, const char* name) {
  return *module->parameters().find(name);
}

Shape strides_of_copy(Context& context, Layout layout) {
  const TensorRef data = tensor({48});
  const ModuleRef m = make<Module>();
  m->register_parameter("p", make_parameter(*alias(*data, std::move(layout)), true));
  const ModuleRef copy = deepcopy(context, *m);
  CHECK(values(*parameter_of(m, "p")) == values(*parameter_of(copy, "p")));
  return parameter_of(copy, "p")->strides();
}

}  // namespace

TEST_CASE("every registered type copies as its own class with its settings", "[nn][deepcopy]") {
  Context context;
  for (const ModuleType* type : module_types().entries()) {
    const std::string text = call_of(type->signature);
    INFO(text);
    const ModuleRef original = module_from_text(context, text);
    train(*original, false);
    const ModuleRef copy = deepcopy(context, *original);
    const Module& a = *original;
    const Module& b = *copy;
    CHECK(&a != &b);
    CHECK(typeid(a) == typeid(b));
    CHECK(repr(a) == repr(b));
    CHECK(slots(a) == slots(b));
    CHECK(a.version() == b.version());
    CHECK_FALSE(b.training());
    for (const auto& [name, tensor] : a.parameters()) {
      if (!tensor) continue;
      CHECK(parameter_of(copy, name.c_str())->storage() != tensor->storage());
      CHECK(values(*parameter_of(copy, name.c_str())) == values(*tensor));
    }
  }
}

TEST_CASE("containers of parameters copy what they hold", "[nn][deepcopy]") {
  Context context;
  for (const char* text : {"ParameterList([Parameter(zeros(2)), ones(3), 7])",
                           "ParameterDict({'a': ones(2), 'b': None, 'c': Linear(1, 1)})"}) {
    INFO(text);
    const ModuleRef original = module_from_text(context, text);
    const ModuleRef copy = deepcopy(context, *original);
    CHECK(repr(*copy) == repr(*original));
    REQUIRE(copy->parameters().size() == original->parameters().size());
    CHECK(copy->parameters()[0].value != original->parameters()[0].value);
  }
}

TEST_CASE("a copy keeps ties, None, flags, names and what is not listed", "[nn][deepcopy]") {
  Context context;
  const ModuleRef m = make<Module>("Net", 3);
  const ModuleRef shared = make<Module>("Part");
  m->register_module("a", shared);
  m->register_module("none", nullptr);
  m->register_module("b", shared);
  m->register_parameter("w", parameter({3}, 1));
  m->register_parameter("empty", nullptr);
  shared->register_parameter("w", parameter_of(m, "w"));
  parameter_of(m, "w")->set_requires_grad(false);
  m->register_buffer("same", parameter_of(m, "w"));
  m->register_buffer("hidden", tensor({2}, 5), false);
  m->assign("plain", buffer(m, "hidden"));
  shared->set_training(false);

  const ModuleRef copy = deepcopy(context, *m);
  CHECK(copy->class_name() == "Net");
  CHECK(copy->version() == 3);
  CHECK(slots(*copy) == slots(*m));
  CHECK(copy->training());
  REQUIRE(copy->children().size() == 3);
  CHECK(copy->children()[1].name == "none");
  CHECK_FALSE(copy->children()[1].value);
  const ModuleRef part = copy->children()[0].value;
  CHECK(part != shared);
  CHECK(part == copy->children()[2].value);
  CHECK_FALSE(part->training());
  const TensorRef w = parameter_of(copy, "w");
  CHECK(w != parameter_of(m, "w"));
  CHECK(w->is_parameter());
  CHECK_FALSE(w->requires_grad());
  CHECK(w == parameter_of(part, "w"));
  CHECK(w == buffer(copy, "same"));
  CHECK(*copy->plain_attributes().find("plain") == buffer(copy, "hidden"));
  CHECK(values(*w) == std::vector<float>{1, 2, 3});
}

TEST_CASE("buffers keep the storage that they share, parameters get one each", "[nn][deepcopy]") {
  Context context;
  const TensorRef whole = tensor({6});
  const ModuleRef m = make<Module>();
  m->register_buffer("whole", whole);
  m->register_buffer("part", alias(*whole, view_slice(whole->layout(), 0, 1, 6, 2)));
  m->register_parameter("p", make_parameter(*whole, true));
  const ModuleRef copy = deepcopy(context, *m);
  const TensorRef part = buffer(copy, "part");
  CHECK(part->storage() == buffer(copy, "whole")->storage());
  CHECK(part->storage() != whole->storage());
  CHECK(part->layout().offset == 1);
  CHECK(part->strides() == Shape{2});
  CHECK(values(*part) == std::vector<float>{1, 3, 5});
  CHECK(parameter_of(copy, "p")->storage() != part->storage());
}

TEST_CASE("a copied parameter lies in memory as PyTorch's clone", "[nn][deepcopy]") {
  // Recorded from copy.deepcopy(torch.nn.Parameter(torch.as_strided(…))).
  Context context;
  const auto copied = [&](Shape shape, Shape strides) {
    return strides_of_copy(context, {std::move(shape), std::move(strides)});
  };
  CHECK(copied({8, 6}, {1, 8}) == Shape{1, 8});
  CHECK(copied({1, 3}, {7, 1}) == Shape{7, 1});
  CHECK(copied({4, 3, 2}, {2, 8, 24}) == Shape{1, 4, 12});
  CHECK(copied({6, 4}, {8, 2}) == Shape{4, 1});
  CHECK(copied({2, 4, 3}, {3, 0, 1}) == Shape{12, 3, 1});
  CHECK(copied({3, 2, 2}, {1, 2, 2}) == Shape{1, 6, 3});
  CHECK(copied({3, 1, 2}, {4, 0, 8}) == Shape{1, 3, 3});
  CHECK(copied({2, 3, 4}, {1, 0, 2}) == Shape{1, 2, 6});
  CHECK(copied({4, 3, 2}, {9, 0, 1}) == Shape{6, 2, 1});
  CHECK(copied({1, 3, 2}, {7, 7, 1}) == Shape{2, 2, 1});
  CHECK(copied({2, 3, 4}, {4, 0, 8}) == Shape{1, 2, 6});
}

TEST_CASE("parameters lose their gradient, buffers keep it", "[nn][deepcopy]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef p = parameter({2}), b = tensor({2});
  b->set_requires_grad(true);
  p->set_grad(tensor({2}, 3));
  b->set_grad(tensor({2}, 5));
  b->grad()->set_grad(b);  // a ring
  m->register_parameter("p", p);
  m->register_buffer("b", b);
  const ModuleRef copy = deepcopy(context, *m);
  CHECK(parameter_of(copy, "p")->requires_grad());
  CHECK_FALSE(parameter_of(copy, "p")->grad());
  const TensorRef copied = buffer(copy, "b");
  CHECK(copied->requires_grad());
  REQUIRE(copied->grad());
  CHECK(values(*copied->grad()) == std::vector<float>{5, 6});
  CHECK(copied->grad() != b->grad());
  CHECK(copied->grad()->grad() == copied);
  b->grad()->set_grad(nullptr);
  copied->grad()->set_grad(nullptr);
}

TEST_CASE("a buffer with history is refused", "[nn][deepcopy]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Linear(2, 2)");
  const TensorRef input = tensor({1, 2});
  m->register_buffer("out", m->forward(context, {&input, 1}));
  try {
    deepcopy(context, *m);
    FAIL("copied");
  } catch (const Error& error) {
    CHECK(error.code() == Code::state);
    CHECK(*error.record()->detail("torch_error") == "RuntimeError");
  }
}

TEST_CASE("cycles are copied, also by a copy that fails", "[nn][deepcopy]") {
  Context context;
  const ModuleRef m = make<Module>();
  const ModuleRef child = make<Module>();
  m->register_module("down", child);
  child->register_module("up", m);
  const ModuleRef copy = deepcopy(context, *m);
  const ModuleRef below = copy->children()[0].value;
  CHECK(below != child);
  CHECK(below->children()[0].value == copy);
  below->remove("up");

  context.cancel().raise();
  CHECK_THROWS_AS(deepcopy(context, *m), Error);  // leaks, were the ring left closed
  child->remove("up");
}

TEST_CASE("a chain of 100,000 modules is copied without recursion", "[nn][deepcopy]") {
  Context context;
  ModuleRef root = make<Module>("Leaf");
  for (int i = 0; i < 100'000; ++i) {
    ModuleRef parent = make<Module>();
    parent->register_module("c", root);
    root = std::move(parent);
  }
  CHECK(count_tree(*deepcopy(context, *root), {"test", true, false, false}).modules == 100'001);
}
