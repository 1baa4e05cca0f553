// The zip of a .pt: its folder, its byte order, its storages. A storage is made when a tensor first
// asks for it and shared from then on.
#pragma once

#include "io/budget.hpp"
#include "io/torch_file.hpp"

namespace duramen::io {

class TorchArchive {
 public:
  // UNSUPPORTED for TorchScript and unknown versions.
  TorchArchive(const Services& services, const ZipReader& zip, const OpenOptions& options);

  const ZipReader& zip() const noexcept { return zip_; }
  const std::string& file() const noexcept { return zip_.source()->name(); }
  // The record's content: inflated where needed, its checksum verified where asked.
  std::span<const std::byte> pickle();
  // Those of a checkpoint. Requires: the pickle was asked for.
  OrderedMap<std::string> properties();
  // For all that is made of the pickle. max_total_bytes can raise it.
  Budget& value_budget() noexcept { return value_budget_; }
  // The checksums of the entries that nobody asked for.
  void verify_rest();

  struct Use {
    Ref<Storage> storage;
    Dtype dtype = Dtype::invalid;  // of the storage's class; invalid for an UntypedStorage
    const ZipEntry* record = nullptr;
  };
  struct StorageId {
    Dtype class_dtype;  // invalid for an UntypedStorage
    std::string_view key;
    int64_t numel;
  };
  // The storage that the pickle names. `wanted` is the dtype for untyped ones.
  Use storage(const StorageId& id, Dtype wanted);

  // Logical bytes of a tensor; LIMIT when an expanded view asks for more than the file justifies.
  void count_tensor(uint64_t nbytes, uint64_t storage_nbytes, const ZipEntry& record);

 private:
  struct Slot {
    Ref<Storage> storage;
    Dtype class_dtype = Dtype::invalid;
    Dtype made_for = Dtype::invalid;
  };
  const ZipEntry& record(std::string_view key);
  Ref<Storage> make_storage(const ZipEntry& entry, Dtype dtype);
  Ref<Storage> copy_record(const ZipEntry& entry);
  void verify(const ZipEntry& entry, std::span<const std::byte> content);
  std::string small_record(std::string_view name);
  void check_version();
  std::string plain_number(std::string_view name) const;
  Error bad(const ZipEntry& entry, std::string_view what, Code code = Code::corrupt) const;

  const Services& services_;
  const ZipReader& zip_;
  const OpenOptions& options_;
  std::string folder_;  // with the slash
  std::string scratch_;
  int64_t version_ = 0;
  bool big_endian_ = false;
  uint64_t inflated_budget_;
  uint64_t tensor_budget_;
  uint64_t total_budget_;
  std::vector<Slot> slots_;  // by entry
  size_t next_record_ = 0;
  Budget value_budget_;
  std::vector<bool> verified_;  // by entry
  Ref<Storage> pickle_;         // when it had to be inflated
};

}  // namespace duramen::io
