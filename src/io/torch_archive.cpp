#include "io/torch_archive.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/safetensors.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kMaxSmallRecord = 64;
constexpr uint64_t kMaxPickle = uint64_t{1} << 30;
constexpr uint64_t kMaxDeflateRatio = 1032;  // deflate cannot do better

// The values of a pickle. The densest that a pickler writes, an empty list in two bytes, takes 120
// bytes for each of its own; a tensor takes about 300 and makes two thousand.
constexpr uint64_t kBaseOfValues = uint64_t{64} << 20;
constexpr uint64_t kValuesPerByte = 128;

uint64_t budget(uint64_t asked, uint64_t base, uint64_t factor, uint64_t file_size) noexcept {
  if (asked) return asked;
  return base + checked_mul(file_size, factor).value_or(UINT64_MAX - base);
}

std::string_view folder_of(const ZipReader& zip) {
  if (zip.entries().empty()) return {};
  const std::string_view name = zip.entries().front().name;
  return name.substr(0, name.find('/') + 1);
}

void swap_bytes(std::byte* bytes, size_t count, size_t width) noexcept {
  for (size_t i = 0; i + width <= count; i += width) std::reverse(bytes + i, bytes + i + width);
}

}  // namespace

bool is_torch_archive(const ZipReader& zip) {
  return !folder_of(zip).empty() && zip.find(join(folder_of(zip), "data.pkl")) != nullptr;
}

TorchArchive::TorchArchive(const Services& services, const ZipReader& zip,
                           const OpenOptions& options)
    : services_(services),
      zip_(zip),
      options_(options),
      folder_(folder_of(zip)),
      slots_(zip.entries().size()),
      value_budget_(
          zip.source()->name(),
          std::max(options.limits.max_total_bytes,
                   budget(0, kBaseOfValues, kValuesPerByte, zip.source()->bytes().size())),
          services.cancel),
      verified_(zip.entries().size()) {
  const uint64_t size = zip.source()->bytes().size();
  const Limits& limits = options.limits;
  constexpr uint64_t kBase = uint64_t{64} << 20;
  inflated_budget_ = budget(limits.max_total_bytes, kBase, 32, size);
  tensor_budget_ = budget(limits.max_tensor_bytes, kBase, 32, size);
  total_budget_ = budget(limits.max_total_bytes, kBase * 16, 1024, size);
  if (const ZipEntry* entry = zip.find(folder_ + "constants.pkl")) {
    throw bad(*entry, "this is a TorchScript archive, which is not supported (save a state_dict)",
              Code::unsupported);
  }
  check_version();
  const std::string order = small_record("byteorder");
  if (!order.empty() && order != "little" && order != "big") {
    throw file_error(Code::corrupt, {file(), "torch file", "byteorder", {}},
                     join("expected little or big, got ", format_quoted(printable(order))));
  }
  big_endian_ = order == "big";
}

Error TorchArchive::bad(const ZipEntry& entry, std::string_view what, Code code) const {
  return file_error(code, {file(), "torch file", entry.name, entry.payload}, what);
}

