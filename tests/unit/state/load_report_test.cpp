#include "state/load_report.hpp"

#include "support/catch.hpp"

using namespace duramen;

namespace {

using Kind = LoadReport::Kind;

void add(LoadReport& report, Kind kind, std::string name, std::string text = "") {
  LoadReport::Item item;
  item.kind = kind;
  item.name = std::move(name);
  item.text = std::move(text);
  report.items.push_back(std::move(item));
}

std::string nearest(const LoadReport& report, std::string_view name) {
  for (const auto& item : report.items) {
    if (item.name == name) return item.nearest;
  }
  return "?";
}

}  // namespace

TEST_CASE("A report without troubles says nothing", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  CHECK(report->torch_message(true).empty());
  CHECK(report->summary({}) == "no errors for Net");
  CHECK_FALSE(report->has_errors({}));
}

TEST_CASE("Missing comes before unexpected before the rest", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  add(*report, Kind::shape_mismatch, "c", "size mismatch for c");
  add(*report, Kind::unexpected, "x");
  add(*report, Kind::missing, "a");
  add(*report, Kind::missing, "b");
  add(*report, Kind::failed, "d", "While copying d");
  add(*report, Kind::dtype_mismatch, "e", "dtype mismatch for e");
  add(*report, Kind::defaulted, "f");
  CHECK(report->torch_message(true) ==
        "Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: \"a\", \"b\". "
        "\n\tUnexpected key(s) in state_dict: \"x\". \n\tsize mismatch for c\n\tWhile copying d");
  CHECK(report->torch_message(false) ==
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for c\n\tWhile copying d");
  CHECK(report->torch_message(
            {.missing = false, .unexpected = true, .shape = false, .dtype = true}) ==
        "Error(s) in loading state_dict for Net:\n\tUnexpected key(s) in state_dict: \"x\". "
        "\n\tWhile copying d\n\tdtype mismatch for e");
  CHECK(report->summary({}) ==
        "the state dict does not fit Net: 2 missing, 1 unexpected, 1 of another shape, 1 not "
        "copyable (first: \"a\" is missing)");
  CHECK(report->count(Kind::missing) == 2);
}

TEST_CASE("The first of another shape is told with both shapes", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  add(*report, Kind::shape_mismatch, "c", "size mismatch for c");
  report->items.back().expected_shape = {5, 4};
  report->items.back().actual_shape = {3, 4};
  CHECK(report->summary({}) ==
        "the state dict does not fit Net: 1 of another shape (first: \"c\" is of another shape, "
        "expected [5, 4], got [3, 4])");
}

TEST_CASE("Names with control characters stay on their line", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  add(*report, Kind::missing, "a\nb");
  CHECK(report->summary({}).find('\n') == std::string::npos);
  CHECK(report->torch_message(true) ==
        "Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: \"a\\x0ab\". ");
}

TEST_CASE("A prefix on either side is seen through", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  add(*report, Kind::missing, "0.weight");
  add(*report, Kind::missing, "model.bias");
  add(*report, Kind::unexpected, "_orig_mod.module.0.weight");
  add(*report, Kind::unexpected, "bias");
  report->find_nearest();
  CHECK(nearest(*report, "0.weight") == "_orig_mod.module.0.weight");
  CHECK(nearest(*report, "_orig_mod.module.0.weight") == "0.weight");
  CHECK(nearest(*report, "model.bias") == "bias");
  CHECK(nearest(*report, "bias") == "model.bias");
}

TEST_CASE("A slip of the pen is seen through, a stranger is not", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  add(*report, Kind::missing, "classifier.weight");
  add(*report, Kind::unexpected, "clasifier.weight");
  add(*report, Kind::unexpected, "zzz");
  report->find_nearest();
  CHECK(nearest(*report, "classifier.weight") == "clasifier.weight");
  CHECK(nearest(*report, "zzz").empty());
}

TEST_CASE("Very many and very long names cost little", "[state][load_report]") {
  const auto report = make<LoadReport>("Net");
  for (int i = 0; i < 20'000; ++i) {
    add(*report, Kind::missing, "a." + std::to_string(i));
    add(*report, Kind::unexpected, "b" + std::to_string(i));
  }
  add(*report, Kind::unexpected, std::string(1 << 20, '.'));
  report->find_nearest();
  CHECK(nearest(*report, "a.7").empty());
}
