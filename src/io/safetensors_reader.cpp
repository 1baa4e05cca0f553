#include <algorithm>

#include "base/checked.hpp"
#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/flat_file.hpp"
#include "io/json_places.hpp"
#include "io/safetensors.hpp"
#include "io/safetensors_index.hpp"

namespace duramen::io {
namespace {

class Reader {
 public:
  Reader(const Services& services, const Ref<const Source>& source, const Limits& limits)
      : services_(services),
        source_(source),
        bytes_(source->bytes()),
        header_{source->name(), {}},
        limits_(limits) {}

  Ref<Checkpoint> read() {
    const uint64_t length = header_length();
    header_.text = {reinterpret_cast<const char*>(bytes_.data()) + 8, length};
    data_ = bytes_.subspan(8 + length);
    check_total();
    if (!scan_safetensors(header_.text, limits_, services_.cancel, index_)) {
      index_ = parse_safetensors(header_, data_.size() >= kPadding, limits_, services_.cancel);
    }
    for (FileEntry& entry : entries()) check_size(entry);
    check_end();
    check_names();
    check_coverage();
    for (FileEntry& entry : entries()) entry.offset += bytes_.size() - data_.size();
    OrderedMap<std::string> properties;
    properties.append("byteorder", "little");
    auto file = std::make_unique<FlatFile>(services_, source_, std::move(index_.entries));
    return make<Checkpoint>("safetensors", std::move(file), std::move(index_.metadata),
                            std::move(properties));
  }

 private:
  Error bad_entry(std::string_view what, const FileEntry& entry) const {
    return header_.member_error(index_.member_of(entry), what, entry.name_view());
  }
  std::vector<FileEntry>& entries() noexcept { return index_.entries.list(); }
  const std::vector<FileEntry>& entries() const noexcept { return index_.entries.list(); }
  uint64_t header_length() const {
    if (bytes_.size() < 8) {
      throw header_.error(
          join("the file is too short (expected at least 8 bytes, got ", bytes_.size(), ")"));
    }
    uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), 8);
    const uint64_t most =
        limits_.max_header_bytes ? limits_.max_header_bytes : kMaxSafetensorsHeader;
    if (length > most) {
      throw header_.error(
          join("the header is too large (expected at most ", most, " bytes, got ", length, ")"), {},
          0, Code::limit);
    }
    if (length > bytes_.size() - 8) {
      throw header_.error(join("the header is longer than the file (expected at least ",
                               checked_add<uint64_t>(length, 8).value_or(UINT64_MAX),
                               " bytes, got ", bytes_.size(), "; is it truncated?)"),
                          {}, 0);
    }
    return length;
  }

  // Every byte of the data belongs to one tensor, so their sizes add up to the data's.
  void check_total() const {
    const uint64_t most = limits_.max_total_bytes ? limits_.max_total_bytes : UINT64_MAX;
    if (data_.size() <= most) return;
    throw header_.error(join("the tensors are too large together (expected at most ", most,
                             " bytes, got ", data_.size(), ")"),
                        {}, data_offset(0), Code::limit);
  }

  void check_size(FileEntry& entry) {
    const uint64_t nbytes = bytes_of(entry);
    if (nbytes != entry.nbytes) {
      throw header_.error(join("data_offsets do not fit the shape ", format_shape(entry.sizes()),
                               " (expected ", nbytes, " bytes, got ", entry.nbytes, ")"),
                          entry.name_view(), data_offset(entry.offset));
    }
    const uint64_t most = limits_.max_tensor_bytes ? limits_.max_tensor_bytes : UINT64_MAX;
    if (nbytes > most) {
      throw header_.error(join("the tensor is too large (expected at most ", most, " bytes)"),
                          entry.name_view(), data_offset(entry.offset), Code::limit);
    }
    if (entry.dtype == Dtype::float4_e2m1fn_x2) halve_last_size(entry);
  }

  // Two numbers are one element, as in PyTorch. Requires: their number is even.
  void halve_last_size(FileEntry& entry) {
    Shape shape(entry.sizes());
    shape.back() /= 2;
    entry.shape = index_.entries.keep(shape);
  }

