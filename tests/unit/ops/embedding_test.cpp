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

TensorRef numbers(Context& context, const Shape& shape, const Values& values,
                  Dtype dtype = Dtype::int64) {
  return make_tensor(context, shape, dtype, values);
}

TensorRef table(Context& context) {
  return make_tensor(context, Shape{4, 2}, Dtype::float32, Values{0, 1, 2, 3, 4, 5, 6, 7});
}

// The gradient of Σ (i + 1) · row of the i-th index.
Values gradient(Context& context, const ops::EmbeddingOptions& options, const TensorRef& indices) {
  const TensorRef weight = table(context);
  weight->set_requires_grad(true);
  const TensorRef out = ops::embedding(context, indices, weight, options);
  Values factors;
  for (int64_t i = 0; i < indices->numel(); ++i) factors.insert(factors.end(), 2, double(i + 1));
  const TensorRef scale = make_tensor(context, out->shape(), Dtype::float32, factors);
  backward(context, ops::sum(context, ops::mul(context, out, scale)), nullptr);
  return values_of(*weight->grad());
}

}  // namespace

TEST_CASE("embedding takes rows by number, of any shape", "[ops][embedding]") {
  Context context;
  const TensorRef weight = table(context);
  const TensorRef square = numbers(context, {2, 2}, {3, 0, 1, 3}, Dtype::int32);
  const TensorRef out = ops::embedding(context, square, weight);
  CHECK(out->shape() == Shape{2, 2, 2});
  CHECK(values_of(*out) == Values{6, 7, 0, 1, 2, 3, 6, 7});
  const TensorRef turned = ops::transpose(context, square, 0, 1);
  CHECK(values_of(*ops::embedding(context, turned, weight)) == Values{6, 7, 2, 3, 0, 1, 6, 7});
  const TensorRef wide = ops::transpose(context, weight, 0, 1);
  CHECK(values_of(*ops::embedding(context, numbers(context, {1}, {1}), wide)) ==
        Values{1, 3, 5, 7});
  const TensorRef every = ops::slice(context, weight, 0, 0, 4, 2);
  CHECK(values_of(*ops::embedding(context, numbers(context, {}, {1}), every)) == Values{4, 5});
  CHECK(ops::embedding(context, numbers(context, {3, 0}, {}), weight)->shape() == Shape{3, 0, 2});
  CHECK(ops::embedding(context, square, ops::to(context, weight, Dtype::int8))->dtype() ==
        Dtype::int8);
}

TEST_CASE("the gradient of an embedding adds up in the rows", "[ops][embedding]") {
  Context context;
  const TensorRef at = numbers(context, {5}, {1, 3, 1, 1, 0});
  CHECK(gradient(context, {}, at) == Values{5, 5, 8, 8, 0, 0, 2, 2});
  ops::EmbeddingOptions options;
  options.padding_idx = -3;
  CHECK(gradient(context, options, at) == Values{5, 5, 0, 0, 0, 0, 2, 2});
  options.padding_idx = 0;
  options.scale_grad_by_freq = true;
  const Values scaled = gradient(context, options, at);
  CHECK(scaled[0] == 0);
  CHECK(std::abs(scaled[2] - 8.0 / 3) < 1e-6);
  CHECK(scaled[6] == 2);
  CHECK(gradient(context, {}, numbers(context, {0}, {})) == Values(8, 0));
}

TEST_CASE("a large embedding has the same bits on any number of threads", "[ops][embedding]") {
  const auto all = [](uint32_t threads) {
    ContextOptions options;
    options.num_threads = threads;
    Context context(options);
    const TensorRef weight = empty(context.allocator(), Shape{3000, 40}, Dtype::float32);
    kernels::fill_normal(context.generator(), *weight, 0, 1);
    weight->set_requires_grad(true);
    Values at;
    for (int64_t i = 0; i < 5000; ++i) at.push_back(double(i * i % 2999));
    const TensorRef out = ops::embedding(context, numbers(context, {5000}, at), weight);
    backward(context, ops::sum(context, ops::mul(context, out, out)), nullptr);
    return values_of(*weight->grad());
  };
  CHECK(all(1) == all(3));
}

