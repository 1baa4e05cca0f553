// The bytes of a file, mapped or read, or the caller's own memory. Immutable; whoever hands out
// parts of the bytes keeps the source alive (Storage::keep).
//
// A mapped file that is cut short by somebody else while it is in use ends in SIGBUS: who cannot
// exclude that reads instead of mapping.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/services.hpp"
#include "tensor/storage.hpp"

namespace duramen::io {

inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Source final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("srce");
  enum class Mode { map, read };  // map falls back to reading where a file system cannot map

  // IO for what cannot be opened or is not a regular file; CANCELLED. A mapped file stays open.
  static Ref<const Source> open(const Services& services, const std::string& path, Mode mode);
  // The same of one file among many in a folder, which is closed again; `shown` stands for it in
  // messages.
  static Ref<const Source> open_in(const Services& services, int folder, const std::string& file,
                                   const std::string& shown, Mode mode);
  // Of a regular file that is open already and stays the caller's: all of it, wherever the
  // descriptor has come to.
  static Ref<const Source> of_descriptor(const Services& services, int descriptor,
                                         const std::string& shown, Mode mode);
  // What comes until the end, of a pipe or the like, blocking or not. LIMIT beyond `most` bytes;
  // CANCELLED also while nothing comes.
  static Ref<const Source> of_stream(const Services& services, int descriptor,
                                     const std::string& shown, uint64_t most);
  static Ref<const Source> from_memory(std::span<const std::byte> bytes, Ref<const Counted> keeper,
                                       std::string name);

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  const std::string& name() const noexcept { return name_; }

  // The open file that a storage is mapped from; null when there is none.
  static const Source* open_file_of(const Storage& storage) noexcept;
  // Reads these mapped bytes from the open file: quicker than the first look at them where they
  // lie, and a file that was cut short is an error. IO.
  void read(std::span<const std::byte> mapped, std::byte* out) const;

  Source(std::span<const std::byte> bytes, Ref<const Counted> keeper, std::string name)
      : Counted(kTag), bytes_(bytes), keeper_(std::move(keeper)), name_(std::move(name)) {}
  ~Source() override;

 private:
  static Ref<Source> of_file(const Services& services, int descriptor, const std::string& shown,
                             Mode mode);

  std::span<const std::byte> bytes_;
  Ref<const Counted> keeper_;  // null for a mapping
  std::string name_;
  bool mapped_ = false;
  Descriptor file_;
};

}  // namespace duramen::io
