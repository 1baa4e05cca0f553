// Convolutions against the sum written out, against central differences, and in their refusals.
#include "autograd/backward.hpp"
#include "ops/planes.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/hash_generator.hpp"
#include "support/refusal.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using kernels::Border;
using ops::Conv2dOptions;
using test::make_tensor;
using test::refusal;
using test::values_of;
using Inputs = std::vector<TensorRef>;
using Result = std::vector<TensorRef>;
using Values = std::vector<double>;

struct Case {
  const char* name;
  std::vector<int64_t> input;
  std::vector<int64_t> weight;
  ops::Extents stride{1, 1};
  ops::Extents padding{0, 0};
  ops::Extents dilation{1, 1};
  int64_t groups = 1;
};

const Case kCases[] = {
    {"plain", {2, 3, 6, 5}, {4, 3, 3, 2}},
    {"one by one", {2, 3, 4, 5}, {5, 3, 1, 1}},
    {"padded", {1, 2, 4, 4}, {3, 2, 3, 3}, {1, 1}, {1, 2}},
    {"strided", {2, 2, 7, 8}, {3, 2, 3, 3}, {2, 3}, {1, 0}},
    {"stride beyond the kernel", {1, 2, 9, 8}, {2, 2, 2, 1}, {4, 3}},
    {"dilated", {1, 2, 8, 9}, {2, 2, 3, 3}, {1, 1}, {2, 1}, {2, 3}},
    {"strided and dilated", {1, 2, 11, 12}, {3, 2, 3, 4}, {2, 3}, {3, 2}, {3, 2}},
    {"even stride and dilation", {1, 1, 9, 9}, {1, 1, 3, 3}, {2, 2}, {1, 1}, {2, 2}},
    {"groups", {2, 4, 5, 5}, {6, 2, 3, 3}, {1, 2}, {1, 1}, {1, 1}, 2},
    {"depthwise", {2, 3, 5, 6}, {3, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, 3},
    {"depthwise, two kernels each", {1, 3, 5, 6}, {6, 1, 3, 2}, {2, 1}, {1, 1}, {1, 1}, 3},
    {"all at once", {2, 2, 3, 4}, {2, 2, 3, 4}},
    {"much padding", {1, 1, 2, 2}, {2, 1, 2, 2}, {1, 1}, {4, 5}},
};

Conv2dOptions options_of(const Case& c) {
  Conv2dOptions options;
  options.stride = c.stride;
  options.padding = c.padding;
  options.dilation = c.dilation;
  options.groups = c.groups;
  return options;
}

TensorRef hashed(Context& context, uint64_t stream, const std::vector<int64_t>& shape,
                 Dtype dtype = Dtype::float64) {
  const int64_t count = numel_of(shape);
  return make_tensor(context, shape, dtype, test::hash_real({7, stream}, count));
}

// The sum as the definition has it.
Values naive(const Case& c, const Tensor& input, const Tensor& weight, const Tensor& bias) {
  const Values x = values_of(input), w = values_of(weight), b = values_of(bias);
  const auto extent = [&](size_t i) {
    return (input.size(i + 2) + 2 * c.padding[i] - c.dilation[i] * (weight.size(i + 2) - 1) - 1) /
               c.stride[i] +
           1;
  };
  const int64_t channels = weight.size(1), per_group = weight.size(0) / c.groups;
  Values out;
  for (int64_t n = 0; n < input.size(0); ++n) {
    for (int64_t o = 0; o < weight.size(0); ++o) {
      for (int64_t row = 0; row < extent(0); ++row) {
        for (int64_t col = 0; col < extent(1); ++col) {
          double sum = b[size_t(o)];
          for (int64_t t = 0; t < channels * weight.size(2) * weight.size(3); ++t) {
            const int64_t j = t % weight.size(3), i = t / weight.size(3) % weight.size(2);
            const int64_t k = t / weight.size(3) / weight.size(2);
            const int64_t y = row * c.stride[0] - c.padding[0] + i * c.dilation[0];
            const int64_t z = col * c.stride[1] - c.padding[1] + j * c.dilation[1];
            if (y < 0 || z < 0 || y >= input.size(2) || z >= input.size(3)) continue;
            const int64_t plane = n * input.size(1) + o / per_group * channels + k;
            sum += x[size_t((plane * input.size(2) + y) * input.size(3) + z)] *
                   w[size_t(o * channels * weight.size(2) * weight.size(3) + t)];
          }
          out.push_back(sum);
        }
      }
    }
  }
  return out;
}

double largest_difference(const Values& a, const Values& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

Error error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::ok, "nothing was thrown");
}

}  // namespace

