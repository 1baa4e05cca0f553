// The bytes of a file, mapped or read, or the caller's own memory. Immutable; whoever hands out
// parts of the bytes keeps the source alive (Storage::keep).
//
// A mapped file that is cut short by somebody else while it is in use ends in SIGBUS: who cannot
// exclude that reads instead of mapping.
#pragma once

#include <span>
#include <string>

#include "tensor/allocator.hpp"

namespace duramen::io {

class Source final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("srce");
  enum class Mode { map, read };  // map falls back to reading where a file system cannot map

  // IO for what cannot be opened or is not a regular file.
  static Ref<const Source> open(const Ref<Allocator>& allocator, const std::string& path,
                                Mode mode);
  // The same of a file in a folder; `shown` stands for it in messages.
  static Ref<const Source> open_in(int folder, const std::string& file,
                                   const Ref<Allocator>& allocator, const std::string& shown,
                                   Mode mode);
  static Ref<const Source> from_memory(std::span<const std::byte> bytes, Ref<const Counted> keeper,
                                       std::string name);

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  const std::string& name() const noexcept { return name_; }

  Source(std::span<const std::byte> bytes, Ref<const Counted> keeper, std::string name)
      : Counted(kTag), bytes_(bytes), keeper_(std::move(keeper)), name_(std::move(name)) {}
  ~Source() override;

 private:
  std::span<const std::byte> bytes_;
  Ref<const Counted> keeper_;  // null for a mapping
  std::string name_;
  bool mapped_ = false;
};

}  // namespace duramen::io
