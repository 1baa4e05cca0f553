// Programs of module-state operations, step by step against what PyTorch did.
#include "base/text.hpp"
#include "oracle/state_differences.hpp"
#include "oracle/state_machine.hpp"
#include "support/catch.hpp"
#include "support/goldens.hpp"

namespace duramen::test {

namespace {

struct Counts {
  size_t steps = 0;
  size_t ruled_out_by_types = 0;
  size_t differences = 0;
  size_t differences_left_out = 0;  // of cases that are skipped
};

bool is_error(const Json& outcome) { return outcome.is_object() && has(outcome, "error"); }

// Errors are compared by class; of a load also by PyTorch's whole text.
std::string comparable(const Json& outcome) {
  if (!is_error(outcome)) return to_text(outcome);
  const bool load = has(outcome, "message") &&
                    text(outcome, "message").starts_with("Error(s) in loading state_dict");
  return load ? to_text(outcome) : join("error ", text(outcome, "error"));
}

void check_step(const std::string& id, size_t index, const Json& pair, StateMachine& machine,
                Problems& problems, Counts& counts) {
  const Json step = at(pair, size_t{0});
  std::string got;
  try {
    got = machine.run(step);
  } catch (const TypeRule&) {
    ++counts.ruled_out_by_types;
    return;
  }
  ++counts.steps;
  const Difference* difference = find_difference(id, index);
  counts.differences += difference != nullptr;
  simdjson::dom::parser parser;
  simdjson::dom::parser other;
  const Json expected =
      difference ? other.parse(std::string(difference->outcome)).value() : at(pair, size_t{1});
  problems.equal(join("step ", index, " ", to_text(step)), comparable(expected),
                 comparable(parser.parse(got).value()));
}

void run_steps(const Json& one, Problems& problems, Counts& counts) {
  StateMachine machine(static_cast<uint64_t>(integer(one, "seed")));
  size_t index = 0;
  for (const Json pair : simdjson::dom::array(at(one, "steps"))) {
    check_step(text(one, "id"), index++, pair, machine, problems, counts);
  }
  for (const std::string& complaint : machine.complaints()) problems.add(complaint);
}

void run_case(const Json& one, Problems& problems, Counts& counts) {
  const size_t before = counts.differences;
  try {
    run_steps(one, problems, counts);
  } catch (const Skip&) {
    counts.differences = before;
    counts.differences_left_out += count_differences(text(one, "id"));
    throw;
  }
}

}  // namespace

TEST_CASE("module state behaves as PyTorch's", "[golden][state_cases]") {
  simdjson::dom::parser parser;
  const Json root = parser.load(data_path("state_cases/dev.json"));
  CaseLog log("state_cases");
  Counts counts;
  for (const Json one : simdjson::dom::array(at(root, "cases"))) {
    log.run(text(one, "id"), [&](Problems& problems) { run_case(one, problems, counts); });
  }
  log.print();
  std::printf("  %zu steps compared, %zu with a stated difference, %zu ruled out by C++'s types\n",
              counts.steps, counts.differences, counts.ruled_out_by_types);
  CHECK(log.failed() == 0);
  CHECK(log.skipped() <= 1);
  CHECK(counts.differences + counts.differences_left_out == count_differences());
  CHECK(counts.ruled_out_by_types <= 37);
}

}  // namespace duramen::test
