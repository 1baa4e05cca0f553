#include "kernels/elementwise_simd.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementwise_simd.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

// A short or strided piece goes through whole vectors on the stack, so that every element takes
// the same path of arithmetic.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_strided(D d, const T* from, int64_t stride, int64_t count) {
  HWY_ALIGN T lanes[hn::MaxLanes(d)] = {};
  for (int64_t i = 0; i < count; ++i) lanes[i] = from[i * stride];
  return hn::Load(d, lanes);
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_part(D d, hn::Vec<D> value, T* to, int64_t count) {
  HWY_ALIGN T lanes[hn::MaxLanes(d)];
  hn::Store(value, d, lanes);
  for (int64_t i = 0; i < count; ++i) to[i] = lanes[i];
}

template <class T, class Op>
HWY_INLINE void map_one(const UnaryRow<T>& row, Op op) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  if (row.stride == 1) {
    for (; i + lanes <= row.count; i += lanes) {
      hn::StoreU(op(d, hn::LoadU(d, row.in + i)), d, row.out + i);
    }
  }
  for (; i < row.count; i += lanes) {
    const int64_t part = HWY_MIN(lanes, row.count - i);
    store_part(d, op(d, load_strided(d, row.in + i * row.stride, row.stride, part)), row.out + i,
               part);
  }
}

template <class T, class Op>
HWY_INLINE void map_two(const BinaryRow<T>& row, Op op) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  if (row.count >= lanes && row.a_stride == 1 && row.b_stride == 1) {
    for (; i + lanes <= row.count; i += lanes) {
      hn::StoreU(op(d, hn::LoadU(d, row.a + i), hn::LoadU(d, row.b + i)), d, row.out + i);
    }
  } else if (row.count >= lanes && row.a_stride == 1 && row.b_stride == 0) {
    const auto b = hn::Set(d, *row.b);
    for (; i + lanes <= row.count; i += lanes) {
      hn::StoreU(op(d, hn::LoadU(d, row.a + i), b), d, row.out + i);
    }
  } else if (row.count >= lanes && row.a_stride == 0 && row.b_stride == 1) {
    const auto a = hn::Set(d, *row.a);
    for (; i + lanes <= row.count; i += lanes) {
      hn::StoreU(op(d, a, hn::LoadU(d, row.b + i)), d, row.out + i);
    }
  }
  for (; i < row.count; i += lanes) {
    const int64_t part = HWY_MIN(lanes, row.count - i);
    const auto a = load_strided(d, row.a + i * row.a_stride, row.a_stride, part);
    const auto b = load_strided(d, row.b + i * row.b_stride, row.b_stride, part);
    store_part(d, op(d, a, b), row.out + i, part);
  }
}

template <class T>
void unary_any(Unary op, const UnaryRow<T>& row) {
  const auto one = [](auto d) HWY_ATTR { return hn::Set(d, T(1)); };
  switch (op) {
    case Unary::neg:
      return map_one(row, [](auto, auto x) HWY_ATTR { return hn::Neg(x); });
    case Unary::exp:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return exp_of(d, x); });
    case Unary::log:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return log_of(d, x); });
    case Unary::sqrt:
      return map_one(row, [](auto, auto x) HWY_ATTR { return hn::Sqrt(x); });
    case Unary::relu:  // NaN passes
      return map_one(row, [](auto d, auto x)
                              HWY_ATTR { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x); });
    case Unary::tanh:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return tanh_of(d, x); });
    case Unary::sigmoid:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return sigmoid_of(d, x); });
    case Unary::abs:
      return map_one(row, [](auto, auto x) HWY_ATTR { return hn::Abs(x); });
    case Unary::square:
      return map_one(row, [](auto, auto x) HWY_ATTR { return hn::Mul(x, x); });
    case Unary::reciprocal:
      return map_one(row, [one](auto d, auto x) HWY_ATTR { return hn::Div(one(d), x); });
    case Unary::rsqrt:
      return map_one(row, [one](auto d, auto x) HWY_ATTR { return hn::Div(one(d), hn::Sqrt(x)); });
    case Unary::sign:  // NaN gives 0, as in PyTorch
      return map_one(row, [one](auto d, auto x) HWY_ATTR {
        const auto zero = hn::Zero(d);
        const auto positive = hn::IfThenElseZero(hn::Gt(x, zero), one(d));
        return hn::IfThenElse(hn::Lt(x, zero), hn::Neg(one(d)), positive);
      });
    case Unary::gelu:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return gelu_of(d, x); });
    case Unary::gelu_tanh:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return gelu_tanh_of(d, x); });
    case Unary::silu:
      return map_one(row, [](auto d, auto x) HWY_ATTR { return silu_of(d, x); });
  }
}

