#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io {
namespace {

constexpr size_t kChunk = size_t{1} << 30;
constexpr int kMaxLinks = 40;

// Where the name leads: links are followed by hand, because the last target need not exist.
std::string follow_links(const std::string& start) {
  std::string path = start;
  for (int i = 0; i <= kMaxLinks; ++i) {
    char buffer[PATH_MAX];
    const ssize_t length = retry([&] { return ::readlink(path.c_str(), buffer, sizeof(buffer)); });
    if (length < 0 && errno != EINVAL && errno != ENOENT) {
      throw system_error(start, "save: look for a symbolic link", errno);
    }
    if (length < 0 || length == sizeof(buffer)) return path;  // no link, or nothing there
    const std::string link(buffer, static_cast<size_t>(length));
    const size_t slash = path.rfind('/');
    const bool relative = !link.starts_with('/') && slash != std::string::npos;
    path.resize(relative ? slash + 1 : 0);
    path += link;
  }
  throw system_error(start, "save: follow the symbolic links", ELOOP);
}

std::string random_suffix() {
  static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
  unsigned char bytes[12] = {};
  if (::getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) return {};
  std::string suffix;
  for (const unsigned char byte : bytes) suffix += kDigits[byte % 32];
  return suffix;
}

// Gives the file the owner and the group of the old one where the process may do so.
bool keep_owner(int descriptor, const struct stat& old) noexcept {
  struct stat made = {};
  if (::fstat(descriptor, &made) != 0) return false;
  if (made.st_uid == old.st_uid && made.st_gid == old.st_gid) return true;
  if (::fchown(descriptor, old.st_uid, old.st_gid) == 0) return true;
  // An owner may give a file to any group of its own.
  const bool has_group = ::fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) == 0;
  return has_group && made.st_uid == old.st_uid;
}

}  // namespace

void AtomicFile::begin(uint64_t nbytes) {
  open_folder();
  create_temporary();
  // A full disk is found before the first byte. Asking only: room that is taken (fallocate) makes a
  // durable save a third slower, as the system has to turn it into written room.
  if (!has_room(file_.get(), nbytes)) fail("save: make room");
}

void AtomicFile::open_folder() {
  const std::string resolved = follow_links(path_);
  const size_t slash = resolved.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : resolved.substr(0, slash + 1);
  target_ = slash == std::string::npos ? resolved : resolved.substr(slash + 1);
  if (target_.empty() || target_ == "." || target_ == "..") {
    throw file_error(Code::io, {name(), "save", {}, {}}, "expected the name of a file");
  }
  folder_.reset(retry([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!folder_.is_open()) fail("save: open the folder");
}

void AtomicFile::create_temporary() {
  struct stat old = {};
  const bool exists =
      retry([&] { return ::fstatat(folder_.get(), target_.c_str(), &old, 0); }) == 0;
  if (!exists && errno != ENOENT) fail("save: look at the old file");
  if (exists && !S_ISREG(old.st_mode)) {
    throw file_error(Code::io, {name(), "save", {}, {}}, "the target is not a regular file");
  }
  if (exists) check_writable();
  const std::string name = join(".", target_.substr(0, 200), ".tmp.", random_suffix());
  // Nobody else may look into what replaces a private file. For a new one the kernel applies the
  // umask; asking for it would change it for other threads.
  const mode_t mode = exists ? 0600 : 0666;
  file_.reset(retry([&] {
    return ::openat(folder_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  }));
  if (!file_.is_open()) fail("save: create a temporary file");
  temporary_ = name;
  if (exists) old_ = old;
}

// A rename would go round the file's own mode.
void AtomicFile::check_writable() const {
  const int may =
      retry([&] { return ::faccessat(folder_.get(), target_.c_str(), W_OK, AT_EACCESS); });
  if (may != 0) fail("save: replace the file");
}

// Behind the last write: a change of the owner or a write takes away set-user-id bits.
void AtomicFile::keep_attributes() {
  if (!old_) return;
  const mode_t kept =
      keep_owner(file_.get(), *old_) ? 07777 : 0777;  // those bits are the old owner's
  const int done = retry([&] { return ::fchmod(file_.get(), old_->st_mode & kept); });
  if (done != 0) fail("save: keep the file's mode");
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

void AtomicFile::fail(const char* operation) const { throw system_error(name(), operation, errno); }

void AtomicFile::put(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        retry([&] { return ::write(file_.get(), bytes.data(), std::min(bytes.size(), kChunk)); });
    if (count < 0) fail("save: write");
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void AtomicFile::skip(uint64_t nbytes) {
  flush();
  pass(nbytes);
  if (::lseek(file_.get(), static_cast<off_t>(position()), SEEK_SET) < 0) fail("save: seek");
}

void AtomicFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  flush();
  while (!bytes.empty()) {
    const ssize_t count = retry([&] {
      return ::pwrite(file_.get(), bytes.data(), std::min(bytes.size(), kChunk),
                      static_cast<off_t>(offset));
    });
    if (count < 0) fail("save: write");
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
}

void AtomicFile::commit(Durability durability) {
  flush();
  keep_attributes();
  if (durability == Durability::durable && !synchronise_file(file_.get())) fail("save: fsync");
  if (!file_.close()) fail("save: close");
  const int renamed = retry([&] {
    return ::renameat(folder_.get(), temporary_.c_str(), folder_.get(), target_.c_str());
  });
  if (renamed != 0) fail("save: rename");
  has_replaced_ = true;
  temporary_.clear();
  if (durability == Durability::durable && !synchronise_folder(folder_.get())) {
    throw system_error(
        name(), "saved, but the folder could not be synchronised and a power cut may undo it",
        errno)
        .with("saved", "1");
  }
}

void save_bytes(const std::string& path, std::string_view bytes, Durability durability,
                bool& is_there) {
  AtomicFile file(path);
  try {
    file.begin(bytes.size());
    file.write(bytes);
    file.commit(durability);
  } catch (...) {
    is_there = file.has_replaced();
    throw;
  }
  is_there = true;
}

}  // namespace duramen::io
