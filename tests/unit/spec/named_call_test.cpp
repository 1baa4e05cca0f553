#include "spec/named_call.hpp"

#include "support/catch.hpp"

using namespace duramen;
using namespace duramen::spec;

namespace {

constexpr Parameter kParameters[] = {
    {"first", kAny, "", "goes before"},
    {"second", kInt, "7", "has a default"},
    {"rest", kAny, "", "takes the others", false, true},
    {"dtype", kDtype | kNone, "None", "a dtype", true},
    {"mode", kText | kDtype, "'a'", "a text or a dtype", true},
};
constexpr Signature kSignature = {"Thing", kParameters, "A thing."};

std::string arranged(std::string_view text) {
  Expression call = parse(text);
  arrange(kSignature, call);
  return format(call);
}

}  // namespace

TEST_CASE("A variadic parameter's list goes behind the other positions", "[spec][named_call]") {
  CHECK(arranged("Thing(rest=[1, 2], second=5, first=4)") == "Thing(4, 5, 1, 2)");
  CHECK(arranged("Thing(rest=(1,), first=4)") == "Thing(4, 7, 1)");
  CHECK(arranged("Thing(first=4, rest=3)") == "Thing(4, 7, 3)");
  CHECK(arranged("Thing(first=4)") == "Thing(first=4)");
  const Expression call = parse(arranged("Thing(rest=[1])"));
  CHECK_THROWS_WITH(
      Arguments(kSignature, call),
      "Thing.__init__() missing 1 required positional argument: 'first' (at column 1)");
}

TEST_CASE("A dict for a variadic parameter is one OrderedDict", "[spec][named_call]") {
  Expression call = parse("Thing(first=1, rest={'a': 2})");
  arrange(kSignature, call);
  REQUIRE(call.items.size() == 3);
  CHECK(call.items[2].form == Form::dict);
  CHECK(call.items[2].text == "OrderedDict");
}

TEST_CASE("A text is a dtype where no text fits", "[spec][named_call]") {
  CHECK(arranged("Thing(first='x', dtype='float64', mode='float64')") ==
        "Thing(first='x', dtype=float64, mode='float64')");
}