TEST_CASE("conv2d is the sum over the kernel", "[ops][conv2d]") {
  Context context;
  for (const Case& c : kCases) {
    INFO(c.name);
    const TensorRef x = hashed(context, 0, c.input);
    const TensorRef w = hashed(context, 1, c.weight);
    const TensorRef b = hashed(context, 2, {c.weight[0]});
    const TensorRef y = ops::conv2d(context, x, w, b, options_of(c));
    CHECK(largest_difference(values_of(*y), naive(c, *x, *w, *b)) < 1e-13);
    const auto single = [&](const TensorRef& t) { return ops::to(context, t, Dtype::float32); };
    const TensorRef z = ops::conv2d(context, single(x), single(w), single(b), options_of(c));
    CHECK(largest_difference(values_of(*z), values_of(*y)) < 1e-5);
  }
}

TEST_CASE("conv2d has the gradients of central differences", "[ops][conv2d]") {
  for (const Case& c : kCases) {
    Context context;
    INFO(c.name);
    Inputs inputs{hashed(context, 0, c.input), hashed(context, 1, c.weight),
                  hashed(context, 2, {c.weight[0]})};
    for (const TensorRef& input : inputs) input->set_requires_grad(true);
    const auto run = [&](Context& k, const Inputs& x) -> Result {
      return {ops::conv2d(k, x[0], x[1], x[2], options_of(c))};
    };
    CHECK(test::gradient_fault(context, run, inputs) == "");
  }
}

TEST_CASE("borders have the gradients of central differences", "[ops][conv2d]") {
  for (const Border border : {Border::reflect, Border::replicate, Border::circular}) {
    for (const ops::Extents& extents : {ops::Extents{1, 2, 3, 1}, ops::Extents{-1, 2, 0, -1}}) {
      Context context;
      Inputs inputs{hashed(context, 0, {2, 2, 4, 5}), hashed(context, 1, {3, 2, 2, 3})};
      for (const TensorRef& input : inputs) input->set_requires_grad(true);
      Conv2dOptions options;
      options.stride = {2, 1};
      const auto run = [&](Context& k, const Inputs& x) -> Result {
        return {ops::conv2d_with_border(k, x[0], x[1], nullptr, options, {border, extents})};
      };
      INFO(int(border));
      CHECK(test::gradient_fault(context, run, inputs) == "");
    }
  }
}

TEST_CASE("views and single images are convolved too", "[ops][conv2d]") {
  Context context;
  Inputs inputs{hashed(context, 0, {5, 4, 2, 3}), hashed(context, 1, {2, 3, 2, 2})};
  for (const TensorRef& input : inputs) input->set_requires_grad(true);
  const auto run = [&](Context& k, const Inputs& x) -> Result {
    const TensorRef turned = ops::permute(k, x[0], Shape{2, 3, 1, 0});
    Conv2dOptions same;
    same.padding_text = "same";
    return {ops::conv2d(k, turned, ops::transpose(k, x[1], 2, 3), nullptr, same),
            ops::conv2d(k, ops::select(k, turned, 0, 1), x[1], nullptr)};
  };
  CHECK(test::gradient_fault(context, run, inputs) == "");
  const Result out = run(context, inputs);
  CHECK(out[0]->shape() == Shape{2, 2, 4, 5});  // an even kernel: one more row below
  CHECK(out[1]->shape() == Shape{2, 3, 4});
  CHECK(std::string(static_cast<Node*>(out[0]->grad_fn().get())->name()) == "ConvolutionBackward0");
  CHECK(std::string(static_cast<Node*>(out[1]->grad_fn().get())->name()) == "SqueezeBackward1");
}

