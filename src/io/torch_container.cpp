#include "io/torch_container.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {
namespace {

constexpr size_t kShortRank = 5;  // whose sizes need no memory of their own
constexpr uint64_t kTensorBytes = sizeof(Tensor) + sizeof(Storage) + 32;  // with malloc's own

}  // namespace

TorchContainer::TorchContainer(const Services& services, const Ref<const Source>& source,
                               const OpenOptions& options)
    : services_(services),
      source_(source),
      options_(options),
      place_{source->name(), "data.pkl"},
      own_budget_(source->name(), source->bytes().size(), options.limits, services.cancel),
      budget_(options.shared ? *options.shared : own_budget_) {}

void TorchContainer::fail(const Record& record, std::string_view what, Code code) const {
  throw file_error(code, {file(), "torch file", record.name, record.offset}, what);
}

ValueRef TorchContainer::shared(int64_t /*key*/) { return nullptr; }

const ScriptClass* TorchContainer::script_class(std::string_view /*module*/,
                                                std::string_view /*name*/) {
  return nullptr;
}

TorchContainer::Use TorchContainer::storage(const StorageId& id, Dtype wanted) {
  const Record record = this->record(id.key);
  const uint64_t width = id.class_dtype == Dtype::invalid ? 1 : itemsize(id.class_dtype);
  const auto expected = checked_mul(static_cast<uint64_t>(id.numel), width);
  if (id.numel < 0 || !expected || *expected != record.nbytes) {
    fail(record, join("the storage has another size than the pickle says (expected ", id.numel,
                      " elements of ", width, " bytes, got ", record.nbytes, " bytes)"));
  }
  if (id.first < 0 || id.first > id.numel || id.count.value_or(0) < 0 ||
      id.count.value_or(0) > id.numel - id.first) {
    fail(record, "a view leaves its storage");
  }
  Slot& slot = slots_[record.index];
  const Dtype dtype = id.class_dtype == Dtype::invalid ? wanted : id.class_dtype;
  if (!slot.storage) {
    slot = {make_storage(record, dtype), id.class_dtype, dtype};
  } else if (slot.class_dtype != id.class_dtype && slot.class_dtype != Dtype::invalid &&
             id.class_dtype != Dtype::invalid) {
    fail(record, "one storage has two classes");
  } else if (slot.made_for != dtype && (swaps_bytes_ || dtype == Dtype::boolean)) {
    fail(record, "one untyped storage has two dtypes", Code::unsupported);
  }
  return {slot.storage,  id.class_dtype, record.name,
          record.offset, id.first,       id.count.value_or(id.numel)};
}

TensorRef TorchContainer::whole(Use use, Dtype dtype) {
  budget_.values.charge(kTensorBytes);
  const auto numel = static_cast<int64_t>(use.storage->nbytes() / itemsize(dtype));
  const int64_t count = std::min(use.count, numel - use.first);
  return make<Tensor>(std::move(use.storage), Layout{{count}, {1}, use.first}, dtype);
}

TensorRef TorchContainer::tensor(Use use, Layout layout, Dtype dtype, Refuse refuse) {
  const size_t width = itemsize(dtype);
  const auto nbytes = checked_size(layout.shape, static_cast<int64_t>(width));
  const auto extent = extent_of(layout);
  if (!nbytes || !extent) refuse("a tensor's sizes make no sense");
  const auto numel = static_cast<int64_t>(use.storage->nbytes() / width);
  if (*extent > std::min(use.count, numel - use.first)) {
    // A slice of an empty tensor starts beyond the storage, which nobody can tell.
    if (*nbytes != 0) refuse("a tensor leaves its storage");
    layout.offset = 0;
  } else {
    layout.offset += use.first;
  }
  count_tensor(static_cast<uint64_t>(*nbytes), use);
  budget_.values.charge(kTensorBytes + (layout.rank() > kShortRank ? 16 * layout.rank() : 0));
  return objects_.make<Tensor>(std::move(use.storage), std::move(layout), dtype);
}

void TorchContainer::count_tensor(uint64_t nbytes, const Use& use) {
  const Record record{0, 0, use.record, use.offset};
  const bool expanded = nbytes > use.storage->nbytes();
  if ((expanded || options_.limits.max_tensor_bytes) && nbytes > budget_.tensor) {
    fail(record,
         join("a tensor is larger than the file justifies (expected at most ", budget_.tensor,
              " bytes, got ", nbytes, "; a limit can be raised)"),
         Code::limit);
  }
  if (nbytes > budget_.total) {
    fail(record, "all tensors together are larger than the file justifies (a limit can be raised)",
         Code::limit);
  }
  budget_.total -= nbytes;
}

ValueRef content_of(const Services& services, TorchContainer& container, const Limits& limits) {
  const pickle::Graph graph =
      pickle::read(container.pickle(), container.place(), container.value_budget());
  return ValueBuilder(services, container, graph, limits).build();
}

std::string protocol_of(std::span<const std::byte> pickle) {
  constexpr std::byte kProto{0x80};
  const bool tells = pickle.size() > 1 && pickle[0] == kProto;
  return std::to_string(tells ? std::to_integer<int>(pickle[1]) : 0);
}

}  // namespace duramen::io
