#include "borrow.hpp"

#include "options.hpp"
#include "tensor/layout.hpp"

namespace duramen::capi {

Layout layout_argument(const GivenLayout& given, uint32_t element_bits) {
  const auto shape = integers_argument(given.shape, given.rank, given.shape_argument);
  checked_numel(shape, element_bits);
  Layout layout = contiguous_layout(Shape(shape));
  if (given.strides) layout.strides = Shape(std::span(given.strides, given.rank));
  for (const int64_t stride : layout.strides) {
    if (stride < 0) throw bad_argument(given.strides_argument, "a negative stride");
  }
  return layout;
}

bool is_aligned(const void* data, Dtype dtype) noexcept {
  const size_t item = is_complex(dtype) ? itemsize(dtype) / 2 : itemsize(dtype);
  return item == 0 || reinterpret_cast<uintptr_t>(data) % item == 0;
}

TensorRef borrow(const BorrowedMemory& memory, Layout layout, Dtype dtype) {
  // The tensor comes first: nothing may fail once a storage owns the memory.
  auto tensor = make<Tensor>(Storage::borrow(nullptr, 0, memory.read_only, nullptr, nullptr),
                             Layout{{0}, {1}, 0}, dtype);
  auto storage =
      Storage::borrow(memory.data, memory.nbytes, memory.read_only, memory.destroy, memory.user);
  tensor->set_data(std::move(storage), std::move(layout), dtype);
  return tensor;
}

}  // namespace duramen::capi
