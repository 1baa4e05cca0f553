#include "spec/signature.hpp"

#include "spec/registry.hpp"
#include "support/catch.hpp"

using namespace duramen;
using namespace duramen::spec;

namespace {

constexpr Parameter kLinearParameters[] = {
    {"in_features", kInt, "", ""},         {"out_features", kInt, "", ""},
    {"bias", kBool, "True", ""},           {"device", kNone | kText, "None", ""},
    {"dtype", kNone | kDtype, "None", ""},
};
constexpr Signature kLinear = {"Linear", kLinearParameters, ""};

constexpr Parameter kNormParameters[] = {
    {"num_features", kInt, "", ""},
    {"eps", kReal, "1e-5", ""},
    {"momentum", kReal | kNone, "0.1", ""},
    {"bias", kBool, "True", "", true},
};
constexpr Signature kNorm = {"Norm", kNormParameters, ""};

constexpr Parameter kSequentialParameters[] = {{"args", kModule | kDict, "", "", false, true}};
constexpr Signature kSequential = {"Sequential", kSequentialParameters, ""};

constexpr Parameter kIdentityParameters[] = {{"args", kAny, "", "", false, true},
                                             {"kwargs", kAny, "", "", true, true}};
constexpr Signature kIdentity = {"Identity", kIdentityParameters, ""};

constexpr Parameter kPoolParameters[] = {
    {"kernel_size", kInts, "", ""},
    {"padding", kInts | kText, "0", ""},
    {"mode", kText, "'zeros'", "", true},
    {"needed", kInt, "", "", true},
};
constexpr Signature kPool = {"pool", kPoolParameters, ""};

struct Failure {
  Code code = Code::ok;
  std::string message;
  Ref<ErrorRecord> record;
  std::string detail(const char* key) const {
    const std::string* found = record ? record->detail(key) : nullptr;
    return found ? *found : "-";
  }
};

Failure failure_of(const Signature& signature, std::string_view text) {
  const Expression call = parse(text);
  try {
    Arguments bound(signature, call);
  } catch (const Error& error) {
    return {error.code(), error.message(), error.record()};
  }
  return {};
}

}  // namespace

TEST_CASE("arguments bind by position and by name, with defaults", "[spec][signature]") {
  const Expression call = parse("Linear(3, out_features=4)");
  const Arguments bound(kLinear, call);
  CHECK(bound.integer("in_features") == 3);
  CHECK(bound.integer("out_features") == 4);
  CHECK(bound.boolean("bias"));
  CHECK(bound.is_none("device"));
  CHECK(bound.given("out_features"));
  CHECK_FALSE(bound.given("bias"));
  CHECK(&bound.call() == &call);
  CHECK_THROWS_AS(bound["nothing"], Error);
}

TEST_CASE("an int is a real, and None is nothing where allowed", "[spec][signature]") {
  const Expression call = parse("Norm(2, 1, None)");
  const Arguments bound(kNorm, call);
  CHECK(bound.real("eps") == 1.0);
  CHECK_FALSE(bound.optional_real("momentum").has_value());
  const Expression plain = parse("Norm(2)");
  const Arguments defaults(kNorm, plain);
  CHECK(defaults.real("eps") == 1e-5);
  CHECK(defaults.optional_real("momentum") == std::optional<double>(0.1));
  CHECK(defaults.optional_integer("num_features") == std::optional<int64_t>(2));
}

TEST_CASE("ints come alone or as a sequence, texts with or without quotes", "[spec][signature]") {
  const Expression call = parse("pool((2, 3), padding=same, needed=1)");
  const Arguments bound(kPool, call);
  CHECK(bound.integers("kernel_size") == std::vector<int64_t>{2, 3});
  CHECK(bound.text("padding") == "same");
  CHECK(bound.text("mode") == "zeros");
  const Expression one = parse("pool(2, needed=1)");
  CHECK(Arguments(kPool, one).integers("kernel_size") == std::vector<int64_t>{2});
  CHECK(failure_of(kPool, "pool((2, 0.5), needed=1)").detail("argument") == "kernel_size");
}

TEST_CASE("a variadic parameter takes the rest", "[spec][signature]") {
  const Expression call = parse("Sequential(ReLU(), Linear(1, 2))");
  const Arguments bound(kSequential, call);
  REQUIRE(bound.variadic().size() == 2);
  CHECK(bound.variadic()[1]->text == "Linear");
  CHECK(failure_of(kSequential, "Sequential()").code == Code::ok);
  const Failure wrong = failure_of(kSequential, "Sequential(ReLU(), 5)");
  CHECK(wrong.detail("column") == "20");
  CHECK(wrong.message ==
        "Sequential.__init__(): argument 'args' must be Module or dict, not int (at column 20)");
  CHECK(failure_of(kSequential, "Sequential(a=ReLU())").detail("torch_error") == "TypeError");
  CHECK(failure_of(kIdentity, "Identity(54, unused=0.1, more=None)").code == Code::ok);
}

