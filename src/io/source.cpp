#include "io/source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/file_error.hpp"
#include "tensor/storage.hpp"

namespace duramen::io {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const noexcept { return number_; }

 private:
  int number_;
};

// O_NONBLOCK: opening a FIFO must not wait for a writer.
int open_for_reading(int folder, const std::string& path) {
  int number = -1;
  do {
    number = ::openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (number < 0 && errno == EINTR);
  return number;
}

const char* kind_of(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "something else";
}

size_t size_of_regular_file(int descriptor, const std::string& path) {
  struct stat status = {};
  int result = 0;
  do {
    result = ::fstat(descriptor, &status);
  } while (result != 0 && errno == EINTR);
  if (result != 0) throw system_error(path, "open", errno);
  if (!S_ISREG(status.st_mode)) {
    throw file_error(Code::io, {path, "open", {}, {}},
                     std::string("expected a regular file, got ") + kind_of(status.st_mode));
  }
  return static_cast<size_t>(status.st_size);
}

void read_whole(int descriptor, const std::string& path, std::byte* out, size_t size) {
  constexpr size_t kChunk = size_t{1} << 30;
  size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(descriptor, out + done, std::min(size - done, kChunk));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(path, "read", errno);
    if (count == 0) {
      throw file_error(Code::io, {path, "read", {}, done}, "the file became shorter");
    }
    done += static_cast<size_t>(count);
  }
}

}  // namespace

Ref<const Source> Source::open(const Ref<Allocator>& allocator, const std::string& path,
                               Mode mode) {
  return open_in(AT_FDCWD, path, allocator, path, mode);
}

Ref<const Source> Source::open_in(int folder, const std::string& file,
                                  const Ref<Allocator>& allocator, const std::string& path,
                                  Mode mode) {
  const Descriptor descriptor(open_for_reading(folder, file));
  if (descriptor.get() < 0) throw system_error(path, "open", errno);
  const size_t size = size_of_regular_file(descriptor.get(), path);
  if (mode == Mode::map && size > 0) {
    auto source = make<Source>(std::span<const std::byte>(), nullptr, path);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
    if (start != MAP_FAILED) {
      source->bytes_ = {static_cast<const std::byte*>(start), size};
      source->mapped_ = true;
      return source;
    }
  }
  auto storage = Storage::allocate(allocator, size);
  read_whole(descriptor.get(), path, storage->mutable_data(), size);
  const std::span<const std::byte> bytes(storage->data(), size);
  return make<Source>(bytes, std::move(storage), path);
}

Ref<const Source> Source::from_memory(std::span<const std::byte> bytes, Ref<const Counted> keeper,
                                      std::string name) {
  return make<Source>(bytes, std::move(keeper), std::move(name));
}

Source::~Source() {
  if (mapped_) {
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
}

}  // namespace duramen::io
