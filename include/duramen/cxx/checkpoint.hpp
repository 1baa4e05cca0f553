// Checkpoint files: opened by their content, read entry by entry, saved whole or not at all.
#ifndef DURAMEN_CXX_CHECKPOINT_HPP
#define DURAMEN_CXX_CHECKPOINT_HPP

#include "state_dict.hpp"

namespace DURAMEN_CXX {

// What a file may claim before it is refused with LIMIT; zeros are safe defaults.
struct Limits {
  uint32_t max_depth = 0;  // of nested containers
  uint64_t max_entries = 0;
  uint64_t max_header_bytes = 0;  // of the index
  uint64_t max_tensor_bytes = 0;
  uint64_t max_total_bytes = 0;

  duramen_limits raw() const noexcept {
    duramen_limits out = {};
    out.struct_size = sizeof out;
    out.max_depth = max_depth;
    out.max_entries = max_entries;
    out.max_header_bytes = max_header_bytes;
    out.max_tensor_bytes = max_tensor_bytes;
    out.max_total_bytes = max_total_bytes;
    return out;
  }
};

// How to open.
struct OpenOptions {
  bool read = false;        // into memory, instead of mapping the file
  bool verify = false;      // the checksums of a .pt
  bool dequantize = false;  // GGUF's Q4_0 and Q8_0 become float32
  Limits limits = {};
};

// How to save; DURAMEN_FORMAT_… and DURAMEN_DURABILITY_….
struct SaveOptions {
  int32_t format = DURAMEN_FORMAT_AUTOMATIC;
  int32_t durability = DURAMEN_DURABILITY_DURABLE;
  uint32_t alignment = 0;        // of the data of a safetensors file
  uint64_t max_shard_bytes = 0;  // several files with an index

  duramen_save_options raw() const noexcept {
    duramen_save_options out = {};
    out.struct_size = sizeof out;
    out.format = format;
    out.durability = durability;
    out.alignment = alignment;
    out.max_shard_bytes = max_shard_bytes;
    return out;
  }
};

namespace detail {

// The C structs of OpenOptions, which point into each other.
class RawOpenOptions {
 public:
  explicit RawOpenOptions(const OpenOptions& how) noexcept : limits_(how.limits.raw()) {
    options_.struct_size = sizeof options_;
    if (how.read) options_.flags |= DURAMEN_OPEN_READ;
    if (how.verify) options_.flags |= DURAMEN_OPEN_VERIFY;
    if (how.dequantize) options_.flags |= DURAMEN_OPEN_DEQUANTIZE;
    options_.limits = &limits_;
  }
  RawOpenOptions(const RawOpenOptions&) = delete;
  RawOpenOptions& operator=(const RawOpenOptions&) = delete;
  const duramen_open_options* get() const noexcept { return &options_; }

 private:
  duramen_limits limits_;
  duramen_open_options options_ = {};
};

}  // namespace detail

// What a file lists without its tensors; lent by the checkpoint.
class FileEntries {
 public:
  FileEntries() noexcept = default;
  FileEntries(const duramen_file_entry* first, size_t count, size_t stride) noexcept
      : first_(reinterpret_cast<const char*>(first)), count_(count), stride_(stride) {}

  size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  // Requires: index < size().
  const duramen_file_entry& operator[](size_t index) const noexcept {
    return *reinterpret_cast<const duramen_file_entry*>(first_ + index * stride_);
  }
  using Iterator = IndexIterator<FileEntries, const duramen_file_entry&>;
  Iterator begin() const noexcept;
  Iterator end() const noexcept;

