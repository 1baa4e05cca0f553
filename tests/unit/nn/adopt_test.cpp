#include "nn/adopt.hpp"

#include "nn/build.hpp"
#include "nn/placeholder.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

constexpr const char* kNet =
    "Net(\n  (block): Block(64 -> 3)\n  (fc): Linear(in_features=2, out_features=2, bias=False)\n)";

ModuleRef net(Context& context) {
  TextOptions options;
  options.unknown_as_containers = true;
  return module_from_text(context, kNet, options);
}

Ref<StateDict> state(Context& context) {
  auto dict = make<StateDict>();
  dict->set_tensor("scale", tensor({2}, 5));
  dict->set_tensor("block.weight", tensor({3}, 1));
  dict->set_tensor("block.mean", tensor({3}, 2), StateKind::buffer);
  TensorRef count = empty(context.allocator(), Shape{}, Dtype::int64);
  *count->mutable_data<int64_t>() = 7;
  dict->set_tensor("block.count", count);
  dict->set_tensor("fc.weight", tensor({2, 2}, 9));
  return dict;
}

LoadOptions adopting() {
  LoadOptions options;
  options.adopt = true;
  return options;
}

}  // namespace

TEST_CASE("Placeholders take the entries that lie directly in them", "[nn][adopt]") {
  Context context;
  const ModuleRef m = net(context);
  const auto dict = state(context);
  CHECK(refusal([&] { load_state_dict(context, *m, *dict); }) != "");
  CHECK(m->parameters().empty());
  const auto report = load_state_dict(context, *m, *dict, adopting());
  CHECK(report->loaded == 5);
  CHECK(report->count(LoadReport::Kind::adopted) == 4);
  const Module& block = *m->children()[0].value;
  REQUIRE(m->parameters().contains("scale"));
  REQUIRE(block.parameters().size() == 1);
  REQUIRE(block.buffers().size() == 2);
  const Tensor& weight = *block.parameters()[0].value;
  CHECK(weight.is_parameter());
  CHECK(weight.requires_grad());
  CHECK(values(weight) == std::vector<float>{1, 2, 3});
  CHECK(weight.bytes() != dict->entries()[1].value.tensor->bytes());
  CHECK(block.buffers()[0].name == "mean");
  CHECK(*block.buffers()[1].value->data<int64_t>() == 7);
  CHECK(repr(*m) == kNet);
  // Afterwards they are entries like others.
  CHECK(load_state_dict(context, *m, *dict)->count(LoadReport::Kind::adopted) == 0);
}

TEST_CASE("What a placeholder cannot hold stays unexpected", "[nn][adopt]") {
  Context context;
  const auto refused = [&](std::string_view name) {
    const ModuleRef m = net(context);
    const auto dict = state(context);
    dict->set_tensor(name, tensor({1}));
    const std::string text = refusal([&] { load_state_dict(context, *m, *dict, adopting()); });
    CHECK(m->parameters().empty());  // nothing has changed
    return text.find("1 unexpected") != std::string::npos;
  };
  CHECK(refused("fc.extra"));          // a class that is known
  CHECK(refused("block.deep.extra"));  // not directly
  CHECK(refused("block.forward"));     // an attribute of every module
  CHECK(refused("block."));
}

TEST_CASE("Names over one memory get one tensor", "[nn][adopt]") {
  Context context;
  for (const bool assign : {false, true}) {
    const ModuleRef m = net(context);
    const auto dict = state(context);
    const TensorRef tied = dict->entries()[1].value.tensor;
    dict->set_tensor("tied", alias(*tied));
    LoadOptions options = adopting();
    options.assign = assign;
    load_state_dict(context, *m, *dict, options);
    const TensorRef& held = *m->parameters().find("tied");
    CHECK(held == m->children()[0].value->parameters()[0].value);
    CHECK((held->bytes() == tied->bytes()) == assign);
  }
}

TEST_CASE("An entry tied to a loaded slot is the slot's parameter", "[nn][adopt]") {
  Context context;
  const ModuleRef m = net(context);
  const auto dict = state(context);
  dict->set_tensor("block.tied", dict->entries()[4].value.tensor);
  load_state_dict(context, *m, *dict, adopting());
  CHECK(*m->children()[0].value->parameters().find("tied") ==
        m->children()[1].value->parameters()[0].value);
}

TEST_CASE("A placeholder at two places adopts once", "[nn][adopt]") {
  Context context;
  const auto block = make<Placeholder>("Block", "", false);
  const auto root = make<Module>();
  root->register_module("a", block);
  root->register_module("b", block);
  auto dict = make<StateDict>();
  dict->set_tensor("a.w", tensor({2}));
  dict->set_tensor("b.w", tensor({2}));
  CHECK(load_state_dict(context, *root, *dict, adopting())->loaded == 2);
  CHECK(block->parameters().size() == 1);
}
