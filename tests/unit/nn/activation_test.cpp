#include "autograd/backward.hpp"
#include "nn/build.hpp"
#include "ops/ops.hpp"
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

TensorRef run(Context& context, Module& module, const TensorRef& input) {
  return module.forward(context, {&input, 1});
}

}  // namespace

TEST_CASE("activations print as PyTorch's", "[nn][activation]") {
  CHECK(built("GELU()") == "GELU(approximate='none')");
  CHECK(built("nn.GELU('tanh')") == "GELU(approximate='tanh')");
  CHECK(built("GELU(3)") == "GELU(approximate=3)");
  CHECK(built("SiLU()") == "SiLU()");
  CHECK(built("SiLU(1)") == "SiLU(inplace=True)");
  CHECK(built("Softmax()") == "Softmax(dim=None)");
  CHECK(built("LogSoftmax(-1)") == "LogSoftmax(dim=-1)");
}

TEST_CASE("activations refuse what PyTorch refuses, and when", "[nn][activation]") {
  CHECK(build_refusal("Softmax(1.5)") ==
        "TypeError dim must be an int or None, got <class 'float'> (at column 9)");
  CHECK(build_refusal("LogSoftmax(dim=True)") ==
        "TypeError dim must be an int or None, got <class 'bool'> (at column 16)");
  Context context;
  const TensorRef x = tensor({3});
  const auto forward_refusal = [&](const char* text) {
    return refusal([&] { run(context, *module_from_text(context, text), x); });
  };
  CHECK(forward_refusal("GELU(None)") ==
        "TypeError gelu(): argument 'approximate' must be str, not NoneType");
  CHECK(forward_refusal("GELU('erf')").find("RuntimeError gelu: approximate argument") == 0);
  CHECK(forward_refusal("Softmax(1)").find("IndexError softmax: Dimension out of range") == 0);
}

TEST_CASE("SiLU in place keeps what backward needs", "[nn][activation]") {
  Context context;
  const ModuleRef inplace = module_from_text(context, "SiLU(inplace=True)");
  const ModuleRef plain = module_from_text(context, "SiLU()");
  const TensorRef a = parameter({5}, -2);
  const TensorRef b = parameter({5}, -2);
  const TensorRef product = ops::mul(context, a, tensor({5}, 1));
  const TensorRef over = run(context, *inplace, product);
  CHECK(over == product);
  const TensorRef beside = run(context, *plain, ops::mul(context, b, tensor({5}, 1)));
  CHECK(values(*over) == values(*beside));
  backward(context, ops::sum(context, over), nullptr);
  backward(context, ops::sum(context, beside), nullptr);
  CHECK(values(*a->grad()) == values(*b->grad()));
  CHECK(refusal([&] { run(context, *inplace, parameter({2})); }).find("RuntimeError") == 0);
}
