// What the vector loops of gemm share, once for every kind of CPU: included again for each target,
// hence the unusual guard.
#if defined(DURAMEN_GEMM_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef DURAMEN_GEMM_VECTORS_INL
#undef DURAMEN_GEMM_VECTORS_INL
#else
#define DURAMEN_GEMM_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "kernels/gemm_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using Tag = hn::ScalableTag<T>;
template <class T>
using V = hn::Vec<Tag<T>>;

template <class T>
constexpr int64_t lanes() {
  return static_cast<int64_t>(HWY_LANES(T));
}
// Whether there are 32 vector registers, not 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
inline constexpr bool kManyRegisters = true;
#else
inline constexpr bool kManyRegisters = false;
#endif

// Vectors across a panel, and rows of the largest tile: what the registers hold.
inline constexpr int64_t kVectors = 2;
inline constexpr int kMostRows = kManyRegisters ? 12 : 6;
template <class T>
constexpr int64_t panel_width() {
  return kVectors * lanes<T>();
}

// Calls body(rows as a constant, first row) for the tiles of [begin, end).
template <class Body>
HWY_INLINE void for_each_tile(int64_t begin, int64_t end, const Body& body) {
  int64_t i = begin;
  for (; i + kMostRows <= end; i += kMostRows) body.template operator()<kMostRows>(i);
  if constexpr (kMostRows > 8) {
    for (; i + 8 <= end; i += 8) body.template operator()<8>(i);
  }
  for (; i + 4 <= end; i += 4) body.template operator()<4>(i);
  for (; i + 2 <= end; i += 2) body.template operator()<2>(i);
  if (i < end) body.template operator()<1>(i);
}

// The first `count` elements, zeros after; never reads beyond them.
template <class T>
HWY_INLINE V<T> load_some(const T* from, int64_t count) {
  const Tag<T> d;
#if HWY_TARGET <= HWY_AVX2
  return hn::MaskedLoad(hn::FirstN(d, static_cast<size_t>(count)), d, from);
#else
  HWY_ALIGN T some[HWY_LANES(T)] = {};
  for (int64_t i = 0; i < count; ++i) some[i] = from[i];
  return hn::Load(d, some);
#endif
}

// Stores the first `count` elements and touches no others.
template <class T>
HWY_INLINE void store_some(V<T> value, T* to, int64_t count) {
  const Tag<T> d;
#if HWY_TARGET <= HWY_AVX2
  hn::BlendedStore(value, hn::FirstN(d, static_cast<size_t>(count)), d, to);
#else
  HWY_ALIGN T some[HWY_LANES(T)];
  hn::Store(value, d, some);
  for (int64_t i = 0; i < count; ++i) to[i] = some[i];
#endif
}
template <class T>
HWY_INLINE void put(V<T> value, T* to, int64_t count, bool add) {
  const Tag<T> d;
  if (count >= lanes<T>()) {
    hn::StoreU(add ? hn::Add(value, hn::LoadU(d, to)) : value, d, to);
  } else if (count > 0) {
    store_some<T>(add ? hn::Add(value, load_some(to, count)) : value, to, count);
  }
}

// Where a tile goes: its first element, and how many columns there are.
template <class T>
struct TileTarget {
  T* c;
  int64_t ldc;
  int64_t columns;
  bool add;
};

// The bias first, where there is one; sums are added to it.
template <class T>
HWY_INLINE void start_columns(const Piece& piece, const Destination<T>& to) {
  if (to.bias == nullptr) return;
  for (int64_t i = piece.row_begin; i < piece.row_end; ++i) {
    std::copy(to.bias + piece.column_begin, to.bias + piece.column_end,
              to.c + i * to.ldc + piece.column_begin);
  }
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
