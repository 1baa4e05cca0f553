#include "io/torch_storages.hpp"

#include <algorithm>

#include "io/torch_file.hpp"

namespace duramen::io {
namespace {

// A mapping is not copied whole for the sake of a slice.
constexpr uint64_t kKeptUnused = uint64_t{64} << 10;

uint64_t first_byte(const Tensor& tensor) noexcept {
  return static_cast<uint64_t>(tensor.layout().offset) * itemsize(tensor.dtype());
}

uint64_t end_byte(const Tensor& tensor) noexcept {
  return static_cast<uint64_t>(*extent_of(tensor.layout())) * itemsize(tensor.dtype());
}

}  // namespace

void StoragePlan::visit(const Value& value) {
  if (value.kind() == ValueKind::tensor) return add(*value.as_tensor());
  if (value.count() == 0 && !value.attributes()) return;
  if (!visited_.insert(&value).second) return;
  for (const ValueRef& key : value.keys()) visit(*key);
  for (const ValueRef& item : value.items()) visit(*item);
  if (value.attributes()) visit(*value.attributes());
}

void StoragePlan::add(const Tensor& tensor) {
  const Dtype dtype = storage_class_of(tensor.dtype()).empty() ? Dtype::invalid : tensor.dtype();
  const auto [found, is_new] = records_.try_emplace(tensor.storage().get());
  Record& record = found->second;
  if (is_new) record = {tensor.storage(), dtype, UINT64_MAX, 0, {}, {}};
  if (record.dtype != dtype) record.dtype = Dtype::invalid;
  if (tensor.nbytes() == 0) return;  // it may start anywhere
  record.begin = std::min(record.begin, first_byte(tensor));
  record.end = std::max(record.end, end_byte(tensor));
}

void StoragePlan::settle() {
  for (auto& [storage, record] : records_) {
    const uint64_t size = storage->nbytes();
    record.begin = std::min(record.begin, record.end);
    const uint64_t used = record.end - record.begin;
    const uint64_t unused = size - used;
    const bool trimmed = storage->read_only() && record.dtype != Dtype::invalid &&
                         unused > std::max(used, kKeptUnused);
    if (!trimmed) {
      record.begin = 0;
      record.end = size;
    }
    const bool whole =
        record.dtype != Dtype::invalid && (record.end - record.begin) % itemsize(record.dtype) == 0;
    if (!whole) record.dtype = Dtype::invalid;
  }
}

}  // namespace duramen::io
