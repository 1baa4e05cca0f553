// The text that print(model) shows, of today's PyTorch and of old versions. Tested here: the
// parser's spec/printed.cpp, nn/text_build.cpp, nn/placeholder.cpp, nn/hidden.cpp.
#include "nn/build.hpp"
#include "nn/placeholder.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string again(std::string_view text, bool unknown = false) {
  Context context;
  TextOptions options;
  options.unknown_as_containers = unknown;
  return repr(*module_from_text(context, text, options));
}

// What is printed, is read, and is printed once more.
void check_printed(std::string_view text, bool unknown = false) {
  INFO(text);
  CHECK(again(text, unknown) == text);
}

std::string refused(std::string_view text, const TextOptions& options = {}) {
  Context context;
  return refusal([&] { module_from_text(context, text, options); });
}

std::string detail(std::string_view text, std::string_view key, const TextOptions& options = {}) {
  Context context;
  try {
    module_from_text(context, text, options);
  } catch (const Error& error) {
    const std::string* found = error.record()->detail(key);
    return found ? *found : "";
  }
  return "built";
}

}  // namespace

TEST_CASE("A printed module prints the same again", "[nn][printout]") {
  check_printed("Sequential()");
  check_printed("Linear(in_features=784, out_features=512, bias=True)");
  check_printed(R"(Sequential(
  (0): Linear(in_features=784, out_features=512, bias=True)
  (1): ReLU()
  (drop): Dropout(p=0.5, inplace=False)
  (2): None
))");
  check_printed(R"(ModuleDict(
  (encoder): Sequential(
    (conv-1): BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    (norm): BatchNorm1d(4, eps=0.001, momentum=None, affine=False, bias=False, track_running_stats=False)
  )
  (loss): CrossEntropyLoss()
  (a name): Flatten(start_dim=1, end_dim=-1)
  (f(x)): Sigmoid()
))");
  check_printed(R"(Module(
  (layers): ModuleList(
    (0-5): 6 x Sequential(
      (0): Linear(in_features=2, out_features=2, bias=False)
      (1): ModuleList(
        (0-1): 2 x Tanh()
        (2): ReLU(inplace=True)
      )
    )
    (6): Identity()
  )
))");
  check_printed(R"(Linear(
  in_features=2, out_features=2, bias=True
  (extra): ReLU()
))");
}

TEST_CASE("A repeated block is so many modules of their own", "[nn][printout]") {
  Context context;
  const ModuleRef list = module_from_text(context, R"(ModuleList(
  (0): ReLU()
  (1-3): 3 x Linear(in_features=2, out_features=2, bias=True)
))");
  REQUIRE(list->children().size() == 4);
  CHECK(list->children()[3].name == "3");
  const ModuleRef &one = list->children()[1].value, &two = list->children()[2].value;
  CHECK(one != two);
  CHECK(one->parameters()[0].value != two->parameters()[0].value);
}

TEST_CASE("Printouts of old versions are read", "[nn][printout]") {
  const auto check_old = [](std::string_view text, std::string_view now) {
    INFO(text);
    CHECK(again(text) == now);
  };
  check_old("ReLU(inplace)", "ReLU(inplace=True)");
  check_old("ReLU (inplace)", "ReLU(inplace=True)");
  check_old("Dropout(p=0.5, inplace)", "Dropout(p=0.5, inplace=True)");
  check_old("Dropout (p = 0.3)", "Dropout(p=0.3, inplace=False)");
  check_old("Dropout(p=0.5)", "Dropout(p=0.5, inplace=False)");
  check_old("Linear (512 -> 10)", "Linear(in_features=512, out_features=10, bias=True)");
  check_old("Linear(in_features=4, out_features=2)",
            "Linear(in_features=4, out_features=2, bias=True)");
  check_old("BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
            "BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, bias=True, "
            "track_running_stats=True)");
  check_old("BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True)",
            "BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, bias=True, "
            "track_running_stats=True)");
  check_old("Sequential (\n  (0): Linear (2 -> 3)\n  (1): ReLU (inplace)\n)",
            "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n"
            "  (1): ReLU(inplace=True)\n)");
}

