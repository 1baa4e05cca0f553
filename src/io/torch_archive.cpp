#include "io/torch_archive.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kMaxSmallRecord = 64;
constexpr uint64_t kMaxPickle = uint64_t{1} << 30;

std::string_view folder_of(const ZipReader& zip) {
  if (zip.entries().empty()) return {};
  const std::string_view name = zip.entries().front().name;
  return name.substr(0, name.find('/') + 1);
}

}  // namespace

bool is_torch_archive(const ZipReader& zip) {
  return !folder_of(zip).empty() && zip.find(join(folder_of(zip), "data.pkl")) != nullptr;
}

TorchArchive::TorchArchive(const Services& services, const ZipReader& zip,
                           const OpenOptions& options, std::string_view pickle)
    : TorchContainer(services, zip.source(), options),
      zip_(zip),
      folder_(folder_of(zip)),
      storages_(join(folder_, pickle.substr(0, pickle.find('.')), "/")),
      verified_(zip.entries().size()) {
  slots_.resize(zip.entries().size());
  place_.entry = pickle;
  check_version();
  const auto order = small_record("byteorder");
  if (order && *order != "little" && *order != "big") {
    throw file_error(Code::corrupt, {file(), "torch file", "byteorder", {}},
                     join("expected little or big, got ", format_quoted(printable(*order))));
  }
  swaps_bytes_ = order == "big";
}

Error TorchArchive::bad(const ZipEntry& entry, std::string_view what, Code code) const {
  return file_error(code, {file(), "torch file", entry.name, entry.payload}, what);
}

void TorchArchive::check_version() {
  std::string text = small_record(".data/version").value_or("");
  if (text.empty()) text = small_record("version").value_or("");
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
std::optional<std::string> TorchArchive::small_record(std::string_view name) {
  const ZipEntry* entry = zip_.find(join(folder_, name));
  if (!entry) return std::nullopt;
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
  const auto number = parse_int(text_of(zip_.raw(*entry)));
  return number ? std::to_string(*number) : std::string();
}

OrderedMap<std::string> TorchArchive::properties() {
  OrderedMap<std::string> out;
  out.append("container", "zip");
  out.append("version", std::to_string(version_));
  out.append("protocol", protocol_of(pickle()));
  out.append("byteorder", swaps_bytes_ ? "big" : "little");
  if (auto alignment = plain_number(".storage_alignment"); !alignment.empty()) {
    out.append("storage_alignment", std::move(alignment));
  }
  return out;
}

std::span<const std::byte> TorchArchive::pickle() {
  const ZipEntry& entry = *zip_.find(join(folder_, place_.entry));
  const uint64_t most =
      options_.limits.max_header_bytes ? options_.limits.max_header_bytes : kMaxPickle;
  if (entry.size > most) {
    throw bad(entry, join("the pickle is too large (expected at most ", most, " bytes)"),
              Code::limit);
  }
  if (!entry.is_deflated()) return zip_.raw(entry);
  if (!pickle_) {
    value_budget().charge(entry.size);
    pickle_ = copy_record(entry);
  }
  return {pickle_->data(), pickle_->nbytes()};
}

// The inflated or plain content in memory of our own.
Ref<Storage> TorchArchive::copy_record(const ZipEntry& entry) {
  Ref<Storage> storage;
  if (entry.is_deflated()) {
    storage = zip_.inflated(services_.allocator, entry, budget_.inflated);
  } else {
    storage = Storage::allocate(services_.allocator, entry.size);
    const auto raw = zip_.raw(entry);
    if (!raw.empty()) std::memcpy(storage->mutable_data(), raw.data(), raw.size());
  }
  if (options_.verify_checksums && entry.is_deflated()) {
    zip_.check_crc(entry, {storage->data(), entry.size});
    verified_[index_of(entry)] = true;
  }
  return storage;
}

void TorchArchive::verify_rest() {
  if (!options_.verify_checksums) return;
  for (const ZipEntry& entry : zip_.entries()) {
    if (!entry.is_deflated() || verified_[index_of(entry)]) continue;
    services_.cancel.check("open");
    copy_record(entry);
    budget_.inflated += entry.size;
  }
}

Ref<Storage> TorchArchive::make_storage(const Record& record, Dtype dtype) {
  services_.cancel.check("open");
  const ZipEntry& entry = zip_.entries()[record.index];
  if (!entry.is_deflated()) {
    const auto raw = zip_.raw(entry);
    if (!can_share(raw, dtype, swaps_bytes_)) {
      return storage_over(services_, source_, raw, dtype, swaps_bytes_);
    }
    return objects_.make<Storage>(raw.data(), raw.size(), source_);
  }
  auto storage = copy_record(entry);
  const std::span<std::byte> bytes(storage->mutable_data(), storage->nbytes());
  if (swaps_bytes_) swap_elements(bytes, dtype);
  if (dtype == Dtype::boolean) normalize_booleans(bytes);
  return storage;
}

TorchContainer::Record TorchArchive::record(std::string_view key) {
  const ZipEntry& found = entry(key);
  return {index_of(found), found.size, found.name, found.payload};
}

const ZipEntry& TorchArchive::entry(std::string_view key) {
  scratch_.assign(storages_).append(key);
  // Storages are nearly always named in the order of the directory.
  if (++next_record_ < zip_.entries().size() && zip_.entries()[next_record_].name == scratch_) {
    return zip_.entries()[next_record_];
  }
  const ZipEntry* entry = zip_.find(scratch_);
  if (!entry) {
    throw file_error(Code::corrupt, {file(), "torch file", scratch_, {}},
                     "the storage's record is missing");
  }
  next_record_ = index_of(*entry);
  return *entry;
}

}  // namespace duramen::io