 private:
  const char* first_ = nullptr;
  size_t count_ = 0;
  size_t stride_ = 0;
};
inline FileEntries::Iterator FileEntries::begin() const noexcept { return {*this, 0}; }
inline FileEntries::Iterator FileEntries::end() const noexcept { return {*this, size()}; }

class CheckpointRef
    : public Ref<duramen_checkpoint, duramen_checkpoint_retain, duramen_checkpoint_release> {
 public:
  using Ref::Ref;
  std::string_view format() const noexcept { return lent_text(duramen_checkpoint_format, raw_); }
  // What the file says of itself ("version", "byteorder", …); empty where it says nothing.
  std::string_view property(std::string_view key) const noexcept {
    size_t length = 0;
    const char* text = duramen_checkpoint_property(raw_, key.data(), key.size(), &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
  // The metadata text under a key; empty where there is none. Lent.
  std::string_view metadata(std::string_view key) const noexcept {
    size_t length = 0;
    const char* text = duramen_checkpoint_metadata(raw_, key.data(), key.size(), &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
  Result<StringList> metadata_keys() const {
    return make<StringList>([&](auto** out, auto** error) {
      return duramen_checkpoint_metadata_keys(raw_, out, error);
    });
  }
  // Names, dtypes, shapes and places, without a tensor for each.
  Result<FileEntries> entries() const {
    const duramen_file_entry* first = nullptr;
    size_t count = 0, stride = 0;
    DURAMEN_CHECK(call([&](duramen_error** error) {
      return duramen_checkpoint_entries(raw_, &first, &count, &stride, error);
    }));
    return FileEntries(first, count, stride);
  }
  // Everything that the file holds; lent.
  ValueRef content() const noexcept { return duramen_checkpoint_content(raw_); }
  // The dict at a dotted path; "" is the root. Its tensors share the file's memory.
  Result<StateDict> state_dict(ContextRef context, std::string_view select = {}) const {
    return make<StateDict>([&](auto** out, auto** error) {
      return duramen_checkpoint_state_dict(context.get(), raw_, select.data(), select.size(), out,
                                           error);
    });
  }
  // One tensor by its whole name; slice() of it reads what it covers only. NotFound.
  Result<Tensor> tensor(ContextRef context, std::string_view name) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_checkpoint_tensor(context.get(), raw_, name.data(), name.size(), out, error);
    });
  }
};

class Checkpoint : public Owned<CheckpointRef> {
 public:
  using Owned::Owned;
  Checkpoint(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS(CheckpointRef, format);
  DURAMEN_CXX_LENDS_AT(CheckpointRef, property, std::string_view);
  DURAMEN_CXX_LENDS_AT(CheckpointRef, metadata, std::string_view);
  DURAMEN_CXX_LENDS(CheckpointRef, entries);
  DURAMEN_CXX_LENDS(CheckpointRef, content);
  // Opens and maps a file; its first bytes tell the format.
  static Result<Checkpoint> open(ContextRef context, std::string_view path,
                                 const OpenOptions& how = {}) {
    const detail::RawOpenOptions options(how);
    return make<Checkpoint>([&](auto** out, auto** error) {
      return duramen_checkpoint_open(context.get(), path.data(), path.size(), options.get(), out,
                                     error);
    });
  }
  // A file that is in memory; the bytes are copied (view_checkpoint of stream.hpp does not).
  static Result<Checkpoint> from_memory(ContextRef context, Span<const std::byte> bytes,
                                        const OpenOptions& how = {}) {
    const detail::RawOpenOptions options(how);
    return make<Checkpoint>([&](auto** out, auto** error) {
      return duramen_checkpoint_from_memory(context.get(), bytes.data(), bytes.size(),
                                            options.get(), out, error);
    });
  }
  static Checkpoint adopt(duramen_checkpoint* raw) noexcept { return Owned::adopt(raw); }
};

// The state dict of a file in one step, as torch.load of one that holds nothing else.
inline Result<StateDict> load(ContextRef context, std::string_view path,
                              std::string_view select = {}, const OpenOptions& how = {}) {
  return detail::then(Checkpoint::open(context, path, how),
                      [&](const Checkpoint& file) { return file.state_dict(context, select); });
}

// Any value: nested dicts, lists, numbers and tensors in a .pt, one tensor in an .npy.
inline Result<void> save(ContextRef context, ValueRef value, std::string_view path,
                         const SaveOptions& how = {}) {
  const duramen_save_options options = how.raw();
  return call([&](duramen_error** error) {
    return duramen_value_save(context.get(), value.get(), path.data(), path.size(), &options,
                              error);
  });
}

inline Result<void> StateDictRef::save(ContextRef context, std::string_view path,
                                       const SaveOptions& how) const {
  const duramen_save_options options = how.raw();
  return call([&](duramen_error** error) {
    return duramen_state_dict_save(context.get(), raw_, path.data(), path.size(), &options, error);
  });
}

}  // namespace DURAMEN_CXX

DURAMEN_CXX_LENT_VIEW(FileEntries);

#endif
