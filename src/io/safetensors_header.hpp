// The header of a safetensors file that is to be written: the entries of a state dict in the
// reference's order, each with its place in the data.
#pragma once

#include "io/safetensors.hpp"

namespace duramen::io {

class SafetensorsHeader {
 public:
  struct Item {
    std::string_view name;
    const Tensor* tensor;
    uint64_t offset;  // in the data
  };

  // `file` is named in errors: INVALID_ARGUMENT, UNSUPPORTED, LIMIT. The elements are not looked
  // at. Both must outlive the header.
  SafetensorsHeader(const StateDict& dict, const std::string& file, const SaveOptions& options);

  const std::vector<Item>& items() const noexcept { return items_; }
  // The eight bytes of the length, and the text: what stands before the data.
  const std::string& text() const noexcept { return text_; }
  uint64_t data_bytes() const noexcept { return total_; }

 private:
  void check_entry(const std::string& name, const StateEntry& entry) const;
  void collect();
  void pad(std::string& header, uint32_t asked) const;

  const StateDict& dict_;
  const std::string& file_;
  std::vector<Item> items_;
  std::string text_;
  uint64_t total_ = 0;
};

// The text of a header for the tensors of a file as they lie in it; its data begins at `start`.
// INVALID_ARGUMENT for metadata that is not UTF-8.
std::string safetensors_header(const FileEntries& entries, uint64_t start,
                               const OrderedMap<std::string>& metadata, const std::string& file);

}  // namespace duramen::io
