#include "io/elements.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"

namespace duramen::io {
namespace {

constexpr size_t kChunk = size_t{1} << 20;  // between two looks at the cancel flag

// Of what the byte order is about: half of a complex element.
size_t swapped_width(Dtype dtype) noexcept {
  return is_complex(dtype) ? itemsize(dtype) / 2 : itemsize(dtype);
}

}  // namespace

std::optional<int64_t> checked_size(const Shape& shape, int64_t width) noexcept {
  int64_t product = width;
  bool is_empty = false;
  for (const int64_t size : shape) {
    is_empty |= size == 0;
    if (size < 0 || mul_overflows(product, std::max<int64_t>(size, 1), &product)) return {};
  }
  if (product > INT64_MAX / 8) return {};
  return is_empty ? 0 : product;
}

Layout fortran_layout(Shape shape) {
  std::reverse(shape.begin(), shape.end());
  Layout layout = contiguous_layout(std::move(shape));
  std::reverse(layout.shape.begin(), layout.shape.end());
  std::reverse(layout.strides.begin(), layout.strides.end());
  return layout;
}

bool has_only_booleans(std::span<const std::byte> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; });
}

void normalize_booleans(std::span<std::byte> bytes) noexcept {
  for (std::byte& byte : bytes) byte = std::byte{byte != std::byte{0}};
}

void swap_elements(std::span<std::byte> bytes, Dtype dtype) noexcept {
  const size_t width = swapped_width(dtype);
  if (width < 2) return;
  for (; bytes.size() >= width; bytes = bytes.subspan(width)) {
    std::reverse(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(width));
  }
}

bool can_share(std::span<const std::byte> bytes, Dtype dtype, bool is_swapped) noexcept {
  const size_t alignment = std::clamp<size_t>(itemsize(dtype), 1, alignof(std::max_align_t) / 2);
  const bool is_aligned = reinterpret_cast<uintptr_t>(bytes.data()) % alignment == 0;
  return is_aligned && !(is_swapped && swapped_width(dtype) > 1) &&
         (dtype != Dtype::boolean || has_only_booleans(bytes));
}

Ref<Storage> storage_over(const Services& services, const Ref<const Source>& source,
                          std::span<const std::byte> bytes, Dtype dtype, bool is_swapped) {
  if (can_share(bytes, dtype, is_swapped)) {
    return Storage::keep(bytes.data(), bytes.size(), source);
  }
  auto storage = Storage::allocate(services.allocator, bytes.size());
  const std::span<std::byte> copy(storage->mutable_data(), bytes.size());
  for (size_t done = 0; done < bytes.size(); done += kChunk) {
    services.cancel.check("open");
    const auto chunk = copy.subspan(done, std::min(kChunk, bytes.size() - done));
    std::memcpy(chunk.data(), bytes.data() + done, chunk.size());
    if (is_swapped) swap_elements(chunk, dtype);
    if (dtype == Dtype::boolean) normalize_booleans(chunk);
  }
  return storage;
}

}  // namespace duramen::io
