#include "nn/containers.hpp"

#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

ModuleRef named(const char* class_name) { return make<Module>(class_name); }

template <class Container>
Ref<Container> of(std::initializer_list<const char*> class_names) {
  auto out = make<Container>();
  for (const char* class_name : class_names) out->append(named(class_name));
  return out;
}

// "0:ReLU 1:Tanh".
std::string content(const Module& module) {
  std::string out;
  for (const auto& [name, child] : module.children()) {
    out += (out.empty() ? "" : " ") + name + ":" + (child ? child->class_name() : "None");
  }
  return out;
}

}  // namespace

TEST_CASE("Sequential edits as in PyTorch", "[nn][containers]") {
  auto m = of<Sequential>({"ReLU", "Tanh", "Sigmoid", "GELU"});
  CHECK(content(*m->slice({1, 3})) == "1:Tanh 2:Sigmoid");
  m->erase({1, 2});
  CHECK(content(*m) == "0:ReLU 1:Sigmoid 2:GELU");
  m->insert(0, named("ELU"));
  m->insert(-1, named("ELU"));
  CHECK(content(*m) == "0:ELU 1:ReLU 2:Sigmoid 3:ELU 4:GELU");
  CHECK(refusal([&] { m->insert(99, named("ELU")); }) ==
        "IndexError Sequential: Index out of range: 99");
  CHECK(refusal([&] { m->at(9); }) == "IndexError Sequential: index 9 is out of range");
  CHECK(m->at(-1)->class_name() == "GELU");
  CHECK(m->pop(0)->class_name() == "ELU");
  CHECK(content(*m) == "0:ReLU 1:Sigmoid 2:ELU 3:GELU");
}

TEST_CASE("Sequential refuses to run itself, or to nest without end", "[nn][containers]") {
  Context context;
  const TensorRef x = tensor({1});
  ModuleRef deep = make<Sequential>();
  for (int i = 1; i < 1000; ++i) {
    auto outer = make<Sequential>();
    outer->append(std::move(deep));
    deep = std::move(outer);
  }
  CHECK(deep->forward(context, {&x, 1}) == x);
  auto outer = make<Sequential>();
  outer->append(std::move(deep));
  const auto run = [&] { outer->forward(context, {&x, 1}); };
  const auto call = [&] { outer->call(context, *Value::tuple({Value::tensor(x)}), nullptr); };
  const char* too_deep =
      "RecursionError forward: modules are nested too deeply (expected at most 1000 levels)";
  CHECK(refusal(run) == too_deep);
  CHECK(refusal(call) == too_deep);
  CHECK(context.call_depth() == 0);

  outer->append(outer);
  outer->erase({0, 1});
  INFO(refusal(run));
  CHECK(refusal(run).starts_with("RecursionError forward: "));
  CHECK(refusal(run).find("'0'") != std::string::npos);
  CHECK(refusal(call) == refusal(run));
  outer->erase({0, 1});  // a cycle of references would never be freed
}

TEST_CASE("Sequential keeps chosen names until something is removed", "[nn][containers]") {
  auto m = make<Sequential>();
  m->register_module("a", named("ReLU"));
  m->register_module("1", named("Tanh"));
  m->set(0, named("ELU"));
  CHECK(content(*m) == "a:ELU 1:Tanh");
  CHECK(refusal([&] { m->insert(0, named("GELU")); }).find("KeyError") == 0);
  CHECK(content(*m) == "a:ELU 1:Tanh");
  m->erase({0, 1});
  CHECK(content(*m) == "0:Tanh");
  m->register_module("2", named("ReLU"));
  const char* taken = "KeyError Sequential: a module '2' exists already and would be replaced";
  CHECK(refusal([&] { m->append(named("GELU")); }) == taken);
  CHECK(refusal([&] { m->insert(2, named("GELU")); }) == taken);
  m->erase({0, 0});  // names them anew, as PyTorch does
  CHECK(content(*m) == "0:Tanh 1:ReLU");
}