TEST_CASE("whole numbers are convolved, halves through float32", "[ops][conv2d]") {
  Context context;
  const TensorRef x =
      make_tensor(context, Shape{1, 1, 2, 3}, Dtype::int32, Values{1, 2, 3, 4, 5, 6});
  const TensorRef w = make_tensor(context, Shape{1, 1, 2, 2}, Dtype::int32, Values{1, 0, -1, 2});
  const TensorRef y = ops::conv2d(context, x, w, nullptr);
  CHECK(y->dtype() == Dtype::int32);
  CHECK(values_of(*y) == Values{7, 9});
  for (const Dtype half : {Dtype::float16, Dtype::bfloat16}) {
    const auto to = [&](const TensorRef& t) { return ops::to(context, t, half); };
    const TensorRef z = ops::conv2d(context, to(x), to(w), nullptr);
    CHECK(z->dtype() == half);
    CHECK(values_of(*z) == Values{7, 9});
  }
}

TEST_CASE("no images and no channels give nothing, and zeros as gradients", "[ops][conv2d]") {
  Context context;
  for (const bool without_images : {true, false}) {
    const int64_t n = without_images ? 0 : 2, c = without_images ? 3 : 0;
    const TensorRef x = hashed(context, 0, {n, c, 5, 5}), w = hashed(context, 1, {4, c, 3, 3}),
                    b = hashed(context, 2, {4});
    for (const TensorRef& t : {x, w, b}) t->set_requires_grad(true);
    const TensorRef y = ops::conv2d(context, x, w, b);
    CHECK(y->shape() == Shape{n, without_images ? 4 : 0, 3, 3});
    backward(context, ops::sum(context, y), nullptr);
    CHECK(w->grad()->shape() == w->shape());
    CHECK(values_of(*b->grad()) == Values{0, 0, 0, 0});
  }
}

