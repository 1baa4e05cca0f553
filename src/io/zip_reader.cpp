#include <algorithm>

#include "base/cursor.hpp"
#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/zip.hpp"
#include "io/zip_format.hpp"

namespace duramen::io {
namespace {

using namespace zip;

struct Directory {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t count = 0;
  uint64_t at = 0;  // of the record that says so
};

class DirectoryReader {
 public:
  DirectoryReader(const Source& source, uint64_t max_entries, uint64_t max_bytes)
      : source_(source), bytes_(source.bytes()), max_entries_(max_entries), max_bytes_(max_bytes) {}

  std::vector<ZipEntry> read() {
    const Directory directory = find_directory();
    if (directory.offset > directory.at || directory.size != directory.at - directory.offset) {
      throw bad("zip end record", directory.at,
                join("the directory does not end where its end record begins (offset ",
                     directory.offset, ", size ", directory.size, ")"));
    }
    if (directory.size > max_bytes_) {
      throw file_error(Code::limit, {source_.name(), "zip end record", {}, directory.at},
                       join("the directory is too large (expected at most ", max_bytes_,
                            " bytes, got ", directory.size, ")"));
    }
    if (directory.count > directory.size / kCentralSize) {
      throw bad("zip end record", directory.at,
                join("more entries than fit (expected at most ", directory.size / kCentralSize,
                     ", got ", directory.count, ")"));
    }
    if (directory.count > max_entries_) {
      throw file_error(Code::limit, {source_.name(), "zip end record", {}, directory.at},
                       join("too many entries (expected at most ", max_entries_, ", got ",
                            directory.count, ")"));
    }
    std::vector<ZipEntry> entries = read_entries(directory);
    for (ZipEntry& entry : entries) check_local(entry, directory.offset);
    check_coverage(entries, directory.offset);
    return entries;
  }

