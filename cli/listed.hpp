// What a checkpoint holds, row by row: of a file whose index is a table without a tensor for each,
// so that half a million entries are listed at once.
#pragma once

#include <memory>

#include "content.hpp"

namespace cli {

struct Row {
  std::string_view name;
  const char* dtype;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;  // in elements
  uint64_t nbytes;
  bool has_alias;          // an earlier row is on the same storage
  std::string_view alias;  // the first of these
  duramen_tensor* tensor;  // NULL where none was made
};

class Listed {
 public:
  // With `with_tensors` every row has its tensor. Failure(kRefused).
  Listed(const duramen_checkpoint* checkpoint, const std::string& file, const Filter& filter,
         bool with_tensors);

  size_t size() const { return content_ ? content_->entries.size() : table_.size(); }
  Row operator[](size_t index) const;
  std::string_view name(size_t index) const;
  uint64_t nbytes(size_t index) const;
  std::string_view dtype(size_t index) const;
  uint64_t total_bytes() const;
  const std::vector<Leaf>& leaves() const;

 private:
  void read_table(const duramen_checkpoint* checkpoint, const std::string& file,
                  const Filter& filter);

  std::unique_ptr<const Content> content_;        // null: the table
  std::vector<const duramen_file_entry*> table_;  // lent by the checkpoint
  std::vector<Leaf> no_leaves_;
};

}  // namespace cli
