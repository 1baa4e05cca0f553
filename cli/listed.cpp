#include "listed.hpp"

#include "input.hpp"
#include "tensors.hpp"

namespace cli {
namespace {

// Shards and other formats have an object for each tensor in any case.
bool is_table(const duramen_checkpoint* checkpoint) {
  constexpr std::string_view kShards = "shards";
  return format_of(checkpoint) == "safetensors" &&
         !duramen_checkpoint_property(checkpoint, kShards.data(), kShards.size(), nullptr);
}

std::vector<int64_t> strides_of(const duramen_file_entry& entry) {
  if (entry.strides) return {entry.strides, entry.strides + entry.rank};
  std::vector<int64_t> out(entry.rank);
  int64_t stride = 1;
  for (size_t i = entry.rank; i-- > 0; stride *= std::max<int64_t>(entry.shape[i], 1)) {
    out[i] = stride;
  }
  return out;
}

}  // namespace

Listed::Listed(const duramen_checkpoint* checkpoint, const std::string& file, const Filter& filter,
               bool with_tensors) {
  if (!with_tensors && is_table(checkpoint) && !filter.only_trainable()) {
    read_table(checkpoint, file, filter);
  } else {
    content_ = std::make_unique<Content>(content_of(checkpoint, file), file, filter);
  }
}

void Listed::read_table(const duramen_checkpoint* checkpoint, const std::string& file,
                        const Filter& filter) {
  const duramen_file_entry* first = nullptr;
  size_t count = 0, stride = 0;
  call(kRefused, file, [&](auto error) {
    return duramen_checkpoint_entries(checkpoint, &first, &count, &stride, error);
  });
  if (!filter.wants_kind("tensor")) return;
  table_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const auto* entry = reinterpret_cast<const duramen_file_entry*>(
        reinterpret_cast<const char*>(first) + i * stride);
    const std::string_view name(entry->name, entry->name_length);
    if (filter.wants(entry->dtype) && filter.wants_name(name)) table_.push_back(entry);
  }
}

Row Listed::operator[](size_t index) const {
  Row row = {name(index), dtype(index).data(), {}, {}, nbytes(index), false, {}, nullptr};
  if (content_) {
    const Entry& entry = content_->entries[index];
    row.shape = shape_of(entry.tensor);
    row.strides = cli::strides_of(entry.tensor);
    row.has_alias = entry.first.has_value();
    row.alias = content_->alias(entry);
    row.tensor = entry.tensor;
  } else {
    const duramen_file_entry& entry = *table_[index];
    row.shape.assign(entry.shape, entry.shape + entry.rank);
    row.strides = strides_of(entry);
  }
  return row;
}

std::string_view Listed::name(size_t index) const {
  if (content_) return content_->entries[index].name;
  return {table_[index]->name, table_[index]->name_length};
}

uint64_t Listed::nbytes(size_t index) const {
  return content_ ? duramen_tensor_nbytes(content_->entries[index].tensor) : table_[index]->nbytes;
}

std::string_view Listed::dtype(size_t index) const {
  return content_ ? dtype_of(content_->entries[index].tensor)
                  : duramen_dtype_name(table_[index]->dtype);
}

uint64_t Listed::total_bytes() const {
  uint64_t total = 0;
  for (size_t i = 0; i < size(); ++i) total += nbytes(i);
  return total;
}

const std::vector<Leaf>& Listed::leaves() const { return content_ ? content_->leaves : no_leaves_; }

}  // namespace cli
