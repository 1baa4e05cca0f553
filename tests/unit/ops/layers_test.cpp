// Reductions, products, normalisation, dropout and losses; tested here for ops/{reduce,shape,
// copies,matmul,normalization,dropout,loss}.cpp.
#include <cmath>

#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::values_of;
using Values = std::vector<double>;

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

Values numbers(size_t count, double frequency = 1) {
  Values values(count);
  for (size_t i = 0; i < count; ++i) values[i] = std::sin(frequency * double(i + 1));
  return values;
}

}  // namespace

TEST_CASE("sums over any dimensions agree with a plain loop", "[ops][reduce]") {
  Context context;
  const Values values = numbers(3 * 4 * 5);
  const TensorRef a = tensor(context, {3, 4, 5}, values, Dtype::float64);
  for (uint32_t set = 1; set < 8; ++set) {
    std::vector<int64_t> dims;
    for (int64_t d = 0; d < 3; ++d) {
      if (set >> d & 1) dims.push_back(d);
    }
    std::vector<double> expected(3 * 4 * 5, 0);
    for (size_t i = 0; i < values.size(); ++i) {
      const size_t at[3] = {i / 20, i / 5 % 4, i % 5};
      const size_t keep[3] = {set & 1 ? 0 : at[0], set & 2 ? 0 : at[1], set & 4 ? 0 : at[2]};
      const size_t n1 = set & 2 ? 1 : 4;
      const size_t n2 = set & 4 ? 1 : 5;
      expected[(keep[0] * n1 + keep[1]) * n2 + keep[2]] += values[i];
    }
    const Values got = values_of(*ops::sum(context, a, {dims, true}));
    for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(expected[i]).margin(1e-12));
    // The same elements through another layout.
    const TensorRef copy = ops::contiguous(context, ops::permute(context, a, Shape{2, 0, 1}));
    const TensorRef same = ops::permute(context, copy, Shape{1, 2, 0});
    const Values turned = values_of(*ops::sum(context, same, {dims, false}));
    for (size_t i = 0; i < got.size(); ++i) CHECK(turned[i] == Approx(got[i]).margin(1e-12));
  }
}

TEST_CASE("reductions of nothing and of numbers", "[ops][reduce]") {
  Context context;
  const TensorRef none = tensor(context, {0}, {});
  const TensorRef bits = tensor(context, {2, 2}, {1, 0, 1, 1}, Dtype::boolean);
  CHECK(values_of(*ops::sum(context, none)) == Values{0});
  CHECK(std::isnan(values_of(*ops::mean(context, none))[0]));
  CHECK(ops::sum(context, bits)->dtype() == Dtype::int64);
  CHECK(values_of(*ops::sum(context, bits, {{0}, false})) == Values{2, 1});
  CHECK(contains(error_of([&] { ops::mean(context, bits); }).message(),
                 "could not infer output dtype"));
  CHECK(contains(error_of([&] {
                   ops::sum(context, none, {{3}, false});
                 }).message(),
                 "Dimension out of range"));
  CHECK(error_of([&] { ops::argmax(context, none); }).code() == Code::invalid_argument);
}

TEST_CASE("a long sum of float32 keeps its digits", "[ops][reduce]") {
  Context context;
  const TensorRef a = tensor(context, {1 << 20}, Values(1 << 20, 0.1));
  const double exact = double(0.1f) * (1 << 20);
  CHECK(values_of(*ops::sum(context, a))[0] == Approx(exact).epsilon(1e-7));
}

TEST_CASE("argmax takes the first of equals and NaN wins", "[ops][reduce]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3}, {1, 5, 5, 7, std::nan(""), 9});
  CHECK(values_of(*ops::argmax(context, a, 1)) == Values{1, 1});
  CHECK(values_of(*ops::argmax(context, a)) == Values{4});
  CHECK(ops::argmax(context, a, 0, true)->shape() == Shape{1, 3});
  CHECK(values_of(*ops::max(context, tensor(context, {3}, {2, 8, 8}), 0).indices) == Values{1});
}

TEST_CASE("views share memory and refuse what they cannot", "[ops][shape]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(ops::reshape(context, a, Shape{3, -1})->storage() == a->storage());
  const TensorRef turned = ops::transpose(context, a, 0, 1);
  CHECK_FALSE(ops::reshape(context, turned, Shape{6})->storage() == a->storage());
  CHECK(values_of(*ops::reshape(context, turned, Shape{6})) == Values{1, 4, 2, 5, 3, 6});
  CHECK(contains(error_of([&] { ops::view(context, turned, Shape{6}); }).message(),
                 "view size is not compatible"));
  CHECK(contains(error_of([&] {
                   ops::reshape(context, a, Shape{4, -1});
                 }).message(),
                 "is invalid for input of size 6"));
  CHECK(ops::flatten(context, tensor(context, {}, {1}))->shape() == Shape{1});
}

