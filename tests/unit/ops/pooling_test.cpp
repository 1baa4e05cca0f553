#include <cmath>
#include <limits>

#include "autograd/backward.hpp"
#include "ops/planes.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/hash_generator.hpp"
#include "support/refusal.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using ops::AdaptiveAvgPool2dOptions;
using ops::MaxPool2dOptions;
using test::make_tensor;
using test::refusal;
using test::values_of;
using Inputs = std::vector<TensorRef>;
using Result = std::vector<TensorRef>;
using Values = std::vector<double>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TensorRef hashed(Context& context, const std::vector<int64_t>& shape,
                 Dtype dtype = Dtype::float64) {
  return make_tensor(context, shape, dtype, test::hash_real({3, 1}, numel_of(shape)));
}

// A maximum as the definition has it, the values and then the indices.
Result naive(Context& context, const Tensor& input, const MaxPool2dOptions& o, const Shape& out) {
  const Values x = values_of(input);
  Values values, indices;
  const int64_t height = input.size(2), width = input.size(3);
  for (int64_t plane = 0; plane < input.size(0) * input.size(1); ++plane) {
    for (int64_t place = 0; place < out[2] * out[3]; ++place) {
      double best = -kInfinity;
      int64_t at = -1;
      for (int64_t t = 0; t < o.kernel_size[0] * o.kernel_size[1]; ++t) {
        const int64_t row =
            place / out[3] * o.stride[0] - o.padding[0] + t / o.kernel_size[1] * o.dilation[0];
        const int64_t col =
            place % out[3] * o.stride[1] - o.padding[1] + t % o.kernel_size[1] * o.dilation[1];
        if (row < 0 || col < 0 || row >= height || col >= width) continue;
        const double value = x[size_t((plane * height + row) * width + col)];
        if (at < 0 || value > best || std::isnan(value)) {
          best = value;
          at = row * width + col;
        }
      }
      values.push_back(best);
      indices.push_back(double(at));
    }
  }
  return {make_tensor(context, out, input.dtype(), values),
          make_tensor(context, out, Dtype::int64, indices)};
}

}  // namespace

TEST_CASE("max_pool2d finds the first of the largest", "[ops][pooling]") {
  Context context;
  const std::vector<MaxPool2dOptions> all = {
      {{2, 2}, {2, 2}, {0, 0}, {1, 1}, false}, {{3, 3}, {2, 2}, {1, 1}, {1, 1}, false},
      {{3, 2}, {1, 3}, {1, 0}, {2, 1}, false}, {{2, 3}, {3, 1}, {0, 1}, {1, 2}, true},
      {{3, 3}, {2, 2}, {0, 0}, {1, 1}, true},  {{4, 4}, {5, 7}, {2, 2}, {1, 1}, true}};
  for (const Dtype dtype : {Dtype::float32, Dtype::float64, Dtype::int64, Dtype::bfloat16}) {
    for (const MaxPool2dOptions& options : all) {
      const std::vector<int64_t> shape{2, 3, 23, 61};
      Values values = test::hash_int({1, 2}, numel_of(shape), -9, 9);  // many equal ones
      if (is_floating(dtype)) {
        values[100] = values[101] = values[1000] = kNan;
        values[300] = -kInfinity;
      }
      const TensorRef x = make_tensor(context, shape, dtype, values);
      const ops::ValuesAndIndices found = ops::max_pool2d_with_indices(context, x, options);
      const Result expected = naive(context, *x, options, found.values->shape());
      CHECK(test::sha256_of(*found.values) == test::sha256_of(*expected[0]));
      CHECK(values_of(*found.indices) == values_of(*expected[1]));
      CHECK(test::sha256_of(*ops::max_pool2d(context, x, options)) ==
            test::sha256_of(*expected[0]));
    }
  }
}

TEST_CASE("max_pool2d of nothing but -inf names the first element", "[ops][pooling]") {
  Context context;
  const TensorRef x = make_tensor(context, Shape{1, 3, 3}, Dtype::float32, Values(9, -kInfinity));
  const auto found = ops::max_pool2d_with_indices(context, x, {{2}, {}, {1}, {1}, false});
  CHECK(values_of(*found.values) == Values(4, -kInfinity));
  CHECK(values_of(*found.indices) == Values{0, 1, 3, 4});
}