TEST_CASE("max_norm shortens the rows that are used, in place", "[ops][embedding]") {
  Context context;
  const TensorRef weight =
      make_tensor(context, Shape{3, 2}, Dtype::float32, Values{3, 4, 0.5, 0, 30, 40});
  const uint64_t before = weight->storage()->version();
  ops::EmbeddingOptions options;
  options.max_norm = 1;
  const TensorRef out =
      ops::embedding(context, numbers(context, {4}, {0, 1, 0, 1}), weight, options);
  CHECK(weight->storage()->version() == before + 1);
  const Values got = values_of(*weight);
  CHECK(std::abs(got[0] - 0.6) < 1e-6);
  CHECK(got[2] == 0.5);
  CHECK(got[4] == 30);
  CHECK(values_of(*out)[4] == got[0]);
  options.norm_type = 1;
  ops::embedding(context, numbers(context, {1}, {2}), weight, options);
  CHECK(std::abs(values_of(*weight)[4] - 3.0 / 7) < 1e-6);
  options.norm_type = HUGE_VAL;
  options.max_norm = 0.25;
  ops::embedding(context, numbers(context, {1}, {1}), weight, options);
  CHECK(std::abs(values_of(*weight)[2] - 0.25) < 1e-6);
}

TEST_CASE("embedding refuses what PyTorch refuses, and changes nothing", "[ops][embedding]") {
  Context context;
  const TensorRef weight = table(context);
  const auto refused = [&](const TensorRef& at, const TensorRef& rows,
                           const ops::EmbeddingOptions& options = {}) {
    return test::refusal([&] { ops::embedding(context, at, rows, options); });
  };
  ops::EmbeddingOptions options;
  options.max_norm = 1;
  for (const double index : {4.0, -1.0}) {
    CHECK(refused(numbers(context, {2}, {3, index}), weight, options) ==
          "IndexError embedding: index out of range in self");
  }
  CHECK(values_of(*weight) == values_of(*table(context)));
  const TensorRef zero = numbers(context, {1}, {0});
  CHECK(refused(zero, numbers(context, {1}, {1}, Dtype::float32))
            .find("RuntimeError embedding: 'weight' must be 2-D") == 0);
  CHECK(refused(numbers(context, {1}, {0}, Dtype::int16), weight) ==
        "RuntimeError embedding: Expected tensor for argument #1 'indices' to have one of the "
        "following scalar types: Long, Int; but got torch.ShortTensor instead");
  options.padding_idx = 4;
  CHECK(refused(zero, weight, options) ==
        "AssertionError embedding: Padding_idx must be within num_embeddings");
  CHECK(refused(zero,
                ops::expand(context,
                            make_tensor(context, Shape{4, 1}, Dtype::float32, Values{9, 9, 9, 9}),
                            Shape{4, 2}),
                {std::nullopt, 1})
            .find("RuntimeError embedding: unsupported operation: more than one element") == 0);
}

TEST_CASE("indices that leave the table before backward are refused", "[ops][embedding]") {
  Context context;
  int64_t memory[] = {1, 3};
  const TensorRef at = make<Tensor>(Storage::borrow(memory, sizeof memory, false, nullptr, nullptr),
                                    contiguous_layout(Shape{2}), Dtype::int64);
  const TensorRef weight = table(context);
  weight->set_requires_grad(true);
  const TensorRef out = ops::sum(context, ops::embedding(context, at, weight));
  memory[1] = 1 << 20;  // by its owner, which no version counts
  CHECK(test::refusal([&] { backward(context, out, nullptr); }).find("out of range") !=
        std::string::npos);
  CHECK(!weight->grad());
}

TEST_CASE("a gradient that PyTorch stores sparsely has the same values", "[ops][embedding]") {
  Context context;
  ops::EmbeddingOptions dense, sparse;
  sparse.sparse = true;
  const TensorRef at = numbers(context, {3}, {1, 2, 1});
  CHECK(gradient(context, sparse, at) == gradient(context, dense, at));
  sparse.scale_grad_by_freq = true;
  CHECK(test::refusal([&] { gradient(context, sparse, at); }) ==
        "RuntimeError embedding_backward: scale_grad_by_freq not supported with sparse "
        "gradients");
}

}  // namespace duramen
