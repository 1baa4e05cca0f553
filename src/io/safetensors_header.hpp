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
  // Spaces up to a header of that length. Requires: it is no shorter.
  void pad_to(uint64_t length);

 private:
  void check_entry(const std::string& name, const StateEntry& entry) const;
  void collect();
  void append_metadata(std::string& header) const;
  void pad(std::string& header, uint32_t asked) const;

  const StateDict& dict_;
  const std::string& file_;
  std::vector<Item> items_;
  std::string text_;
  uint64_t total_ = 0;
};

}  // namespace duramen::io
