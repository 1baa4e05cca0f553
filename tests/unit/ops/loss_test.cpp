// What the losses refuse, and in which of PyTorch 2.15's errors.
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {
namespace {

using namespace test;

TensorRef zeros(Context& context, const Shape& shape, Dtype dtype = Dtype::float32) {
  return make_zeros(context, shape, dtype);
}

std::string said(const Shape& input, const Shape& target, Dtype dtype = Dtype::int64,
                 const ops::CrossEntropyOptions& options = {}) {
  Context context;
  return refusal([&] {
    ops::cross_entropy(context, zeros(context, input), zeros(context, target, dtype), options);
  });
}

}  // namespace

TEST_CASE("cross_entropy of numbers without dimensions is refused", "[ops][loss]") {
  CHECK(said({}, {}, Dtype::float32) ==
        "IndexError cross_entropy: Dimension specified as 1 but tensor has no dimensions");
  CHECK(said({}, {}) ==
        "RuntimeError cross_entropy: Expected floating point type for target with class "
        "probabilities, got Long");
  CHECK(said({}, {1}).find("IndexError") == 0);
}

TEST_CASE("cross_entropy checks the shape of its target", "[ops][loss]") {
  CHECK(said({2, 3}, {3}) ==
        "ValueError cross_entropy: Expected input batch_size (2) to match target batch_size (3).");
  CHECK(said({2, 3}, {}) ==
        "ValueError cross_entropy: Expected input batch_size (2) to match target batch_size (0).");
  CHECK(said({3}, {2}) ==
        "ValueError cross_entropy: For 1D input, 1D target must have size 1, but got target size: "
        "2");
  CHECK(said({3}, {1}) == "");
  CHECK(said({2, 3}, {2, 2}) ==
        "RuntimeError cross_entropy: 0D or 1D target tensor expected, multi-target not supported");
  CHECK(said({2, 3, 4}, {2, 3}) ==
        "RuntimeError cross_entropy: Expected target size [2, 4], got [2, 3]");
  CHECK(said({2, 3, 4}, {2}) == "RuntimeError cross_entropy: Expected target size [2, 4], got [2]");
}

TEST_CASE("cross_entropy takes int64 and uint8 as classes", "[ops][loss]") {
  CHECK(said({2, 3}, {2}, Dtype::int32) ==
        "RuntimeError cross_entropy: expected target dtype to be Long or Byte, but got Int");
  CHECK(said({2, 3}, {2}, Dtype::boolean) ==
        "RuntimeError cross_entropy: expected target dtype to be Long or Byte, but got Bool");
  CHECK(said({2, 3}, {2}, Dtype::float32) ==
        "RuntimeError cross_entropy: expected target dtype to be Long or Byte, but got Float");
  CHECK(said({2, 3}, {2}, Dtype::uint8) == "");
  CHECK(said({2, 3, 4}, {2, 4}, Dtype::uint8) ==
        "RuntimeError cross_entropy: expected scalar type Long but found Byte");
}

TEST_CASE("cross_entropy takes weights of the input's dtype", "[ops][loss]") {
  Context context;
  const auto with = [&](std::initializer_list<int64_t> shape, Dtype dtype) {
    return ops::CrossEntropyOptions{zeros(context, Shape(shape), dtype)};
  };
  CHECK(said({2, 3}, {2}, Dtype::int64, with({3}, Dtype::float32)) == "");
  CHECK(said({2, 3}, {2}, Dtype::int64, with({3}, Dtype::float64)) ==
        "RuntimeError cross_entropy: expected scalar type Float but found Double");
  CHECK(said({2, 3}, {2}, Dtype::int64, with({3}, Dtype::int64)) ==
        "RuntimeError cross_entropy: expected scalar type Float but found Long");
  CHECK(said({1, 3}, {1}, Dtype::int64, with({1, 3}, Dtype::float32)).find("RuntimeError") == 0);
  CHECK(said({2, 3, 4}, {2, 4}, Dtype::int64, with({1, 3}, Dtype::float32)) == "");
  CHECK(said({2, 3}, {2, 3}, Dtype::float32, with({3}, Dtype::int64)) == "");
}

TEST_CASE("class probabilities have no index to ignore", "[ops][loss]") {
  const ops::CrossEntropyOptions ignoring{nullptr, 0};
  CHECK(said({2, 3}, {2, 3}, Dtype::float32, ignoring) ==
        "RuntimeError cross_entropy: ignore_index is not supported for floating point target");
  const ops::CrossEntropyOptions negative{nullptr, -1};
  CHECK(said({2, 3}, {2, 3}, Dtype::float32, negative) == "");
  CHECK(said({2, 3}, {2}, Dtype::int64, {nullptr, -100, ops::Reduction::mean, -0.1}) == "");
  CHECK(said({2, 3}, {2}, Dtype::int64, {nullptr, -100, ops::Reduction::mean, 1.1}) ==
        "RuntimeError cross_entropy: label_smoothing must be between 0.0 and 1.0. Got: 1.1");
}

TEST_CASE("mse_loss needs floating numbers on one side", "[ops][loss]") {
  Context context;
  const TensorRef whole = tensor(context, {2}, {1, 2}, Dtype::int64);
  const TensorRef bits = tensor(context, {2}, {1, 0}, Dtype::boolean);
  const TensorRef real = tensor(context, {2}, {1, 2});
  CHECK(refusal([&] { ops::mse_loss(context, whole, whole); }) ==
        "NotImplementedError mse_loss: \"mse_cpu\" not implemented for 'Long'");
  CHECK(refusal([&] { ops::mse_loss(context, bits, bits); }) ==
        "NotImplementedError mse_loss: \"mse_cpu\" not implemented for 'Bool'");
  CHECK(values_of(*ops::mse_loss(context, real, whole)) == Values{0});
  CHECK(values_of(*ops::mse_loss(context, real, bits)) == Values{2});
}

}  // namespace duramen
