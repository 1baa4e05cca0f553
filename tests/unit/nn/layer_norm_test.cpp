#include "nn/build.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string built(const char* text) {
  Context context;
  return repr(*module_from_text(context, text));
}

std::string build_refusal(const char* text) {
  return refusal([&] { built(text); });
}

std::string forward_refusal(const char* text, const TensorRef& input) {
  Context context;
  const ModuleRef module = module_from_text(context, text);
  return refusal([&] { module->forward(context, {&input, 1}); });
}

}  // namespace

TEST_CASE("LayerNorm prints as PyTorch's", "[nn][layer_norm]") {
  CHECK(built("LayerNorm(4)") == "LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)");
  CHECK(built("LayerNorm([2, 3], 1)") ==
        "LayerNorm((2, 3), eps=1, elementwise_affine=True, bias=True)");
  CHECK(built("LayerNorm(4, elementwise_affine=0)") ==
        "LayerNorm((4,), eps=1e-05, elementwise_affine=0, bias=False)");
  CHECK(built("LayerNorm((), eps='x')") ==
        "LayerNorm((), eps=x, elementwise_affine=True, bias=True)");
}

TEST_CASE("LayerNorm keeps the names of what it does not have", "[nn][layer_norm]") {
  Context context;
  const ModuleRef whole = module_from_text(context, "LayerNorm((2, 1))");
  CHECK(values(*whole->parameters()[0].value) == std::vector<float>{1, 1});
  CHECK(values(*whole->parameters()[1].value) == std::vector<float>{0, 0});
  CHECK(whole->parameters()[1].value->shape() == Shape{2, 1});
  const ModuleRef plain = module_from_text(context, "LayerNorm(2, elementwise_affine=False)");
  REQUIRE(plain->parameters().size() == 2);
  CHECK(plain->parameters()[0].name == "weight");
  CHECK(!plain->parameters()[0].value);
  CHECK(!plain->parameters()[1].value);
  const ModuleRef scaled = module_from_text(context, "LayerNorm(2, bias=False)");
  CHECK(scaled->parameters()[0].value);
  CHECK(!scaled->parameters()[1].value);
}

TEST_CASE("LayerNorm without its parameters still normalises", "[nn][layer_norm]") {
  Context context;
  const ModuleRef module = module_from_text(context, "LayerNorm(2, eps=0)");
  const TensorRef x = tensor({2, 2});
  CHECK(values(*module->forward(context, {&x, 1})) == std::vector<float>{-1, 1, -1, 1});
  module->assign("weight", TensorRef());
  module->remove("bias");
  CHECK(values(*module->forward(context, {&x, 1})) == std::vector<float>{-1, 1, -1, 1});
  CHECK(repr(*module) == "LayerNorm((2,), eps=0, elementwise_affine=True, bias=False)");
}

TEST_CASE("LayerNorm refuses what PyTorch refuses, and when", "[nn][layer_norm]") {
  CHECK(build_refusal("LayerNorm(4.0)") ==
        "TypeError LayerNorm: 'float' object is not iterable (at column 11)");
  CHECK(
      build_refusal("LayerNorm((True, 2))")
          .find("TypeError empty(): argument 'size' (position 1) must be tuple of ints, but found "
                "element of type bool at pos 0") == 0);
  CHECK(build_refusal("LayerNorm(-1)")
            .find("RuntimeError empty: Trying to create tensor with negative dimension -1") == 0);
  CHECK(build_refusal("LayerNorm(2, dtype=int64)").find("RuntimeError") == 0);
  CHECK(forward_refusal("LayerNorm(2, eps=None)", tensor({2})) ==
        "TypeError layer_norm(): argument 'eps' (position 5) must be float, not NoneType");
  CHECK(forward_refusal("LayerNorm(3)", tensor({2, 2}))
            .find("RuntimeError layer_norm: Given normalized_shape=[3]") == 0);
  CHECK(forward_refusal("LayerNorm(())", tensor({2}))
            .find("RuntimeError layer_norm: Expected normalized_shape") == 0);
}