TEST_CASE("Indentation and line breaks do not matter", "[nn][printout]") {
  const char* const expected =
      "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): ReLU()\n)";
  CHECK(again("Sequential( (0): Linear(2, 3) (1): ReLU() )") == expected);
  CHECK(
      again("\n    Sequential(\n(0): Linear(in_features=2,\n out_features=3)\n\n(1): ReLU())\n") ==
      expected);
  CHECK(again("Sequential(\r\n  (0): Linear(2, 3)\r\n  (1): ReLU()\r\n)\r\n") == expected);
  CHECK(again("torch.nn.Sequential((0): nn.Linear(2, 3) (1): nn.ReLU())") == expected);
}

TEST_CASE("A printed child may be a given module", "[nn][printout]") {
  Context context;
  const ModuleRef relu = module_from_text(context, "ReLU()");
  const spec::NamedObject objects[] = {{"shared", relu}};
  const ModuleRef m =
      module_from_text(context, "Sequential(\n  (0): shared\n  (1): shared\n)", objects);
  CHECK(m->children()[0].value == relu);
  CHECK(m->children()[1].value == relu);
}

TEST_CASE("Unknown classes are refused with the nearest name", "[nn][printout]") {
  const char* const text = "Sequential(\n  (0): Liner(in_features=2, out_features=3)\n)";
  CHECK(refused(text).starts_with("unknown module type 'Liner' (did you mean 'Linear'?)"));
  CHECK(detail(text, "nearest") == "Linear");
  CHECK(detail(text, "column") == "20");
  CHECK(refused("Block(64 -> 3 (odd)").starts_with("unknown module type 'Block'"));
}

TEST_CASE("Unknown classes become containers on request", "[nn][printout]") {
  check_printed("Block()", true);
  check_printed("Block(64 -> 32, act: relu (fused), w='it\\'s')", true);
  check_printed(R"(Net(
  (layers): ModuleList(
    (0-2): 3 x Block(
      64, stride=(1, 1)
      (bn): BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
      (relu): ReLU(inplace=True)
      (rest): Deep(a: b)
    )
  )
  (fc): Linear(in_features=64, out_features=10, bias=True)
  (gone): None
))",
                true);
  check_printed(R"(Odd(
  line one: (a -> b)
    line two
  x='it)'
))",
                true);
  check_printed(R"(Sequential(
  (0): Odd(
    f(x

    and more
    (c): ReLU()
  )
))",
                true);
  check_printed("ML(\n  (0-1): 2 x Linear(in_features=1, out_features=1, bias=True)\n)", true);
}

TEST_CASE("The unknown classes are listed with their paths", "[nn][printout]") {
  Context context;
  TextOptions options;
  options.unknown_as_containers = true;
  const ModuleRef m = module_from_text(
      context, "Net(\n  (a): ModuleList(\n    (0-1): 2 x Block(3)\n  )\n  (b): ReLU()\n)", options);
  std::string listed;
  for (const UnknownModule& unknown : unknown_modules(*m)) {
    listed += unknown.path + "=" + unknown.class_name + " ";
  }
  CHECK(listed == "=Net a.0=Block a.1=Block ");
}

TEST_CASE("Parameters that an unknown list prints are its own", "[nn][printout]") {
  const char* const text = R"(PL(
    (0): Parameter containing: [torch.float32 of size 3x4]
    (1): Parameter containing: [torch.int64 of size ]
))";
  check_printed(text, true);
  Context context;
  TextOptions options;
  options.unknown_as_containers = true;
  const ModuleRef m = module_from_text(context, text, options);
  REQUIRE(m->parameters().size() == 2);
  const Tensor &first = *m->parameters()[0].value, &second = *m->parameters()[1].value;
  CHECK(first.shape() == Shape{3, 4});
  CHECK(first.requires_grad());
  CHECK(second.dtype() == Dtype::int64);
  CHECK_FALSE(second.requires_grad());
  CHECK(values(first) == std::vector<float>(12, 0));
}

