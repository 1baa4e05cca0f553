#include "nn/load_policy.hpp"

#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

using Kind = LoadReport::Kind;
using Values = std::vector<float>;

ModuleRef linear(int64_t in, int64_t out, float start = 0) {
  ModuleRef m = make<Module>("Linear");
  m->register_parameter("weight", parameter({out, in}, start));
  m->register_parameter("bias", parameter({out}, start + 50));
  return m;
}

ModuleRef body_and_head() {
  ModuleRef m = make<Module>("Net");
  m->register_module("body", linear(2, 2));
  m->register_module("head", linear(2, 3, 100));
  return m;
}

Ref<StateDict> dict_of(std::initializer_list<std::pair<const char*, TensorRef>> entries) {
  auto dict = make<StateDict>();
  for (const auto& [name, value] : entries) dict->set_tensor(name, value);
  return dict;
}

// "kind name" of every item, an error with a "!".
std::string items_of(const LoadReport& report) {
  constexpr const char* kNames[] = {"?",         "missing",   "unexpected", "shape",   "dtype",
                                    "no tensor", "defaulted", "failed",     "adopted", "tied",
                                    "ignored",   "renamed",   "sliced"};
  std::string out;
  for (const auto& item : report.items) {
    out += std::string(kNames[static_cast<int>(item.kind)]) + " " + item.name +
           (report.is_error(item) ? "! " : " ");
  }
  return out;
}

Values value_of(const Module& root, const char* path) { return values(get_parameter(root, path)); }

std::string refused_by(Context& context, Module& m, const StateDict& dict,
                       const LoadOptions& options) {
  const Ref<StateDict> before = state_dict(m);
  const Ref<StateDict> bits = snapshot(*before, context.allocator(), context.cancel());
  const std::string message = refusal([&] { load_state_dict(context, m, dict, options); });
  const Ref<StateDict> after = state_dict(m);
  for (const auto& [name, entry] : after->entries()) {
    CHECK(values(*entry.tensor) == values(*bits->entries().find(name)->tensor));
  }
  return message;
}

NamedPolicy named(const char* pattern, LoadPolicy policy) { return {Glob(pattern), policy}; }

}  // namespace

TEST_CASE("The first policy whose pattern matches a name counts", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = body_and_head();
  const auto dict = dict_of({{"body.weight", tensor({2, 2}, 1)},
                             {"body.bias", tensor({2}, 2)},
                             {"head.weight", tensor({4, 2}, 3)},
                             {"old.weight", tensor({1})}});
  LoadOptions options;
  options.named.push_back(named("head.bias", {}));
  options.named.push_back(named("head.**", {.allow_missing = true, .skip_mismatched = true}));
  options.named.push_back(named("old.**", {.allow_unexpected = true}));
  CHECK(items_of(*match_state_dict(*m, *dict, options)) ==
        "shape head.weight missing head.bias! unexpected old.weight ");
  const std::string refused = refused_by(context, *m, *dict, options);
  CHECK(refused.find("1 missing (first: \"head.bias\" is missing)") != std::string::npos);
  CHECK(refused.find("unexpected") == std::string::npos);

  options.named.erase(options.named.begin());
  const auto report = load_state_dict(context, *m, *dict, options);
  CHECK(report->loaded == 2);
  CHECK(report->torch_message(true).empty());
  CHECK(value_of(*m, "body.weight") == Values{1, 2, 3, 4});
  CHECK(value_of(*m, "head.weight") == Values{100, 101, 102, 103, 104, 105});
}

TEST_CASE("A policy by name may be stricter than the load's", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = body_and_head();
  const auto dict = dict_of({{"body.weight", tensor({2, 2})}});
  LoadOptions options = {.allow_missing = true, .allow_unexpected = true};
  options.named.push_back(named("body.**", {}));
  CHECK(items_of(*match_state_dict(*m, *dict, options)) ==
        "missing body.bias! missing head.weight missing head.bias ");
  CHECK(refused_by(context, *m, *dict, options).find("1 missing") != std::string::npos);
}

TEST_CASE("The dtype is converted or required by name", "[nn][load_policy]") {
  const ModuleRef m = linear(1, 1);
  const auto doubles = [](std::initializer_list<int64_t> shape) {
    return empty(make<Allocator>(), Shape(shape), Dtype::float64);
  };
  const auto dict = dict_of({{"weight", doubles({1, 1})}, {"bias", doubles({1})}});
  LoadOptions options;
  options.named.push_back(named("bias", {.require_dtype = true}));
  const auto report = match_state_dict(*m, *dict, options);
  CHECK(items_of(*report) == "dtype weight dtype bias! ");
  CHECK(report->torch_message(report->errors).find("dtype mismatch for bias") != std::string::npos);
  CHECK(report->torch_message(report->errors).find("for weight") == std::string::npos);
}