 private:
  Error bad(std::string_view part, uint64_t offset, std::string_view what,
            std::string_view entry = {}) const {
    return file_error(Code::corrupt, {source_.name(), part, entry, offset}, what);
  }
  template <class T>
  T number(uint64_t offset) const noexcept {
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

  Directory find_directory() const {
    const uint64_t size = bytes_.size();
    if (size < kEndSize || number<uint32_t>(size - kEndSize) != kEndSignature) {
      throw no_end();
    }
    const uint64_t end = size - kEndSize;
    if (number<uint16_t>(end + 20) != 0) throw bad("zip end record", end, "its comment is cut off");
    if (number<uint16_t>(end + 4) != 0 || number<uint16_t>(end + 6) != 0 ||
        number<uint16_t>(end + 8) != number<uint16_t>(end + 10)) {
      throw bad("zip end record", end, "archives of several disks are not supported");
    }
    const Directory small{number<uint32_t>(end + 16), number<uint32_t>(end + 12),
                          number<uint16_t>(end + 10), end};
    const bool has_locator =
        end >= kLocatorSize && number<uint32_t>(end - kLocatorSize) == kLocatorSignature;
    return has_locator ? read_end64(small, end - kLocatorSize) : small;
  }

  // Why the file does not end with its end record.
  Error no_end() const {
    const uint64_t size = bytes_.size();
    const std::string_view text = text_of(bytes_);
    const size_t start = size - std::min<uint64_t>(size, kEndSize + kMax16);
    const size_t found = text.substr(start).rfind("PK\5\6");
    const uint64_t end = start + found;
    if (found == std::string_view::npos || size - end < kEndSize) {
      return bad("zip", size, "no end record at the end of the file (is it truncated?)");
    }
    const uint64_t behind = size - end - kEndSize;
    if (number<uint16_t>(end + 20) != behind) {
      return bad("zip end record", end, join("it does not end the file (", behind, " bytes more)"));
    }
    return file_error(Code::unsupported, {source_.name(), "zip end record", {}, end},
                      join("a comment is not supported (expected none, got ", behind, " bytes)"));
  }

  Directory read_end64(const Directory& small, uint64_t locator) const {
    const uint64_t at = number<uint64_t>(locator + 8);
    if (number<uint32_t>(locator + 4) != 0 || number<uint32_t>(locator + 16) != 1) {
      throw bad("zip64 locator", locator, "archives of several disks are not supported");
    }
    if (locator < kEnd64Size || at != locator - kEnd64Size ||
        number<uint32_t>(at) != kEnd64Signature || number<uint64_t>(at + 4) != kEnd64Size - 12) {
      throw bad("zip64 locator", locator,
                join("no zip64 end record directly before it (got ", at, ")"));
    }
    const Directory large{number<uint64_t>(at + 48), number<uint64_t>(at + 40),
                          number<uint64_t>(at + 32), at};
    const bool one_disk = number<uint32_t>(at + 16) == 0 && number<uint32_t>(at + 20) == 0 &&
                          number<uint64_t>(at + 24) == large.count;
    const auto agrees = [](uint64_t in_small, uint64_t in_large, uint64_t max) {
      return in_small == max || in_small == in_large;
    };
    if (!one_disk || !agrees(small.offset, large.offset, kMax32) ||
        !agrees(small.size, large.size, kMax32) || !agrees(small.count, large.count, kMax16)) {
      throw bad("zip64 end record", at, "it disagrees with the end record");
    }
    return large;
  }

  std::vector<ZipEntry> read_entries(const Directory& directory) const {
    std::vector<ZipEntry> entries;
    entries.reserve(directory.count);
    Cursor cursor(bytes_.first(directory.at));
    if (!cursor.seek(directory.offset)) throw bad("zip directory", directory.offset, "out of file");
    for (uint64_t i = 0; i < directory.count; ++i) entries.push_back(read_entry(cursor));
    if (!cursor.at_end()) {
      throw bad("zip directory", cursor.position(),
                join("more bytes than its ", directory.count, " entries"));
    }
    return entries;
  }

  ZipEntry read_entry(Cursor& cursor) const {
    const uint64_t at = cursor.position();
    const auto fixed = cursor.take(kCentralSize);
    if (!fixed || number<uint32_t>(at) != kCentralSignature) {
      throw bad("zip directory", at, "expected an entry");
    }
    ZipEntry entry;
    entry.flags = number<uint16_t>(at + 8);
    entry.method = number<uint16_t>(at + 10);
    entry.crc = number<uint32_t>(at + 16);
    entry.stored_size = number<uint32_t>(at + 20);
    entry.size = number<uint32_t>(at + 24);
    entry.header = number<uint32_t>(at + 42);
    const auto name = cursor.take(number<uint16_t>(at + 28));
    const auto extra = cursor.take(number<uint16_t>(at + 30));
    const auto comment = cursor.take(number<uint16_t>(at + 32));
    if (!name || !extra || !comment) throw bad("zip directory", at, "an entry is cut off");
    entry.name = {reinterpret_cast<const char*>(name->data()), name->size()};
    read_zip64(*extra, entry, at);
    if (number<uint16_t>(at + 34) != 0) {
      throw bad("zip directory", at, "archives of several disks are not supported", entry.name);
    }
    const bool is_folder = (number<uint32_t>(at + 38) & kFolderAttribute) != 0;
    if (is_folder && !entry.name.ends_with('/')) {
      throw bad("zip directory", at, "its attributes say that it is a folder", entry.name);
    }
    check_kind(entry, at);
    return entry;
  }

  void check_kind(const ZipEntry& entry, uint64_t at) const {
    const Spot spot{source_.name(), "zip directory", entry.name, at};
    if (entry.name.empty() || entry.name.find('\0') != std::string_view::npos) {
      throw file_error(Code::corrupt, spot, "an entry's name is empty or holds a NUL");
    }
    if (entry.flags & kFlagsRefused) {
      throw file_error(Code::unsupported, spot, "encrypted or patched entries are not supported");
    }
    if (entry.method != 0 && entry.method != 8) {
      throw file_error(Code::unsupported, spot,
                       join("the compression method is not supported (expected stored or deflate, "
                            "got method ",
                            entry.method, ")"));
    }
    if (entry.method == 0 && entry.size != entry.stored_size) {
      throw file_error(Code::corrupt, spot, "a stored entry has two sizes");
    }
  }

  void read_zip64(std::span<const std::byte> extra, ZipEntry& entry, uint64_t at) const {
    Cursor fields(extra);
    bool seen = false;
    while (!fields.at_end()) {
      const auto id = fields.number<uint16_t>();
      const auto length = fields.number<uint16_t>();
      const auto data = length ? fields.take(*length) : std::nullopt;
      if (!id || !data) throw bad("zip directory", at, "an extra field is cut off", entry.name);
      if (*id != kZip64Id) continue;
      if (std::exchange(seen, true)) {
        throw bad("zip directory", at, "two zip64 fields in one entry", entry.name);
      }
      Cursor numbers(*data);
      for (uint64_t* value : {&entry.size, &entry.stored_size, &entry.header}) {
        if (*value != kMax32) continue;
        const auto wide = numbers.number<uint64_t>();
        if (!wide) throw bad("zip directory", at, "a zip64 field is too short", entry.name);
        *value = *wide;
      }
      if (!numbers.at_end())
        throw bad("zip directory", at, "a zip64 field is too long", entry.name);
    }
  }

  // Of the local header only what the payload depends on is used; its zip64 field is not looked at.
  void check_local(ZipEntry& entry, uint64_t limit) const {
    const uint64_t at = entry.header;
    const auto local_error = [&](std::string_view what) {
      return bad("zip entry", at, what, entry.name);
    };
    if (at > limit || limit - at < kLocalSize || number<uint32_t>(at) != kLocalSignature) {
      throw local_error("no local header where the directory says");
    }
    const uint64_t name_length = number<uint16_t>(at + 26);
    const uint64_t payload = at + kLocalSize + name_length + number<uint16_t>(at + 28);
    if (payload > limit || entry.stored_size > limit - payload) {
      throw local_error(join("its bytes leave the file (", entry.stored_size, " bytes)"));
    }
    const auto* name = reinterpret_cast<const char*>(bytes_.data() + at + kLocalSize);
    if (std::string_view(name, name_length) != entry.name) {
      throw local_error("the local header has another name");
    }
    constexpr uint16_t kCompared = kFlagsRefused | kFlagDescriptor;
    check_local_field(entry, "flags", number<uint16_t>(at + 6) & kCompared,
                      entry.flags & kCompared);
    check_local_field(entry, "method", number<uint16_t>(at + 8), entry.method);
    check_local_sizes(entry);
    entry.payload = payload;
  }

  // Zeros where a data descriptor has the numbers.
  void check_local_sizes(const ZipEntry& entry) const {
    const uint64_t at = entry.header;
    const bool may_be_zero = has_descriptor(entry);
    const auto check = [&](std::string_view what, uint32_t local, uint64_t central) {
      if (!may_be_zero || local != 0) check_local_field(entry, what, local, central);
    };
    const auto check_size = [&](std::string_view what, uint32_t local, uint64_t central) {
      if (local != kMax32) check(what, local, central);
    };
    check("CRC", number<uint32_t>(at + 14), entry.crc);
    check_size("stored size", number<uint32_t>(at + 18), entry.stored_size);
    check_size("size", number<uint32_t>(at + 22), entry.size);
  }

  void check_local_field(const ZipEntry& entry, std::string_view what, uint64_t local,
                         uint64_t central) const {
    if (local == central) return;
    throw bad("zip entry", entry.header,
              join("the local header has other ", what, " than the directory (expected ", central,
                   ", got ", local, ")"),
              entry.name);
  }

  static bool has_descriptor(const ZipEntry& entry) noexcept {
    return (entry.flags & kFlagDescriptor) != 0;
  }

  // From byte 0 to the directory, entry after entry; only a data descriptor may lie between two.
  void check_coverage(const std::vector<ZipEntry>& entries, uint64_t limit) const {
    std::vector<const ZipEntry*> order;
    order.reserve(entries.size());
    for (const ZipEntry& entry : entries) order.push_back(&entry);
    const auto earlier = [](const ZipEntry* a, const ZipEntry* b) { return a->header < b->header; };
    if (!std::is_sorted(order.begin(), order.end(), earlier)) {
      std::sort(order.begin(), order.end(), earlier);
    }
    uint64_t end = 0;
    const ZipEntry* before = nullptr;
    for (const ZipEntry* entry : order) {
      check_gap(before, end, entry->header, entry->name);
      end = entry->payload + entry->stored_size;
      before = entry;
    }
    check_gap(before, end, limit, "the directory");
  }
  // Between the payload of `before` (null: none) and what is next.
  void check_gap(const ZipEntry* before, uint64_t end, uint64_t next, std::string_view name) const {
    if (next < end) throw bad("zip entry", next, "it overlaps the entry before it", name);
    if (before && has_descriptor(*before)) return check_descriptor(*before, end, next - end);
    if (next > end) {
      throw bad("zip entry", end, join(next - end, " bytes before it belong to nothing"), name);
    }
  }
  // With or without its signature, sizes of 4 or 8 bytes: the length tells which. Behind an empty
  // payload it may be missing.
  void check_descriptor(const ZipEntry& entry, uint64_t at, uint64_t length) const {
    if (length == 0 && entry.stored_size == 0) return;
    const bool is_wide = length == 20 || length == 24;
    const bool is_signed = length == 16 || length == 24;
    if (!is_wide && !is_signed && length != 12) {
      throw bad("zip entry", at, join(length, " bytes behind it are no data descriptor"),
                entry.name);
    }
    const uint64_t crc = at + (is_signed ? 4 : 0);
    const uint64_t stored_size = is_wide ? number<uint64_t>(crc + 4) : number<uint32_t>(crc + 4);
    const uint64_t size = is_wide ? number<uint64_t>(crc + 12) : number<uint32_t>(crc + 8);
    if ((is_signed && number<uint32_t>(at) != kDescriptorSignature) ||
        number<uint32_t>(crc) != entry.crc || stored_size != entry.stored_size ||
        size != entry.size) {
      throw bad("zip entry", at, "its data descriptor has other sizes or another CRC", entry.name);
    }
  }

  const Source& source_;
  std::span<const std::byte> bytes_;
  uint64_t max_entries_;
  uint64_t max_bytes_;
};

}  // namespace

ZipReader::ZipReader(Ref<const Source> source, uint64_t max_entries, uint64_t max_directory_bytes)
    : source_(std::move(source)) {
  entries_ = DirectoryReader(*source_, max_entries, max_directory_bytes).read();
  index_.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (index_.insert(i, name_at()) == i) continue;
    throw file_error(Code::corrupt,
                     {source_->name(), "zip directory", entries_[i].name, entries_[i].header},
                     "two entries have this name");
  }
}

const ZipEntry* ZipReader::find(std::string_view name) const noexcept {
  const size_t found = index_.find(name, name_at());
  return found == NameIndex::kNotFound ? nullptr : &entries_[found];
}

}  // namespace duramen::io
