#include <cmath>
#include <limits>

#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::values_of;
using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TensorRef tensor(Context& context, std::initializer_list<int64_t> shape, const Values& values,
                 Dtype dtype = Dtype::float32) {
  return make_tensor(context, Shape(shape), dtype, values);
}

template <class Body>
Error error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::ok, "nothing was thrown");
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("binary operators broadcast", "[ops][elementwise]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3}, {1, 2, 3, 4, 5, 6});
  const TensorRef row = tensor(context, {3}, {10, 20, 30});
  const TensorRef column = tensor(context, {2, 1}, {1, 2});
  CHECK(values_of(*ops::add(context, a, row)) == Values{11, 22, 33, 14, 25, 36});
  CHECK(values_of(*ops::add(context, a, row, 2)) == Values{21, 42, 63, 24, 45, 66});
  CHECK(values_of(*ops::sub(context, row, column)) == Values{9, 19, 29, 8, 18, 28});
  CHECK(values_of(*ops::mul(context, column, row)) == Values{10, 20, 30, 20, 40, 60});
  CHECK(values_of(*ops::div(context, a, column)) == Values{1, 2, 3, 2, 2.5, 3});
}

TEST_CASE("strided inputs give the same as copies", "[ops][elementwise]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3}, {1, 2, 3, 4, 5, 6});
  const TensorRef turned = ops::transpose(context, a, 0, 1);
  const TensorRef every = ops::slice(context, a, 1, 0, 3, 2);
  CHECK(values_of(*ops::add(context, turned, turned)) == Values{2, 8, 4, 10, 6, 12});
  CHECK(values_of(*ops::neg(context, every)) == Values{-1, -3, -4, -6});
  CHECK(ops::neg(context, every)->is_contiguous());
}

TEST_CASE("empty and 0-dim tensors work", "[ops][elementwise]") {
  Context context;
  const TensorRef nothing = tensor(context, {0, 3}, {});
  const TensorRef row = tensor(context, {3}, {1, 2, 3});
  const TensorRef single = tensor(context, {}, {4});
  CHECK(ops::add(context, nothing, row)->shape() == Shape{0, 3});
  CHECK(values_of(*ops::mul(context, single, row)) == Values{4, 8, 12});
  CHECK(ops::sqrt(context, single)->rank() == 0);
  CHECK(ops::exp(context, nothing)->numel() == 0);
}

TEST_CASE("dtypes promote as in PyTorch", "[ops][elementwise]") {
  Context context;
  const auto sum_dtype = [&](const TensorRef& a, const TensorRef& b) {
    return ops::add(context, a, b)->dtype();
  };
  const auto of = [&](Dtype dtype) { return tensor(context, {1}, {1}, dtype); };
  const auto single = [&](Dtype dtype) { return tensor(context, {}, {1}, dtype); };
  CHECK(sum_dtype(of(Dtype::int64), of(Dtype::float16)) == Dtype::float16);
  CHECK(sum_dtype(of(Dtype::float16), of(Dtype::bfloat16)) == Dtype::float32);
  CHECK(sum_dtype(of(Dtype::uint8), of(Dtype::int8)) == Dtype::int16);
  CHECK(sum_dtype(of(Dtype::boolean), of(Dtype::boolean)) == Dtype::boolean);
  CHECK(sum_dtype(of(Dtype::float32), single(Dtype::float64)) == Dtype::float32);
  CHECK(sum_dtype(of(Dtype::int32), single(Dtype::float64)) == Dtype::float64);
  CHECK(sum_dtype(of(Dtype::int32), ops::scalar(context, 1.5)) == Dtype::float32);
  CHECK(sum_dtype(single(Dtype::float16), ops::scalar(context, 1.5)) == Dtype::float16);
  CHECK(sum_dtype(of(Dtype::int8), ops::scalar(context, 2)) == Dtype::int8);
  CHECK(sum_dtype(of(Dtype::boolean), ops::scalar(context, 2)) == Dtype::int64);
  CHECK(ops::div(context, of(Dtype::int64), of(Dtype::int64))->dtype() == Dtype::float32);
  CHECK(ops::exp(context, of(Dtype::int64))->dtype() == Dtype::float32);
  CHECK(ops::relu(context, of(Dtype::int16))->dtype() == Dtype::int16);
}

TEST_CASE("integers wrap and bools are logical", "[ops][elementwise]") {
  Context context;
  const TensorRef small = tensor(context, {2}, {127, -128}, Dtype::int8);
  const TensorRef bits = tensor(context, {2}, {1, 0}, Dtype::boolean);
  CHECK(values_of(*ops::add(context, small, ops::scalar(context, 1))) == Values{-128, -127});
  CHECK(values_of(*ops::add(context, bits, bits)) == Values{1, 0});
  CHECK(error_of([&] { ops::sub(context, bits, bits); }).code() == Code::unsupported);
  CHECK(error_of([&] { ops::neg(context, bits); }).code() == Code::unsupported);
}

