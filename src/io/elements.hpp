// Tensors' elements as files hold them: how much room they take, in which byte order they are, and
// whether a tensor can share the file's memory.
#pragma once

#include <optional>
#include <span>

#include "io/services.hpp"
#include "io/source.hpp"
#include "tensor/dtype.hpp"
#include "tensor/layout.hpp"
#include "tensor/storage.hpp"

namespace duramen::io {

// The bytes of a tensor whose elements take `width` of them; nothing when a size is negative, or
// the number of bits overflows, which no tensor may (checked_numel): what was read can be saved and
// read again. A 0 does not excuse the other sizes: strides are made of them.
std::optional<int64_t> checked_size(const Shape& shape, int64_t width) noexcept;
// The first index is the one that runs fastest.
Layout fortran_layout(Shape shape);

// BOOL bytes other than 0 and 1 would be undefined for whoever reads them as bool.
bool has_only_booleans(std::span<const std::byte> bytes) noexcept;
void normalize_booleans(std::span<std::byte> bytes) noexcept;
// From one byte order to the other; the halves of complex elements each.
void swap_elements(std::span<std::byte> bytes, Dtype dtype) noexcept;

// Whether a storage can share the bytes: they are aligned for the type, in the machine's byte
// order, and booleans are 0 or 1.
bool can_share(std::span<const std::byte> bytes, Dtype dtype, bool is_swapped) noexcept;
// A storage over a part of the source: shared where it can be, copied and set right otherwise.
// CANCELLED.
Ref<Storage> storage_over(const Services& services, const Ref<const Source>& source,
                          std::span<const std::byte> bytes, Dtype dtype, bool is_swapped = false);

}  // namespace duramen::io
