#include "io/streams.hpp"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

#include "base/text.hpp"
#include "io/descriptor.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kMostOfPipe = uint64_t{1} << 40;
constexpr size_t kPiece = size_t{1} << 20;  // between two looks at the cancel flag

std::string name_of(int descriptor) { return join("descriptor ", descriptor); }

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

bool is_file(int descriptor) noexcept {
  struct stat status = {};
  return ::fstat(descriptor, &status) == 0 && (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
}

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

template <class Content>
void write_to(const Services& services, const Content& content, Output& out,
              const SaveOptions& options) {
  named_format(out, options).write(services, content, out, options);
  out.finish();
}

}  // namespace

Ref<Checkpoint> open_descriptor(const Services& services, int descriptor,
                                const OpenOptions& options) {
  const std::string name = name_of(descriptor);
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) throw system_error(name, "open", errno);
  const uint64_t most =
      options.limits.max_total_bytes ? options.limits.max_total_bytes : kMostOfPipe;
  const auto source = S_ISREG(status.st_mode)
                          ? Source::of_descriptor(services, descriptor, name, options.mode)
                          : Source::of_stream(services, descriptor, name, most);
  return Checkpoint::from_memory(services, source->bytes(), source, name, options);
}

DescriptorOutput::DescriptorOutput(int descriptor, const CancelFlag& cancel)
    : Output(name_of(descriptor)),
      descriptor_(descriptor),
      cancel_(cancel),
      manner_(is_file(descriptor) ? Manner::plain : Manner::no_wait) {}

void DescriptorOutput::put(std::span<const std::byte> bytes) {
  const NoPipeSignal quiet;
  while (!bytes.empty()) {
    wait_until_ready(descriptor_, POLLOUT, cancel_, "save");
    const ssize_t count = put_some(bytes);
    if (count < 0 && errno != EAGAIN) throw system_error(name(), "save: write", errno);
    bytes = bytes.subspan(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  }
}

// A blocking pipe that is ready has room for PIPE_BUF bytes; more would wait for the reader, where
// the system cannot be told not to (pipes: Linux 6.5).
ssize_t DescriptorOutput::put_some(std::span<const std::byte> bytes) noexcept {
  if (manner_ == Manner::no_wait) {
    const iovec piece = {const_cast<std::byte*>(bytes.data()), std::min(bytes.size(), kPiece)};
    const ssize_t count = retry([&] { return ::pwritev2(descriptor_, &piece, 1, -1, RWF_NOWAIT); });
    if (count >= 0 || errno == EAGAIN) return count;
    manner_ = Manner::small;
  }
  const size_t most = manner_ == Manner::small ? size_t{PIPE_BUF} : kPiece;
  return retry([&] { return ::write(descriptor_, bytes.data(), std::min(bytes.size(), most)); });
}

void save_to(const Services& services, const StateDict& dict, Output& out,
             const SaveOptions& options) {
  check_saveable(dict, out.name());
  write_to(services, dict, out, options);
}

void save_to(const Services& services, const Value& content, Output& out,
             const SaveOptions& options) {
  check_saveable(content, out.name());
  write_to(services, content, out, options);
}

}  // namespace duramen::io
