#include <cmath>

#include "autograd/backward.hpp"
#include "kernels/random_fill.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::values_of;
using Values = std::vector<double>;

TensorRef random(Context& context, const Shape& shape, Dtype dtype, double mean = 0) {
  TensorRef out = empty(context.allocator(), shape, dtype);
  kernels::fill_normal(context.generator(), *out, mean, 1);
  return out;
}

double largest_difference(const Values& a, const Values& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

struct Run {
  Values y, dx, dw, db;
};

// Forward and backward of Σ y² / 2.
Run run(Context& context, const TensorRef& x, const TensorRef& weight, const TensorRef& bias) {
  for (const TensorRef& leaf : {x, weight, bias}) leaf->set_requires_grad(true);
  const TensorRef y =
      ops::layer_norm(context, x, Shape{x->size(x->rank() - 1)}, weight, bias, 1e-5);
  const TensorRef half = ops::float_scalar(context, 0.5);
  backward(context, ops::sum(context, ops::mul(context, half, ops::mul(context, y, y))), nullptr);
  return {values_of(*y), values_of(*x->grad()), values_of(*weight->grad()),
          values_of(*bias->grad())};
}

}  // namespace

TEST_CASE("layer norm of any width is near that in double", "[ops][layer_norm]") {
  for (const int64_t cols : {1, 3, 16, 33, 300, 5000}) {
    Context context;
    const TensorRef x = random(context, {37, cols}, Dtype::float32, 3);
    const TensorRef weight = random(context, {cols}, Dtype::float32);
    const TensorRef bias = random(context, {cols}, Dtype::float32);
    const auto wide = [&](const TensorRef& t) { return ops::to(context, t, Dtype::float64); };
    const Run truth = run(context, wide(x), wide(weight), wide(bias));
    const Run got = run(context, x, weight, bias);
    CHECK(largest_difference(got.y, truth.y) < 4e-6);
    CHECK(largest_difference(got.dx, truth.dx) < 4e-5);
    CHECK(largest_difference(got.dw, truth.dw) < 1e-3);
    CHECK(largest_difference(got.db, truth.db) < 1e-4);
  }
}

TEST_CASE("layer norm keeps the digits of rows far from zero", "[ops][layer_norm]") {
  Context context;
  const TensorRef x = random(context, {4, 1000}, Dtype::float32, 5000);
  const TensorRef wide = ops::to(context, x, Dtype::float64);
  const auto normal = [&](const TensorRef& t) {
    return values_of(*ops::layer_norm(context, t, Shape{1000}, nullptr, nullptr, 1e-5));
  };
  CHECK(largest_difference(normal(x), normal(wide)) < 3e-6);
}

TEST_CASE("layer norm has the same bits on any number of threads", "[ops][layer_norm]") {
  const auto all = [](uint32_t threads) {
    ContextOptions options;
    options.num_threads = threads;
    Context context(options);
    const Run got =
        run(context, random(context, {1500, 70}, Dtype::float32),
            random(context, {70}, Dtype::float32), random(context, {70}, Dtype::float32));
    Values out = got.y;
    for (const Values& part : {got.dx, got.dw, got.db}) {
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  };
  CHECK(all(1) == all(3));
}

TEST_CASE("layer norm of nothing has gradients of zero", "[ops][layer_norm]") {
  Context context;
  const Run got = run(context, make_tensor(context, Shape{0, 2}, Dtype::float32, Values{}),
                      make_tensor(context, Shape{2}, Dtype::float32, Values{1, 1}),
                      make_tensor(context, Shape{2}, Dtype::float32, Values{1, 1}));
  CHECK(got.y.empty());
  CHECK(got.dw == Values{0, 0});
  CHECK(got.db == Values{0, 0});
}

TEST_CASE("layer norm takes half beside float parameters", "[ops][layer_norm]") {
  Context context;
  const Run got = run(context, make_tensor(context, Shape{1, 2}, Dtype::bfloat16, Values{1, 3}),
                      make_tensor(context, Shape{2}, Dtype::float32, Values{1, 2}),
                      make_tensor(context, Shape{2}, Dtype::float32, Values{0, 1}));
  CHECK(got.y[0] == -1);
  CHECK(got.y[1] == 3);
}

TEST_CASE("layer norm refuses what PyTorch refuses", "[ops][layer_norm]") {
  Context context;
  const TensorRef x = random(context, {2, 3, 4}, Dtype::float32);
  const auto refused = [&](const TensorRef& input, const Shape& shape, const TensorRef& weight,
                           const TensorRef& bias) {
    return test::refusal([&] { ops::layer_norm(context, input, shape, weight, bias, 1e-5); });
  };
  CHECK(refused(x, {}, nullptr, nullptr) ==
        "RuntimeError layer_norm: Expected normalized_shape to be at least 1-dimensional, i.e., "
        "containing at least one element, but got normalized_shape = []");
  CHECK(refused(x, {5, 4}, nullptr, nullptr) ==
        "RuntimeError layer_norm: Given normalized_shape=[5, 4], expected input with shape [*, 5, "
        "4], but got input of size[2, 3, 4]");
  CHECK(refused(x, {4}, random(context, {3}, Dtype::float32), nullptr) ==
        "RuntimeError layer_norm: Expected weight to be of same shape as normalized_shape, but got "
        "weight of shape [3] and normalized_shape = [4]");
  CHECK(
      refused(x, {4}, nullptr, random(context, {4}, Dtype::float64)) ==
      "RuntimeError layer_norm: mixed dtype (CPU): expect parameter to have scalar type of Float");
  CHECK(refused(make_tensor(context, Shape{1}, Dtype::int64, Values{1}), {1}, nullptr, nullptr) ==
        "NotImplementedError layer_norm: \"LayerNormKernelImpl\" not implemented for 'Long'");
}

}  // namespace duramen
