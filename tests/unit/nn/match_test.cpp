#include "nn/match.hpp"

#include "nn/build.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

constexpr const char* kCounter = "num_batches_tracked";

// Without versions, as a plain dict.
Ref<StateDict> plain_dict(const Module& module) {
  auto out = make<StateDict>();
  const auto versioned = state_dict(module);
  for (const auto& [name, entry] : versioned->entries()) {
    out->set_tensor(name, entry.tensor);
  }
  return out;
}

std::string strict_message(const Module& module, const StateDict& dict) {
  Context context;
  return match_state_dict(module, dict, {})->torch_message(true);
}

std::string unexpected(const char* root, const char* keys) {
  return std::string("Error(s) in loading state_dict for ") + root +
         ":\n\tUnexpected key(s) in state_dict: " + keys + ". ";
}

}  // namespace

TEST_CASE("A counter that is filled in and has no slot is an unexpected key", "[nn][match]") {
  Context context;
  const std::string expected = unexpected("BatchNorm1d", "\"num_batches_tracked\"");
  const ModuleRef none = module_from_text(context, "BatchNorm1d(2)");
  none->assign(kCounter, TensorRef());
  CHECK(strict_message(*none, *plain_dict(*none)) == expected);
  const auto report = load_state_dict(context, *none, *plain_dict(*none),
                                      {.allow_missing = true, .allow_unexpected = true});
  CHECK(report->count(LoadReport::Kind::unexpected) == 1);
  CHECK(report->loaded == 4);
  CHECK(strict_message(*none, *state_dict(*none)).empty());  // version 2

  const ModuleRef unsaved = module_from_text(context, "BatchNorm1d(2)");
  unsaved->register_buffer(kCounter, tensor({}, 7), false);
  CHECK(strict_message(*unsaved, *plain_dict(*unsaved)) == expected);

  const ModuleRef attribute = module_from_text(context, "BatchNorm1d(2)");
  attribute->remove(kCounter);
  attribute->assign(kCounter, TensorRef());
  CHECK(strict_message(*attribute, *plain_dict(*attribute)) == expected);
}

TEST_CASE("A counter that is a parameter fills itself, a deleted one is an error", "[nn][match]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(2)");
  const auto dict = plain_dict(*m);
  dict->entries().erase(kCounter);
  m->remove(kCounter);
  CHECK(refusal([&] { match_state_dict(*m, *dict, {}); }) ==
        "AttributeError load_state_dict: 'BatchNorm1d' object has no attribute "
        "'num_batches_tracked'");
  m->register_parameter(kCounter, parameter({}));
  CHECK(strict_message(*m, *dict).empty());
}

TEST_CASE("Keys that are filled in come last at their module", "[nn][match]") {
  Context context;
  const ModuleRef m =
      module_from_text(context, "Sequential(Linear(1, 1), BatchNorm1d(1), BatchNorm1d(1))");
  for (const size_t i : {1, 2}) m->children()[i].value->assign(kCounter, TensorRef());
  const auto dict = plain_dict(*m);
  for (const char* key : {"1.zz", "zz", "2.aa"}) dict->set_tensor(key, tensor({1}));
  CHECK(strict_message(*m, *dict) ==
        unexpected("Sequential",
                   "\"zz\", \"1.zz\", \"1.num_batches_tracked\", \"2.aa\", "
                   "\"2.num_batches_tracked\""));
}

TEST_CASE("A module under two names has its key filled in under both", "[nn][match]") {
  Context context;
  const ModuleRef m = make<Module>();
  const ModuleRef shared = module_from_text(context, "BatchNorm1d(1)");
  shared->assign(kCounter, TensorRef());
  m->register_module("a", shared);
  m->assign("b.c", shared);
  const std::string message = strict_message(*m, *plain_dict(*m));
  CHECK(message.find("\"a.num_batches_tracked\"") != std::string::npos);
  CHECK(message.find("\"b.c.num_batches_tracked\"") != std::string::npos);
}
