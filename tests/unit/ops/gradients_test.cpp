// Every differentiable operator against central differences, over views, broadcasts and empties.
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using Inputs = std::vector<TensorRef>;
using Result = std::vector<TensorRef>;

struct Case {
  const char* name;
  std::vector<std::vector<int64_t>> shapes;
  Result (*run)(Context&, const Inputs&);
  double shift = 0;  // added to every value: keeps logarithms and roots away from zero
};

// A strided look at the input: every operator sees it plain and turned.
TensorRef turned(Context& c, const TensorRef& a) { return ops::transpose(c, a, 0, -1); }

const Case kCases[] = {
    {"add", {{3, 4}, {4}}, [](Context& c, const Inputs& x) -> Result { return {ops::add(c, x[0], x[1], 2.5)}; }},
    {"add turned", {{3, 4}, {3}}, [](Context& c, const Inputs& x) -> Result { return {ops::add(c, turned(c, x[0]), x[1])}; }},
    {"sub", {{2, 1, 3}, {4, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::sub(c, x[0], x[1], 0.5)}; }},
    {"mul", {{2, 3}, {2, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::mul(c, x[0], x[1])}; }},
    {"mul by itself", {{3}}, [](Context& c, const Inputs& x) -> Result { return {ops::mul(c, x[0], x[0])}; }},
    {"mul by 0-dim", {{3}, {}}, [](Context& c, const Inputs& x) -> Result { return {ops::mul(c, x[0], x[1])}; }},
    {"div", {{2, 3}, {3}}, [](Context& c, const Inputs& x) -> Result { return {ops::div(c, x[0], x[1])}; }, 2},
    {"neg", {{4}}, [](Context& c, const Inputs& x) -> Result { return {ops::neg(c, x[0])}; }},
    {"exp", {{2, 3}}, [](Context& c, const Inputs& x) -> Result { return {ops::exp(c, turned(c, x[0]))}; }},
    {"log", {{5}}, [](Context& c, const Inputs& x) -> Result { return {ops::log(c, x[0])}; }, 2},
    {"sqrt", {{5}}, [](Context& c, const Inputs& x) -> Result { return {ops::sqrt(c, x[0])}; }, 2},
    {"rsqrt", {{5}}, [](Context& c, const Inputs& x) -> Result { return {ops::rsqrt(c, x[0])}; }, 2},
    {"reciprocal", {{5}}, [](Context& c, const Inputs& x) -> Result { return {ops::reciprocal(c, x[0])}; }, 2},
    {"square", {{5}}, [](Context& c, const Inputs& x) -> Result { return {ops::square(c, x[0])}; }},
    {"abs", {{5}}, [](Context& c, const Inputs& x) -> Result { return {ops::abs(c, x[0])}; }},
    {"relu", {{3, 7}}, [](Context& c, const Inputs& x) -> Result { return {ops::relu(c, turned(c, x[0]))}; }},
    {"leaky_relu", {{9}}, [](Context& c, const Inputs& x) -> Result { return {ops::leaky_relu(c, x[0], 0.2)}; }},
    {"tanh", {{9}}, [](Context& c, const Inputs& x) -> Result { return {ops::tanh(c, x[0])}; }},
    {"sigmoid", {{3, 3}}, [](Context& c, const Inputs& x) -> Result { return {ops::sigmoid(c, x[0])}; }},
    {"pow", {{2, 3}, {3}}, [](Context& c, const Inputs& x) -> Result { return {ops::pow(c, x[0], x[1])}; }, 2},
    {"pow by a number", {{4}}, [](Context& c, const Inputs& x) -> Result { return {ops::pow(c, x[0], ops::scalar(c, 3))}; }},
    {"maximum", {{4}, {2, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::maximum(c, x[0], x[1])}; }},
    {"minimum", {{4}, {2, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::minimum(c, x[0], x[1])}; }},
    {"clamp", {{9}}, [](Context& c, const Inputs& x) -> Result { return {ops::clamp(c, x[0], ops::scalar(c, -0.5), ops::scalar(c, 0.25))}; }},
    {"clamp by tensors", {{3, 4}, {4}, {3, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::clamp(c, x[0], x[1], x[2])}; }},
    {"where", {{3, 2}, {2}}, [](Context& c, const Inputs& x) -> Result { return {ops::where(c, ops::compare(c, kernels::Compare::gt, x[0], ops::scalar(c, 0)), x[0], x[1])}; }},
    {"sum", {{3, 2}}, [](Context& c, const Inputs& x) -> Result { return {ops::sum(c, x[0]), ops::sum(c, turned(c, x[0]), {{1}, true})}; }},
    {"sum twice", {{2, 3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::sum(c, x[0], {{0, 2}, false})}; }},
    {"mean", {{2, 3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::mean(c, x[0], {{-1}, true}), ops::mean(c, x[0])}; }},
    {"var", {{2, 3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::var(c, x[0], {{0, 2}, 1, false}), ops::var(c, x[0])}; }},
    {"amax", {{3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::amax(c, x[0], {{0}, false}), ops::amin(c, x[0])}; }},
    {"max", {{3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::max(c, x[0], 1).values, ops::min(c, turned(c, x[0]), 1, true).values}; }},
    {"reshape", {{2, 6}}, [](Context& c, const Inputs& x) -> Result { return {ops::reshape(c, turned(c, x[0]), Shape{3, 4}), ops::flatten(c, x[0])}; }},
    {"permute", {{2, 3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::permute(c, x[0], Shape{2, 0, 1})}; }},
    {"expand", {{3, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::expand(c, x[0], Shape{2, 3, 4})}; }},
    {"select and slice", {{4, 5}}, [](Context& c, const Inputs& x) -> Result { return {ops::select(c, x[0], 1, -1), ops::slice(c, turned(c, x[0]), 0, 1, 5, 2)}; }},
    {"squeeze", {{3, 1}}, [](Context& c, const Inputs& x) -> Result { return {ops::squeeze(c, x[0]), ops::unsqueeze(c, x[0], 1)}; }},
    {"cat", {{2, 3}, {2, 1}}, [](Context& c, const Inputs& x) -> Result { const TensorRef all[] = {x[0], x[1], x[0]}; return {ops::cat(c, all, 1)}; }},
    {"stack", {{2, 3}, {2, 3}}, [](Context& c, const Inputs& x) -> Result { return {ops::stack(c, x, -1)}; }},
    {"parts", {{5, 2}}, [](Context& c, const Inputs& x) -> Result { Result r = ops::chunk(c, x[0], 2); for (auto& p : ops::unbind(c, x[0], 1)) r.push_back(p); return r; }},
    {"clone", {{2, 3}}, [](Context& c, const Inputs& x) -> Result { return {ops::clone(c, x[0]), ops::contiguous(c, turned(c, x[0]))}; }},
    {"mm", {{3, 4}, {4, 2}}, [](Context& c, const Inputs& x) -> Result { return {ops::matmul(c, x[0], x[1]), ops::matmul(c, turned(c, x[1]), turned(c, x[0]))}; }},
    {"mv and dot", {{3, 4}, {4}}, [](Context& c, const Inputs& x) -> Result { return {ops::matmul(c, x[0], x[1]), ops::matmul(c, x[1], x[1]), ops::matmul(c, x[1], turned(c, x[0]))}; }},
    {"matmul of stacks", {{2, 1, 3, 4}, {3, 4, 2}}, [](Context& c, const Inputs& x) -> Result { return {ops::matmul(c, x[0], x[1])}; }},
    {"matmul of a stack", {{2, 3, 4}, {4, 2}}, [](Context& c, const Inputs& x) -> Result { return {ops::matmul(c, x[0], x[1]), ops::matmul(c, x[0], ops::select(c, x[1], 1, 0))}; }},
    {"addmm", {{4}, {3, 2}, {2, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::addmm(c, x[0], x[1], x[2], {0.5, 2})}; }},
    {"linear", {{5, 3}, {2, 3}, {2}}, [](Context& c, const Inputs& x) -> Result { return {ops::linear(c, x[0], x[1], x[2]), ops::linear(c, x[0], x[1], nullptr)}; }},
    {"linear of more dimensions", {{2, 3, 4}, {2, 4}, {2}}, [](Context& c, const Inputs& x) -> Result { return {ops::linear(c, ops::transpose(c, x[0], 0, 1), x[1], x[2])}; }},
    {"linear of a vector", {{4}, {2, 4}, {2}}, [](Context& c, const Inputs& x) -> Result { return {ops::linear(c, x[0], x[1], x[2])}; }},
    {"batch_norm of columns", {{5, 3}, {3}, {3}}, [](Context& c, const Inputs& x) -> Result { return {ops::batch_norm(c, x[0], nullptr, nullptr, x[1], x[2], {})}; }},
    {"batch_norm of planes", {{2, 3, 2, 4}, {3}, {3}}, [](Context& c, const Inputs& x) -> Result { return {ops::batch_norm(c, x[0], nullptr, nullptr, x[1], x[2], {})}; }},
    {"batch_norm without weight", {{4, 3, 2}}, [](Context& c, const Inputs& x) -> Result { return {ops::batch_norm(c, ops::transpose(c, x[0], 0, 2), nullptr, nullptr, nullptr, nullptr, {})}; }},
    {"layer_norm", {{3, 5}, {5}, {5}}, [](Context& c, const Inputs& x) -> Result { return {ops::layer_norm(c, x[0], Shape{5}, x[1], x[2], 1e-5)}; }},
    {"layer_norm of planes", {{2, 3, 4}, {4, 3}}, [](Context& c, const Inputs& x) -> Result { return {ops::layer_norm(c, ops::transpose(c, x[0], 1, 2), Shape{4, 3}, x[1], nullptr, 1e-5)}; }},
    {"layer_norm without weight", {{4, 3}, {3}}, [](Context& c, const Inputs& x) -> Result { return {ops::layer_norm(c, x[0], Shape{3}, nullptr, x[1], 1e-5), ops::layer_norm(c, x[0], Shape{4, 3}, nullptr, nullptr, 0.5)}; }},
    {"gelu", {{3, 7}}, [](Context& c, const Inputs& x) -> Result { return {ops::gelu(c, turned(c, x[0])), ops::gelu(c, x[0], "tanh")}; }},
    {"silu", {{3, 7}}, [](Context& c, const Inputs& x) -> Result { return {ops::silu(c, turned(c, x[0]))}; }},
    {"softmax", {{3, 5}}, [](Context& c, const Inputs& x) -> Result { return {ops::softmax(c, x[0], 1), ops::softmax(c, x[0], 0)}; }},
    {"log_softmax", {{2, 3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::log_softmax(c, x[0], 1), ops::log_softmax(c, turned(c, x[0]), 0)}; }},
    {"mse_loss", {{3, 2}, {3, 2}}, [](Context& c, const Inputs& x) -> Result { return {ops::mse_loss(c, x[0], x[1]), ops::mse_loss(c, x[0], x[1], ops::Reduction::sum), ops::mse_loss(c, x[0], x[1], ops::Reduction::none)}; }},
    {"cross_entropy with probabilities", {{3, 4}, {3, 4}}, [](Context& c, const Inputs& x) -> Result { return {ops::cross_entropy(c, x[0], x[1], {nullptr, -100, ops::Reduction::mean, 0.1})}; }},
};

}  // namespace

