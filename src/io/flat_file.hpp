// A file whose index is a table of tensors: each is made when it is first asked for, and once.
#pragma once

#include <mutex>

#include "io/file_entries.hpp"
#include "io/services.hpp"
#include "io/source.hpp"
#include "state/state_dict.hpp"

namespace duramen::io {

// Safe from many threads. What makes tensors may fail with NO_MEMORY, and CANCELLED where elements
// have to be copied.
class FlatFile {
 public:
  // The entries are contiguous tensors that lie in the source, each at its offset.
  FlatFile(const Services& services, Ref<const Source> source, FileEntries entries)
      : allocator_(services.allocator), source_(std::move(source)), entries_(std::move(entries)) {}

  const FileEntries& entries() const noexcept { return entries_; }
  // Requires: index < entries().list().size().
  TensorRef tensor(size_t index, const CancelFlag& cancel) const;
  Ref<StateDict> state_dict(const CancelFlag& cancel) const;
  // A dict of the names and the tensors.
  ValueRef content(const CancelFlag& cancel) const;

 private:
  const TensorRef& made(size_t index, const Services& services) const;
  Services services(const CancelFlag& cancel) const { return {allocator_, cancel, {}}; }

  Ref<Allocator> allocator_;
  Ref<const Source> source_;
  FileEntries entries_;
  mutable std::mutex mutex_;
  mutable std::vector<TensorRef> tensors_;  // null: not asked for yet; under the mutex
};

}  // namespace duramen::io
