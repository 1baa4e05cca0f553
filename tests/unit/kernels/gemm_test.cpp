#include "kernels/gemm.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace duramen;
using kernels::gemm;
using kernels::GemmShape;
using kernels::Matrix;

namespace {

enum class Order { rows, columns, gaps };

template <class T>
struct Operand {
  std::vector<T> values;
  Matrix<T> matrix;
};

template <class T>
Operand<T> random_operand(std::mt19937& random, int64_t rows, int64_t columns, Order order) {
  Operand<T> made;
  int64_t row = std::max<int64_t>(columns, 1);
  int64_t column = 1;
  if (order == Order::columns) {
    row = 1;
    column = std::max<int64_t>(rows, 1);
  } else if (order == Order::gaps) {
    row = 3 * columns + 2;
    column = 3;
  }
  made.values.resize(static_cast<size_t>(rows * row + columns * column + 1));
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (T& value : made.values) value = static_cast<T>(uniform(random));
  made.matrix = {made.values.data(), row, column};
  return made;
}

struct Sums {
  double sum;
  double magnitude;  // of what was added: the scale of the error
};
template <class T>
Sums naive_element(const Matrix<T>& a, const Matrix<T>& b, int64_t k, int64_t i, int64_t j) {
  Sums sums{0, 0};
  for (int64_t p = 0; p < k; ++p) {
    const double term = double(a.data[i * a.row_stride + p * a.col_stride]) *
                        double(b.data[p * b.row_stride + j * b.col_stride]);
    sums.sum += term;
    sums.magnitude += std::abs(term);
  }
  return sums;
}

enum class Start { zero, accumulate, bias };

// The largest error in units of the element type's precision times the magnitude of the sum.
template <class T>
double worst_error(ThreadPool& pool, const GemmShape& shape, Order a_order, Order b_order,
                   Start start) {
  std::mt19937 random(static_cast<uint32_t>(shape.m * 7 + shape.n * 3 + shape.k));
  const auto a = random_operand<T>(random, shape.m, shape.k, a_order);
  const auto b = random_operand<T>(random, shape.k, shape.n, b_order);
  const int64_t ldc = shape.n + 3;
  std::vector<T> c(static_cast<size_t>(shape.m * ldc + 1), T(0.5));
  std::vector<T> bias(static_cast<size_t>(shape.n + 1), T(-0.25));
  gemm<T>(pool, shape, a.matrix, b.matrix, c.data(), ldc, start == Start::accumulate,
          start == Start::bias ? bias.data() : nullptr);
  const double first = start == Start::zero ? 0.0 : start == Start::bias ? -0.25 : 0.5;
  double worst = 0;
  for (int64_t i = 0; i < shape.m; ++i) {
    for (int64_t j = 0; j < shape.n; ++j) {
      const Sums want = naive_element(a.matrix, b.matrix, shape.k, i, j);
      const double error = std::abs(double(c[size_t(i * ldc + j)]) - (want.sum + first));
      worst = std::max(worst, error / (want.magnitude + std::abs(first) + 1e-30));
    }
    for (int64_t j = shape.n; j < ldc; ++j) {  // between the rows nothing is touched
      if (c[size_t(i * ldc + j)] != T(0.5)) return 1e9;
    }
  }
  return worst / double(std::numeric_limits<T>::epsilon());
}

}  // namespace

TEST_CASE("products agree with the naive twin for all shapes, orders and starts",
          "[kernels][gemm]") {
  ThreadPool pool(2);
  const int64_t sizes[] = {0, 1, 2, 3, 5, 8, 13, 33, 70};
  std::mt19937 random(1);
  double worst = 0;
  for (const int64_t m : sizes) {
    for (const int64_t n : sizes) {
      for (const int64_t k : sizes) {
        const auto a = static_cast<Order>(random() % 3);
        const auto b = static_cast<Order>(random() % 3);
        const auto start = static_cast<Start>(random() % 3);
        worst = std::max(worst, worst_error<float>(pool, {m, n, k}, a, b, start));
        worst = std::max(worst, worst_error<double>(pool, {m, n, k}, b, a, start));
      }
    }
  }
  CHECK(worst < 8);
}