TEST_CASE("backward agrees with central differences", "[ops][gradients]") {
  for (const Case& item : kCases) {
    Context context;
    Inputs inputs;
    for (size_t i = 0; i < item.shapes.size(); ++i) {
      TensorRef x = test::hashed_leaf(context, i, {});
      const Shape shape{std::span<const int64_t>(item.shapes[i])};
      const TensorRef wide = test::hashed_leaf(context, 40 + i, {64});
      std::vector<double> values = test::values_of(*wide);
      values.resize(size_t(numel_of(shape)));
      for (double& value : values) value += item.shift;
      x = test::make_tensor(context, shape, Dtype::float64, values);
      x->set_requires_grad(true);
      inputs.push_back(x);
    }
    INFO(item.name);
    CHECK(test::gradient_fault(context, item.run, inputs) == "");
  }
}

TEST_CASE("the losses of class indices agree with central differences", "[ops][gradients]") {
  Context context;
  const TensorRef target =
      test::make_tensor(context, Shape{4}, Dtype::int64, std::vector<double>{2, 0, 1, 2});
  const TensorRef weight =
      test::make_tensor(context, Shape{3}, Dtype::float64, std::vector<double>{0.5, 2, 1.25});
  const Inputs inputs{test::hashed_leaf(context, 0, {4, 3}, 2)};
  for (const auto reduction : {ops::Reduction::none, ops::Reduction::mean, ops::Reduction::sum}) {
    for (const double smoothing : {0.0, 0.2}) {
      const ops::CrossEntropyOptions options{weight, 1, reduction, smoothing};
      const auto run = [&](Context& c, const Inputs& x) -> Result {
        return {ops::cross_entropy(c, x[0], target, options),
                ops::nll_loss(c, x[0], target, options)};
      };
      CHECK(test::gradient_fault(context, run, inputs) == "");
    }
  }
}

