#include "nn/layers.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string repr_of(const char* text) {
  Context context;
  return repr(*module_from_text(context, text));
}

}  // namespace

TEST_CASE("pooling prints its arguments as they were written", "[nn][pooling]") {
  CHECK(repr_of("MaxPool2d(2)") ==
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  CHECK(repr_of("MaxPool2d([2, 3], (2,), 1, dilation=(1, 2), ceil_mode=1)") ==
        "MaxPool2d(kernel_size=[2, 3], stride=(2,), padding=1, dilation=(1, 2), ceil_mode=1)");
  CHECK(repr_of("AdaptiveAvgPool2d((None, 3))") == "AdaptiveAvgPool2d(output_size=(None, 3))");
  CHECK(repr_of("AdaptiveAvgPool2d(1)") == "AdaptiveAvgPool2d(output_size=1)");
}

TEST_CASE("MaxPool2d gives its indices to a general call", "[nn][pooling]") {
  Context context;
  const TensorRef x = tensor({1, 1, 4, 4});
  const ValueRef arguments = Value::tuple({Value::tensor(x)});
  const ModuleRef m = module_from_text(context, "MaxPool2d(2, return_indices=True)");
  const ValueRef both = m->call(context, *arguments, nullptr);
  REQUIRE(both->count() == 2);
  CHECK(both->item(1)->as_tensor()->data<int64_t>()[3] == 15);
  CHECK(refusal([&] { m->forward(context, {&x, 1}); }).find("TypeError") == 0);
  const ModuleRef plain = module_from_text(context, "MaxPool2d(2)");
  CHECK(plain->call(context, *arguments, nullptr)->as_tensor()->numel() == 4);
  CHECK(refusal([&] { plain->call(context, *both, nullptr); }).find("TypeError") == 0);
  const ModuleRef odd = module_from_text(context, "MaxPool2d(2, ceil_mode=1)");
  CHECK(refusal([&] {
          odd->forward(context, {&x, 1});
        }) ==
        "TypeError forward: max_pool2d(): argument 'ceil_mode' (position 6) must be bool, not int");
}

TEST_CASE("AdaptiveAvgPool2d keeps an extent that is None", "[nn][pooling]") {
  Context context;
  const TensorRef x = tensor({1, 2, 4, 4});
  const auto shape = [&](const char* text) {
    return module_from_text(context, text)->forward(context, {&x, 1})->shape();
  };
  CHECK(shape("AdaptiveAvgPool2d((None, 2))") == Shape{1, 2, 4, 2});
  CHECK(shape("AdaptiveAvgPool2d(1)") == Shape{1, 2, 1, 1});
  CHECK(refusal([&] { shape("AdaptiveAvgPool2d(None)"); }).find("TypeError") == 0);
  CHECK(refusal([&] { shape("AdaptiveAvgPool2d((1.5, 2))"); }).find("TypeError") == 0);
  CHECK(refusal([&] {
          shape("AdaptiveAvgPool2d((2,))");
        }).find("RuntimeError adaptive_avg_pool2d: output_size must be 2") == 0);
}