TEST_CASE("Old words for tensors are read", "[nn][printout]") {
  Context context;
  TextOptions options;
  options.unknown_as_containers = true;
  const auto dtype_of = [&](std::string_view shown) {
    const ModuleRef m = module_from_text(
        context, join("L(\n    (0): Parameter containing: [", shown, "]\n)"), options);
    return m->parameters()[0].value->dtype();
  };
  CHECK(dtype_of("torch.FloatTensor of size 3") == Dtype::float32);
  CHECK(dtype_of("torch.cuda.HalfTensor of size 3 (GPU 0)") == Dtype::float16);
  CHECK(dtype_of("torch.bfloat16 of size 3 (cuda:0)") == Dtype::bfloat16);
}

TEST_CASE("What a printout hides is named", "[nn][printout]") {
  const char* const text = "MultiheadAttention(\n  (out_proj): Linear(2, 2)\n)";
  CHECK(detail(text, "argument") == "num_heads");
  CHECK(refused(text).find("does not show") != std::string::npos);
}

TEST_CASE("Arguments are given in addition, by path or by class", "[nn][printout]") {
  Context context;
  const AddedArguments arguments[] = {{"Linear", "dtype=float64"}, {"1", "inplace=True"}};
  TextOptions options;
  options.arguments = arguments;
  const ModuleRef m =
      module_from_text(context, "Sequential(\n  (0): Linear(2, 2)\n  (1): ReLU()\n)", options);
  CHECK(m->children()[0].value->parameters()[0].value->dtype() == Dtype::float64);
  CHECK(repr(*m->children()[1].value) == "ReLU(inplace=True)");
  const AddedArguments twice[] = {{"", "bias=False"}};
  options.arguments = twice;
  CHECK(detail("Linear(2, 2, bias=True)", "argument", options) == "bias");
  CHECK(repr(*module_from_text(context, "Linear(2, 2)", options)) ==
        "Linear(in_features=2, out_features=2, bias=False)");
  const AddedArguments lost[] = {{"Liner", "bias=False"}};
  options.arguments = lost;
  CHECK(detail("Linear(2, 2)", "nearest", options) == "Linear");
  const AddedArguments position[] = {{"Linear", "3"}};
  options.arguments = position;
  CHECK(refused("Linear(2, 2)", options).find("keyword arguments") != std::string::npos);
}

TEST_CASE("Malformed printouts are errors with a column", "[nn][printout]") {
  CHECK(detail("Sequential(\n  (0): ReLU()", "column") == "26");
  CHECK(detail("ModuleList(\n  (0-5): 4 x ReLU()\n)", "expected") == "(0-3) before 4 x");
  CHECK(detail("ModuleList(\n  (1-2): 2 x ReLU()\n)", "expected") == "(0-1) before 2 x");
  CHECK(detail("Sequential(\n  (0): 3\n)", "expected") == "a module");
  CHECK(detail("Sequential(\n  (0): ReLU()\n  (0): ReLU()\n)", "path") == "0");
  CHECK(refused("Linear(\n  2, 2\n  (weight): ReLU()\n)").find("two entries called 'weight'") !=
        std::string::npos);
  CHECK(refused("Sequential(\n  (0): Parameter containing: [torch.float32 of size 3]\n)") != "");
  CHECK(refused("Sequential(\n  (0): zeros(3)\n)") != "");
  CHECK(refused("OrderedDict(\n  (0): ReLU()\n)") != "");
}

TEST_CASE("Repetition is limited", "[nn][printout]") {
  std::string text = "ReLU()";
  for (int i = 0; i < 7; ++i) text = "ModuleList(\n(0-99): 100 x " + text + "\n)";
  CHECK(refused(text).find("repeats more than") != std::string::npos);
  std::string deep = "ReLU()";
  for (int i = 0; i < 300; ++i) deep = "Sequential(\n(0): " + deep + ")";
  CHECK(refused(deep).find("nested deeper") != std::string::npos);
}
