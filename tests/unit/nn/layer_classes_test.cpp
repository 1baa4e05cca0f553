#include "nn/containers.hpp"
#include "nn/load.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

spec::Expression value(std::string_view text) { return spec::parse(text); }

std::string error_of(std::string_view text) {
  return refusal([&] {
    Context context;
    module_from_text(context, text);
  });
}

// Draws that remain behind a module of that text.
uint32_t next_draw(std::string_view text) {
  Context context;
  context.generator().seed(3);
  if (!text.empty()) module_from_text(context, text);
  return context.generator().random();
}

// Keys that an InstanceNorm of today may not have.
std::string load_error(Module& module, std::initializer_list<const char*> keys, bool strict) {
  Context context;
  const auto dict = make<StateDict>();
  for (const char* key : keys) dict->set_tensor(key, tensor({2}));
  try {
    load_state_dict(context, module, *dict,
                    {.allow_missing = !strict, .allow_unexpected = !strict});
  } catch (const Error& error) {
    return *error.record()->detail("torch_message");
  }
  return "";
}

}  // namespace

TEST_CASE("Python's arithmetic on arguments", "[nn][python_values]") {
  CHECK(is_divisible(value("6"), value("3")));
  CHECK(is_divisible(value("6"), value("-1.5")));
  CHECK_FALSE(is_divisible(value("True"), value("2")));
  CHECK(is_divisible(value("-9223372036854775808"), value("-1")));
  CHECK(floor_divided(value("-7"), value("2")).integer == -4);
  CHECK(floor_divided(value("7"), value("-2")).integer == -4);
  CHECK(floor_divided(value("-6"), value("2")).integer == -3);
  CHECK(floor_divided(value("7.5"), value("2")).real == 3);
  CHECK(floor_divided(value("-7.5"), value("2")).real == -4);
  CHECK(floor_divided(value("1"), value("0.1")).real == 9);
  CHECK(refusal([] { is_divisible(value("1"), value("0")); }) ==
        "ZeroDivisionError integer modulo by zero (at column 1)");
  CHECK(contains(refusal([] { floor_divided(value("1"), value("'a'")); }),
                 "TypeError unsupported operand type(s) for //: 'int' and 'str'"));
  CHECK(is_equal(value("True"), 1));
  CHECK_FALSE(is_equal(value("'1'"), 1));
}

TEST_CASE("Sizes are read as torch.empty reads them", "[nn][python_values]") {
  CHECK(size_of(value("3")) == Shape{3});
  CHECK(size_of(value("(2, True)")) == Shape{2, 1});
  CHECK(contains(refusal([] { size_of(value("True")); }), "must be tuple of ints, not bool"));
  CHECK(contains(refusal([] { size_of(value("[True, 2]")); }),
                 "found element of type bool at pos 0"));
  CHECK(contains(refusal([] { size_of(value("(2, 3.0)"), "zeros"); }),
                 "zeros(): argument 'size' failed to unpack the object at pos 2"));
}

TEST_CASE("InstanceNorm refuses statistics of state dicts without versions", "[nn][load]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(InstanceNorm1d(2), Identity())");
  CHECK(contains(load_error(*m, {"0.running_mean", "0.running_var"}, false),
                 "Unexpected running stats buffer(s) \"0.running_mean\" and \"0.running_var\" for "
                 "InstanceNorm1d with track_running_stats=False."));
  const std::string strict = load_error(*m, {"0.running_var", "0.other"}, true);
  CHECK(contains(strict, "running stats buffer(s) \"0.running_var\" for"));
  CHECK(contains(strict, "Unexpected key(s) in state_dict: \"0.other\". "));
  // An entry of that name gets nothing from it.
  m->children()[0].value->put_buffer("running_mean", tensor({2}, 7));
  CHECK(contains(load_error(*m, {"0.running_mean"}, true),
                 "Missing key(s) in state_dict: \"0.running_mean\""));
  CHECK(values(*m->children()[0].value->buffers()[0].value) == std::vector<float>{7, 8});
  const ModuleRef tracking =
      module_from_text(context, "InstanceNorm1d(2, track_running_stats=True)");
  CHECK(load_error(*tracking, {"running_mean", "running_var"}, true).empty());
}

TEST_CASE("Values that are given draw nothing, what is made draws once", "[nn][layers]") {
  CHECK(next_draw("Embedding(2, 2, _weight=zeros(2, 2), padding_idx=1)") == next_draw(""));
  CHECK(next_draw("EmbeddingBag(2, 2, _weight=zeros(2, 2))") == next_draw(""));
  CHECK(next_draw("AdaptiveLogSoftmaxWithLoss(2, 4, [2], div_value=1)") ==
        next_draw("Sequential(Linear(2, 3, bias=False), Linear(2, 2, bias=False), "
                  "Linear(2, 2, bias=False))"));
  CHECK(next_draw("LinearCrossEntropyLoss(2, 3, out_features=(2,), bias=True)") ==
        next_draw("Linear(2, 6)"));
}

TEST_CASE("Constructors refuse in PyTorch's words", "[nn][layers]") {
  CHECK(error_of("Bilinear(0, 2, 3)") ==
        "ValueError Bilinear: in1_features must be > 0, but got (in1_features=0) (at column 1)");
  CHECK(contains(error_of("ConvTranspose1d(2, 2, 1, padding_mode='circular')"),
                 "Only \"zeros\" padding mode is supported for ConvTranspose1d"));
  CHECK(contains(error_of("Conv1d(2, 2, 1, padding='same', dilation='a')"),
                 "unsupported operand type(s) for //: 'str' and 'int'"));
  CHECK(contains(error_of("GroupNorm(3, 4)"),
                 "num_channels (4) must be divisible by num_groups (3)"));
  CHECK(contains(error_of("NLLLoss(weight=ReLU())"),
                 "cannot assign 'torch.nn.modules.activation.ReLU' object to buffer "
                 "'weight' (torch Tensor or None required)"));
  CHECK(contains(error_of("EmbeddingBag(3, 2, padding_idx=3)"),
                 "AssertionError EmbeddingBag: padding_idx must be within"));
  CHECK(contains(error_of("AdaptiveLogSoftmaxWithLoss(8, 10, [3], div_value=0)"),
                 "ZeroDivisionError integer division or modulo by zero"));
  CHECK(contains(error_of("LinearCrossEntropyLoss(5, 4, weight=ones(3))"),
                 "RuntimeError LinearCrossEntropyLoss: expected weight shape to be "
                 "(4,), got (3,)"));
}

TEST_CASE("The modules of an adaptive softmax draw again in their order", "[nn][layers]") {
  Context context;
  context.generator().seed(3);
  const ModuleRef m = module_from_text(context, "AdaptiveLogSoftmaxWithLoss(4, 6, [2, 4])");
  const auto before = snapshot(*state_dict(*m), context.allocator(), context.cancel());
  context.generator().seed(3);
  m->reset_parameters(context);
  const auto after = state_dict(*m);
  for (const auto& [name, entry] : after->entries()) {
    INFO(name);
    CHECK(values(*entry.tensor) == values(*before->entries().find(name)->tensor));
  }
}