TEST_CASE("bits do not depend on the threads", "[ops][conv2d]") {
  const auto run = [](uint32_t threads) {
    Context context(ContextOptions{threads, 0, {}, {}});
    const TensorRef x = hashed(context, 0, {5, 16, 33, 30}, Dtype::float32);
    const TensorRef w = hashed(context, 1, {24, 8, 3, 3}, Dtype::float32);
    for (const TensorRef& t : {x, w}) t->set_requires_grad(true);
    Conv2dOptions options;
    options.padding = {1};
    options.groups = 2;
    const TensorRef y = ops::conv2d(context, x, w, nullptr, options);
    backward(context, y, ops::square(context, ops::detach(context, y)));
    return test::sha256_of(*y) + test::sha256_of(*x->grad()) + test::sha256_of(*w->grad());
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("a gradient keeps clear of what its weight does not meet", "[ops][conv2d]") {
  Context context;
  Values pixels(16, 1);
  pixels[15] = std::numeric_limits<double>::quiet_NaN();  // the last tap alone meets it
  const TensorRef x = make_tensor(context, Shape{1, 1, 4, 4}, Dtype::float32, pixels);
  const TensorRef w = make_tensor(context, Shape{1, 1, 2, 2}, Dtype::float32, Values(4, 1));
  w->set_requires_grad(true);
  const TensorRef y = ops::conv2d(context, x, w, nullptr);
  backward(context, ops::sum(context, y), nullptr);
  const Values found = values_of(*w->grad());
  CHECK(found[0] == 9);
  CHECK(found[1] == 9);
  CHECK(found[2] == 9);
  CHECK(std::isnan(found[3]));
}

TEST_CASE("strides and borders beyond any plane leave the bias", "[ops][conv2d]") {
  Context context;
  constexpr int64_t kLarge = int64_t{1} << 62;
  for (const int64_t border : {kLarge - 1, kLarge - (int64_t{1} << 40)}) {
    for (const int64_t stride : {kLarge, 2 * (kLarge - 1) + 1}) {
      Conv2dOptions options;
      options.stride = {1, stride};
      options.padding = {0, border};
      const TensorRef x = make_tensor(context, Shape{1, 1, 2, 1}, Dtype::float32, Values{5, 7});
      const TensorRef w = make_tensor(context, Shape{1, 1, 1, 1}, Dtype::float32, Values{3});
      const TensorRef b = make_tensor(context, Shape{1}, Dtype::float32, Values{2});
      for (const TensorRef& leaf : {x, w}) leaf->set_requires_grad(true);
      const TensorRef y = ops::conv2d(context, x, w, b, options);
      CHECK(values_of(*y) == Values(size_t(y->numel()), 2));
      CHECK(y->size(3) == (stride == kLarge ? 2 : 1));
      backward(context, ops::sum(context, y), nullptr);
      CHECK(values_of(*x->grad()) == Values{0, 0});
      CHECK(values_of(*w->grad()) == Values{0});
    }
  }
}

TEST_CASE("conv2d refuses in PyTorch's words", "[ops][conv2d]") {
  Context context;
  const auto refused = [&](std::vector<int64_t> input, std::vector<int64_t> weight,
                           const Conv2dOptions& options = {}) {
    return refusal([&] {
      ops::conv2d(context, hashed(context, 0, input), hashed(context, 1, weight), nullptr, options);
    });
  };
  CHECK(refused({5, 5}, {4, 3, 3, 3}) ==
        "RuntimeError conv2d: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got "
        "input of size: [5, 5]");
  CHECK(refused({2, 4, 5, 5}, {4, 3, 3, 3}) ==
        "RuntimeError conv2d: Given groups=1, weight of size [4, 3, 3, 3], expected input[2, 4, 5, "
        "5] to have 3 channels, but got 4 channels instead");
  CHECK(refused({2, 3, 2, 5}, {4, 3, 3, 3}) ==
        "RuntimeError conv2d: Calculated padded input size per channel: (2 x 5). Kernel size: (3 x "
        "3). Kernel size can't be greater than actual input size");
  CHECK(refused({2, 3, 5, 5}, {0, 3, 3, 3}) ==
        "RuntimeError conv2d: Given groups=1, expected weight to be at least 1 at dimension 0, but "
        "got weight of size [0, 3, 3, 3] instead");
  CHECK(refused({2, 4, 5, 5}, {3, 2, 3, 3}, {{1}, {0}, {}, {1}, 2}) ==
        "RuntimeError conv2d: Given groups=2, expected weight to be divisible by 2 at dimension 0, "
        "but got weight of size [[3, 2, 3, 3]] instead");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{1, 2, 3}, {0}, {}, {1}, 1}) ==
        "RuntimeError conv2d: expected stride to be a single integer value or a list of 2 values "
        "to match the convolution dimensions, but got stride=[1, 2, 3]");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{0}, {0}, {}, {1}, 1}) ==
        "RuntimeError conv2d: non-positive stride is not supported");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{1}, {-1}, {}, {1}, 1}) ==
        "RuntimeError conv2d: negative padding is not supported");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{1}, {0}, {}, {0}, 1}) ==
        "RuntimeError conv2d: non-positive dilation is not supported");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{1}, {0}, {}, {1}, 0}) ==
        "RuntimeError conv2d: non-positive groups is not supported");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{2}, {0}, "same", {1}, 1}) ==
        "RuntimeError conv2d: padding='same' is not supported for strided convolutions");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{1}, {0}, "some", {1}, 1}) ==
        "RuntimeError conv2d: Invalid padding string: 'some'");
  CHECK(refused({2, 4, 5, 5}, {4, 3, 2, 2}, {{1}, {0}, "same", {1}, 1}) ==
        "RuntimeError conv2d: Given groups=1, weight of size [4, 3, 2, 2], expected input[2, 4, 6, "
        "6] to have 3 channels, but got 4 channels instead");
  CHECK(refused({2, 3, 0, 5}, {4, 3, 3, 3}, {{1}, {2}, {}, {1}, 1}) ==
        "RuntimeError conv2d: Only zero batch or zero channel inputs are supported, but got input "
        "shape: [2, 3, 0, 5]");
  CHECK(refused({2, 3, 5, 5}, {4, 3, 3, 3}, {{1}, {int64_t{1} << 62}, {}, {1}, 1}) ==
        "RuntimeError conv2d: Given padding=4611686018427387904 at dimension 0 , expected padding "
        "to be at most 4611686018427387903");
}

