#include "nn/build.hpp"

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

// repr on one line.
std::string built(std::string_view text) {
  Context context;
  std::string out = repr(*module_from_text(context, text));
  for (char& c : out) c = c == '\n' ? '|' : c;
  return out;
}

struct Case {
  const char *text, *expected;
};

void check_built(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(built(one.text) == one.expected);
  }
}

void check_refused(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(refusal([&] { built(one.text); }) == one.expected);
  }
}

// The next number that the generator draws after the text was built or refused.
double draw_after(std::string_view text) {
  Context context;
  context.generator().seed(3);
  refusal([&] { module_from_text(context, text); });
  const ModuleRef next = module_from_text(context, "Linear(1, 1)");
  return kernels::read_double(next->parameters()[0].value->bytes(), Dtype::float32);
}

}  // namespace

TEST_CASE("Arguments are evaluated before a call, also ignored ones", "[nn][build]") {
  const double once = draw_after("Linear(2, 2)");
  CHECK(once != draw_after("ReLU()"));
  CHECK(draw_after("Identity(Linear(2, 2))") == once);
  CHECK(draw_after("Identity(54, x=[Linear(2, 2)])") == once);
  CHECK(draw_after("Identity({'a': OrderedDict(b=Linear(2, 2))})") == once);
  CHECK(draw_after("Sequential(3, Linear(2, 2))") == once);
  CHECK(draw_after("Sequential(OrderedDict(type=ReLU(), b=Linear(2, 2)))") == once);
  CHECK(draw_after("ModuleDict([('a',), ('b', Linear(2, 2))])") == once);
  CHECK(draw_after("Linear(2, Linear(2, 2), zork=3)") == once);
}

TEST_CASE("The first error in Python's order is told", "[nn][build]") {
  const char* const dropout =
      "ValueError Dropout: dropout probability has to be between 0 and 1, but got -1 (at column ";
  for (const char* text :
       {"Sequential(OrderedDict(type=ReLU(), b=Dropout(-1)))", "Sequential(3, Dropout(-1))",
        "ModuleList([3, Dropout(-1)])", "ModuleDict({3: ReLU(), 'b': Dropout(-1)})",
        "Identity(Dropout(-1))", "Linear(2, Dropout(-1), zork=3)"}) {
    INFO(text);
    CHECK(refusal([&] { built(text); }).starts_with(dropout));
  }
  CHECK(refusal([] { built("Identity(eye(3))"); }).starts_with("unknown module type 'eye'"));
}

TEST_CASE("Flags take Python's truth and print as written", "[nn][build]") {
  check_built({
      {"Linear(2, 2, bias=0)", "Linear(in_features=2, out_features=2, bias=False)"},
      {"Linear(2, 2, bias='no')", "Linear(in_features=2, out_features=2, bias=True)"},
      {"Linear(2, 2, bias=[])", "Linear(in_features=2, out_features=2, bias=False)"},
      {"Linear(2, 2, bias=None)", "Linear(in_features=2, out_features=2, bias=False)"},
      {"BatchNorm1d(2, affine=1)",
       "BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=1, bias=True, track_running_stats=True)"},
      {"BatchNorm1d(2, affine='', track_running_stats=0.0)",
       "BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=, bias=False, track_running_stats=0.0)"},
      {"BatchNorm1d(2, affine=None, bias=2)",
       "BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=None, bias=False, "
       "track_running_stats=True)"},
      {"ReLU(inplace=None)", "ReLU()"},
      {"ReLU(2)", "ReLU(inplace=True)"},
      {"Dropout(0.5, 1)", "Dropout(p=0.5, inplace=1)"},
      {"Dropout(0.5, 'a')", "Dropout(p=0.5, inplace=a)"},
      {"CrossEntropyLoss(size_average=0)", "CrossEntropyLoss()"},
  });
}

TEST_CASE("A bool is a number where PyTorch takes one", "[nn][build]") {
  check_built({
      {"Dropout(True)", "Dropout(p=True, inplace=False)"},
      {"Flatten(2, False)", "Flatten(start_dim=2, end_dim=False)"},
      {"Linear(True, 2)", "Linear(in_features=True, out_features=2, bias=True)"},
      {"BatchNorm1d(2, True, True)",
       "BatchNorm1d(2, eps=True, momentum=True, affine=True, bias=True, "
       "track_running_stats=True)"},
      {"CrossEntropyLoss(label_smoothing=True)", "CrossEntropyLoss()"},
  });
  check_refused({
      {"Linear(2, True)",
       "TypeError empty(): argument 'size' (position 1) must be tuple of ints, but found element "
       "of type bool at pos 0 (at column 11)"},
      {"BatchNorm1d(True)",
       "TypeError empty(): argument 'size' (position 1) must be tuple of ints, not bool (at column "
       "13)"},
  });
}

