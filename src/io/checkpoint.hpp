// A checkpoint of any format, told by its content and never by its name: a file, an index with the
// shards that it names, a folder. Opening reads the index only; tensors share the mapping (no copy)
// where the file's layout allows, and are copied otherwise.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "io/file_entries.hpp"
#include "io/source.hpp"
#include "state/state_dict.hpp"

namespace duramen::io {

// Zero means the safe default.
struct Limits {
  uint32_t max_depth = 0;  // a safetensors header may always have the 3 levels that it needs
  uint64_t max_entries = 0;
  uint64_t max_header_bytes = 0;
  uint64_t max_tensor_bytes = 0;  // logical bytes of one tensor (expanded views count in full)
  uint64_t max_total_bytes = 0;
};

class FlatFile;
struct ReadBudget;

struct OpenOptions {
  Limits limits;
  Source::Mode mode = Source::Mode::map;
  bool verify_checksums = false;  // CRC-32 of zip members
  bool dequantize = false;        // GGUF's Q8_0 and Q4_0 become float32
  ReadBudget* shared = nullptr;   // of the files of one checkpoint, for those who read them
};

class Checkpoint final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("ckpt");

  // A folder stands for the one index or the one checkpoint file in it.
  // IO, CORRUPT, LIMIT, UNSUPPORTED; one line naming the file, the entry and the offset.
  static Ref<Checkpoint> open(const Services& services, const std::string& path,
                              const OpenOptions& options = {});
  // `bytes` are kept alive by `keeper`; `name` stands for the path in messages.
  static Ref<Checkpoint> from_memory(const Services& services, std::span<const std::byte> bytes,
                                     Ref<const Counted> keeper, const std::string& name,
                                     const OpenOptions& options = {});

  std::string_view format() const noexcept { return format_; }  // "safetensors", "torch", "npy", …
  // Everything, as one value; made when it is first asked for where the index is a table.
  const ValueRef& content(const CancelFlag& cancel = {}) const;
  // What state_dict("") would have, and without tensors where the index is a table.
  const FileEntries& entries() const;
  // Of an entry, by its name: NOT_FOUND with the nearest, DTYPE_MISMATCH for what is no tensor.
  TensorRef tensor(std::string_view name, const CancelFlag& cancel) const;
  const OrderedMap<std::string>& metadata() const noexcept { return metadata_; }
  // What the file says of itself: "container" (of a torch file: "zip", "torchscript", "legacy",
  // "tar"), "version", "byteorder", "protocol" (of a pickle), "storage_alignment", "alignment",
  // "shards", "warnings", "files"; each where the format has it.
  const OrderedMap<std::string>& properties() const noexcept { return properties_; }
  // state_dict_from_value(content, select) with the file's metadata; errors name the file.
  Ref<StateDict> state_dict(std::string_view select, const CancelFlag& cancel = {}) const;

  Checkpoint(std::string format, ValueRef content, OrderedMap<std::string> metadata,
             OrderedMap<std::string> properties);
  Checkpoint(std::string format, std::unique_ptr<const FlatFile> flat,
             OrderedMap<std::string> metadata, OrderedMap<std::string> properties);
  ~Checkpoint() override;

 private:
  Ref<StateDict> plain_state_dict(std::string_view select, const CancelFlag& cancel) const;
  const FileEntries& listed() const;
  const NameIndex& index_of(const std::vector<FileEntry>& list) const;
  size_t position_of(std::string_view name) const;

  std::string file_;
  Ref<const Counted> keeper_;  // of the caller's memory, also where no tensor needs it
  std::string format_;
  std::unique_ptr<const FlatFile> flat_;  // null: the content was made by the reader
  OrderedMap<std::string> metadata_;
  OrderedMap<std::string> properties_;

  // Made when they are first asked for, under the mutex, and never changed afterwards.
  mutable std::mutex mutex_;
  mutable ValueRef content_;
  mutable std::unique_ptr<const FileEntries> entries_;  // of `content_`
  mutable std::vector<const Value*> values_;            // of `entries_`
  mutable std::unique_ptr<const NameIndex> names_;
};

enum class Format : int32_t {
  automatic = 0,
  safetensors = 1,
  torch = 2,
  npy = 3,
  npz = 4,
  gguf = 5,
  dcp = 6
};
enum class Durability : int32_t {
  durable = 0,
  atomic = 1
};  // durable: fsync of file and folder as well

struct SaveOptions {
  // By the path's ending: .safetensors; .pt, .pth, .bin; .npy; "/" for a folder of DCP.
  Format format = Format::automatic;
  Durability durability = Durability::durable;
  uint32_t alignment = 0;  // safetensors: pad the header so that the data starts at a multiple of
                           // this and of 8, the reference's; a power of two up to 2^20, or 0
  uint64_t max_shard_bytes = 0;  // of tensors in one file: shards and an index; 0: one file
};

// Writes a sibling temporary file and renames it: the target is whole or untouched; see AtomicFile
// for the one error that comes after it was replaced. Ties and views
// are kept in .pt, and refused by safetensors unless each name has memory of its own
// (INVALID_ARGUMENT naming both). In shards where that is asked, or the path ends with
// ".index.json"; see save_shards.
void save(const Services& services, const StateDict& dict, const std::string& path,
          const SaveOptions& options = {});
// Any value in a .pt: nested dicts, lists, numbers, tensors. One tensor in a .npy.
void save_value(const Services& services, const Value& content, const std::string& path,
                const SaveOptions& options = {});

}  // namespace duramen::io
