// Rename rules and load policies from C++.
#include <duramen/duramen.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

using duramen::Context;
using duramen::LoadHow;
using duramen::LoadReport;
using duramen::Module;
using duramen::RenameRules;
using duramen::StateDict;

namespace {

StateDict state_under(const Module& module, const char* prefix) {
  return duramen::make<StateDict>([&](auto** out, auto** error) {
    return duramen_module_state_dict(module.get(), prefix, SIZE_MAX, 0, out, error);
  });
}

TEST_CASE("names are renamed on the way in", "[cxx]") {
  const Context context;
  const Module model = Module::from_text(context, "Linear(2, 2)");
  const StateDict dict = state_under(model, "module.");
  const LoadReport report = model.match(dict);
  CHECK(report.is_error(0));
  CHECK(report.suggestion() == "strip:module.");
  CHECK(report.nearest(0) == "module.weight");

  const RenameRules rules = RenameRules::create({report.suggestion()});
  CHECK(rules.size() == 1);
  LoadHow how;
  how.rename = rules;
  const LoadReport loaded = model.load_state_dict(context, dict, how);
  CHECK(loaded.loaded() == 2);
  CHECK(loaded.origin(0) == "module.weight");
  CHECK(loaded.rule(0) == "strip:module.");
  CHECK(loaded.describe(0).find("2 renamed") != std::string::npos);
  CHECK(rules.apply(dict).size() == 2);
  const auto preview = rules.preview(dict);
  CHECK(preview.name(1) == "bias");
  rules.add("exact:weight=bias");
  CHECK_THROWS_AS(rules.apply(dict), duramen::AlreadyExists);
}

TEST_CASE("a function is a rule", "[cxx]") {
  const Context context;
  const Module model = Module::from_text(context, "Linear(2, 2)");
  const StateDict dict = state_under(model, "");
  const RenameRules rules = RenameRules::create();
  rules.add(DURAMEN_RENAME_EXACT, "bias", "b=c");
  rules.add_function("shout", [](std::string_view name) -> std::optional<std::string> {
    if (name == "b=c") return std::nullopt;
    if (name.empty()) throw std::runtime_error("no name");
    return std::string(name) + "!";
  });
  const StateDict renamed = rules.apply(dict);
  const duramen::Entries entries = renamed.entries();
  CHECK(entries[0].name() == "weight!");
  CHECK(entries[1].name() == "b=c");
  rules.add_function("fail", [](std::string_view) -> std::optional<std::string> {
    throw std::runtime_error("no more names");
  });
  CHECK_THROWS_WITH(rules.apply(dict), "no more names");
}

TEST_CASE("policies hold for the names that a pattern matches", "[cxx]") {
  const Context context;
  const Module model = Module::from_text(context, "Sequential(Linear(2, 2), Linear(2, 3))");
  const Module other = Module::from_text(context, "Sequential(Linear(2, 2), Linear(2, 2))");
  const StateDict dict = state_under(other, "");
  CHECK_THROWS_AS(model.load_state_dict(context, dict), duramen::Incompatible);
  LoadHow how;
  how.policies = {{"1.*", DURAMEN_LOAD_SLICE_MISMATCHED}};
  CHECK(model.load_state_dict(context, dict, how).count(DURAMEN_LOAD_ITEM_SLICED) == 2);
}

}  // namespace