TEST_CASE("the gradient of an embedding agrees with central differences", "[ops][gradients]") {
  Context context;
  const TensorRef at =
      test::make_tensor(context, Shape{2, 3}, Dtype::int64, std::vector<double>{1, 3, 1, 0, 1, 3});
  const Inputs inputs{test::hashed_leaf(context, 0, {3, 4})};
  const auto run = [&](Context& c, const Inputs& x) -> Result {
    return {ops::embedding(c, at, ops::transpose(c, x[0], 0, 1))};
  };
  CHECK(test::gradient_fault(context, run, inputs) == "");
}

TEST_CASE("evaluating batch norm has gradients too", "[ops][gradients]") {
  Context context;
  const TensorRef mean =
      test::make_tensor(context, Shape{3}, Dtype::float64, std::vector<double>{0.1, -0.2, 0.3});
  const TensorRef variance =
      test::make_tensor(context, Shape{3}, Dtype::float64, std::vector<double>{0.5, 1, 2});
  const Inputs inputs{test::hashed_leaf(context, 0, {4, 3, 2}), test::hashed_leaf(context, 1, {3}),
                      test::hashed_leaf(context, 2, {3})};
  const auto run = [&](Context& c, const Inputs& x) -> Result {
    return {ops::batch_norm(c, x[0], mean, variance, x[1], x[2], {false, 0.1, 1e-5})};
  };
  CHECK(test::gradient_fault(context, run, inputs) == "");
}

}  // namespace duramen
