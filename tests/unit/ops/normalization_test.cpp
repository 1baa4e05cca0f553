#include <cmath>

#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "support/tensors.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::refusal;
using test::values_of;
using Values = std::vector<double>;

TensorRef tensor(Context& context, std::initializer_list<int64_t> shape, const Values& values,
                 Dtype dtype = Dtype::float32) {
  return make_tensor(context, Shape(shape), dtype, values);
}
TensorRef filled(Context& context, std::initializer_list<int64_t> shape, double value,
                 Dtype dtype = Dtype::float32) {
  return tensor(context, shape, Values(size_t(numel_of(Shape(shape))), value), dtype);
}
TensorRef input(Context& context, Dtype dtype = Dtype::float32) {
  return tensor(context, {2, 3}, {1, 2, 3, 5, 8, 13}, dtype);
}

// What batch_norm says to these statistics; they must be as they were afterwards.
std::string said(Context& context, const TensorRef& mean, const TensorRef& variance,
                 bool training = true) {
  const std::string before = test::sha256_of(*mean);
  const std::string text = refusal([&] {
    ops::batch_norm(context, input(context), mean, variance, nullptr, nullptr,
                    {training, 0.1, 1e-5});
  });
  CHECK(test::sha256_of(*mean) == before);
  return text;
}

}  // namespace

TEST_CASE("batch_norm writes to plain vectors only", "[ops][normalization]") {
  Context context;
  const TensorRef ones = filled(context, {3}, 1);
  const TensorRef single = filled(context, {1}, 0);
  const TensorRef spread = alias(*single, Layout{{1, 3}, {0, 0}, 0});
  const TensorRef vector = alias(*single, Layout{{3}, {0}, 0});
  const TensorRef matrix = filled(context, {3, 2}, 0);
  const TensorRef column = alias(*matrix, Layout{{3, 1}, {2, 1}, 0});
  for (const bool training : {true, false}) {
    CHECK(said(context, spread, ones, training) ==
          "RuntimeError batch_norm: running_mean must have one dimension (got [1, 3])");
    CHECK(said(context, column, ones, training) ==
          "RuntimeError batch_norm: running_mean must have one dimension (got [3, 1])");
  }
  CHECK(said(context, vector, ones) ==
        "RuntimeError batch_norm: more than one element of running_mean refers to a single memory "
        "location");
  CHECK(said(context, vector, ones, false) == "");
  const TensorRef strided = alias(*matrix, Layout{{3}, {2}, 0});
  CHECK(
      refusal([&] {
        ops::batch_norm(context, input(context), strided, ones, nullptr, nullptr, {true, 1, 1e-5});
      }) == "");
  CHECK(values_of(*matrix) == Values{3, 0, 5, 0, 8, 0});
}

TEST_CASE("batch_norm mixes dtypes as PyTorch does", "[ops][normalization]") {
  Context context;
  const auto run = [&](Dtype x, Dtype statistics, Dtype weight, Dtype bias) {
    return refusal([&] {
      ops::batch_norm(context, input(context, x), filled(context, {3}, 0, statistics),
                      filled(context, {3}, 1, statistics), filled(context, {3}, 1, weight),
                      filled(context, {3}, 0, bias), {});
    });
  };
  const Dtype f16 = Dtype::float16, f32 = Dtype::float32, f64 = Dtype::float64;
  const char* const shared =
      "RuntimeError batch_norm: mixed dtype (CPU): all inputs must share same datatype.";
  const char* const floats =
      "RuntimeError batch_norm: mixed dtype (CPU): expect parameter to have scalar type of Float";
  CHECK(run(f32, f32, f32, f32) == "");
  CHECK(run(f64, f64, f64, f64) == "");
  CHECK(run(f16, f32, f32, f32) == "");
  CHECK(run(f16, f16, f16, f16) == "");
  CHECK(run(Dtype::bfloat16, f32, f32, f32) == "");
  CHECK(run(f64, f32, f32, f32) == shared);
  CHECK(run(f32, f64, f64, f64) == floats);
  CHECK(run(f16, f32, f32, f16) == floats);
  CHECK(run(f32, f32, f32, f64) ==
        "RuntimeError batch_norm: expected scalar type Float but found Double");
  CHECK(run(f16, f32, f16, f16) ==
        "RuntimeError batch_norm: expected scalar type Half but found Float");
  CHECK(said(context, filled(context, {3}, 0, Dtype::qint32), filled(context, {3}, 1)) == floats);
  CHECK(said(context, filled(context, {3}, 0, Dtype::int64), filled(context, {3}, 1)) == floats);
}

TEST_CASE("batch_norm of nothing leaves its statistics and has zeros as gradients",
          "[ops][normalization]") {
  for (const auto& shape : {Shape{0, 3}, Shape{0, 4}, Shape{4, 0}, Shape{2, 3, 0}}) {
    for (const bool training : {true, false}) {
      Context context;
      const TensorRef weight = test::leaf(context, {1, 2, 3});
      const TensorRef bias = test::leaf(context, {1, 2, 3});
      const TensorRef mean = filled(context, {3}, 0);
      const TensorRef variance = filled(context, {3}, 1);
      const TensorRef x = test::make_zeros(context, shape, Dtype::float32);
      const TensorRef out =
          ops::batch_norm(context, x, mean, variance, weight, bias, {training, 0.1, 1e-5});
      CHECK(out->shape() == shape);
      CHECK(values_of(*mean) == Values{0, 0, 0});
      CHECK(values_of(*variance) == Values{1, 1, 1});
      test::back(context, out);
      CHECK(test::grad_of(*weight) == Values{0, 0, 0});
      CHECK(test::grad_of(*bias) == Values{0, 0, 0});
    }
  }
  Context context;
  const TensorRef none = filled(context, {0}, 0);
  const TensorRef x = filled(context, {4, 0}, 0);
  CHECK(refusal([&] { ops::batch_norm(context, x, none, none, none, none, {}); }) ==
        "IndexError select: index 0 is out of range for dimension 0 with size 0");
}

TEST_CASE("batch_norm checks its epsilon", "[ops][normalization]") {
  Context context;
  const TensorRef ones = filled(context, {3}, 1);
  const auto with = [&](bool training, double eps) {
    return refusal([&] {
      ops::batch_norm(context, input(context), ones, ones, nullptr, nullptr, {training, 0.1, eps});
    });
  };
  CHECK(with(true, 0) == "ValueError batch_norm eps must be positive during training, but got 0.0");
  CHECK(with(false, -1) == "ValueError batch_norm eps must be non-negative, but got -1.0");
  CHECK(with(false, 0) == "");
  CHECK(with(true, std::nan("")) == "");
}

}  // namespace duramen