TEST_CASE("Containers take what Python can iterate", "[nn][build]") {
  check_built({
      {"ModuleList(Sequential(ReLU(), Tanh()))", "ModuleList(|  (0): ReLU()|  (1): Tanh()|)"},
      {"ModuleList(ModuleList([ReLU(), None]))", "ModuleList(|  (0): ReLU()|  (1): None|)"},
      {"ModuleDict(ModuleDict({'a': ReLU()}))", "ModuleDict(|  (a): ReLU()|)"},
      {"ModuleDict(dict([('a', ReLU())], b=Tanh()))", "ModuleDict(|  (a): ReLU()|  (b): Tanh()|)"},
      {"ModuleDict((('a', ReLU()),))", "ModuleDict(|  (a): ReLU()|)"},
      {"Sequential(OrderedDict(ModuleDict({'a': ReLU()})))", "Sequential(|  (a): ReLU()|)"},
      {"Sequential(OrderedDict(OrderedDict(a=ReLU())))", "Sequential(|  (a): ReLU()|)"},
      {"Sequential(OrderedDict({'a': ReLU()}, a=Tanh(), b=None))",
       "Sequential(|  (a): Tanh()|  (b): None|)"},
      {"Sequential(OrderedDict())", "Sequential()"},
  });
}

TEST_CASE("What containers refuse is an error of PyTorch's class and text", "[nn][build]") {
  check_refused({
      {"ModuleDict([('a',)])",
       "ValueError ModuleDict update sequence element #0 has length 1; 2 is required (at column "
       "13)"},
      {"ModuleDict(('a', ReLU()))",
       "ValueError ModuleDict update sequence element #0 has length 1; 2 is required (at column "
       "13)"},
      {"ModuleDict([3])",
       "TypeError ModuleDict update sequence element #0 should be Iterable; isint (at column 13)"},
      {"ModuleDict({3: ReLU()})",
       "TypeError module name should be a string. Got int (at column 13)"},
      {"ModuleList(Linear(2, 2))",
       "TypeError ModuleList.extend should be called with an iterable, but got Linear (at column "
       "12)"},
      {"ModuleList({'a': ReLU()})",
       "TypeError ModuleList.__init__(): argument 'modules' must be Module or list or None, not "
       "dict "
       "(at column 12)"},
      {"Sequential(OrderedDict([('a',)]))",
       "ValueError need more than 1 value to unpack (at column 25)"},
      {"Sequential(OrderedDict([('a', 1, 2)]))",
       "ValueError too many values to unpack (expected 2) (at column 25)"},
      {"Sequential(OrderedDict(None))",
       "TypeError 'NoneType' object is not iterable (at column 24)"},
      {"Sequential(OrderedDict([ReLU()]))",
       "TypeError 'ReLU' object is not iterable (at column 25)"},
      {"Sequential(OrderedDict({}, {}))",
       "TypeError expected at most 1 arguments, got 2 (at column 28)"},
      {"Sequential(dict(['a']))",
       "ValueError dictionary update sequence element #0 has length 1; 2 is required (at column "
       "18)"},
      {"Sequential(dict(a=ReLU()))", "TypeError dict is not a Module subclass (at column 12)"},
      {"Sequential({'a': ReLU()})", "TypeError dict is not a Module subclass (at column 12)"},
      {"Sequential(OrderedDict(a=ReLU()), ReLU())",
       "TypeError collections.OrderedDict is not a Module subclass (at column 12)"},
      {"Sequential(ReLU(), 3)", "TypeError int is not a Module subclass (at column 20)"},
      {"Sequential(ones(1))",
       "TypeError torch.FloatTensor is not a Module subclass (at column 12)"},
      {"Sequential(OrderedDict(type=ReLU()))",
       "KeyError register_module: attribute 'type' already exists (at "
       "column 1)"},
  });
}

TEST_CASE("Classes are found under their full paths", "[nn][build]") {
  for (const char* path : {"nn.modules.linear.Linear", "torch.nn.modules.Linear",
                           "torch.nn.modules.linear.Linear", "nn.Linear"}) {
    INFO(path);
    CHECK(built(join(path, "(2, 2)")) == "Linear(in_features=2, out_features=2, bias=True)");
  }
  CHECK(built("torch.nn.modules.container.Sequential()") == "Sequential()");
  CHECK(refusal([] { built("modules.linear.Linear(2, 2)"); }) != "");
}

TEST_CASE("An error from inside a constructor tells the call's column", "[nn][build]") {
  const std::string refused = refusal([] { built("Sequential(ReLU(), Linear(-1, 2))"); });
  CHECK(
      refused.ends_with("Trying to create tensor with negative dimension -1: [2, -1] (at column "
                        "20)"));
}
