#include "spec/syntax.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"

using namespace duramen;
using namespace duramen::spec;

namespace {

bool same_real(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

bool same_all(const std::vector<Expression>& a, const std::vector<Expression>& b);

bool same(const Expression& a, const Expression& b) {
  if (a.form != b.form || a.boolean != b.boolean || a.integer != b.integer) return false;
  if (!same_real(a.real, b.real) || !same_real(a.imaginary, b.imaginary)) return false;
  if (a.text != b.text || !(a.object == b.object)) return false;
  if (a.keywords.size() != b.keywords.size()) return false;
  for (size_t i = 0; i < a.keywords.size(); ++i) {
    if (a.keywords[i].name != b.keywords[i].name) return false;
    if (!same(a.keywords[i].value, b.keywords[i].value)) return false;
  }
  return same_all(a.items, b.items) && same_all(a.keys, b.keys);
}

bool same_all(const std::vector<Expression>& a, const std::vector<Expression>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

struct Failure {
  Code code;
  std::string message, column, expected, actual, torch_error;
};

Failure failure_of(std::string_view text, const Limits& limits = {}) {
  try {
    parse(text, {}, limits);
  } catch (const Error& error) {
    const auto detail = [&](const char* key) {
      const std::string* found = error.record()->detail(key);
      return found ? *found : std::string("-");
    };
    return {error.code(),       error.message(),  detail("column"),
            detail("expected"), detail("actual"), detail("torch_error")};
  }
  return {Code::ok, "", "", "", "", ""};
}

class RandomTree {
 public:
  explicit RandomTree(uint32_t seed) : engine_(seed) {}

  Expression make(int depth) {
    Expression out;
    out.form = static_cast<Form>(draw(depth > 0 ? 11 : 7));
    switch (out.form) {
      case Form::boolean:
        out.boolean = draw(2);
        break;
      case Form::integer:
        out.integer = integer();
        break;
      case Form::complex:
        out.imaginary = real();
        [[fallthrough]];
      case Form::real:
        out.real = real();
        break;
      case Form::text:
        out.text = text();
        break;
      case Form::name:
        out.text = draw(2) ? "torch.float32" : "same";
        break;
      case Form::call:
        out.text = draw(2) ? "Linear" : "special.i0";
        for (int i = draw(3); i > 0; --i) {
          out.keywords.emplace_back("name_" + std::to_string(i), make(depth - 1));
        }
        [[fallthrough]];
      case Form::list:
      case Form::tuple:
        for (int i = draw(4); i > 0; --i) out.items.push_back(make(depth - 1));
        break;
      case Form::dict:
        for (int i = draw(4); i > 0; --i) {
          out.keys.push_back(make(0));
          out.items.push_back(make(depth - 1));
        }
        break;
      default:
        break;
    }
    return out;
  }

 private:
  int draw(int below) { return static_cast<int>(engine_() % static_cast<uint32_t>(below)); }
  int64_t integer() {
    static constexpr int64_t kValues[] = {0, 1, -1, 1 << 20, INT64_MAX, INT64_MIN};
    return draw(2) ? kValues[draw(6)] : draw(2000) - 1000;
  }
  double real() {
    static const double kValues[] = {0.0,      -0.0,      1e-5,   1e300,     std::nan(""),
                                     HUGE_VAL, -HUGE_VAL, 5e-324, 0.1 + 0.2, 1e16};
    return draw(2) ? kValues[draw(10)] : (draw(2000) - 1000) / 7.0;
  }
  std::string text() {
    static const char* kParts[] = {"a", "'", "\"", "\\", "\n", "\t", "\x01", "é", "😀", "\\n", "#"};
    std::string out;
    for (int i = draw(6); i > 0; --i) out += kParts[draw(11)];
    return out;
  }

  std::mt19937 engine_;
};

struct Thing final : Counted {
  Thing() : Counted(make_tag("test")) {}
};

}  // namespace

TEST_CASE("numbers are read as Python reads them", "[spec][syntax]") {
  const std::pair<const char*, int64_t> integers[] = {{"0", 0},
                                                      {"00", 0},
                                                      {"1_000", 1000},
                                                      {"0x_ff", 255},
                                                      {"0Xff", 255},
                                                      {"0o17", 15},
                                                      {"0b1_01", 5},
                                                      {"-0x10", -16},
                                                      {"- 5", -5},
                                                      {"--5", 5},
                                                      {"+-+5", -5},
                                                      {"(-5)", -5},
                                                      {"-(5)", -5},
                                                      {" \n7\t", 7},
                                                      {"-9223372036854775808", INT64_MIN},
                                                      {"9223372036854775807", INT64_MAX}};
  for (const auto& [text, value] : integers) {
    INFO(text);
    CHECK(parse(text).form == Form::integer);
    CHECK(parse(text).integer == value);
  }
  const std::pair<const char*, double> reals[] = {{"1e-5", 1e-5},
                                                  {".5", 0.5},
                                                  {"5.", 5.0},
                                                  {"1_0.2_5", 10.25},
                                                  {"1E3", 1000.0},
                                                  {"1e+3", 1000.},
                                                  {"-0.0", -0.0},
                                                  {"1e999", HUGE_VAL},
                                                  {"inf", HUGE_VAL},
                                                  {"-inf", -HUGE_VAL},
                                                  {"5.e1", 50.0},
                                                  {"math.inf", HUGE_VAL},
                                                  {"float('-inf')", -HUGE_VAL},
                                                  {"float(' 1\\n')", 1},
                                                  {"float(True)", 1},
                                                  {"float(2)", 2.0}};
  for (const auto& [text, value] : reals) {
    INFO(text);
    CHECK(parse(text).form == Form::real);
    CHECK(same_real(parse(text).real, value));
  }
  CHECK(std::isnan(parse("torch.nan").real));
}

TEST_CASE("complex numbers are sums of a number and an imaginary one", "[spec][syntax]") {
  struct Case {
    const char* text;
    double real, imaginary;
  };
  for (const Case& c : {Case{"2j", 0, 2}, Case{"1+2j", 1, 2}, Case{"1.5 - 2.5J", 1.5, -2.5},
                        Case{"-2j", -0.0, -2}, Case{"(-1-2j)", -1, -2}, Case{"1e3j", 0, 1000}}) {
    INFO(c.text);
    const Expression e = parse(c.text);
    CHECK(e.form == Form::complex);
    CHECK(same_real(e.real, c.real));
    CHECK(same_real(e.imaginary, c.imaginary));
  }
  CHECK(failure_of("1+2").column == "2");
}

TEST_CASE("strings know Python's quotes, prefixes and escapes", "[spec][syntax]") {
  const std::pair<const char*, std::string> strings[] = {{"'a'", "a"},
                                                         {"\"it's\"", "it's"},
                                                         {"''", ""},
                                                         {"u'a'", "a"},
                                                         {"r'\\n'", "\\n"},
                                                         {"r'\\''", "\\'"},
                                                         {"r'\\\\'", "\\\\"},
                                                         {"'\\n\\t\\\\\\'\\\"\\a'", "\n\t\\'\"\a"},
                                                         {"'\\x41\\u00e9\\U0001F600\\101'", "Aé😀A"},
                                                         {"'\\d'", "\\d"},
                                                         {"'a' \"b\"", "ab"},
                                                         {"('a'\n 'b')", "ab"},
                                                         {"'é#'", "é#"},
                                                         {"'\\0'", std::string(1, '\0')}};
  for (const auto& [text, value] : strings) {
    INFO(text);
    CHECK(parse(text).form == Form::text);
    CHECK(parse(text).text == value);
  }
  CHECK(failure_of("b'a'").column == "1");
  CHECK(failure_of("f(b'a')").column == "3");
  CHECK(failure_of("'''a'''").column == "1");
  CHECK(failure_of("'a\nb'").column == "3");
  CHECK(failure_of("'\\ud800'").column == "2");
  CHECK(failure_of("'\\xg0'").column == "4");
  CHECK(failure_of("'\\N{DASH}'").column == "2");
}

TEST_CASE("brackets nest, with trailing commas, breaks and comments", "[spec][syntax]") {
  CHECK(parse("()").items.empty());
  CHECK(parse("()").form == Form::tuple);
  CHECK(parse("(1)").form == Form::integer);
  CHECK(parse("(1,)").form == Form::tuple);
  CHECK(parse("((1))").form == Form::integer);
  CHECK(parse("[1, [2, (3,)], ]").items.size() == 2);
  CHECK(parse("[]").form == Form::list);
  const Expression dict = parse("{'a': 1, 'b': {},}");
  CHECK(dict.keys[1].text == "b");
  CHECK(dict.items[1].form == Form::dict);
  const Expression call = parse(
      "Sequential(  # the root\n  OrderedDict([\n    ('a', nn.Linear(3, 4,\n bias = False,)),\n"
      "  ]),\n)");
  CHECK(call.text == "Sequential");
  const Expression& linear = call.items[0].items[0].items[0].items[1];
  CHECK(linear.text == "Linear");
  CHECK(linear.keywords[0].name == "bias");
  CHECK(linear.keywords[0].value.form == Form::boolean);
}

TEST_CASE("known namespaces are stripped from a callee only", "[spec][syntax]") {
  CHECK(parse("torch.nn.Linear(1, 2)").text == "Linear");
  CHECK(parse("torch.nn.functional.relu()").text == "relu");
  CHECK(parse("collections.OrderedDict()").text == "OrderedDict");
  CHECK(parse("torch.nn.modules.linear.Linear(1, 2)").text == "Linear");
  CHECK(parse("nn.modules.Linear(1, 2)").text == "Linear");
  CHECK(parse("nn.linear.Linear(1, 2)").text == "linear.Linear");
  CHECK(parse("torch.optim.sgd.SGD()").text == "SGD");
  CHECK(parse("torch.special.i0()").text == "special.i0");
  CHECK(parse("mine.Linear()").text == "mine.Linear");
  const Expression call = parse("Linear(1, 2, dtype=torch.float64)");
  CHECK(call.keywords[0].value.form == Form::name);
  CHECK(call.keywords[0].value.text == "torch.float64");
  CHECK(parse("ReLU").form == Form::name);
  CHECK(parse("None").form == Form::none);
}

TEST_CASE("names that the caller gave become objects", "[spec][syntax]") {
  const Ref<Counted> thing = make<Thing>();
  const NamedObject objects[] = {{"other", thing}};
  const Expression call = parse("Sequential(other, another)", objects);
  CHECK(call.items[0].form == Form::object);
  CHECK(call.items[0].object == thing);
  CHECK(call.items[1].form == Form::name);
  CHECK(same(parse(format(call), objects), call));
}

TEST_CASE("errors tell column, expectation and what was there", "[spec][syntax]") {
  struct Case {
    const char *text, *column, *expected, *actual;
  };
  const Case cases[] = {
      {"", "1", "a value or a call", "end of text"},
      {"Linear(3, 4", "12", "',' or ')'", "end of text"},
      {"Linear(3 4)", "10", "',' or ')'", "'4'"},
      {"Linear(3,, 4)", "10", "a value or a call", "','"},
      {"Linear(3, 4))", "13", "end of text", "')'"},
      {"Linear(bias=)", "13", "a value or a call", "')'"},
      {"Linear(a=1, 2)", "13", "a keyword argument (positional ones come first)", "'2'"},
      {"['é', 'ü' x]", "11", "',' or ']'", "'x'"},
      {"f(\n  é)", "6", "a value or a call", "'é'"},
      {"{1 2}", "4", "':' after a dictionary's key", "'2'"},
      {"{1: 2 3}", "7", "',' or '}'", "'3'"},
      {"f(*a)", "3", "a value or a call", "'*'"},
      {"a.()", "3", "a name after '.'", "'('"},
      {"5x", "2", "the end of a number", "'x'"},
      {"1__0", "3", "a digit after '_'", "'_0'"},
      {"0x", "3", "a digit of base 16", "end of text"},
      {"0b2", "3", "a digit of base 2", "'2'"},
      {"007", "1", "a number without leading zeros (octal: 0o)", "007"},
      {"-'a'", "2", "a number after the sign", "'a'"},
      {"f(-True)", "4", "a number after the sign", "True"},
      {"9223372036854775808", "1", "an integer of at most 64 bits", "9223372036854775808"},
      {"[1, -9223372036854775809]", "6", "an integer of at most 64 bits", "-9223372036854775809"},
      {"f(0xffffffffffffffff)", "3", "an integer of at most 64 bits", "ffffffffffffffff"},
      {"-(-9223372036854775808)", "3", "an integer of at most 64 bits", "9223372036854775808"},
      {"(, )", "2", "a value or a call", "','"},
      {"(1 2)", "4", "',' or ')'", "'2'"},
      {"(1,,)", "4", "a value or a call", "','"},
      {"f()()", "4", "end of text", "'('"},
      {"float('x')", "7", "a number", "'x'"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Failure failure = failure_of(c.text);
    CHECK(failure.code == Code::invalid_argument);
    CHECK(failure.column == c.column);
    CHECK(failure.expected == c.expected);
    CHECK(failure.actual == c.actual);
    CHECK(failure.message.find("(at column " + std::string(c.column) + ")") != std::string::npos);
    CHECK(failure.message.find('\n') == std::string::npos);
  }
  CHECK(failure_of("Linear(3 4)").message == "text: expected ',' or ')', got '4' (at column 10)");
  CHECK(failure_of("f('é\xff')").column == "5");
  CHECK(failure_of("\xc3").column == "1");
  CHECK(failure_of(std::string_view("f(\0)", 4)).column == "3");
}

TEST_CASE("a printed module is no Python", "[spec][syntax]") {
  const Failure failure = failure_of("Sequential(\n  (0): Linear(in_features=3)\n)");
  CHECK(failure.code == Code::invalid_argument);
  CHECK(failure.column == "18");
  CHECK(failure_of("f() {training=True}").code == Code::invalid_argument);
  CHECK(failure_of("f(@1)").column == "3");
  CHECK(failure_of("f(...)").column == "3");
  CHECK(failure_of("f((0))").code == Code::ok);
}

TEST_CASE("depth and length are limited", "[spec][syntax]") {
  const auto nested = [](size_t depth, const char* open, const char* close) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += open;
    text += "1";
    for (size_t i = 0; i < depth; ++i) text += close;
    return text;
  };
  for (const auto& [open, close] : {std::pair{"[", "]"}, {"(", ")"}, {"f(", ")"}, {"{1:", "}"}}) {
    CHECK(failure_of(nested(200, open, close)).code == Code::ok);
    CHECK(failure_of(nested(201, open, close)).code == Code::limit);
    CHECK(failure_of(nested(100000, open, close)).code == Code::limit);
  }
  CHECK(failure_of(nested(201, "[", "]")).column == "201");
  Limits limits;
  limits.max_length = 3;
  CHECK(failure_of("f()", limits).code == Code::ok);
  CHECK(failure_of("f( )", limits).code == Code::limit);
  limits.max_depth = 100000;
  limits.max_length = 1 << 20;
  CHECK(failure_of(nested(100000, "[", "]"), limits).code == Code::limit);
  CHECK(parse(std::string(100000, '-') + "1").integer == 1);
}

TEST_CASE("formatted text reads back to the same tree", "[spec][syntax]") {
  RandomTree random(7);
  for (int i = 0; i < 3000; ++i) {
    const Expression tree = random.make(4);
    const std::string text = format(tree);
    INFO(text);
    REQUIRE(same(parse(text), tree));
  }
  CHECK(format(parse("Linear( 3,4 ,bias = False)")) == "Linear(3, 4, bias=False)");
  CHECK(format(parse("[1e-5,(2,),{'a':None}]")) == "[1e-05, (2,), {'a': None}]");
}

TEST_CASE("every shortened text is read or refused, never worse", "[spec][syntax]") {
  const std::string text =
      "Sequential(OrderedDict([('a', nn.Linear(3, 4, bias=False)), (u\"\\x41\", f({1: "
      "-2.5e-3j}))]))";
  for (size_t length = 0; length < text.size(); ++length) {
    INFO(text.substr(0, length));
    // "Sequential" alone is a name.
    CHECK((failure_of(text.substr(0, length)).code == Code::ok) == (length > 0 && length <= 10));
  }
}
