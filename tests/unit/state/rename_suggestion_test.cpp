#include "state/rename_suggestion.hpp"

#include <chrono>

#include "support/catch.hpp"

namespace duramen {
namespace {

using Kind = LoadReport::Kind;

void add(LoadReport& report, Kind kind, std::string name, Shape shape = {2}) {
  LoadReport::Item item;
  item.kind = kind;
  item.name = std::move(name);
  const bool missing = kind == Kind::missing;
  (missing ? item.expected_shape : item.actual_shape) = std::move(shape);
  (missing ? item.expected_dtype : item.actual_dtype) = Dtype::float32;
  report.items.push_back(std::move(item));
}

using Names = std::vector<std::string>;

Ref<LoadReport> report_of(const Names& missing, const Names& unexpected,
                          std::vector<std::string_view> fitting = {}) {
  auto report = make<LoadReport>("Net");
  for (const std::string& name : missing) add(*report, Kind::missing, name);
  for (const std::string& name : unexpected) add(*report, Kind::unexpected, name);
  suggest_rename(*report, fitting);
  return report;
}

std::string suggested(const Names& missing, const Names& unexpected,
                      std::vector<std::string_view> fitting = {}) {
  const auto report = report_of(missing, unexpected, std::move(fitting));
  const auto& [rule, count] = report->suggestion;
  return rule.empty() ? "" : rule + " " + std::to_string(count);
}

}  // namespace

TEST_CASE("A prefix on one side is found", "[state][rename_suggestion]") {
  CHECK(suggested({"weight", "bias"}, {"module.weight", "module.bias"}) == "strip:module. 2");
  CHECK(suggested({"module.0.weight", "module.0.bias"}, {"0.weight", "0.bias"}) == "add:module. 2");
  CHECK(suggested({"encoder.layer.0.w", "encoder.layer.1.w", "x"},
                  {"bert.encoder.layer.0.w", "bert.encoder.layer.1.w", "cls.w"}) ==
        "strip:bert. 2");
  CHECK(suggested({"head.weight", "head.bias"}, {"fc.weight", "fc.bias"}) == "replace:fc.=head. 2");
  CHECK(suggested({"weight"}, {""}) == "add:weight 1");
  CHECK(suggested({"a.weight"}, {"a=b\\c.weight"}) == R"(replace:a\=b\\c.=a. 1)");
}

TEST_CASE("A preset is proposed where no prefix does as well", "[state][rename_suggestion]") {
  CHECK(suggested({"a.b.w", "a.c.w"}, {"a._orig_mod.b.w", "a.c._orig_mod.w"}) ==
        "preset:compile 2");
  CHECK(suggested({"n.weight", "n.bias"}, {"n.gamma", "n.beta"}) == "preset:gamma_beta 2");
  CHECK(suggested({"LayerNorm.weight", "d.w"}, {"bert.LayerNorm.gamma", "bert.d.w"}) ==
        "preset:bert 2");
  CHECK(suggested({"w"}, {"module.w"}) == "strip:module. 1");
}

TEST_CASE("Another shape is no fit, strangers get no rule", "[state][rename_suggestion]") {
  const auto report = make<LoadReport>("Net");
  add(*report, Kind::missing, "weight", {2, 3});
  add(*report, Kind::unexpected, "module.weight", {2, 4});
  suggest_rename(*report, {});
  CHECK(report->suggestion.rule.empty());
  CHECK(suggested({"alpha", "beta.x"}, {"gamma", "delta.y"}).empty());
  CHECK(suggested({}, {"module.a"}).empty());
  // One of ten names is a coincidence.
  CHECK(suggested({"a", "b", "c", "d", "e", "f", "g", "h", "i", "x.w"},
                  {"1", "2", "3", "4", "5", "6", "7", "8", "9", "y.w"})
            .empty());
}

TEST_CASE("Names that fit already are left alone", "[state][rename_suggestion]") {
  const std::vector<std::string_view> fitting = {"cls.w", "cls.b", "cls.c"};
  CHECK(suggested({"bert.encoder.w", "bert.encoder.b"}, {"encoder.w", "encoder.b"}, fitting) ==
        "replace:encoder.=bert.encoder. 2");
  CHECK(suggested({"encoder.w"}, {"m.encoder.w"}, {"m.x", "m.y"}) ==
        "replace:m.encoder.=encoder. 1");
}

TEST_CASE("A proposed rule makes nearest names", "[state][rename_suggestion]") {
  const auto report = report_of({"head.weight"}, {"fc.weight"});
  CHECK(report->items[0].nearest == "fc.weight");
  CHECK(report->items[1].nearest == "head.weight");
}

TEST_CASE("The rule works as it is written", "[state][rename_suggestion]") {
  const auto report = report_of({"a=.w"}, {"b=\\.w"});
  RenameRules rules;
  rules.add_text(report->suggestion.rule);
  std::vector<size_t> applied;
  CHECK(rules.apply("b=\\.w", applied) == "a=.w");
}

TEST_CASE("A hundred thousand names take little time", "[state][rename_suggestion]") {
  Names missing;
  Names unexpected;
  for (int i = 0; i < 100'000; ++i) {
    const std::string name = "encoder.layer." + std::to_string(i) + ".weight";
    missing.push_back(name);
    unexpected.push_back("bert." + name);
  }
  const auto start = std::chrono::steady_clock::now();
  CHECK(suggested(missing, unexpected) == "strip:bert. 100000");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

}  // namespace duramen