TEST_CASE("A sliced entry takes the corner that both have", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = linear(3, 2);  // weight [2, 3]: 0 to 5
  const auto dict = dict_of({{"weight", tensor({3, 2}, 10)}, {"bias", tensor({4}, 70)}});
  LoadOptions options;
  options.slice_mismatched = true;
  const TensorRef weight = m->parameters()[0].value;
  const uint64_t version = weight->storage()->version();
  const auto report = load_state_dict(context, *m, *dict, options);
  CHECK(items_of(*report) == "sliced weight sliced bias ");
  CHECK(report->loaded == 2);
  CHECK(value_of(*m, "weight") == Values{10, 11, 2, 12, 13, 5});
  CHECK(value_of(*m, "bias") == Values{70, 71});
  CHECK(m->parameters()[0].value == weight);
  CHECK(weight->storage()->version() == version + 1);
  // Other ranks have no common corner.
  CHECK(refused_by(context, *m, *dict_of({{"weight", tensor({6})}, {"bias", tensor({2})}}), options)
            .find("1 of another shape") != std::string::npos);
}

TEST_CASE("With assign, a sliced entry is still copied", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = linear(2, 2);
  const TensorRef weight = m->parameters()[0].value;
  LoadOptions options;
  options.assign = true;
  options.named.push_back(named("weight", {.slice_mismatched = true}));
  const TensorRef bias = tensor({2}, 7);
  load_state_dict(context, *m, *dict_of({{"weight", tensor({1, 3}, 30)}, {"bias", bias}}), options);
  CHECK(m->parameters()[0].value == weight);
  CHECK(value_of(*m, "weight") == Values{30, 31, 2, 3});
  CHECK(m->parameters()[1].value->storage() == bias->storage());
}

TEST_CASE("Further names of one tensor are told", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = make<Module>("Tied");
  m->register_module("a", linear(1, 1));
  m->register_module("b", linear(1, 1, 5));
  m->children()[1].value->register_parameter("weight",
                                             m->children()[0].value->parameters()[0].value);
  const auto full = state_dict(*m);
  const auto report = match_state_dict(*m, *full);
  CHECK(items_of(*report) == "tied b.weight ");
  CHECK(report->items[0].nearest == "a.weight");
  CHECK(report->loaded == 4);

  // As files are that keep one name of each.
  const auto without = [&](const char* name) {
    auto dict = full->copy();
    dict->entries().erase(name);
    return dict;
  };
  CHECK(items_of(*match_state_dict(*m, *without("b.weight"))) ==
        "missing b.weight! tied b.weight ");
  LoadOptions options;
  options.allow_tied = true;
  for (const char* name : {"a.weight", "b.weight"}) {
    const auto found = load_state_dict(context, *m, *without(name), options);
    CHECK(found->count(Kind::missing) == 0);
    CHECK(found->count(Kind::tied) >= 1);
  }
  auto neither = without("a.weight");
  neither->entries().erase("b.weight");
  CHECK(items_of(*match_state_dict(*m, *neither, options)) ==
        "missing a.weight! missing b.weight! tied b.weight ");
}

TEST_CASE("Entries below a child that is None are told", "[nn][load_policy]") {
  const ModuleRef m = linear(1, 1);
  m->register_module("gone", nullptr);
  const auto dict =
      dict_of({{"weight", tensor({1, 1})}, {"bias", tensor({1})}, {"gone.x.weight", tensor({1})}});
  const auto report = match_state_dict(*m, *dict);
  CHECK(items_of(*report) == "ignored gone.x.weight ");
  CHECK_FALSE(report->has_errors({}));
}

TEST_CASE("Names are renamed on the way in", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = linear(1, 1);
  const auto dict =
      dict_of({{"module.weight", tensor({1, 1}, 8)}, {"module.bias", tensor({1}, 9)}});
  RenameRules rules;
  rules.add_text("strip:module.");
  LoadOptions options;
  options.rename = &rules;
  const auto report = load_state_dict(context, *m, *dict, options);
  CHECK(items_of(*report) == "renamed weight renamed bias ");
  CHECK(report->items[0].origin == "module.weight");
  CHECK(report->items[0].rule == "strip:module.");
  CHECK(value_of(*m, "weight") == Values{8});
  CHECK(dict->entries()[0].name == "module.weight");

  rules.add_text("glob:*=same");
  CHECK(refused_by(context, *m, *dict, options) ==
        "rename: 'module.weight' and 'module.bias' both become 'same'");
}

TEST_CASE("A load that does not fit proposes a rule", "[nn][load_policy]") {
  Context context;
  const ModuleRef m = linear(1, 1);
  const auto dict = dict_of({{"module.weight", tensor({1, 1})}, {"module.bias", tensor({1})}});
  const std::string message = refused_by(context, *m, *dict, {});
  CHECK(message.find("; strip:module. would make 2 more names fit") != std::string::npos);
  CHECK(match_state_dict(*m, *dict)->text(1) ==
        "The state dict does not fit Linear; entries that fit: 0\n"
        "2 missing (in the module, not in the dict):\n"
        "  weight: [1, 1] float32 (did you mean module.weight?)\n"
        "  and 1 more\n"
        "2 unexpected (in the dict, not in the module):\n"
        "  module.weight: [1, 1] float32 (did you mean weight?)\n"
        "  and 1 more\n"
        "The rename rule strip:module. would make 2 more names fit\n");
}
