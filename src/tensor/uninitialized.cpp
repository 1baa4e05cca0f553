#include "tensor/uninitialized.hpp"

#include "base/text.hpp"

namespace duramen {
namespace {

constexpr std::byte kMark{};  // the memory of all of them, of which nothing is read

}  // namespace

TensorRef uninitialized(Dtype dtype) {
  return make<Tensor>(Storage::borrow(const_cast<std::byte*>(&kMark), 0, false, nullptr, nullptr),
                      contiguous_layout({0}), dtype);
}

bool is_uninitialized(const Tensor& tensor) noexcept {
  // The shape first: it is at hand where tensors are listed, their storages are not.
  return tensor.rank() == 1 && tensor.size(0) == 0 && tensor.storage()->data() == &kMark;
}

void check_initialized(const Tensor& tensor, const char* operation) {
  if (!is_uninitialized(tensor)) return;
  throw Error(Code::state, join(operation, ": ", kUninitializedText))
      .with("torch_error", "RuntimeError");
}

}  // namespace duramen