  // What the tensor that ends last says of the file's size.
  void check_end() const {
    const auto ends_earlier = [](const FileEntry& a, const FileEntry& b) {
      return a.offset + a.nbytes < b.offset + b.nbytes;
    };
    const auto last = std::max_element(entries().begin(), entries().end(), ends_earlier);
    if (last == entries().end()) return;
    const uint64_t end = last->offset + last->nbytes;
    if (end <= data_.size()) return;
    const uint64_t before = bytes_.size() - data_.size();
    throw header_.error(
        join(SafetensorsIndex::offsets_text(last->offset, end), " leave the file (expected ",
             checked_add(before, end).value_or(UINT64_MAX), " bytes, got ", bytes_.size(),
             "; is it truncated?)"),
        last->name_view(), data_offset(last->offset));
  }

  // What dtype and shape ask for.
  uint64_t bytes_of(const FileEntry& entry) const {
    const bool halves = entry.dtype == Dtype::float4_e2m1fn_x2;
    const uint32_t bits = halves ? 4 : dtype_info(entry.dtype).bits;
    int64_t product = 1;  // of the sizes that are not 0: strides are made of it
    int64_t size_in_bits = 0;
    bool overflow = false, is_empty = false;
    for (const int64_t size : entry.sizes()) {
      is_empty |= size == 0;
      overflow |= mul_overflows(product, std::max<int64_t>(size, 1), &product);
    }
    overflow |= mul_overflows(product, int64_t{bits}, &size_in_bits);
    if (overflow) {
      throw bad_entry(join("the size overflows: ", format_shape(entry.sizes())), entry);
    }
    if (is_empty) size_in_bits = 0;
    const bool odd = halves && (entry.rank == 0 || entry.sizes().back() % 2 != 0);
    if (size_in_bits % 8 != 0 || odd) {
      throw bad_entry("the elements do not fill whole bytes", entry);
    }
    return static_cast<uint64_t>(size_in_bits / 8);
  }

  uint64_t data_offset(uint64_t offset) const noexcept {
    return bytes_.size() - data_.size() + std::min<uint64_t>(offset, data_.size());
  }

  void check_names() const {
    const auto name_at = [this](size_t i) { return entries()[i].name_view(); };
    const auto twice = find_duplicate(entries().size(), name_at);
    if (twice) throw bad_entry("this name is there twice", entries()[*twice]);
  }

  void check_coverage() const {
    uint64_t end = 0;
    if (std::is_sorted(entries().begin(), entries().end(), lies_before)) {
      for (const FileEntry& entry : entries()) check_begin(entry, end);
    } else {
      for (const FileEntry* entry : sorted()) check_begin(*entry, end);
    }
    check_last(end);
  }
  void check_begin(const FileEntry& entry, uint64_t& end) const {
    if (entry.offset != end) {
      throw header_.error(join(entry.offset < end ? "it overlaps another tensor"
                                                  : "bytes before it belong to nothing",
                               " (expected to begin at ", end, ", got ", entry.offset, ")"),
                          entry.name_view(), data_offset(entry.offset));
    }
    end = entry.offset + entry.nbytes;
  }
  void check_last(uint64_t end) const {
    if (end == data_.size()) return;
    throw header_.error(join("bytes after the last tensor (expected ", end, " bytes of data, got ",
                             data_.size(), ")"),
                        {}, data_offset(end));
  }

  static bool lies_before(const FileEntry& a, const FileEntry& b) noexcept {
    return a.offset != b.offset ? a.offset < b.offset : a.nbytes < b.nbytes;
  }
  std::vector<const FileEntry*> sorted() const {
    std::vector<const FileEntry*> order;
    order.reserve(entries().size());
    for (const FileEntry& entry : entries()) order.push_back(&entry);
    std::sort(order.begin(), order.end(),
              [](const FileEntry* a, const FileEntry* b) { return lies_before(*a, *b); });
    return order;
  }

  const Services& services_;
  const Ref<const Source>& source_;
  std::span<const std::byte> bytes_;
  SafetensorsHeaderText header_;
  std::span<const std::byte> data_;
  const Limits& limits_;
  SafetensorsIndex index_;
};

}  // namespace

Error SafetensorsHeaderText::error(std::string_view what, std::string_view entry,
                                   std::optional<uint64_t> offset, Code code) const {
  return file_error(code, {file, "safetensors header", entry, offset}, what);
}

Error SafetensorsHeaderText::member_error(size_t member, std::string_view what,
                                          std::string_view name, Code code) const {
  auto place = json_member_place(text, member);
  if (place) *place += 8;
  return error(what, name, place, code);
}

Ref<Checkpoint> read_safetensors(const Services& services, const Ref<const Source>& source,
                                 const OpenOptions& options) {
  return Reader(services, source, options.limits).read();
}

}  // namespace duramen::io
