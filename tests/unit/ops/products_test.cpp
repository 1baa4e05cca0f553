#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {

using namespace test;

namespace {

bool is_refused(const std::string& text, const char* kind) { return text.find(kind) == 0; }

}  // namespace

TEST_CASE("what a product ignores still belongs to the graph", "[ops][matmul]") {
  Context context;
  const TensorRef bias = leaf(context, {kNan, 1});
  const TensorRef ones = tensor(context, {2, 2}, {1, 1, 1, 1});
  const TensorRef out = ops::addmm(context, bias, ones, ones, {0, 1});
  CHECK(values_of(*out) == Values(4, 2));
  CHECK(out->requires_grad());
  back(context, out);
  CHECK(grad_of(*bias) == Values{0, 0});
  const TensorRef wide = tensor(context, {2}, {1, 1}, Dtype::float64);
  CHECK(refusal([&] { ops::addmm(context, wide, ones, ones); }) ==
        "RuntimeError addmm: self and mat2 must have the same dtype, but got Double and Float");
  const TensorRef stack = tensor(context, {1, 2, 2}, {1, 1, 1, 1});
  CHECK(is_refused(refusal([&] { ops::addmm(context, stack, ones, ones); }), "RuntimeError"));
  const TensorRef none = leaf(context, {});
  CHECK(ops::cat(context, std::vector<TensorRef>{none, none})->requires_grad());
}

TEST_CASE("linear takes one row of weights", "[ops][matmul]") {
  Context context;
  const TensorRef x = tensor(context, {2, 3}, Values(6, 1));
  const TensorRef weight = tensor(context, {3}, {1, 2, 3});
  CHECK(values_of(*ops::linear(context, x, weight, nullptr)) == Values{6, 6});
  const TensorRef single = tensor(context, {}, {1});
  CHECK(values_of(*ops::linear(context, ops::select(context, x, 0, 0), weight, single)) ==
        Values{7});
  CHECK(is_refused(refusal([&] { ops::linear(context, x, weight, single); }), "RuntimeError"));
}

}  // namespace duramen