TEST_CASE("a window of nothing but border has no gradient to give", "[ops][pooling]") {
  Context context;
  constexpr int64_t kLarge = std::numeric_limits<int32_t>::max();
  struct Case {
    MaxPool2dOptions options;
    std::vector<int64_t> shape;
    int64_t at;  // of the first window, outside as in PyTorch
  };
  const Case cases[] = {
      {{{2}, {1}, {1}, {5}, false}, {1, 2, 4, 4}, 4 * 4 + 4},
      {{{2, 1}, {kLarge, 1}, {1, 0}, {kLarge, 1}, true}, {1, 2, 4, 64}, (kLarge - 1) * 64}};
  for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
    for (const Case& c : cases) {
      const TensorRef x = hashed(context, c.shape, dtype);
      x->set_requires_grad(true);
      const auto found = ops::max_pool2d_with_indices(context, x, c.options);
      const int64_t count = found.values->numel();
      CHECK(values_of(*found.values) == Values(size_t(count), -kInfinity));
      Values indices;
      for (int64_t i = 0; i < count; ++i) indices.push_back(double(c.at + i % (count / 2)));
      CHECK(values_of(*found.indices) == indices);
      backward(context, ops::sum(context, found.values), nullptr);
      CHECK(values_of(*x->grad()) == Values(size_t(x->numel()), 0));
    }
  }
}

TEST_CASE("with ceil_mode the last window starts inside", "[ops][pooling]") {
  Context context;
  const auto size = [&](int64_t in, MaxPool2dOptions options) {
    options.ceil_mode = true;
    const TensorRef x = hashed(context, {1, in, in});
    return ops::max_pool2d(context, x, options)->size(1);
  };
  CHECK(size(5, {{2}, {2}}) == 3);
  CHECK(size(5, {{2}, {3}}) == 2);
  CHECK(size(6, {{3}, {4}, {1}}) == 2);
  CHECK(size(7, {{1}, {4}}) == 2);
  CHECK(size(1, {{2}, {2}}) == 1);
  CHECK(ops::max_pool2d(context, hashed(context, {0, 3, 5, 5}), {{2}})->shape() ==
        Shape{0, 3, 2, 2});
}

TEST_CASE("pooling has the gradients of central differences", "[ops][pooling]") {
  Context context;
  const TensorRef x = hashed(context, {2, 3, 7, 6});
  x->set_requires_grad(true);
  const auto run = [](Context& c, const Inputs& in) -> Result {
    const TensorRef turned = ops::permute(c, in[0], Shape{1, 0, 3, 2});
    return {ops::max_pool2d(c, in[0], {{3}, {2}, {1}, {1}, true}),
            ops::max_pool2d(c, ops::select(c, turned, 0, 1), {{2, 1}, {1}, {0}, {2, 1}, false}),
            ops::adaptive_avg_pool2d(c, in[0], {{3, 4}}),
            ops::adaptive_avg_pool2d(c, turned, {{{}, 9}}),
            ops::adaptive_avg_pool2d(c, in[0], {{1}, true})};
  };
  CHECK(test::gradient_fault(context, run, {x}) == "");
  const Result out = run(context, {x});
  const auto name = [](const TensorRef& t) {
    return std::string(static_cast<Node*>(t->grad_fn().get())->name());
  };
  CHECK(name(out[0]) == "MaxPool2DWithIndicesBackward0");
  CHECK(name(out[2]) == "AdaptiveAvgPool2DBackward0");
  CHECK(name(out[4]) == "MeanBackward1");
}

TEST_CASE("adaptive averages cover planes of any size", "[ops][pooling]") {
  Context context;
  for (const auto& [in, out] : {std::pair<int64_t, int64_t>{7, 3}, {3, 5}, {1300, 3}, {4, 4}}) {
    const TensorRef x = hashed(context, {2, in, in + 1});
    const Values values = values_of(*x);
    const TensorRef y = ops::adaptive_avg_pool2d(context, x, {{out, out + 1}});
    Values expected;
    for (int64_t place = 0; place < 2 * out * (out + 1); ++place) {
      const int64_t plane = place / (out * (out + 1)), row = place / (out + 1) % out;
      const int64_t col = place % (out + 1);
      const int64_t top = row * in / out, bottom = ((row + 1) * in + out - 1) / out;
      const int64_t left = col * (in + 1) / (out + 1);
      const int64_t right = ((col + 1) * (in + 1) + out) / (out + 1);
      double sum = 0;
      for (int64_t i = top; i < bottom; ++i) {
        for (int64_t j = left; j < right; ++j) {
          sum += values[size_t((plane * in + i) * (in + 1) + j)];
        }
      }
      expected.push_back(sum / double((bottom - top) * (right - left)));
    }
    const Values found = values_of(*y);
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-13);
  }
  CHECK(ops::adaptive_avg_pool2d(context, hashed(context, {2, 3, 5, 5}), {{0, 1}})->shape() ==
        Shape{2, 3, 0, 1});
  CHECK(ops::adaptive_avg_pool2d(context, hashed(context, {0, 3, 5, 5}), {{2}, true})->shape() ==
        Shape{0, 3, 2, 2});
}