TEST_CASE("cat promotes, skips empties and checks sizes", "[ops][copies]") {
  Context context;
  const TensorRef a = tensor(context, {1, 2}, {1, 2}, Dtype::int64);
  const TensorRef b = tensor(context, {2, 2}, {3, 4, 5, 6});
  const TensorRef none = tensor(context, {0}, {});
  const TensorRef all[] = {a, none, b};
  const TensorRef out = ops::cat(context, all, 0);
  CHECK(out->dtype() == Dtype::float32);
  CHECK(values_of(*out) == Values{1, 2, 3, 4, 5, 6});
  CHECK(contains(error_of([&] { ops::cat(context, all, 1); }).message(),
                 "Sizes of tensors must match except in dimension 1. Expected size 1 but got size "
                 "2 for tensor number 2 in the list"));
}

TEST_CASE("copies in place convert, broadcast and count", "[ops][copies]") {
  Context context;
  const TensorRef a = tensor(context, {2, 2}, {0, 0, 0, 0}, Dtype::int32);
  const uint64_t before = a->storage()->version();
  ops::copy_(context, *a, *tensor(context, {2}, {1.9, -1.9}));
  CHECK(values_of(*a) == Values{1, -1, 1, -1});
  CHECK(a->storage()->version() > before);
  const TensorRef leaf = tensor(context, {1}, {1});
  leaf->set_requires_grad(true);
  CHECK(error_of([&] { ops::fill_(context, *leaf, 1); }).code() == Code::state);
  const TensorRef wide = ops::expand(context, tensor(context, {1}, {1}), Shape{3});
  CHECK(error_of([&] { ops::copy_(context, *wide, *leaf); }).code() == Code::invalid_argument);
}

TEST_CASE("products of every rank agree with a plain loop", "[ops][matmul]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3, 4}, numbers(24), Dtype::float64);
  const TensorRef b = tensor(context, {4, 2}, numbers(8, 2), Dtype::float64);
  const Values got = values_of(*ops::matmul(context, a, b));
  const Values x = values_of(*a);
  const Values y = values_of(*b);
  for (size_t i = 0; i < 6; ++i) {
    for (size_t j = 0; j < 2; ++j) {
      double sum = 0;
      for (size_t k = 0; k < 4; ++k) sum += x[i * 4 + k] * y[k * 2 + j];
      CHECK(got[i * 2 + j] == Approx(sum).margin(1e-12));
    }
  }
  const TensorRef whole = tensor(context, {2, 2}, {1, 2, 3, 4}, Dtype::int64);
  CHECK(values_of(*ops::matmul(context, whole, whole)) == Values{7, 10, 15, 22});
  CHECK(values_of(*ops::matmul(context, tensor(context, {3, 0}, {}),
                               tensor(context, {0, 1}, {}))) == Values{0, 0, 0});
}

TEST_CASE("products name the shapes that do not fit", "[ops][matmul]") {
  Context context;
  const TensorRef a = tensor(context, {2, 3}, numbers(6));
  const TensorRef b = tensor(context, {4, 5}, numbers(20));
  CHECK(contains(error_of([&] { ops::matmul(context, a, b); }).message(),
                 "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"));
  CHECK(contains(error_of([&] { ops::linear(context, a, b, nullptr); }).message(),
                 "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)"));
  const TensorRef wide = tensor(context, {3, 2}, numbers(6), Dtype::float64);
  CHECK(error_of([&] { ops::matmul(context, a, wide); }).code() == Code::dtype_mismatch);
}

TEST_CASE("linear of half precision rounds once", "[ops][matmul]") {
  Context context;
  const TensorRef x = tensor(context, {1, 2}, {1, 2}, Dtype::float16);
  const TensorRef w = tensor(context, {1, 2}, {0.5, 0.25}, Dtype::float16);
  const TensorRef out = ops::linear(context, x, w, tensor(context, {1}, {3}, Dtype::float16));
  CHECK(out->dtype() == Dtype::float16);
  CHECK(values_of(*out) == Values{4});
}

TEST_CASE("batch norm normalises and follows the statistics", "[ops][normalization]") {
  Context context;
  for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
    // 70 channels side by side take two tiles; 5 planes of 7 leave a short vector.
    for (const auto& shape : {Shape{9, 70}, Shape{4, 3, 5, 7}}) {
      const auto count = size_t(numel_of(shape));
      Values values = numbers(count);
      for (double& value : values) value = 3 + 2 * value;
      const TensorRef x = make_tensor(context, shape, dtype, values);
      values = values_of(*x);
      const auto channels = size_t(shape[1]);
      const TensorRef mean = make_tensor(context, Shape{shape[1]}, dtype, Values(channels, 1));
      const TensorRef variance = make_tensor(context, Shape{shape[1]}, dtype, Values(channels, 2));
      const Values got = values_of(
          *ops::batch_norm(context, x, mean, variance, nullptr, nullptr, {true, 0.25, 1e-5}));
      const size_t length = count / channels / size_t(shape[0]);
      const double n = double(count / channels);
      const double limit = dtype == Dtype::float32 ? 2e-6 : 1e-13;
      for (size_t c = 0; c < channels; ++c) {
        double sum = 0;
        double squares = 0;
        for (size_t i = 0; i < count; ++i) sum += i / length % channels == c ? values[i] : 0;
        for (size_t i = 0; i < count; ++i) {
          const double off = values[i] - sum / n;
          squares += i / length % channels == c ? off * off : 0;
        }
        for (size_t i = c * length; i < (c + 1) * length; ++i) {
          const double expected = (values[i] - sum / n) / std::sqrt(squares / n + 1e-5);
          CHECK(got[i] == Approx(expected).margin(limit));
        }
        CHECK(values_of(*mean)[c] == Approx(0.75 + 0.25 * sum / n).epsilon(limit));
        CHECK(values_of(*variance)[c] == Approx(1.5 + 0.25 * squares / (n - 1)).epsilon(limit));
      }
    }
  }
}

