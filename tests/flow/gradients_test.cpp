// Gradients of whole graphs against central differences: shared tensors, views, broadcasts, ties.
#include "autograd/backward.hpp"
#include "nn/build.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

using Inputs = std::vector<TensorRef>;

}  // namespace

TEST_CASE("a tensor used several times gets the sum of its gradients", "[flow][gradients]") {
  Context context;
  const Inputs inputs = {hashed_leaf(context, 0, {3, 2}), hashed_leaf(context, 1, {2})};
  const auto diamond = [](Context& c, const Inputs& in) {
    const TensorRef left = ops::tanh(c, ops::mul(c, in[0], in[1]));
    const TensorRef right = ops::sigmoid(c, ops::add(c, in[0], left));
    return Inputs{ops::mul(c, left, right), ops::mul(c, in[0], in[0])};
  };
  CHECK(gradient_fault(context, diamond, inputs) == "");
}

TEST_CASE("gradients pass through views of views", "[flow][gradients]") {
  Context context;
  const Inputs inputs = {hashed_leaf(context, 0, {4, 6, 2})};
  const auto views = [](Context& c, const Inputs& in) {
    const TensorRef part = ops::slice(c, ops::transpose(c, in[0], 0, 2), 1, 1, 6, 2);
    const TensorRef row = ops::select(c, part, 0, -1);
    const TensorRef flat = ops::reshape(c, part, Shape{-1});
    const TensorRef wide = ops::expand(c, ops::unsqueeze(c, row, 1), Shape{3, 5, 4});
    return Inputs{ops::exp(c, flat), ops::mul(c, wide, wide), ops::flatten(c, part)};
  };
  CHECK(gradient_fault(context, views, inputs) == "");
}

TEST_CASE("gradients of broadcasts are summed back", "[flow][gradients]") {
  Context context;
  const Inputs inputs = {hashed_leaf(context, 0, {3, 1, 4}), hashed_leaf(context, 1, {2, 1}),
                         hashed_leaf(context, 2, {})};
  const auto broadcast = [](Context& c, const Inputs& in) {
    const TensorRef ratio = ops::div(c, in[0], ops::exp(c, in[1]));
    return Inputs{ops::sub(c, ratio, in[2], 2.5), ops::mul(c, in[2], in[1])};
  };
  CHECK(gradient_fault(context, broadcast, inputs) == "");
}

TEST_CASE("gradients of products and joins", "[flow][gradients]") {
  Context context;
  const Inputs inputs = {hashed_leaf(context, 0, {2, 3, 4}), hashed_leaf(context, 1, {4, 3}),
                         hashed_leaf(context, 2, {3})};
  const auto products = [](Context& c, const Inputs& in) {
    const TensorRef product = ops::matmul(c, in[0], in[1]);
    const TensorRef linear = ops::linear(c, in[0], ops::transpose(c, in[1], 0, 1), in[2]);
    const TensorRef parts[] = {product, linear, product};
    return Inputs{ops::cat(c, parts, 1), ops::mean(c, linear, {{1}, true}),
                  ops::matmul(c, product, in[2])};
  };
  CHECK(gradient_fault(context, products, inputs) == "");
}

TEST_CASE("gradients of normalisation and losses", "[flow][gradients]") {
  Context context;
  const Inputs inputs = {hashed_leaf(context, 0, {5, 3}), hashed_leaf(context, 1, {3}),
                         hashed_leaf(context, 2, {3})};
  const TensorRef target =
      make_tensor(context, Shape{5}, Dtype::int64, std::vector<double>{0, 2, 1, -100, 2});
  const TensorRef weight =
      make_tensor(context, Shape{3}, Dtype::float64, std::vector<double>{0.5, 1.0, 2.0});
  const auto losses = [&](Context& c, const Inputs& in) {
    const TensorRef normal = ops::batch_norm(c, in[0], nullptr, nullptr, in[1], in[2], {});
    ops::CrossEntropyOptions options;
    options.weight = weight;
    options.label_smoothing = 0.2;
    return Inputs{ops::cross_entropy(c, normal, target, options),
                  ops::mse_loss(c, normal, in[0], ops::Reduction::none)};
  };
  CHECK(gradient_fault(context, losses, inputs) == "");
}

TEST_CASE("a tied parameter gets the gradients of both places", "[flow][gradients]") {
  Context context;
  context.generator().seed(3);
  const auto first = nn::module_from_text(context, "Linear(3, 3, bias=False)");
  const spec::NamedObject shared[] = {{"l", first}};
  const auto model = nn::module_from_text(context, "Sequential(l, Tanh(), l)", shared);
  nn::to_dtype(context, *model, Dtype::float64);
  const auto parameters = nn::named_parameters(*model);
  REQUIRE(parameters.size() == 1);
  const Inputs inputs = {hashed_leaf(context, 0, {2, 3}), TensorRef(parameters[0].tensor)};
  const auto run = [&](Context& c, const Inputs& in) {
    return Inputs{model->forward(c, {in.data(), 1})};
  };
  CHECK(gradient_fault(context, run, inputs) == "");
}

TEST_CASE("gradients accumulate until they are cleared", "[flow][gradients]") {
  Context context;
  const TensorRef x = hashed_leaf(context, 0, {4});
  const auto square = [&] {
    backward(context, ops::sum(context, ops::mul(context, x, x)), nullptr);
  };
  square();
  const auto once = values_of(*x->grad());
  square();
  const auto twice = values_of(*x->grad());
  for (size_t i = 0; i < once.size(); ++i) CHECK(twice[i] == 2 * once[i]);
}

TEST_CASE("a chain of 100,000 operations is differentiated", "[flow][gradients]") {
  Context context;
  const TensorRef x = hashed_leaf(context, 0, {2});
  TensorRef y = x;
  for (int i = 0; i < 100'000; ++i) y = ops::add(context, y, x, i % 2 ? 1 : -1);
  backward(context, ops::sum(context, y), nullptr);
  CHECK(values_of(*x->grad()) == std::vector<double>{1, 1});
}

}  // namespace duramen::test
