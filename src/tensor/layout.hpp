// Where the elements of a tensor lie in its storage: sizes, strides and an offset, all counted in
// elements.
//
// Views are pure functions from layout to layout; they check their arguments and throw Error in
// PyTorch's sense (negative dimensions count from the end). Strides are never negative.
#pragma once

#include <optional>

#include "base/small_vector.hpp"

namespace duramen {

using Shape = SmallVector<int64_t, 4>;

// Dimensions of more than one element that a tensor which is not empty can have, since its elements
// number less than 2^63. Loops that keep an index of so many need no memory for it.
inline constexpr size_t kMostNested = 63;

struct Layout {
  Shape shape;
  Shape strides;
  int64_t offset = 0;

  size_t rank() const noexcept { return shape.size(); }
};

// Product of the sizes; throws LIMIT when it, or `element_bits` times it, does not fit 63 bits,
// INVALID_ARGUMENT for a negative size.
int64_t checked_numel(std::span<const int64_t> shape, uint32_t element_bits = 8);
// Of sizes that were checked before.
inline int64_t numel_of(std::span<const int64_t> shape) noexcept {
  int64_t numel = 1;
  for (const int64_t size : shape) numel *= size;
  return numel;
}
// Whole bytes that `numel` elements of that many bits take, rounded up.
int64_t bytes_of(int64_t numel, uint32_t element_bits) noexcept;

Shape contiguous_strides(std::span<const int64_t> shape);
Layout contiguous_layout(Shape shape);
// Whatever the strides, where there is no element.
bool is_contiguous(const Layout& layout) noexcept;
// Every element of a memory range once, in some order of the dimensions (a transposed or permuted
// contiguous block).
bool is_dense(const Layout& layout) noexcept;
// One past the highest element touched, counted from the storage's start; the offset for an empty
// tensor. Nothing on overflow or on a negative number.
std::optional<int64_t> extent_of(const Layout& layout) noexcept;
// Two indices may name the same element (an expanded dimension, overlapping strides).
bool may_overlap_itself(const Layout& layout) noexcept;

// 0 ≤ result < rank (a rank of 0 counts as 1), or INVALID_ARGUMENT naming `operation`.
size_t normalize_dim(int64_t dim, size_t rank, const char* operation);

Layout view_transpose(const Layout& layout, int64_t dim0, int64_t dim1);
Layout view_permute(const Layout& layout, std::span<const int64_t> dims);
Layout view_select(const Layout& layout, int64_t dim, int64_t index);
// Python's slice: bounds are clamped, negative ones count from the end, step ≥ 1.
Layout view_slice(const Layout& layout, int64_t dim, int64_t start, int64_t stop, int64_t step);
Layout view_expand(const Layout& layout, std::span<const int64_t> shape);  // -1 keeps a size
Layout view_unsqueeze(const Layout& layout, int64_t dim);
Layout view_squeeze(const Layout& layout, std::optional<int64_t> dim);
// `shape` with at most one -1 worked out. INVALID_ARGUMENT when the element counts differ.
Shape infer_shape(std::span<const int64_t> shape, int64_t numel);
// The same elements in the same order under other sizes; nothing when that needs a copy. Requires:
// equal element count.
std::optional<Layout> view_reshape(const Layout& layout, std::span<const int64_t> shape);

// NumPy's rule; SHAPE_MISMATCH naming `operation` when the shapes do not fit.
Shape broadcast_shapes(std::span<const int64_t> a, std::span<const int64_t> b,
                       const char* operation);

}  // namespace duramen
