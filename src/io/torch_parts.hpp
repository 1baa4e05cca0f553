// A .pt that is to be written, in its parts: what stands before the elements, the records of the
// storages in the file's order, and what stands behind them.
#pragma once

#include "io/torch_storages.hpp"
#include "io/zip.hpp"

namespace duramen::io {

class TorchParts {
 public:
  // Everything is checked here: INVALID_ARGUMENT, UNSUPPORTED. `file` is named in errors and gives
  // the folder's name; both must outlive the parts.
  TorchParts(const Value& content, const std::string& file);
  ~TorchParts();

  const std::string& folder() const noexcept { return folder_; }  // "model/"
  const std::vector<const StoragePlan::Record*>& records() const noexcept { return records_; }
  uint64_t data_bytes() const noexcept { return data_bytes_; }
  // Of the file, or few more.
  uint64_t nbytes() const noexcept;

  void begin(ZipWriter& zip) const;
  // A record is "data/KEY", of the bytes from its begin to its end.
  void finish(ZipWriter& zip) const;

 private:
  std::string folder_;
  StoragePlan plan_;
  std::vector<const StoragePlan::Record*> records_;  // in the plan
  std::string pickle_;
  uint64_t data_bytes_ = 0;
};

}  // namespace duramen::io
