#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {

using namespace test;

TEST_CASE("dropout of expanded and permuted inputs draws in PyTorch's order", "[ops][dropout]") {
  // The strides of torch.empty_like of the same tensors.
  const auto order = [](Shape shape, Shape strides) {
    Context context;
    context.generator().seed(3);
    const TensorRef base = make_tensor(context, Shape{64}, Dtype::float32, Values(64, 1));
    const TensorRef x = alias(*base, Layout{shape, std::move(strides), 0});
    return values_of(*ops::dropout(context, x, 0.5, true));
  };
  const auto turned = [&](Shape shape, const Shape& strides) {
    Context context;
    context.generator().seed(3);
    const Values ones(size_t(numel_of(shape)), 1);
    const TensorRef flat = make_tensor(context, Shape{numel_of(shape)}, Dtype::float32, ones);
    const TensorRef drawn = ops::dropout(context, flat, 0.5, true);
    return values_of(*alias(*drawn, Layout{shape, strides, 0}));
  };
  CHECK(order({4, 3, 5}, {5, 0, 1}) == turned({4, 3, 5}, {15, 5, 1}));
  CHECK(order({4, 3}, {0, 1}) == turned({4, 3}, {3, 1}));
  CHECK(order({3, 4}, {1, 0}) == turned({3, 4}, {4, 1}));
  CHECK(order({2, 3, 4}, {0, 4, 1}) == turned({2, 3, 4}, {12, 4, 1}));
  CHECK(order({3, 2, 4}, {1, 0, 3}) == turned({3, 2, 4}, {1, 3, 6}));
  CHECK(order({2, 3, 2}, {1, 0, 2}) == turned({2, 3, 2}, {1, 2, 6}));
  CHECK(order({3, 3}, {1, 1}) == turned({3, 3}, {3, 1}));
  CHECK(order({2, 4}, {1, 1}) == turned({2, 4}, {1, 2}));
  CHECK(order({4, 2}, {1, 1}) == turned({4, 2}, {2, 1}));
  CHECK(order({2, 3, 4}, {0, 0, 1}) == turned({2, 3, 4}, {12, 4, 1}));
  CHECK(order({2, 3, 4}, {1, 0, 0}) == turned({2, 3, 4}, {12, 4, 1}));
  CHECK(order({2, 2, 3}, {12, 1, 2}) == turned({2, 2, 3}, {6, 1, 2}));
  CHECK(order({3, 4}, {2, 8}) == turned({3, 4}, {1, 3}));
}

TEST_CASE("dropout of everything takes integers", "[ops][dropout]") {
  Context context;
  const TensorRef whole = tensor(context, {2}, {1, 2}, Dtype::int64);
  CHECK(values_of(*ops::dropout(context, whole, 1, true)) == Values{0, 0});
  CHECK(refusal([&] { ops::dropout(context, whole, 0.5, true); }).find("RuntimeError") == 0);
}

}  // namespace duramen
