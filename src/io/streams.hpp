// Where checkpoints come from and go to beside paths: descriptors and memory.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"

namespace duramen::io {

// A file by its descriptor, which stays the caller's: mapped or read from its first byte on; what
// is no regular file is read to its end. IO, LIMIT.
Ref<Checkpoint> open_descriptor(const Services& services, int descriptor,
                                const OpenOptions& options);

// To a descriptor, blocking or not, which stays the caller's. CANCELLED also while nobody reads.
class DescriptorOutput final : public Output {
 public:
  DescriptorOutput(int descriptor, const CancelFlag& cancel);
  void begin(uint64_t /*nbytes*/) override {}

 private:
  // How a write never waits for longer than a file system does.
  enum class Manner { plain, no_wait, small };
  void put(std::span<const std::byte> bytes) override;
  ssize_t put_some(std::span<const std::byte> bytes) noexcept;

  int descriptor_;
  const CancelFlag& cancel_;
  Manner manner_;
};

class MemoryOutput final : public Output {
 public:
  MemoryOutput() : Output("memory") {}
  void begin(uint64_t nbytes) override { bytes_.reserve(nbytes); }
  std::string take() {
    flush();
    return std::move(bytes_);
  }

 private:
  void put(std::span<const std::byte> bytes) override {
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string bytes_;
};

// As save() and save_value(), to an output. INVALID_ARGUMENT for the automatic format and for
// shards.
void save_to(const Services& services, const StateDict& dict, Output& out,
             const SaveOptions& options);
void save_to(const Services& services, const Value& content, Output& out,
             const SaveOptions& options);

struct MetadataChange {
  std::string_view key;
  std::optional<std::string_view> text;  // nullopt removes the key
};
// Changes texts of a .safetensors file's metadata, all or none: in place where the header's padding
// has room, else by a durable save of the whole, which is true. UNSUPPORTED for other formats.
bool edit_metadata(const Services& services, const std::string& path,
                   std::span<const MetadataChange> changes);

}  // namespace duramen::io