// long: one case an operator
template <class T>
void binary_any(Binary op, const BinaryRow<T>& row) {
  const T alpha = row.alpha;
  switch (op) {
    case Binary::add:
      if (alpha == 1)
        return map_two(row, [](auto, auto a, auto b) HWY_ATTR { return hn::Add(a, b); });
      return map_two(row, [alpha](auto d, auto a, auto b)
                              HWY_ATTR { return hn::MulAdd(hn::Set(d, alpha), b, a); });
    case Binary::sub:
      if (alpha == 1)
        return map_two(row, [](auto, auto a, auto b) HWY_ATTR { return hn::Sub(a, b); });
      return map_two(row, [alpha](auto d, auto a, auto b)
                              HWY_ATTR { return hn::NegMulAdd(hn::Set(d, alpha), b, a); });
    case Binary::mul:
      return map_two(row, [](auto, auto a, auto b) HWY_ATTR { return hn::Mul(a, b); });
    case Binary::div:
      return map_two(row, [](auto, auto a, auto b) HWY_ATTR { return hn::Div(a, b); });
    case Binary::maximum:
      return map_two(row, [](auto, auto a, auto b) HWY_ATTR {
        return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::Gt(a, b)), a, b);
      });
    case Binary::minimum:
      return map_two(row, [](auto, auto a, auto b) HWY_ATTR {
        return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::Lt(a, b)), a, b);
      });
    case Binary::relu_backward:
      return map_two(row, [](auto d, auto g, auto y)
                              HWY_ATTR { return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), g); });
    case Binary::tanh_backward:
      return map_two(row, [](auto d, auto g, auto y) HWY_ATTR {
        return hn::Mul(g, hn::NegMulAdd(y, y, hn::Set(d, T(1))));
      });
    case Binary::sigmoid_backward:
      return map_two(row, [](auto d, auto g, auto y) HWY_ATTR {
        return hn::Mul(g, hn::Mul(y, hn::Sub(hn::Set(d, T(1)), y)));
      });
    case Binary::leaky_relu:
      return map_two(row, [alpha](auto d, auto a, auto) HWY_ATTR {
        return hn::IfThenElse(hn::Gt(a, hn::Zero(d)), a, hn::Mul(a, hn::Set(d, alpha)));
      });
    case Binary::leaky_backward:
      return map_two(row, [alpha](auto d, auto g, auto x) HWY_ATTR {
        return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), g, hn::Mul(g, hn::Set(d, alpha)));
      });
    case Binary::gelu_backward:
      return map_two(row,
                     [](auto d, auto g, auto x) HWY_ATTR { return gelu_backward_of(d, g, x); });
    case Binary::gelu_tanh_backward:
      return map_two(
          row, [](auto d, auto g, auto x) HWY_ATTR { return gelu_tanh_backward_of(d, g, x); });
    case Binary::silu_backward:
      return map_two(row,
                     [](auto d, auto g, auto x) HWY_ATTR { return silu_backward_of(d, g, x); });
    default:
      break;  // pow and the rounded divisions are scalar
  }
}

void unary_f32(Unary op, const UnaryRow<float>& row) { unary_any(op, row); }
void unary_f64(Unary op, const UnaryRow<double>& row) { unary_any(op, row); }
void binary_f32(Binary op, const BinaryRow<float>& row) { binary_any(op, row); }
void binary_f64(Binary op, const BinaryRow<double>& row) { binary_any(op, row); }

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(unary_f32);
HWY_EXPORT(unary_f64);
HWY_EXPORT(binary_f32);
HWY_EXPORT(binary_f64);

void unary_row(Unary op, const UnaryRow<float>& row) noexcept {
  HWY_DYNAMIC_DISPATCH(unary_f32)(op, row);
}
void unary_row(Unary op, const UnaryRow<double>& row) noexcept {
  HWY_DYNAMIC_DISPATCH(unary_f64)(op, row);
}
void binary_row(Binary op, const BinaryRow<float>& row) noexcept {
  HWY_DYNAMIC_DISPATCH(binary_f32)(op, row);
}
void binary_row(Binary op, const BinaryRow<double>& row) noexcept {
  HWY_DYNAMIC_DISPATCH(binary_f64)(op, row);
}

}  // namespace duramen::kernels
#endif