TEST_CASE("double keeps its digits beside a number", "[ops][elementwise]") {
  Context context;
  const TensorRef one = tensor(context, {1}, {1}, Dtype::float64);
  CHECK(values_of(*ops::mul(context, one, ops::scalar(context, 0.1))) == Values{0.1});
}

TEST_CASE("limits of the functions hold", "[ops][elementwise]") {
  Context context;
  for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
    const TensorRef odd = tensor(context, {4}, {kInfinity, -kInfinity, 0, std::nan("")}, dtype);
    const auto check = [&](const TensorRef& out, const Values& expected) {
      const Values got = values_of(*out);
      for (size_t i = 0; i < expected.size(); ++i) {
        CHECK((got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i]))));
      }
    };
    const double nan = std::nan("");
    check(ops::exp(context, odd), {kInfinity, 0, 1, nan});
    check(ops::log(context, odd), {kInfinity, nan, -kInfinity, nan});
    check(ops::tanh(context, odd), {1, -1, 0, nan});
    check(ops::sigmoid(context, odd), {1, 0, 0.5, nan});
    check(ops::relu(context, odd), {kInfinity, 0, 0, nan});
    const TensorRef large = tensor(context, {2}, {1000, -1000}, dtype);
    check(ops::exp(context, large), {kInfinity, 0});
    check(ops::sigmoid(context, large), {1, 0});
    CHECK(std::isnan(values_of(*ops::log(context, ops::neg(context, large)))[0]));
  }
}

TEST_CASE("functions are as exact as their dtype", "[ops][elementwise]") {
  Context context;
  Values points;
  for (int i = -2000; i <= 2000; ++i) points.push_back(i * 0.0137);
  using Op = TensorRef (*)(Context&, const TensorRef&);
  struct Twin {
    Op op;
    double (*exact)(double);
  };
  const Twin twins[] = {{ops::exp, [](double x) { return std::exp(x); }},
                        {ops::tanh, [](double x) { return std::tanh(x); }},
                        {ops::sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }}};
  for (const Twin& twin : twins) {
    for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
      const TensorRef x = tensor(context, {int64_t(points.size())}, points, dtype);
      const Values rounded = values_of(*x);
      const Values got = values_of(*twin.op(context, x));
      const double limit = dtype == Dtype::float32 ? 4 * 0x1p-23 : 1e-14;
      for (size_t i = 0; i < got.size(); ++i) {
        const double exact = twin.exact(rounded[i]);
        if (std::abs(got[i] - exact) > limit * std::abs(exact) + 1e-37) {
          FAIL("at " << rounded[i] << " got " << got[i] << " for " << exact);
        }
      }
    }
  }
}

TEST_CASE("large tensors are shared out without changing a bit", "[ops][elementwise]") {
  Context one;
  ContextOptions options;
  options.num_threads = 2;
  Context two(options);
  Values values(200003);
  for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(double(i));
  const Shape shape{int64_t(values.size())};
  const TensorRef a = make_tensor(one, shape, Dtype::float32, values);
  CHECK(values_of(*ops::exp(one, a)) == values_of(*ops::exp(two, a)));
  CHECK(values_of(*ops::sum(one, a)) == values_of(*ops::sum(two, a)));
}

TEST_CASE("shapes that do not fit are named as PyTorch names them", "[ops][elementwise]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3}, {1, 2, 3, 4, 5, 6});
  const TensorRef b = tensor(context, {4}, {1, 2, 3, 4});
  const Error error = error_of([&] { ops::add(context, a, b); });
  CHECK(error.code() == Code::shape_mismatch);
  CHECK(contains(error.message(),
                 "The size of tensor a (3) must match the size of tensor b (4) at non-singleton "
                 "dimension 1"));
  CHECK(error_of([&] {
          ops::add(context, tensor(context, {1}, {1}, Dtype::complex64), b);
        }).code() == Code::unsupported);
}

TEST_CASE("rounded divisions follow Python", "[ops][choice]") {
  Context context;
  const TensorRef a = tensor(context, {4}, {7, -7, 7, -7}, Dtype::int64);
  const TensorRef b = tensor(context, {4}, {2, 2, -2, -2}, Dtype::int64);
  CHECK(values_of(*ops::div_rounded(context, a, b, ops::Rounding::floor)) == Values{3, -4, -4, 3});
  CHECK(values_of(*ops::div_rounded(context, a, b, ops::Rounding::trunc)) == Values{3, -3, -3, 3});
  const TensorRef zero = tensor(context, {1}, {0}, Dtype::int64);
  CHECK(contains(
      error_of([&] { ops::div_rounded(context, a, zero, ops::Rounding::floor); }).message(),
      "ZeroDivisionError"));
}

}  // namespace duramen
