#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/descriptor.hpp"
#include "io/file_error.hpp"
#include "io/safetensors_header.hpp"
#include "io/streams.hpp"

namespace duramen::io {
namespace {

uint64_t header_length(std::span<const std::byte> bytes) noexcept {
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof(length));
  return length;
}

// Whether every tensor lies in the file where the new header says; those whose elements had to be
// copied when they were read are nowhere.
bool keeps_places(const SafetensorsHeader& header, std::span<const std::byte> data) noexcept {
  for (const SafetensorsHeader::Item& item : header.items()) {
    if (item.tensor->nbytes() == 0) continue;
    if (item.tensor->bytes() != data.data() + item.offset) return false;
  }
  return header.data_bytes() == data.size();
}

void overwrite(int file, const std::string& path, std::string_view text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = retry([&] {
      return ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
    });
    if (count < 0) throw system_error(path, "set metadata: write", errno);
    done += static_cast<size_t>(count);
  }
  if (!synchronise_file(file)) throw system_error(path, "set metadata: fsync", errno);
}

}  // namespace

bool edit_metadata(const Services& services, const std::string& path,
                   std::span<const MetadataChange> changes) {
  const Descriptor descriptor(
      retry([&] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
  if (!descriptor.is_open()) throw system_error(path, "set metadata: open", errno);
  const auto source = Source::of_descriptor(services, descriptor.get(), path, Source::Mode::map);
  const auto file = Checkpoint::from_memory(services, source->bytes(), source, path);
  if (file->format() != "safetensors") {
    throw file_error(Code::unsupported, {path, "set metadata", {}, {}},
                     "only a .safetensors has metadata");
  }
  const auto dict = file->state_dict({}, services.cancel);
  for (const auto& [key, text] : changes) {
    if (text) {
      dict->metadata().set(key, std::string(*text));
    } else {
      dict->metadata().erase(key);
    }
  }
  SafetensorsHeader header(*dict, path, {});
  const uint64_t room = header_length(source->bytes());
  if (header.text().size() <= 8 + room && keeps_places(header, source->bytes().subspan(8 + room))) {
    header.pad_to(room);
    overwrite(descriptor.get(), path, header.text());
    return false;
  }
  SaveOptions options;
  options.format = Format::safetensors;
  options.alignment = static_cast<uint32_t>(std::min<uint64_t>((8 + room) & -(8 + room), 4096));
  save(services, *dict, path, options);
  return true;
}

}  // namespace duramen::io
