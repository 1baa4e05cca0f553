#include <libdeflate.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "io/record.hpp"
#include "io/zip.hpp"
#include "io/zip_format.hpp"

namespace duramen::io {
namespace {

using namespace zip;

constexpr uint64_t kPayloadAlignment = 64;

uint64_t small(uint64_t value) noexcept { return std::min<uint64_t>(value, kMax32); }
bool is_large(uint64_t value) noexcept { return value >= kMax32; }

// torch sets the descriptor bit only where there is a payload.
uint16_t flags_for(uint64_t size) noexcept {
  return size ? kFlagDescriptor | kFlagUtf8 : kFlagUtf8;
}

std::string twenty_digits(uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(20 - digits.size(), '0') + digits;
}

}  // namespace

size_t ZipWriter::begin(std::string_view name, uint64_t size) {
  const uint64_t header = out_.position();
  written_.push_back({folder_ + std::string(name), header, size, 0});
  const std::string& full_name = written_.back().name;
  Record zip64;
  if (is_large(size)) zip64.u64(0).u64(0);
  if (is_large(header)) zip64.u64(header);
  const uint64_t zip64_size = zip64.bytes().empty() ? 0 : zip64.bytes().size() + 4;
  const uint64_t unpadded = header + kLocalSize + full_name.size() + zip64_size + 4;
  const uint64_t padding = (kPayloadAlignment - unpadded % kPayloadAlignment) % kPayloadAlignment;
  Record record;
  record.u32(kLocalSignature).u16(0).u16(flags_for(size)).u16(0).u16(0).u16(0);
  record.u32(0).u32(0).u32(0).u16(full_name.size()).u16(zip64_size + 4 + padding);
  record.text(full_name);
  if (zip64_size) record.u16(kZip64Id).u16(zip64.bytes().size()).text(zip64.bytes());
  record.text("FB").u16(padding).fill(padding, 'Z');
  out_.write(record.bytes());
  return written_.size() - 1;
}

void ZipWriter::add(std::span<const std::byte> bytes) {
  Written& entry = written_.back();
  entry.crc = libdeflate_crc32(entry.crc, bytes.data(), bytes.size());
  out_.write(bytes);
}

void ZipWriter::end() { out_.write(descriptor(written_.size() - 1, written_.back().crc)); }

std::string ZipWriter::descriptor(size_t number, uint32_t crc) {
  Written& entry = written_[number];
  entry.crc = crc;
  if (entry.size == 0) return {};
  Record record;
  record.u32(kDescriptorSignature).u32(entry.crc);
  if (is_large(entry.size) || is_large(entry.header)) {
    record.u64(entry.size).u64(entry.size);
  } else {
    record.u32(entry.size).u32(entry.size);
  }
  return record.bytes();
}

void ZipWriter::whole(std::string_view name, std::string_view content) {
  begin(name, content.size());
  add(std::as_bytes(std::span(content.data(), content.size())));
  end();
}

void ZipWriter::write_directory_entry(const Written& entry) {
  Record zip64;
  if (is_large(entry.size)) zip64.u64(entry.size).u64(entry.size);
  if (is_large(entry.header)) zip64.u64(entry.header);
  const uint64_t zip64_size = zip64.bytes().empty() ? 0 : zip64.bytes().size() + 4;
  Record record;
  record.u32(kCentralSignature).u16(0).u16(0).u16(flags_for(entry.size)).u16(0).u16(0).u16(0);
  record.u32(entry.crc).u32(small(entry.size)).u32(small(entry.size));
  record.u16(entry.name.size()).u16(zip64_size).u16(0).u16(0).u16(0).u32(0);
  record.u32(small(entry.header)).text(entry.name);
  if (zip64_size) record.u16(kZip64Id).u16(zip64.bytes().size()).text(zip64.bytes());
  out_.write(record.bytes());
}

void ZipWriter::finish() {
  const uint64_t directory = out_.position();
  for (const Written& entry : written_) write_directory_entry(entry);
  const uint64_t end = out_.position();
  const uint64_t size = end - directory;
  const uint64_t count = written_.size();
  const uint64_t small_count = std::min<uint64_t>(count, kMax16);
  Record record;
  record.u32(kEnd64Signature).u64(kEnd64Size - 12).u16(0x031e).u16(45).u32(0).u32(0);
  record.u64(count).u64(count).u64(size).u64(directory);
  record.u32(kLocatorSignature).u32(0).u64(end).u32(1);
  record.u32(kEndSignature).u16(0).u16(0).u16(small_count).u16(small_count);
  record.u32(small(size)).u32(small(directory)).u16(0);
  out_.write(record.bytes());
}

std::string ZipWriter::serialization_id() const {
  uint64_t names = 0;
  uint64_t contents = 0;
  for (const Written& entry : written_) {
    names = XXH3_64bits_withSeed(entry.name.data(), entry.name.size(), names);
    contents = XXH3_64bits_withSeed(&entry.crc, sizeof(entry.crc), contents);
  }
  return twenty_digits(names) + twenty_digits(contents);
}

}  // namespace duramen::io
