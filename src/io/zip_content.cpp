#include <libdeflate.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/zip.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kMaxDeflateRatio = 1032;  // deflate cannot do better

void run(const Services& services, int64_t count, FunctionRef<void(int64_t)> body) {
  if (services.pool) return services.pool->run(count, body);
  for (int64_t i = 0; i < count; ++i) {
    services.cancel.check("open");
    body(i);
  }
}

}  // namespace

void ZipReader::inflate(const ZipEntry& entry, std::span<std::byte> out) const {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> machine(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!machine) throw std::bad_alloc();
  const auto packed = raw(entry);
  size_t used = 0;
  size_t made = 0;
  const auto result = libdeflate_deflate_decompress_ex(machine.get(), packed.data(), packed.size(),
                                                       out.data(), out.size(), &used, &made);
  if (result != LIBDEFLATE_SUCCESS || used != packed.size() || made != out.size()) {
    throw file_error(Code::corrupt, {source_->name(), "zip entry", entry.name, entry.payload},
                     join("the deflated bytes do not give the ", out.size(), " bytes promised"));
  }
}

Ref<Storage> ZipReader::inflated(const Ref<Allocator>& allocator, const ZipEntry& entry,
                                 uint64_t& budget) const {
  const Spot spot{source_->name(), "zip entry", entry.name, entry.payload};
  if (entry.size / kMaxDeflateRatio > entry.stored_size) {
    throw file_error(Code::corrupt, spot,
                     join(entry.stored_size, " deflated bytes cannot give ", entry.size));
  }
  if (entry.size > budget) {
    throw file_error(Code::limit, spot,
                     join("inflating takes too much memory (expected at most ", budget,
                          " bytes more, got ", entry.size, "; a limit can be raised)"));
  }
  budget -= entry.size;
  auto storage = Storage::allocate(allocator, entry.size);
  inflate(entry, {storage->mutable_data(), entry.size});
  return storage;
}

void ZipReader::check_crc(const ZipEntry& entry, std::span<const std::byte> content) const {
  if (entry.crc == 0) return;
  check_crc(entry, libdeflate_crc32(0, content.data(), content.size()));
}

void ZipReader::check_stored_crcs(const Services& services) const {
  std::vector<size_t> stored;  // the largest first, so that no thread is left with one
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].is_deflated() && entries_[i].crc != 0) stored.push_back(i);
  }
  std::sort(stored.begin(), stored.end(),
            [this](size_t a, size_t b) { return entries_[a].size > entries_[b].size; });
  std::vector<uint32_t> crcs(entries_.size());
  run(services, static_cast<int64_t>(stored.size()), [&](int64_t i) {
    const size_t entry = stored[static_cast<size_t>(i)];
    const auto bytes = raw(entries_[entry]);
    crcs[entry] = libdeflate_crc32(0, bytes.data(), bytes.size());
  });
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].is_deflated() && entries_[i].crc != 0) check_crc(entries_[i], crcs[i]);
  }
}

void ZipReader::check_crc(const ZipEntry& entry, uint32_t crc) const {
  if (crc != entry.crc) {
    throw file_error(Code::corrupt, {source_->name(), "zip entry", entry.name, entry.payload},
                     join("the CRC-32 does not match (expected ", entry.crc, ", got ", crc, ")"));
  }
}

}  // namespace duramen::io