TEST_CASE("batch norm keeps its digits far from zero", "[ops][normalization]") {
  Context context;
  const TensorRef x = tensor(context, {4, 1}, {4096, 4097, 4098, 4099});
  const Values got = values_of(
      *ops::batch_norm(context, x, nullptr, nullptr, nullptr, nullptr, {true, 0.1, 1e-30}));
  CHECK(got[0] == Approx(-1.3416407864998738).epsilon(1e-6));
  CHECK(got[3] == Approx(1.3416407864998738).epsilon(1e-6));
}

TEST_CASE("batch norm refuses what PyTorch refuses", "[ops][normalization]") {
  Context context;
  const TensorRef x = tensor(context, {1, 3}, {1, 2, 3});
  const TensorRef four = tensor(context, {4}, {1, 2, 3, 4});
  CHECK(contains(error_of([&] {
                   ops::batch_norm(context, x, nullptr, nullptr, nullptr, nullptr, {});
                 }).message(),
                 "Expected more than 1 value per channel when training, got input size [1, 3]"));
  CHECK(contains(error_of([&] {
                   ops::batch_norm(context, x, four, four, nullptr, nullptr, {false, 0.1, 1e-5});
                 }).message(),
                 "running_mean should contain 3 elements not 4"));
}

TEST_CASE("dropout drops, scales and is off when not training", "[ops][dropout]") {
  Context context;
  context.generator().seed(5);
  const TensorRef x = tensor(context, {1000}, Values(1000, 1));
  const Values got = values_of(*ops::dropout(context, x, 0.5, true));
  size_t kept = 0;
  for (const double value : got) {
    CHECK((value == 0 || value == 2));
    kept += value == 2;
  }
  CHECK(kept > 400);
  CHECK(kept < 600);
  CHECK(ops::dropout(context, x, 0.5, false) == x);
  CHECK(values_of(*ops::dropout(context, x, 1, true)) == Values(1000, 0));
  CHECK(contains(error_of([&] { ops::dropout(context, x, 1.5, true); }).message(),
                 "dropout probability has to be between 0 and 1, but got 1.5"));
}

TEST_CASE("dropout draws in the memory order of its input", "[ops][dropout]") {
  Context one;
  one.generator().seed(9);
  Context two;
  two.generator().seed(9);
  const TensorRef x = tensor(one, {3, 4}, Values(12, 1));
  const Values plain = values_of(*ops::dropout(one, x, 0.5, true));
  const TensorRef turned = ops::transpose(two, x, 0, 1);
  const TensorRef out = ops::dropout(two, turned, 0.5, true);
  CHECK(values_of(*ops::transpose(two, out, 0, 1)) == plain);
}

TEST_CASE("cross entropy of indices", "[ops][loss]") {
  Context context;
  const TensorRef x = tensor(context, {2, 3}, {1, 2, 3, 3, 2, 1}, Dtype::float64);
  const TensorRef y = tensor(context, {2}, {2, 2}, Dtype::int64);
  const double total = std::log(1 + std::exp(-1.0) + std::exp(-2.0));
  CHECK(values_of(*ops::cross_entropy(context, x, y))[0] == Approx(total + 1).epsilon(1e-14));
  const Values each =
      values_of(*ops::cross_entropy(context, x, y, {nullptr, -100, ops::Reduction::none, 0}));
  CHECK(each[0] == Approx(total).epsilon(1e-14));
  CHECK(each[1] == Approx(total + 2).epsilon(1e-14));
  const TensorRef all = tensor(context, {2}, {-100, -100}, Dtype::int64);
  CHECK(std::isnan(values_of(*ops::cross_entropy(context, x, all))[0]));
  const TensorRef bad = tensor(context, {2}, {1, 5}, Dtype::int64);
  CHECK(contains(error_of([&] { ops::cross_entropy(context, x, bad); }).message(),
                 "Target 5 is out of bounds."));
  const TensorRef three = tensor(context, {3}, {1, 1, 1}, Dtype::int64);
  CHECK(contains(error_of([&] { ops::cross_entropy(context, x, three); }).message(),
                 "Expected input batch_size (2) to match target batch_size (3)."));
}

}  // namespace duramen
