#include "io/streams.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/text.hpp"
#include "io/descriptor.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kMostOfPipe = uint64_t{1} << 40;

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

DescriptorOutput::DescriptorOutput(int descriptor)
    : Output(name_of(descriptor)), descriptor_(descriptor) {}

void DescriptorOutput::put(std::span<const std::byte> bytes) {
  const NoPipeSignal quiet;
  while (!bytes.empty()) {
    const ssize_t count = retry([&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
    if (count < 0) throw system_error(name(), "save: write", errno);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void save_to(const Services& services, const StateDict& dict, Output& out,
             const SaveOptions& options) {
  check_saveable(dict, out.name());
  write_to(services, dict, out, options);
}

void save_to(const Services& services, const Value& content, Output& out,
             const SaveOptions& options) {
  write_to(services, content, out, options);
}

}  // namespace duramen::io
