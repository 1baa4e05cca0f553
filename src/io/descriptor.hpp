// What the classes of files share of the system's calls.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/cancel.hpp"

namespace duramen::io {

// Calls again what a signal has interrupted.
template <class Call>
auto retry(const Call& call) noexcept {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// Waits until a call would not wait: there is something to read (POLLIN), room to write (POLLOUT),
// or an end or error for the call to tell. CANCELLED, within some milliseconds.
inline void wait_until_ready(int descriptor, short events, const CancelFlag& cancel,
                             const char* operation) {
  constexpr int kMilliseconds = 20;
  // poll() says nothing of what is not open or the wrong end of a pipe; the call does, at once.
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == (events == POLLIN ? O_WRONLY : O_RDONLY)) return;
  pollfd asked = {descriptor, events, 0};
  int count = 0;
  do {
    cancel.check(operation);
    count = ::poll(&asked, 1, kMilliseconds);
  } while (count == 0 || (count < 0 && errno == EINTR));
}

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { (void)close(); }

  int get() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }
  // Requires: not open.
  void reset(int number) noexcept { number_ = number; }
  // Gives it away, open.
  int release() noexcept { return std::exchange(number_, -1); }
  // False with errno when the system could not keep what was written.
  bool close() noexcept {
    if (number_ < 0) return true;
    return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR;
  }

 private:
  int number_;
};

// Blocks that a process of this effective user may fill: those that are set aside are root's.
inline uint64_t room_of(const struct statvfs& system, uid_t user) noexcept {
  return user == 0 ? system.f_bfree : system.f_bavail;
}

// False with errno when the disk surely has less room than that.
inline bool has_room(int descriptor, uint64_t nbytes) noexcept {
  struct statvfs system = {};
  if (::fstatvfs(descriptor, &system) != 0 || system.f_frsize == 0) return true;
  if (nbytes / system.f_frsize <= room_of(system, ::geteuid())) return true;
  errno = ENOSPC;
  return false;
}

// False with errno.
inline bool synchronise_file(int descriptor) noexcept {
  return retry([&] { return ::fsync(descriptor); }) == 0;
}
// EINVAL: a file system that has no such thing.
inline bool synchronise_folder(int descriptor) noexcept {
  return synchronise_file(descriptor) || errno == EINVAL;
}

}  // namespace duramen::io