TEST_CASE("binding errors have Python's words", "[spec][signature]") {
  struct Case {
    const Signature* signature;
    const char *text, *column, *message;
  };
  const Case cases[] = {
      {&kLinear, "Linear(3)", "1",
       "Linear.__init__() missing 1 required positional argument: 'out_features'"},
      {&kLinear, "Linear()", "1",
       "Linear.__init__() missing 2 required positional arguments: 'in_features' and "
       "'out_features'"},
      {&kLinear, "Linear(1, 2, 3, 4, 5, 6)", "23",
       "Linear.__init__() takes from 3 to 6 positional arguments but 7 were given"},
      {&kLinear, "Linear(3, 4, biass=False)", "20",
       "Linear.__init__() got an unexpected keyword argument 'biass'. Did you mean 'bias'?"},
      {&kLinear, "Linear(3, 4, zzzzzzzz=1)", "23",
       "Linear.__init__() got an unexpected keyword argument 'zzzzzzzz'"},
      {&kLinear, "Linear(3, 4, in_features=5)", "26",
       "Linear.__init__() got multiple values for argument 'in_features'"},
      {&kLinear, "Linear(3, 4, bias=True, bias=False)", "30",
       "Linear: keyword argument repeated: bias"},
      {&kNorm, "Norm(1, 2, 3, 4, bias=True)", "15",
       "Norm.__init__() takes from 2 to 4 positional arguments but 5 positional arguments (and 1 "
       "keyword-only argument) were given"},
      {&kPool, "pool(2)", "1", "pool() missing 1 required keyword-only argument: 'needed'"},
      {&kPool, "pool(1, 2, 3)", "12",
       "pool() takes from 1 to 2 positional arguments but 3 were given"},
      {&kLinear, "Linear('a', 4)", "8",
       "Linear.__init__(): argument 'in_features' must be int, not str"},
      {&kLinear, "Linear(3.0, 4)", "8",
       "Linear.__init__(): argument 'in_features' must be int, not float"},
      {&kLinear, "Linear(3, 4, bias=1)", "19",
       "Linear.__init__(): argument 'bias' must be bool, not int"},
      {&kLinear, "Linear(True, 4)", "8",
       "Linear.__init__(): argument 'in_features' must be int, not bool"},
      {&kNorm, "Norm(1, eps=None)", "13",
       "Norm.__init__(): argument 'eps' must be float, not None"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Failure failure = failure_of(*c.signature, c.text);
    CHECK(failure.code == Code::invalid_argument);
    CHECK(failure.message == std::string(c.message) + " (at column " + c.column + ")");
    CHECK(failure.detail("column") == c.column);
    CHECK(failure.detail("torch_error") ==
          (std::string(c.message).find("repeated") == std::string::npos ? "TypeError"
                                                                        : "SyntaxError"));
  }
  CHECK(failure_of(kLinear, "Linear(3, 4, biass=False)").detail("nearest") == "bias");
}

TEST_CASE("a callable without parameters says so", "[spec][signature]") {
  constexpr Signature tanh = {"Tanh", {}, ""};
  CHECK(failure_of(tanh, "Tanh(1)").message ==
        "Tanh.__init__() takes 1 positional argument but 2 were given (at column 6)");
  constexpr Signature function = {"tanh", {}, ""};
  CHECK(failure_of(function, "tanh(1)").message ==
        "tanh() takes 0 positional arguments but 1 was given (at column 6)");
}

TEST_CASE("a registry finds by name and hints at the nearest", "[spec][registry]") {
  struct Entry {
    Signature signature;
  };
  static constexpr Entry linear{kLinear}, norm{kNorm};
  static constexpr const Entry* entries[] = {&linear, &norm};
  const Registry<Entry> registry(entries);
  CHECK(&registry.get(parse("Norm(1)"), "module") == &norm);
  try {
    registry.get(parse("f(Linaer(1, 2))").items[0], "module");
    FAIL("found what is not there");
  } catch (const Error& error) {
    CHECK(error.code() == Code::unsupported);
    CHECK(*error.record()->detail("nearest") == "Linear");
    CHECK(*error.record()->detail("column") == "3");
  }
}

TEST_CASE("kTruth takes what is true or false, kBoolNumber a bool", "[spec][signature]") {
  static constexpr Parameter kParameters[] = {{"flag", kTruth, "False", ""},
                                              {"count", kInt | kBoolNumber, "0", ""},
                                              {"share", kReal | kBoolNumber, "0.5", ""},
                                              {"strict", kBool, "False", ""},
                                              {"whole", kInt, "0", ""}};
  constexpr Signature kFlags = {"Flags", kParameters, ""};
  const auto flag = [&](const char* text) {
    const Expression call = parse(text);
    return Arguments(kFlags, call).boolean("flag");
  };
  for (const char* text : {"Flags(1)", "Flags(-0.5)", "Flags(1j)", "Flags('no')", "Flags([0])"}) {
    INFO(text);
    CHECK(flag(text));
  }
  for (const char* text : {"Flags(0)", "Flags(0.0)", "Flags('')", "Flags([])", "Flags({})",
                           "Flags(None)", "Flags()"}) {
    INFO(text);
    CHECK_FALSE(flag(text));
  }
  const Expression call = parse("Flags(count=True, share=True)");
  const Arguments numbers(kFlags, call);
  CHECK(numbers.integer("count") == 1);
  CHECK(numbers.real("share") == 1);
  CHECK(failure_of(kFlags, "Flags(name)").message ==
        "Flags.__init__(): argument 'flag' must be bool, not name (at column 7)");
  CHECK(failure_of(kFlags, "Flags(strict=1)").detail("torch_error") == "TypeError");
  CHECK(failure_of(kFlags, "Flags(whole=True)").detail("torch_error") == "TypeError");
}
