// Zip archives as checkpoints use them. No general library will do: torch's tensors are read in
// place, so payload offsets, their alignment and torch's habits (data descriptors, zeroed local
// headers, zip64 records in small files) matter.
//
// The reader is strict: the central directory is trusted only after every local header and data
// descriptor agrees with it (names, flags, methods, sizes, CRCs; sizes may be left to zip64 fields,
// of which the directory's count), entries neither overlap nor hide bytes between them, no name
// occurs twice, and the end records end the file, without a comment. So no other tool sees other
// bytes than we do.
#pragma once

#include <string>

#include "base/name_index.hpp"
#include "io/output.hpp"
#include "io/source.hpp"
#include "tensor/storage.hpp"

namespace duramen::io {

struct ZipEntry {
  std::string_view name;  // inside the source
  uint64_t header = 0;    // offset of the local header
  uint64_t payload = 0;   // offset of the first byte
  uint64_t stored_size = 0;
  uint64_t size = 0;  // after inflating
  uint32_t crc = 0;
  uint16_t flags = 0;
  uint16_t method = 0;

  bool is_deflated() const noexcept { return method != 0; }
};

class ZipReader {
 public:
  // Reads and checks the directory. CORRUPT, UNSUPPORTED (encryption, methods), LIMIT.
  ZipReader(Ref<const Source> source, uint64_t max_entries, uint64_t max_directory_bytes);

  const std::vector<ZipEntry>& entries() const noexcept { return entries_; }
  const ZipEntry* find(std::string_view name) const noexcept;
  const Ref<const Source>& source() const noexcept { return source_; }

  // The bytes as they lie in the file.
  std::span<const std::byte> raw(const ZipEntry& entry) const noexcept {
    return source_->bytes().subspan(entry.payload, entry.stored_size);
  }
  // Requires: out.size() == entry.size. CORRUPT unless exactly that comes out.
  void inflate(const ZipEntry& entry, std::span<std::byte> out) const;
  // The inflated content in fresh memory, which is taken off what may still be inflated; neither it
  // nor what deflate can reach is gone beyond. CORRUPT, LIMIT.
  Ref<Storage> inflated(const Ref<Allocator>& allocator, const ZipEntry& entry,
                        uint64_t& budget) const;
  // CORRUPT when the content does not have the entry's CRC-32; a CRC of 0 means "not computed".
  void check_crc(const ZipEntry& entry, std::span<const std::byte> content) const;
  // That of every entry which is stored as it is, on all threads. CANCELLED.
  void check_stored_crcs(const Services& services) const;

 private:
  void check_crc(const ZipEntry& entry, uint32_t crc) const;
  auto name_at() const noexcept {
    return [this](size_t i) { return entries_[i].name; };
  }

  Ref<const Source> source_;
  std::vector<ZipEntry> entries_;
  NameIndex index_;
};

// Writes stored entries exactly as torch.save lays them out: data descriptors, payloads at
// multiples of 64, zip64 end records always. Deterministic.
class ZipWriter {
 public:
  ZipWriter(Output& out, std::string folder) : out_(out), folder_(std::move(folder)) {}

  // Gives the number of the entry.
  size_t begin(std::string_view name, uint64_t size);
  void add(std::span<const std::byte> bytes);
  void end();
  void whole(std::string_view name, std::string_view content);
  void finish();
  // What stands behind the bytes of an entry that were written by somebody else, with this CRC-32.
  std::string descriptor(size_t entry, uint32_t crc);

  // 40 digits that depend on the entries so far: torch's .data/serialization_id.
  std::string serialization_id() const;

 private:
  struct Written {
    std::string name;
    uint64_t header;
    uint64_t size;
    uint32_t crc;
  };
  void write_directory_entry(const Written& entry);

  Output& out_;
  std::string folder_;  // "archive/"
  std::vector<Written> written_;
};

}  // namespace duramen::io
