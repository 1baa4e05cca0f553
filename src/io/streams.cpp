#include "io/streams.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"

namespace duramen::io {
namespace {

constexpr size_t kPiece = size_t{1} << 20;
constexpr uint64_t kMostOfPipe = uint64_t{1} << 40;

class Mapping final : public Counted {
 public:
  Mapping(void* start, size_t size)
      : Counted(make_tag("mmap")), bytes_(static_cast<const std::byte*>(start), size) {}
  ~Mapping() override { ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size()); }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

std::string name_of(int descriptor) { return join("descriptor ", descriptor); }

// As read() until the end or `most` bytes; the buffer grows with what comes.
std::string read_to_end(const Services& services, int descriptor, uint64_t most) {
  std::string bytes;
  for (;;) {
    services.cancel.check("open");
    const size_t had = bytes.size();
    if (had > most) {
      throw file_error(
          Code::limit, {name_of(descriptor), "read", {}, {}},
          join("more bytes than max_total_bytes allows (expected at most ", most, ")"));
    }
    bytes.resize(had + kPiece);
    const ssize_t count = ::read(descriptor, bytes.data() + had, kPiece);
    if (count < 0 && errno != EINTR) throw system_error(name_of(descriptor), "read", errno);
    bytes.resize(had + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return bytes;
  }
}

void read_at(int descriptor, std::byte* out, size_t size, const Services& services) {
  for (size_t done = 0; done < size;) {
    services.cancel.check("open");
    const ssize_t count =
        ::pread(descriptor, out + done, std::min(size - done, kPiece), static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(name_of(descriptor), "read", errno);
    if (count == 0) {
      throw file_error(Code::io, {name_of(descriptor), "read", {}, done},
                       "the file became shorter");
    }
    done += static_cast<size_t>(count);
  }
}

// A reader that is gone is an error of the write, not a signal that ends the process.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;
  ~NoPipeSignal() {
    const int kept = errno;
    const timespec now = {};
    if (!was_pending_) (void)sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    errno = kept;
  }

 private:
  sigset_t pipe_;
  sigset_t old_;
  bool was_pending_ = false;
};

const FileFormat& named_format(const Output& out, const SaveOptions& options) {
  if (options.format == Format::automatic) {
    throw file_error(Code::invalid_argument, {out.name(), "save", {}, {}},
                     "no format (expected one in the options, since there is no file name)");
  }
  if (options.max_shard_bytes > 0 || options.format == Format::dcp) {
    throw file_error(Code::unsupported, {out.name(), "save", {}, {}},
                     "a checkpoint of several files needs a path");
  }
  return format_for_saving(out.name(), options.format);
}

Error refused(const Output& out, const FileFormat& format) {
  return file_error(Code::unsupported, {out.name(), "save", {}, {}}, format.refusal);
}

}  // namespace

Ref<Checkpoint> open_descriptor(const Services& services, int descriptor,
                                const OpenOptions& options) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) throw system_error(name_of(descriptor), "open", errno);
  const std::string name = name_of(descriptor);
  if (!S_ISREG(status.st_mode)) {
    const uint64_t most =
        options.limits.max_total_bytes ? options.limits.max_total_bytes : kMostOfPipe;
    const std::string bytes = read_to_end(services, descriptor, most);
    auto storage = Storage::allocate(services.allocator, bytes.size());
    std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(),
                storage->mutable_data());
    return Checkpoint::from_memory(services, {storage->data(), bytes.size()}, storage, name,
                                   options);
  }
  const auto size = static_cast<size_t>(status.st_size);
  if (!options.read_instead_of_map && size > 0) {
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (start != MAP_FAILED) {
      const auto mapping = make<Mapping>(start, size);
      return Checkpoint::from_memory(services, mapping->bytes(), mapping, name, options);
    }
  }
  auto storage = Storage::allocate(services.allocator, size);
  read_at(descriptor, storage->mutable_data(), size, services);
  return Checkpoint::from_memory(services, {storage->data(), size}, storage, name, options);
}

DescriptorOutput::DescriptorOutput(int descriptor)
    : Output(name_of(descriptor)), descriptor_(descriptor) {}

void DescriptorOutput::put(std::span<const std::byte> bytes) {
  const NoPipeSignal quiet;
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(name(), "save: write", errno);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void save_to(const Services& services, const StateDict& dict, Output& out,
             const SaveOptions& options) {
  check_saveable(dict, out.name());
  const FileFormat& format = named_format(out, options);
  if (!format.write_dict) throw refused(out, format);
  format.write_dict(services, dict, out, options);
  out.finish();
}

void save_value_to(const Services& services, const Value& content, Output& out,
                   const SaveOptions& options) {
  const FileFormat& format = named_format(out, options);
  if (!format.write_value) throw refused(out, format);
  format.write_value(services, content, out, options);
  out.finish();
}

}  // namespace duramen::io