TEST_CASE("pooling's bits do not depend on the threads", "[ops][pooling]") {
  const auto run = [](uint32_t threads) {
    Context context(ContextOptions{threads, 0, {}, {}});
    const TensorRef x = hashed(context, {4, 16, 40, 41}, Dtype::float32);
    return test::sha256_of(*ops::max_pool2d(context, x, {{3}, {2}, {1}})) +
           test::sha256_of(*ops::adaptive_avg_pool2d(context, x, {{7}, true}));
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("max_pool2d refuses in PyTorch's words", "[ops][pooling]") {
  Context context;
  const auto refused = [&](const std::vector<int64_t>& shape, const MaxPool2dOptions& options) {
    return refusal([&] { ops::max_pool2d(context, hashed(context, shape), options); });
  };
  CHECK(refused({5, 5}, {{2}}) ==
        "RuntimeError max_pool2d: non-empty 3D or 4D (batch mode) tensor expected for input");
  CHECK(refused({2, 3, 1, 5}, {{2}}) ==
        "RuntimeError max_pool2d: Given input size: (3x1x5). Calculated output size: (3x0x2). "
        "Output size is too small");
  CHECK(refused({2, 0, 5, 5}, {{2}}) ==
        "RuntimeError max_pool2d: Expected 3D or 4D (batch mode) tensor with optional 0 dim batch "
        "size for input, but got:[2, 0, 5, 5]");
  CHECK(refused({2, 3, 5, 5}, {{2}, {0}}) == "RuntimeError max_pool2d: stride should not be zero");
  CHECK(refused({2, 3, 5, 5}, {{2}, {-1}}) ==
        "RuntimeError max_pool2d: stride should be greater than zero, but got dH: -1 dW: -1");
  CHECK(refused({2, 3, 5, 5}, {{0}, {1}}) ==
        "RuntimeError max_pool2d: kernel size should be greater than zero, but got kH: 0 kW: 0");
  CHECK(refused({2, 3, 5, 5}, {{2}, {}, {0}, {0}}) ==
        "RuntimeError max_pool2d: dilation should be greater than zero, but got dilationH: 0 "
        "dilationW: 0");
  CHECK(refused({2, 3, 5, 5}, {{2}, {}, {-1}}) ==
        "RuntimeError max_pool2d: pad must be non-negative, but got pad: -1");
  CHECK(refused({2, 3, 5, 5}, {{2}, {}, {2}}) ==
        "RuntimeError max_pool2d: pad should be at most half of effective kernel size, but got "
        "pad=2, kernel_size=2 and dilation=1");
  CHECK(refused({2, 3, 9, 9}, {{3}, {}, {2}, {3}}) ==
        "RuntimeError max_pool2d: pad should be smaller than or equal to half of kernel size, but "
        "got padW = 2, padH = 2, kW = 3, kH = 3");
  CHECK(refused({2, 3, 5, 5}, {{1, 2, 3}}) ==
        "RuntimeError max_pool2d: kernel_size must either be a single int, or a tuple of two ints");
  CHECK(refused({2, 3, 5, 5}, {{int64_t{1} << 40}}) ==
        "RuntimeError max_pool2d: value cannot be converted to type int without overflow");
  const TensorRef bits = make_tensor(context, Shape{1, 2, 2}, Dtype::boolean, Values(4, 1));
  CHECK(refusal([&] { ops::max_pool2d(context, bits, {{2}}); }) ==
        "NotImplementedError max_pool2d: \"max_pool2d\" not implemented for 'Bool'");
}

TEST_CASE("adaptive_avg_pool2d refuses in PyTorch's words", "[ops][pooling]") {
  Context context;
  const auto refused = [&](const std::vector<int64_t>& shape,
                           const AdaptiveAvgPool2dOptions& options) {
    return refusal([&] { ops::adaptive_avg_pool2d(context, hashed(context, shape), options); });
  };
  CHECK(refused({5, 5}, {{2}, true}) ==
        "RuntimeError adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [5, 5]");
  CHECK(refused({5, 5}, {{2, 2}}) ==
        "ValueError adaptive_avg_pool2d: Input dimension should be at least 3");
  CHECK(refused({2, 3, 5, 5}, {{2}}) == "RuntimeError adaptive_avg_pool2d: output_size must be 2");
  CHECK(refused({2, 3, 5, 5}, {{1, -1}}) ==
        "RuntimeError adaptive_avg_pool2d: elements of output_size must be greater than or equal "
        "to 0 but received {1, -1}");
  CHECK(refused({2, 3, 0, 5}, {{2}, true}) ==
        "RuntimeError adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch "
        "dimensions, but input has sizes [2, 3, 0, 5] with dimension 2 being empty");
  const TensorRef whole = make_tensor(context, Shape{1, 2, 2}, Dtype::int64, Values(4, 1));
  CHECK(refusal([&] {
          ops::adaptive_avg_pool2d(context, whole, {{2}, true});
        }) ==
        "NotImplementedError adaptive_avg_pool2d: \"adaptive_avg_pool2d\" not implemented for "
        "'Long'");
}

}  // namespace duramen
