// The zip of a .pt: its folder, its byte order, its records.
#pragma once

#include "io/torch_container.hpp"

namespace duramen::io {

class TorchArchive final : public TorchContainer {
 public:
  // UNSUPPORTED for unknown versions.
  TorchArchive(const Services& services, const ZipReader& zip, const OpenOptions& options,
               std::string_view pickle = "data.pkl");

  // The record's content, inflated where needed.
  std::span<const std::byte> pickle() override;
  // torch_script.cpp
  const ScriptClass* script_class(std::string_view module, std::string_view name) override;
  // Those of a checkpoint. Requires: the pickle was asked for.
  OrderedMap<std::string> properties();
  // The checksums of the deflated entries that nobody asked for, where checksums are verified.
  void verify_rest();

 private:
  Record record(std::string_view key) override;
  Ref<Storage> make_storage(const Record& record, Dtype dtype) override;
  const ZipEntry& entry(std::string_view key);
  Ref<Storage> copy_record(const ZipEntry& entry);
  size_t index_of(const ZipEntry& entry) const noexcept {
    return static_cast<size_t>(&entry - zip_.entries().data());
  }
  std::optional<std::string> small_record(std::string_view name);
  void check_version();
  std::string plain_number(std::string_view name) const;
  Error bad(const ZipEntry& entry, std::string_view what, Code code = Code::corrupt) const;

  const ZipReader& zip_;
  std::string folder_;    // with the slash
  std::string storages_;  // their folder
  std::string scratch_;
  int64_t version_ = 0;
  size_t next_record_ = 0;
  std::vector<bool> verified_;  // by entry: inflated, and its checksum is right
  static constexpr uint64_t kMostOfCode = uint64_t{16} << 20;
  std::deque<ScriptClass> classes_;
  std::vector<Ref<Storage>> codes_;  // that the classes point into
  const ZipEntry* code_entry_ = nullptr;
  Ref<Storage> pickle_;  // when it had to be inflated
};

}  // namespace duramen::io