void TorchArchive::check_version() {
  std::string text = small_record(".data/version");
  if (text.empty()) text = small_record("version");
  if (text.empty()) {
    throw file_error(Code::corrupt, {file(), "torch file", "version", {}}, "the record is missing");
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  const auto version = parse_int(text);
  if (!version || *version < 1 || *version > 10) {
    throw file_error(Code::unsupported, {file(), "torch file", "version", {}},
                     join("unknown version (expected 1 to 10, got ", printable(text), ")"));
  }
  version_ = *version;
}

// Empty when there is none.
std::string TorchArchive::small_record(std::string_view name) {
  const ZipEntry* entry = zip_.find(join(folder_, name));
  if (!entry) return {};
  if (entry->size > kMaxSmallRecord) throw bad(*entry, "the record is too large");
  std::string text(entry->size, '\0');
  const auto out = std::as_writable_bytes(std::span(text.data(), text.size()));
  if (entry->is_deflated()) {
    zip_.inflate(*entry, out);
  } else if (!out.empty()) {
    std::memcpy(out.data(), zip_.raw(*entry).data(), out.size());
  }
  return text;
}

// The digits of a record that nothing depends on; empty for anything else.
std::string TorchArchive::plain_number(std::string_view name) const {
  const ZipEntry* entry = zip_.find(join(folder_, name));
  if (!entry || entry->is_deflated() || entry->size > kMaxSmallRecord) return {};
  const auto bytes = zip_.raw(*entry);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto number = parse_int(text);
  return number ? std::to_string(*number) : std::string();
}

OrderedMap<std::string> TorchArchive::properties() {
  constexpr std::byte kProto{0x80};
  OrderedMap<std::string> out;
  out.append("version", std::to_string(version_));
  const auto bytes = pickle();
  const bool tells = bytes.size() > 1 && bytes[0] == kProto;
  out.append("protocol", std::to_string(tells ? std::to_integer<int>(bytes[1]) : 0));
  out.append("byteorder", big_endian_ ? "big" : "little");
  if (auto alignment = plain_number(".storage_alignment"); !alignment.empty()) {
    out.append("storage_alignment", std::move(alignment));
  }
  return out;
}

std::span<const std::byte> TorchArchive::pickle() {
  const ZipEntry& entry = *zip_.find(folder_ + "data.pkl");
  const uint64_t most =
      options_.limits.max_header_bytes ? options_.limits.max_header_bytes : kMaxPickle;
  if (entry.size > most) {
    throw bad(entry, join("the pickle is too large (expected at most ", most, " bytes)"),
              Code::limit);
  }
  if (!entry.is_deflated()) {
    verify(entry, zip_.raw(entry));
    return zip_.raw(entry);
  }
  if (!pickle_) {
    value_budget_.charge(entry.size);
    pickle_ = copy_record(entry);
  }
  return {pickle_->data(), pickle_->nbytes()};
}

// The inflated or plain content in memory of our own.
Ref<Storage> TorchArchive::copy_record(const ZipEntry& entry) {
  if (entry.is_deflated()) {
    if (entry.size / kMaxDeflateRatio > entry.stored_size) {
      throw bad(entry, join(entry.stored_size, " deflated bytes cannot give ", entry.size));
    }
    if (entry.size > inflated_budget_) {
      throw bad(entry,
                join("inflating takes too much memory (expected at most ", inflated_budget_,
                     " bytes more, got ", entry.size, "; a limit can be raised)"),
                Code::limit);
    }
    inflated_budget_ -= entry.size;
  }
  auto storage = Storage::allocate(services_.allocator, entry.size);
  const std::span<std::byte> out(storage->mutable_data(), entry.size);
  if (entry.is_deflated()) {
    zip_.inflate(entry, out);
  } else if (!out.empty()) {
    std::memcpy(out.data(), zip_.raw(entry).data(), out.size());
  }
  verify(entry, out);
  return storage;
}

void TorchArchive::verify(const ZipEntry& entry, std::span<const std::byte> content) {
  if (!options_.verify_checksums) return;
  const auto index = static_cast<size_t>(&entry - zip_.entries().data());
  if (verified_[index]) return;
  zip_.check_crc(entry, content);
  verified_[index] = true;
}

void TorchArchive::verify_rest() {
  if (!options_.verify_checksums) return;
  for (const ZipEntry& entry : zip_.entries()) {
    services_.cancel.check("open");
    if (!entry.is_deflated()) {
      verify(entry, zip_.raw(entry));
    } else if (!verified_[static_cast<size_t>(&entry - zip_.entries().data())]) {
      copy_record(entry);
      inflated_budget_ += entry.size;
    }
  }
}

Ref<Storage> TorchArchive::make_storage(const ZipEntry& entry, Dtype dtype) {
  services_.cancel.check("open");
  const size_t width = is_complex(dtype) ? itemsize(dtype) / 2 : itemsize(dtype);
  const bool swap = big_endian_ && width > 1;
  if (!swap && !entry.is_deflated()) {
    verify(entry, zip_.raw(entry));
    return storage_over(services_.allocator, zip_.source(), zip_.raw(entry), dtype);
  }
  auto storage = copy_record(entry);
  if (swap) swap_bytes(storage->mutable_data(), storage->nbytes(), width);
  if (dtype == Dtype::boolean) normalize_booleans(storage->mutable_data(), storage->nbytes());
  return storage;
}

const ZipEntry& TorchArchive::record(std::string_view key) {
  scratch_.assign(folder_).append("data/").append(key);
  // Storages are nearly always named in the order of the directory.
  if (++next_record_ < zip_.entries().size() && zip_.entries()[next_record_].name == scratch_) {
    return zip_.entries()[next_record_];
  }
  const ZipEntry* entry = zip_.find(scratch_);
  if (!entry) {
    throw file_error(Code::corrupt, {file(), "torch file", scratch_, {}},
                     "the storage's record is missing");
  }
  next_record_ = static_cast<size_t>(entry - zip_.entries().data());
  return *entry;
}

TorchArchive::Use TorchArchive::storage(const StorageId& id, Dtype wanted) {
  const ZipEntry& entry = record(id.key);
  const uint64_t width = id.class_dtype == Dtype::invalid ? 1 : itemsize(id.class_dtype);
  const auto expected = checked_mul(static_cast<uint64_t>(id.numel), width);
  if (id.numel < 0 || !expected || *expected != entry.size) {
    throw bad(entry, join("the storage has another size than the pickle says (expected ", id.numel,
                          " elements of ", width, " bytes, got ", entry.size, " bytes)"));
  }
  Slot& slot = slots_[static_cast<size_t>(&entry - zip_.entries().data())];
  const Dtype dtype = id.class_dtype == Dtype::invalid ? wanted : id.class_dtype;
  if (!slot.storage) {
    slot = {make_storage(entry, dtype), id.class_dtype, dtype};
  } else if (slot.class_dtype != id.class_dtype) {
    throw bad(entry, "one storage has two classes");
  } else if (slot.made_for != dtype && (big_endian_ || dtype == Dtype::boolean)) {
    throw bad(entry, "one untyped storage has two dtypes", Code::unsupported);
  }
  return {slot.storage, id.class_dtype, &entry};
}

void TorchArchive::count_tensor(uint64_t nbytes, uint64_t storage_nbytes, const ZipEntry& record) {
  const bool expanded = nbytes > storage_nbytes;
  if ((expanded || options_.limits.max_tensor_bytes) && nbytes > tensor_budget_) {
    throw bad(record,
              join("a tensor is larger than the file justifies (expected at most ", tensor_budget_,
                   " bytes, got ", nbytes, "; a limit can be raised)"),
              Code::limit);
  }
  if (nbytes > total_budget_) {
    throw bad(record,
              "all tensors together are larger than the file justifies (a limit can be raised)",
              Code::limit);
  }
  total_budget_ -= nbytes;
}

}  // namespace duramen::io
