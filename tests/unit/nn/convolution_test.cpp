#include "nn/init.hpp"
#include "nn/layers.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string build_refusal(const char* text) {
  Context context;
  return refusal([&] { module_from_text(context, text); });
}

std::string repr_of(const char* text) {
  Context context;
  return repr(*module_from_text(context, text));
}

Shape output_shape(const char* text, Shape input) {
  Context context;
  const ModuleRef m = module_from_text(context, text);
  const TensorRef x = empty(context.allocator(), std::move(input), Dtype::float32);
  fill(*x, 1);
  return m->forward(context, {&x, 1})->shape();
}

}  // namespace

TEST_CASE("Conv2d prints what is not a default", "[nn][conv2d]") {
  CHECK(repr_of("Conv2d(3, 4, 3)") == "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))");
  CHECK(repr_of("Conv2d(4, 6, (3, 2), stride=[2, 1], padding=1, dilation=2, groups=2, bias=False, "
                "padding_mode='circular')") ==
        "Conv2d(4, 6, kernel_size=(3, 2), stride=(2, 1), padding=(1, 1), dilation=(2, 2), "
        "groups=2, bias=False, padding_mode=circular)");
  CHECK(repr_of("Conv2d(3, 4, 3, padding='same')") ==
        "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=same)");
  CHECK(repr_of("Conv2d(True, 4, True, padding=(0, 0), bias=0)") ==
        "Conv2d(True, 4, kernel_size=(True, True), stride=(1, 1), bias=False)");
  CHECK(repr_of("Conv2d(3, 4, (3,), padding=(1,))") ==
        "Conv2d(3, 4, kernel_size=(3,), stride=(1, 1), padding=(1,))");
}

TEST_CASE("Conv2d draws its weight before its bias, in PyTorch's bits", "[nn][conv2d]") {
  // Recorded from torch.manual_seed(0); Conv2d(3, 8, 3): pytorch-semantics 9.6.
  Context context;
  context.generator().seed(0);
  const ModuleRef m = module_from_text(context, "Conv2d(3, 8, 3)");
  const Tensor& weight = *m->parameters()[0].value;
  CHECK(weight.shape() == Shape{8, 3, 3, 3});
  CHECK(weight.data<uint32_t>()[0] == 0xbabcda8b);
  CHECK(weight.data<uint32_t>()[1] == 0x3dd36ec5);
  CHECK(weight.data<uint32_t>()[2] == 0xbe223254);
  CHECK(m->parameters()[1].value->shape() == Shape{8});
  CHECK(m->has_attribute("_conv_forward"));
  CHECK_THROWS_AS(m->register_buffer("padding_mode", nullptr), Error);
}

TEST_CASE("Conv2d keeps the size with 'same' and any border", "[nn][conv2d]") {
  CHECK(output_shape("Conv2d(2, 3, 3)", {5, 2, 6, 7}) == Shape{5, 3, 4, 5});
  CHECK(output_shape("Conv2d(2, 3, 3, 2, 1)", {2, 6, 7}) == Shape{3, 3, 4});
  for (const char* mode : {"zeros", "reflect", "replicate", "circular"}) {
    const std::string text =
        std::string("Conv2d(2, 3, (2, 3), padding='same', dilation=(1, 2), padding_mode='") + mode +
        "')";
    CHECK(output_shape(text.c_str(), {1, 2, 6, 7}) == Shape{1, 3, 6, 7});
  }
  CHECK(output_shape("Conv2d(2, 3, 3, padding=(1, 2), padding_mode='reflect')", {2, 6, 7}) ==
        Shape{3, 6, 9});
}

TEST_CASE("Conv2d refuses in PyTorch's words", "[nn][conv2d]") {
  const auto contains = [](const char* text, const char* part) {
    INFO(build_refusal(text));
    return build_refusal(text).find(part) != std::string::npos;
  };
  CHECK(contains("Conv2d(3, 4, 3, groups=0)",
                 "ValueError Conv2d: groups must be a positive integer"));
  CHECK(contains("Conv2d(3, 4, 3, groups=2)", "in_channels must be divisible by groups"));
  CHECK(contains("Conv2d(4, 3, 3, groups=2)", "out_channels must be divisible by groups"));
  CHECK(contains("Conv2d(3, 4, 3, padding='foo')",
                 "Invalid padding string 'foo', should be one of {'same', 'valid'}"));
  CHECK(contains("Conv2d(3, 4, 3, 2, padding='same')",
                 "padding='same' is not supported for strided convolutions"));
  CHECK(contains("Conv2d(3, 4, 3, padding_mode=None)", "but got padding_mode='None'"));
  CHECK(contains("Conv2d(3, 4, -1)",
                 "Trying to create tensor with negative dimension -1: [4, 3, -1, -1]"));
  CHECK(contains("Conv2d(3, 4, 3.0)", "TypeError"));
  CHECK(contains("Conv2d(3, 4)", "missing 1 required positional argument: 'kernel_size'"));
}