TEST_CASE("Slices are Python's", "[nn][containers]") {
  auto m = of<ModuleList>({"a", "b", "c", "d", "e"});
  const auto cut = [&](const Slice& slice) { return content(*m->slice(slice)); };
  CHECK(cut({}) == "0:a 1:b 2:c 3:d 4:e");
  CHECK(cut({-2}) == "0:d 1:e");
  CHECK(cut({INT64_MIN, -3}) == "0:a 1:b");
  CHECK(cut({1, 99, 2}) == "0:b 1:d");
  CHECK(cut({3, 1}).empty());
  CHECK(cut({INT64_MAX, INT64_MIN, -1}) == "0:e 1:d 2:c 3:b 4:a");
  CHECK(cut({3, 0, -2}) == "0:d 1:b");
  CHECK(cut({0, INT64_MAX, INT64_MAX}) == "0:a");
  CHECK(cut({INT64_MAX, INT64_MIN, INT64_MIN}) == "0:e");
  CHECK(refusal([&] { cut({0, 1, 0}); }) == "ValueError ModuleList: slice step cannot be zero");
  m->erase({INT64_MAX, INT64_MIN, -2});
  CHECK(content(*m) == "0:b 1:d");
}

TEST_CASE("A container is extended by all or none", "[nn][containers]") {
  auto m = of<Sequential>({"a"});
  m->register_module("3", named("b"));
  const std::vector<ModuleRef> two = {named("c"), named("d")};
  CHECK(refusal([&] { m->extend(two); }).find("KeyError") == 0);
  CHECK(content(*m) == "0:a 3:b");
}

TEST_CASE("A container may be extended by its own children", "[nn][containers]") {
  auto m = of<Sequential>({"ReLU", "Tanh"});
  const std::vector<ModuleRef> own = {m->at(0), m->at(1)};
  m->extend(own);
  CHECK(content(*m) == "0:ReLU 1:Tanh 2:ReLU 3:Tanh");
}

TEST_CASE("ModuleList edits as in PyTorch, without half-done inserts", "[nn][containers]") {
  auto m = of<ModuleList>({"ReLU", "Tanh", "ELU"});
  CHECK(content(*m->slice({1, 3})) == "0:Tanh 1:ELU");
  m->erase({0, 2});
  m->insert(0, named("GELU"));
  CHECK(content(*m) == "0:GELU 1:ELU");
  CHECK(refusal([&] { m->insert(-1, named("GELU")); }) == "KeyError ModuleList: no module '-1'");
  CHECK(refusal([&] { m->insert(9, named("GELU")); }) ==
        "IndexError ModuleList: Index out of range: 9");
  CHECK(content(*m) == "0:GELU 1:ELU");
  m->append(nullptr);
  CHECK(content(*m) == "0:GELU 1:ELU 2:None");
}

TEST_CASE("ModuleDict keeps its order and refuses its methods' names", "[nn][containers]") {
  auto m = make<ModuleDict>();
  m->set("z", named("ReLU"));
  m->set("a", named("Tanh"));
  m->set("z", named("ELU"));
  CHECK(content(*m) == "z:ELU a:Tanh");
  CHECK(refusal([&] { m->set("keys", named("ELU")); }).find("attribute 'keys' already exists") !=
        std::string::npos);
  CHECK(refusal([&] { m->at("q"); }).find("KeyError") == 0);
  CHECK(m->pop("z")->class_name() == "ELU");
  Module::Children others;
  others.append("n", named("ReLU"));
  others.append("a.b", named("ReLU"));
  CHECK_THROWS_AS(m->update(others), Error);
  CHECK(content(*m) == "a:Tanh");
  others.erase("a.b");
  m->update(others);
  CHECK(content(*m) == "a:Tanh n:ReLU");
  m->clear();
  CHECK(m->children().empty());
}

namespace {

// Gives its input on; raises the context's cancel when it is told to.
class Probe final : public Module {
 public:
  explicit Probe(bool raises) : Module("Probe"), raises_(raises) {}
  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    ++runs;
    if (raises_) context.cancel().raise();
    return inputs[0];
  }
  ModuleRef shell() const override { return make<Probe>(*this); }
  int runs = 0;

 private:
  bool raises_;
};

}  // namespace

TEST_CASE("Sequential stops between two modules", "[nn][containers]") {
  Context context;
  const auto last = make<Probe>(false);
  auto m = make<Sequential>();
  m->append(make<Probe>(true));
  m->append(last);
  const TensorRef input = tensor({2});
  CHECK(refusal([&] { m->forward(context, {&input, 1}); }) == "forward: cancelled");
  context.cancel().reset();
  const ValueRef arguments = Value::tuple({Value::tensor(input)});
  CHECK(refusal([&] { m->call(context, *arguments, nullptr); }) == "call: cancelled");
  CHECK(last->runs == 0);
}
