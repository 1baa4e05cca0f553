#include "io/source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "io/descriptor.hpp"
#include "io/file_error.hpp"
#include "io/pieces.hpp"

namespace duramen::io {
namespace {

constexpr size_t kChunk = size_t{1} << 20;  // between two looks at the cancel flag

// O_NONBLOCK: opening a FIFO must not wait for a writer.
int open_for_reading(int folder, const std::string& path) {
  return retry(
      [&] { return ::openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); });
}

const char* kind_of(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "something else";
}

size_t size_of_regular_file(int descriptor, const std::string& path) {
  struct stat status = {};
  const int done = retry([&] { return ::fstat(descriptor, &status); });
  if (done != 0) throw system_error(path, "open", errno);
  if (!S_ISREG(status.st_mode)) {
    throw file_error(Code::io, {path, "open", {}, {}},
                     std::string("expected a regular file, got ") + kind_of(status.st_mode));
  }
  return static_cast<size_t>(status.st_size);
}

void read_at(int descriptor, const std::string& path, uint64_t offset, std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t count = retry(
        [&] { return ::pread(descriptor, out.data(), out.size(), static_cast<off_t>(offset)); });
    if (count < 0) throw system_error(path, "read", errno);
    if (count == 0) {
      throw file_error(Code::io, {path, "read", {}, offset}, "the file became shorter");
    }
    offset += static_cast<uint64_t>(count);
    out = out.subspan(static_cast<size_t>(count));
  }
}

void read_whole(const Services& services, int descriptor, const std::string& path,
                std::span<std::byte> out) {
  for (size_t done = 0; done < out.size(); done += kChunk) {
    services.cancel.check("open");
    read_at(descriptor, path, done, out.subspan(done, std::min(out.size() - done, kChunk)));
  }
}

// What is there by now, however little; 0 at the end.
size_t read_some(const Services& services, int descriptor, const std::string& shown,
                 std::span<std::byte> out) {
  while (true) {
    wait_until_ready(descriptor, POLLIN, services.cancel, "open");
    const ssize_t count = retry([&] { return ::read(descriptor, out.data(), out.size()); });
    services.cancel.check("open");
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EAGAIN) throw system_error(shown, "read", errno);
  }
}

}  // namespace

Ref<const Source> Source::open(const Services& services, const std::string& path, Mode mode) {
  Descriptor file(open_for_reading(AT_FDCWD, path));
  if (!file.is_open()) throw system_error(path, "open", errno);
  auto source = of_file(services, file.get(), path, mode);
  if (source->mapped_) source->file_.reset(file.release());
  return source;
}

Ref<const Source> Source::open_in(const Services& services, int folder, const std::string& file,
                                  const std::string& shown, Mode mode) {
  const Descriptor descriptor(open_for_reading(folder, file));
  if (!descriptor.is_open()) throw system_error(shown, "open", errno);
  return of_descriptor(services, descriptor.get(), shown, mode);
}

Ref<const Source> Source::of_descriptor(const Services& services, int descriptor,
                                        const std::string& shown, Mode mode) {
  return of_file(services, descriptor, shown, mode);
}

Ref<Source> Source::of_file(const Services& services, int descriptor, const std::string& shown,
                            Mode mode) {
  const size_t size = size_of_regular_file(descriptor, shown);
  if (mode == Mode::map && size > 0) {
    auto source = make<Source>(std::span<const std::byte>(), nullptr, shown);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (start != MAP_FAILED) {
      source->bytes_ = {static_cast<const std::byte*>(start), size};
      source->mapped_ = true;
      return source;
    }
  }
  auto storage = Storage::allocate(services.allocator, size);
  read_whole(services, descriptor, shown, {storage->mutable_data(), size});
  const std::span<const std::byte> bytes(storage->data(), size);
  return make<Source>(bytes, std::move(storage), shown);
}

Ref<const Source> Source::of_stream(const Services& services, int descriptor,
                                    const std::string& shown, uint64_t most) {
  Pieces pieces;
  while (const size_t count = read_some(services, descriptor, shown, pieces.room())) {
    pieces.advance(count);
    if (pieces.nbytes() > most) {
      throw file_error(
          Code::limit, {shown, "read", {}, {}},
          join("more bytes than max_total_bytes allows (expected at most ", most, ")"));
    }
  }
  auto storage = pieces.join(services);
  const std::span<const std::byte> bytes(storage->data(), storage->nbytes());
  return make<Source>(bytes, std::move(storage), shown);
}

Ref<const Source> Source::from_memory(std::span<const std::byte> bytes, Ref<const Counted> keeper,
                                      std::string name) {
  return make<Source>(bytes, std::move(keeper), std::move(name));
}

const Source* Source::open_file_of(const Storage& storage) noexcept {
  const Counted* owner = storage.owner();
  if (!owner || owner->tag() != kTag) return nullptr;
  const auto* source = static_cast<const Source*>(owner);
  return source->file_.is_open() ? source : nullptr;
}

void Source::read(std::span<const std::byte> mapped, std::byte* out) const {
  const auto offset = static_cast<uint64_t>(mapped.data() - bytes_.data());
  read_at(file_.get(), name_, offset, {out, mapped.size()});
}

Source::~Source() {
  if (mapped_) {
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
}

}  // namespace duramen::io