TEST_CASE("products that are cut into pieces and blocks agree too", "[kernels][gemm]") {
  ThreadPool pool(2);
  const GemmShape shapes[] = {{1, 300, 2100}, {130, 70, 300}, {100, 33, 2500}, {1000, 9, 70}};
  for (const GemmShape& shape : shapes) {
    for (const Order a : {Order::rows, Order::columns}) {
      for (const Order b : {Order::rows, Order::columns, Order::gaps}) {
        CHECK(worst_error<float>(pool, shape, a, b, Start::accumulate) < 20);
        CHECK(worst_error<double>(pool, shape, a, b, Start::bias) < 20);
      }
    }
  }
}

TEST_CASE("a product that is large enough for BLAS agrees with its parts", "[kernels][gemm]") {
  ThreadPool pool(2);
  std::mt19937 random(3);
  // The last two are cut where BLAS has threads of its own.
  struct Case {
    GemmShape shape;
    Order order;
  };
  const Case cases[] = {{{700, 900, 900}, Order::rows},
                        {{700, 900, 900}, Order::columns},
                        {{700, 900, 900}, Order::gaps},
                        {{1100, 1300, 900}, Order::columns},
                        {{300, 600, 7000}, Order::rows}};
  for (const auto& [shape, order] : cases) {
    const auto [m, n, k] = shape;
    const auto a = random_operand<float>(random, m, k, order);
    const auto b = random_operand<float>(random, k, n, Order::rows);
    const std::vector<float> bias(size_t(n), 0.5f);
    std::vector<float> whole(size_t(m * n));
    gemm<float>(pool, {m, n, k}, a.matrix, b.matrix, whole.data(), n, false, bias.data());
    double worst = 0;
    for (int64_t i = 0; i < m; i += 37) {
      for (int64_t j = 0; j < n; j += 41) {
        const Sums want = naive_element(a.matrix, b.matrix, k, i, j);
        const double error = std::abs(double(whole[size_t(i * n + j)]) - want.sum - 0.5);
        worst = std::max(worst, error / want.magnitude);
      }
    }
    CHECK(worst < 20 * double(std::numeric_limits<float>::epsilon()));
  }
}

TEST_CASE("large products of several threads do not spoil each other", "[kernels][gemm]") {
  constexpr int kThreads = 4;
  constexpr int kRounds = 8;
  const int64_t m = 600, n = 600, k = 1500;
  std::atomic<int> spoilt{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < kThreads; ++i) {
    callers.emplace_back([&, i] {
      ThreadPool pool(1);
      std::mt19937 random(static_cast<uint32_t>(i));
      const auto a = random_operand<float>(random, m, k, Order::rows);
      const auto b = random_operand<float>(random, k, n, Order::rows);
      std::vector<float> first(size_t(m * n)), again(first.size());
      gemm<float>(pool, {m, n, k}, a.matrix, b.matrix, first.data(), n, false, nullptr);
      for (int round = 0; round < kRounds; ++round) {
        gemm<float>(pool, {m, n, k}, a.matrix, b.matrix, again.data(), n, false, nullptr);
        if (again != first) ++spoilt;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(spoilt == 0);
}

TEST_CASE("the bits do not depend on the thread count", "[kernels][gemm]") {
  std::mt19937 random(2);
  const int64_t m = 150, n = 200, k = 300;
  const auto a = random_operand<float>(random, m, k, Order::rows);
  for (const Order order : {Order::rows, Order::columns}) {
    const auto b = random_operand<float>(random, k, n, order);
    std::vector<float> first(size_t(m * n));
    ThreadPool alone(1);
    gemm<float>(alone, {m, n, k}, a.matrix, b.matrix, first.data(), n);
    for (const uint32_t threads : {2u, 3u, 5u}) {
      ThreadPool pool(threads);
      std::vector<float> again(size_t(m * n));
      gemm<float>(pool, {m, n, k}, a.matrix, b.matrix, again.data(), n);
      CHECK(first == again);
    }
  }
}
