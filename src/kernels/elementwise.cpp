#include "kernels/elementwise.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/broadcast.hpp"
#include "kernels/elementwise_simd.hpp"

namespace duramen::kernels {
namespace {

template <class T>
T unary_integer(Unary op, T x) noexcept {
  using U = std::make_unsigned_t<T>;
  switch (op) {
    case Unary::neg:
      return static_cast<T>(U{0} - static_cast<U>(x));
    case Unary::abs:
      return x < 0 ? static_cast<T>(U{0} - static_cast<U>(x)) : x;
    case Unary::square:
      return static_cast<T>(static_cast<U>(x) * static_cast<U>(x));
    case Unary::sign:
      return static_cast<T>((x > 0) - (x < 0));
    default:
      return x < 0 ? 0 : x;  // relu
  }
}

int64_t floor_div(int64_t a, int64_t b) noexcept {
  if (b == -1) return static_cast<int64_t>(uint64_t{0} - static_cast<uint64_t>(a));
  const int64_t quotient = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

int64_t trunc_div(int64_t a, int64_t b) noexcept {
  return b == -1 ? static_cast<int64_t>(uint64_t{0} - static_cast<uint64_t>(a)) : a / b;
}

// As Python: the exponent of an integer power is not negative, except that ±1 have a reciprocal.
int64_t integer_pow(int64_t base, int64_t exponent) noexcept {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  }
  uint64_t result = 1;
  for (auto factor = static_cast<uint64_t>(base); exponent > 0; exponent >>= 1) {
    if (exponent & 1) result *= factor;
    factor *= factor;
  }
  return static_cast<int64_t>(result);
}

int64_t binary_integer(Binary op, int64_t a, int64_t b, int64_t alpha) noexcept {
  const auto x = static_cast<uint64_t>(a);
  const auto y = static_cast<uint64_t>(b);
  switch (op) {
    case Binary::add:
      return static_cast<int64_t>(x + y * static_cast<uint64_t>(alpha));
    case Binary::sub:
      return static_cast<int64_t>(x - y * static_cast<uint64_t>(alpha));
    case Binary::mul:
      return static_cast<int64_t>(x * y);
    case Binary::maximum:
      return a > b ? a : b;
    case Binary::minimum:
      return a < b ? a : b;
    case Binary::pow:
      return integer_pow(a, b);
    case Binary::floor_div:
      return floor_div(a, b);
    default:
      return trunc_div(a, b);
  }
}

// Python's floor division of floats: the quotient that belongs to the remainder with b's sign.
template <class T>
T floor_div(T a, T b) noexcept {
  if (b == 0) return a / b;
  const T remainder = std::fmod(a, b);
  T quotient = (a - remainder) / b;
  if (remainder != 0 && (b < 0) != (remainder < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T(0), a / b);
  T rounded = std::floor(quotient);
  if (quotient - rounded > T(0.5)) rounded += 1;
  return rounded;
}

template <class T>
T binary_scalar(Binary op, T a, T b) noexcept {
  switch (op) {
    case Binary::pow:
      return std::pow(a, b);
    case Binary::floor_div:
      return floor_div(a, b);
    default:
      return std::trunc(a / b);
  }
}

bool is_scalar(Binary op) noexcept {
  return op == Binary::pow || op == Binary::floor_div || op == Binary::trunc_div;
}

template <class T>
void run_binary_row(Binary op, const BinaryRow<T>& row) noexcept {
  if constexpr (std::is_integral_v<T>) {
    for (int64_t i = 0; i < row.count; ++i) {
      row.out[i] = binary_integer(op, row.a[i * row.a_stride], row.b[i * row.b_stride], row.alpha);
    }
  } else if (is_scalar(op)) {
    for (int64_t i = 0; i < row.count; ++i) {
      row.out[i] = binary_scalar(op, row.a[i * row.a_stride], row.b[i * row.b_stride]);
    }
  } else {
    binary_row(op, row);
  }
}

template <class T>
void run_unary_row(Unary op, const UnaryRow<T>& row) noexcept {
  if constexpr (std::is_integral_v<T>) {
    for (int64_t i = 0; i < row.count; ++i) {
      row.out[i] = unary_integer(op, row.in[i * row.stride]);
    }
  } else {
    unary_row(op, row);
  }
}

template <class T>
void binary_any(ThreadPool& pool, Binary op, Tensor& out, const Tensor& a, const Tensor& b,
                T alpha) {
  const T* pa = a.data<T>();
  const T* pb = b.data<T>();
  T* po = out.mutable_data<T>();
  const int64_t count = out.numel();
  const bool same =
      a.is_contiguous() && b.is_contiguous() && a.numel() == count && b.numel() == count;
  if (same && count < kParallelElements) {
    return run_binary_row<T>(op, {pa, 1, pb, 1, po, count, alpha});
  }
  const BroadcastLoop<2> loop(out.shape(), {&a.layout(), &b.layout()});
  const auto steps = loop.row_steps();
  loop.run(pool, [&](const auto& at, int64_t to, int64_t length) {
    run_binary_row<T>(op, {pa + at[0], steps[0], pb + at[1], steps[1], po + to, length, alpha});
  });
}

template <class T>
void unary_any(ThreadPool& pool, Unary op, Tensor& out, const Tensor& in) {
  const T* from = in.data<T>();
  T* to = out.mutable_data<T>();
  if (in.is_contiguous() && in.numel() == out.numel() && out.numel() < kParallelElements) {
    return run_unary_row<T>(op, {from, 1, to, out.numel()});
  }
  const BroadcastLoop<1> loop(out.shape(), {&in.layout()});
  const int64_t step = loop.row_steps()[0];
  loop.run(pool, [&](const auto& at, int64_t start, int64_t length) {
    run_unary_row<T>(op, {from + at[0], step, to + start, length});
  });
}

template <class T>
bool compare_values(Compare op, T a, T b) noexcept {
  switch (op) {
    case Compare::eq:
      return a == b;
    case Compare::ne:
      return a != b;
    case Compare::lt:
      return a < b;
    case Compare::le:
      return a <= b;
    case Compare::gt:
      return a > b;
    default:
      return a >= b;
  }
}

template <class T>
void compare_any(ThreadPool& pool, Compare op, Tensor& out, const Tensor& a, const Tensor& b) {
  const T* pa = a.data<T>();
  const T* pb = b.data<T>();
  auto* po = out.mutable_data<uint8_t>();
  const BroadcastLoop<2> loop(out.shape(), {&a.layout(), &b.layout()});
  const auto steps = loop.row_steps();
  loop.run(pool, [&](const auto& at, int64_t to, int64_t length) {
    for (int64_t i = 0; i < length; ++i) {
      po[to + i] = compare_values(op, pa[at[0] + i * steps[0]], pb[at[1] + i * steps[1]]);
    }
  });
}

template <class T>
void where_any(ThreadPool& pool, Tensor& out, const Tensor& condition, const Tensor& a,
               const Tensor& b) {
  const auto* pc = condition.data<uint8_t>();
  const T* pa = a.data<T>();
  const T* pb = b.data<T>();
  T* po = out.mutable_data<T>();
  const BroadcastLoop<3> loop(out.shape(), {&condition.layout(), &a.layout(), &b.layout()});
  const auto steps = loop.row_steps();
  loop.run(pool, [&](const auto& at, int64_t to, int64_t length) {
    for (int64_t i = 0; i < length; ++i) {
      const bool chosen = pc[at[0] + i * steps[0]] != 0;
      po[to + i] = chosen ? pa[at[1] + i * steps[1]] : pb[at[2] + i * steps[2]];
    }
  });
}

}  // namespace

void unary(ThreadPool& pool, Unary op, Tensor& out, const Tensor& in) {
  if (out.dtype() == Dtype::float32) return unary_any<float>(pool, op, out, in);
  if (out.dtype() == Dtype::float64) return unary_any<double>(pool, op, out, in);
  unary_any<int64_t>(pool, op, out, in);
}

void binary(ThreadPool& pool, Binary op, Tensor& out, const Tensor& a, const Tensor& b,
            double alpha) {
  if (out.dtype() == Dtype::float32) {
    return binary_any<float>(pool, op, out, a, b, static_cast<float>(alpha));
  }
  if (out.dtype() == Dtype::float64) return binary_any<double>(pool, op, out, a, b, alpha);
  binary_any<int64_t>(pool, op, out, a, b, static_cast<int64_t>(alpha));
}

void compare(ThreadPool& pool, Compare op, Tensor& out, const Tensor& a, const Tensor& b) {
  if (a.dtype() == Dtype::float32) return compare_any<float>(pool, op, out, a, b);
  if (a.dtype() == Dtype::float64) return compare_any<double>(pool, op, out, a, b);
  compare_any<int64_t>(pool, op, out, a, b);
}

void where(ThreadPool& pool, Tensor& out, const Tensor& condition, const Tensor& a,
           const Tensor& b) {
  if (out.dtype() == Dtype::float32) return where_any<float>(pool, out, condition, a, b);
  if (out.dtype() == Dtype::float64) return where_any<double>(pool, out, condition, a, b);
  where_any<int64_t>(pool, out, condition, a, b);
}

}  // namespace duramen::kernels