TEST_CASE("conv2d refuses mixed element types", "[ops][conv2d]") {
  Context context;
  const TensorRef x = hashed(context, 0, {1, 1, 3, 3}, Dtype::float32);
  const TensorRef w = hashed(context, 1, {1, 1, 2, 2}, Dtype::float64);
  const TensorRef b = hashed(context, 2, {1}, Dtype::float64);
  const auto refused = [&](const TensorRef& input, const TensorRef& weight, const TensorRef& bias) {
    return error_of([&] { ops::conv2d(context, input, weight, bias); }).message();
  };
  CHECK(refused(x, w, b) == "conv2d: Input type (float) and bias type (double) should be the same");
  CHECK(refused(x, w, nullptr) ==
        "conv2d: Input type (torch.FloatTensor) and weight type (torch.DoubleTensor) should be the "
        "same or input should be a MKLDNN tensor and weight is a dense tensor");
  CHECK(refused(w, x, nullptr).find("Kernel size can't be greater") != std::string::npos);
  const TensorRef y = hashed(context, 3, {1, 1, 1, 1}, Dtype::float32);
  CHECK(refused(w, y, nullptr) == "conv2d: expected scalar type Double but found Float");
  const TensorRef bits = make_tensor(context, Shape{1, 1, 1, 1}, Dtype::boolean, Values{1});
  CHECK(error_of([&] { ops::conv2d(context, bits, bits, nullptr); }).code() == Code::unsupported);
  const TensorRef whole = make_tensor(context, Shape{1, 1, 1, 1}, Dtype::int32, Values{1});
  CHECK(refusal([&] {
          ops::conv2d(context, whole, whole, nullptr, {{1}, {0}, {}, {2}, 1});
        }) == "NotImplementedError conv2d: \"slow_conv_dilated<>\" not implemented for 'Int'");
}

TEST_CASE("borders refuse in PyTorch's words", "[ops][conv2d]") {
  Context context;
  const auto refused = [&](Border border, ops::Extents extents, std::vector<int64_t> shape) {
    return refusal([&] {
      ops::conv2d_with_border(context, hashed(context, 0, shape), hashed(context, 1, {4, 3, 3, 3}),
                              nullptr, {}, {border, extents});
    });
  };
  CHECK(refused(Border::reflect, {2, 2, 5, 5}, {2, 3, 5, 5}) ==
        "RuntimeError pad: Argument #6: Padding size should be less than the corresponding input "
        "dimension, but got: padding (5, 5) at dimension 2 of input [2, 3, 5, 5]");
  CHECK(refused(Border::circular, {6, 6, 0, 0}, {3, 5, 5}) ==
        "RuntimeError pad: Padding value causes wrapping around more than once.");
  CHECK(refused(Border::circular, {-3, -3, -3, -3}, {3, 5, 5}) ==
        "RuntimeError pad: Negative padding value is resulting in an empty dimension");
  CHECK(refused(Border::replicate, {1, 1, 1, 1}, {2, 3, 0, 5}) ==
        "RuntimeError pad: Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and "
        "other non-zero dimensions for input, but got: [2, 3, 0, 5]");
  CHECK(refused(Border::replicate, {1, 1, 1, 1}, {5, 5})
            .find("NotImplementedError pad: Padding "
                  "size 4 is not supported for 2D") == 0);
  CHECK(refused(Border::reflect, {1, 1, 1, 1}, {2, 4, 5, 5}).find("expected input[2, 4, 7, 7]") !=
        std::string::npos);
}

}  // namespace duramen
