// PyTorch's zip files (.pt, .pth): one pickle and one record a storage. Tensors share the file's
// memory where records are stored and aligned; storages, views and ties are those of the file.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/source.hpp"
#include "io/zip.hpp"

namespace duramen::io {

// Whether an archive's directory looks like torch.save's.
bool is_torch_archive(const ZipReader& zip);
Ref<Checkpoint> read_torch(const Services& services, const ZipReader& zip,
                           const OpenOptions& options);

// As torch.save writes it, read by torch.load(weights_only=True), also with mmap=True. A storage is
// written once and whole, with two exceptions: of read-only memory of which most is unused only the
// used range is written; and memory seen under several dtypes becomes an UntypedStorage.
void write_torch(const Services& services, const Value& content, Output& out,
                 const SaveOptions& options);

inline constexpr uint64_t kDefaultMaxEntries = 10'000'000;

// The class of a storage, "FloatStorage"; empty for dtypes that use UntypedStorage, which
// _rebuild_tensor_v3 reads.
std::string_view storage_class_of(Dtype dtype) noexcept;
// invalid: no such class.
Dtype dtype_of_storage_class(std::string_view name) noexcept;

}  // namespace duramen::io
