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

void overwrite(int file, const std::string& path, uint64_t offset, std::string_view text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = retry([&] {
      return ::pwrite(file, text.data() + done, text.size() - done,
                      static_cast<off_t>(offset + done));
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
  auto metadata = file->metadata();
  for (const auto& [key, text] : changes) {
    if (text) {
      metadata.set(key, std::string(*text));
    } else {
      metadata.erase(key);
    }
  }
  const uint64_t room = header_length(source->bytes());
  std::string header = safetensors_header(file->entries(), 8 + room, metadata, path);
  if (header.size() <= room) {
    header.resize(room, ' ');
    overwrite(descriptor.get(), path, 8, header);
    return false;
  }
  const auto dict = file->state_dict({}, services.cancel);
  dict->metadata() = std::move(metadata);
  SaveOptions options;
  options.format = Format::safetensors;
  options.alignment = static_cast<uint32_t>(std::min<uint64_t>((8 + room) & -(8 + room), 4096));
  save(services, *dict, path, options);
  return true;
}

}  // namespace duramen::io
