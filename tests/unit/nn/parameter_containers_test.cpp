#include "nn/parameter_containers.hpp"

#include "nn/build.hpp"
#include "nn/init.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

// repr with line breaks as '|'.
std::string built(const char* text) {
  Context context;
  std::string out = repr(*module_from_text(context, text));
  for (char& c : out) c = c == '\n' ? '|' : c;
  return out;
}

std::string build_refusal(const char* text) {
  std::string out = refusal([&] { built(text); });
  return out.substr(0, out.find(" (at column"));
}

struct Case {
  const char *text, *expected;
};

std::string keys_of(const Module& module) {
  std::string out;
  for (const auto& entry : nn::named_parameters(module)) out += entry.name + " ";
  return out;
}

}  // namespace

TEST_CASE("ParameterList prints its entries as PyTorch's", "[nn][parameter_containers]") {
  const Case cases[] = {
      {"ParameterList()", "ParameterList()"},
      {"ParameterList(None)", "ParameterList()"},
      {"ParameterList((zeros(2),))",
       "ParameterList(  (0): Parameter containing: [torch.float32 of size 2])"},
      {"ParameterList([zeros(2, dtype=float64), Parameter(ones(3, 1)), 5, 'a', None, [1], ReLU])",
       "ParameterList(|    (0): Parameter containing: [torch.float64 of size 2]|    (1): Parameter "
       "containing: [torch.float32 of size 3x1]|    (2): Object of type: int|    (3): Object of "
       "type: str|    (4): Object of type: NoneType|    (5): Object of type: list|    (6): Object "
       "of type: type|)"},
      {"ParameterList([Linear(1, 2), tensor(1.0)])",
       "ParameterList(|    (0): Object of type: Linear|    (1): Parameter containing: "
       "[torch.float32 of size ]|  (0): Linear(in_features=1, out_features=2, bias=True)|)"},
      {"ParameterList(ParameterList([zeros(1), 3]))",
       "ParameterList(|    (0): Parameter containing: [torch.float32 of size 1]|    (1): Object of "
       "type: int|)"},
      {"ParameterList('ab')",
       "ParameterList(|    (0): Object of type: str|    (1): Object of type: str|)"},
      {"ModuleList([ParameterList([zeros(2)]), ParameterList([zeros(2)]), ParameterList([3])])",
       "ModuleList(|  (0-1): 2 x ParameterList(  (0): Parameter containing: [torch.float32 of size "
       "2])|  (2): ParameterList(  (0): Object of type: int)|)"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(built(one.text) == one.expected);
  }
}

TEST_CASE("ParameterDict orders its entries as PyTorch's", "[nn][parameter_containers]") {
  const Case cases[] = {
      {"ParameterDict()", "ParameterDict()"},
      {"ParameterDict({'b': zeros(2), 'a': Parameter(ones(1, 3)), 'c': 5})",
       "ParameterDict(|    (a): Parameter containing: [torch.FloatTensor of size 1x3]|    (b): "
       "Parameter containing: [torch.FloatTensor of size 2]|    (c): Object of type: int|)"},
      {"ParameterDict(OrderedDict([('b', zeros(2)), ('a', 3)]))",
       "ParameterDict(|    (b): Parameter containing: [torch.FloatTensor of size 2]|    (a): "
       "Object "
       "of type: int|)"},
      {"ParameterDict([('b', 1), ['a', None], ('b', 2)])",
       "ParameterDict(|    (b): Object of type: int|    (a): Object of type: NoneType|)"},
      {"ParameterDict(ParameterDict([('b', zeros(1)), ('a', 1)]))",
       "ParameterDict(|    (b): Parameter containing: [torch.FloatTensor of size 1]|    (a): "
       "Object "
       "of type: int|)"},
      {"Sequential(ParameterDict({'a': zeros(1, dtype=bfloat16)}), ParameterDict({'x.y': 1, 'b': "
       "2}))",
       "Sequential(|  (0): ParameterDict(  (a): Parameter containing: [torch.BFloat16Tensor of "
       "size "
       "1])|  (1): ParameterDict(|      (b): Object of type: int|      (x.y): Object of type: "
       "int|  )|)"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(built(one.text) == one.expected);
  }
}

TEST_CASE("what the parameter containers refuse", "[nn][parameter_containers]") {
  const Case cases[] = {
      {"ParameterList(3)",
       "TypeError ParameterList.extend should be called with an iterable, but got int"},
      {"ParameterList(zeros(2))",
       "TypeError ParameterList.extend should be called with an iterable, but got Tensor"},
      {"ParameterList([nothing])", "NameError name 'nothing' is not defined"},
      {"ParameterDict(3)",
       "TypeError ParametersDict.update should be called with an iterable of "
       "key/value pairs, but got int"},
      {"ParameterDict([3])",
       "TypeError ParameterDict update sequence element #0 should be Iterable; isint"},
      {"ParameterDict([('b', 1, 2)])",
       "ValueError ParameterDict update sequence element #0 has length 3; 2 is required"},
      {"ParameterDict(ParameterList([zeros(1)]))",
       "ValueError ParameterDict update sequence element #0 has length 1; 2 is required"},
      {"ParameterDict({1: zeros(1)})",
       "TypeError Index given to ParameterDict cannot be used as a key as it is not a string (type "
       "is 'int'). Open an issue on github if you need non-string keys."},
      {"ParameterDict({'b': 1, 2: 3})",
       "TypeError '<' not supported between instances of 'int' and 'str'"},
      {"ParameterDict({'a.b': zeros(1)})",
       "KeyError register_parameter: parameter name can't contain \".\" (got 'a.b')"},
      {"ParameterDict({'keys': zeros(1)})", "KeyError assign: attribute 'keys' already exists"},
      {"ParameterDict([('a', zeros(1)), ('a', 3)])",
       "TypeError cannot assign 'int' as parameter 'a' (torch.nn.Parameter or None expected)"},
      {"ParameterDict([('a', ReLU()), ('a', 3)])",
       "TypeError cannot assign 'int' as child module 'a' (torch.nn.Module or None expected)"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(build_refusal(one.text) == one.expected);
  }
  CHECK(build_refusal("ParameterList([zeros(2, dtype=int64)])").find("RuntimeError") == 0);
}

TEST_CASE("entries are parameters, children or attributes", "[nn][parameter_containers]") {
  Context context;
  const TensorRef own = parameter({2}), plain = tensor({3});
  const spec::NamedObject scope[] = {{"p", own}, {"t", plain}};
  const ModuleRef module =
      module_from_text(context, "ParameterList([p, 7, t, Linear(1, 1), p])", scope);
  const auto& list = dynamic_cast<const ParameterList&>(*module);
  CHECK(list.keys().size() == 5);
  CHECK(module->parameters().find("0")->get() == own.get());
  CHECK(module->parameters().find("2")->get() != plain.get());
  CHECK((*module->parameters().find("2"))->storage() == plain->storage());
  CHECK((*module->parameters().find("2"))->requires_grad());
  CHECK(keys_of(*module) == "0 2 3.weight 3.bias ");
  CHECK(list.entry("1").integer == 7);
  CHECK(module->has_name("1"));
  CHECK(refusal([&] { module->register_buffer("append", nullptr); }).find("KeyError") == 0);
  CHECK(refusal([&] { module->forward(context, {}); }) ==
        "RuntimeError forward: ParameterList should not be called");
  module->remove("2");
  CHECK(list.keys() == std::vector<std::string>{"0", "1", "3", "4"});
}

TEST_CASE("the state of parameter containers goes out and in", "[nn][parameter_containers]") {
  Context context;
  const char* text = "Sequential(ParameterList([ones(2), 3]), ParameterDict({'a': zeros(1)}))";
  const ModuleRef from = module_from_text(context, text), to = module_from_text(context, text);
  fill(**from->children()[0].value->parameters().find("0"), 5);
  const Ref<StateDict> state = state_dict(*from);
  REQUIRE(state->entries().size() == 2);
  CHECK(state->entries()[0].name == "0.0");
  CHECK(state->entries()[1].name == "1.a");
  load_state_dict(context, *to, *state);
  CHECK(values(**to->children()[0].value->parameters().find("0")) == std::vector<float>{5, 5});
}

TEST_CASE("entries follow what any module can do", "[nn][parameter_containers]") {
  Context context;
  const ModuleRef module =
      module_from_text(context, "ParameterDict([('z', ones(1)), ('n', 3), ('a', ones(1))])");
  const auto& dict = dynamic_cast<const ParameterDict&>(*module);
  using Keys = std::vector<std::string>;
  CHECK(dict.keys() == Keys{"z", "n", "a"});
  module->remove("z");
  CHECK(dict.keys() == Keys{"n", "a"});
  module->assign("z", parameter({1}));
  CHECK(dict.keys() == Keys{"z", "n", "a"});
  CHECK(keys_of(*module) == "a z ");
  module->register_parameter("b", nullptr);
  CHECK(repr(*module) ==
        "ParameterDict(\n    (z): Parameter containing: [torch.FloatTensor of size 1]\n    (n): "
        "Object of type: int\n    (a): Parameter containing: [torch.FloatTensor of size 1]\n)");
}

TEST_CASE("entries are put and taken out", "[nn][parameter_containers]") {
  Context context;
  const ModuleRef module = module_from_text(context, "ParameterDict([('z', ones(1)), ('n', 3)])");
  auto& dict = dynamic_cast<ParameterDict&>(*module);
  using Keys = std::vector<std::string>;
  const auto put = [&](const char* key, ValueRef value) { dict.put(key, expression_of(*value)); };
  put("b", Value::bytes("ab"));
  CHECK(repr(dict).find("(b): Object of type: bytes") != std::string::npos);
  CHECK(value_of(dict.entry("b"))->kind() == ValueKind::bytes);
  put("l", Value::list({Value::integer(1), Value::real(0.5)}));
  CHECK(value_of(dict.entry("l"))->item(1)->as_real() == 0.5);
  dict.erase("z");
  put("z", Value::tensor(tensor({2})));
  CHECK(dict.keys() == Keys{"n", "b", "l", "z"});
  CHECK(refusal([&] { dict.erase("lz"); }) == "KeyError ParameterDict: no entry 'lz'");
  OrderedMap<spec::Expression> entries;
  entries.append("new", expression_of(*Value::none()));
  entries.append("z", expression_of(*Value::integer(1)));  // a parameter is there
  CHECK(refusal([&] { dict.put_all(entries); }).find("TypeError") == 0);
  CHECK(dict.keys() == Keys{"n", "b", "l", "z"});
  const auto taken = "KeyError assign: attribute 'keys' already exists";
  CHECK(refusal([&] { put("keys", Value::integer(1)); }) == taken);
  CHECK(refusal([&] { put("keys", Value::tensor(tensor({2}))); }) == taken);
  CHECK(dict.keys() == Keys{"n", "b", "l", "z"});
  dict.clear();
  CHECK(dict.keys().empty());
  CHECK(dict.parameters().empty());
}
