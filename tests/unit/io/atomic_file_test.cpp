#include "io/atomic_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace {

// What fsync() answers for folders: errno values, then the truth.
std::vector<int> folder_errors;

// Of the disk of bytes that fstatvfs() tells of; without one it tells nothing.
struct Room {
  uint64_t free;
  uint64_t free_for_all;
};
std::optional<Room> disk;

bool is_folder(int descriptor) {
  struct stat status = {};
  return ::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

// In place of the system's.
extern "C" int fsync(int descriptor) {
  if (folder_errors.empty() || !is_folder(descriptor)) {
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
  }
  errno = folder_errors.front();
  folder_errors.erase(folder_errors.begin());
  return -1;
}

extern "C" int fstatvfs(int /*descriptor*/, struct statvfs* out) {
  if (!disk) {
    errno = ENOSYS;
    return -1;
  }
  *out = {};
  out->f_frsize = 1;
  out->f_bfree = disk->free;
  out->f_bavail = disk->free_for_all;
  return 0;
}

namespace duramen::test {
namespace {

// Files may not grow beyond `bytes` while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_signal_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_signal_);
  }

 private:
  rlimit old_ = {};
  void (*old_signal_)(int) = nullptr;
};

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

void save_text(const std::string& path, std::string_view text) {
  io::AtomicFile file(path);
  file.begin(text.size());
  file.write(text);
  file.commit(io::Durability::durable);
}

Code code_of_saving(const std::string& path) {
  try {
    save_text(path, "new");
  } catch (const Error& error) {
    return error.code();
  }
  return Code::ok;
}

}  // namespace

TEST_CASE("a file appears whole and leaves nothing beside it", "[io][atomic]") {
  const Folder folder;
  const std::string large(1'000'000, 'x');
  save_text(folder.file("a"), "hello");
  save_text(folder.file("b"), large);
  CHECK(read_file(folder.file("a")) == "hello");
  CHECK(read_file(folder.file("b")) == large);
  CHECK(folder.names().size() == 2);
}

TEST_CASE("without a commit the old file stays and the new one goes", "[io][atomic]") {
  const Folder folder;
  write_file(folder.file("a"), "old");
  {
    io::AtomicFile file(folder.file("a"));
    file.begin(3);
    file.write("new");
    CHECK(folder.names().size() == 2);
  }
  CHECK(read_file(folder.file("a")) == "old");
  CHECK(folder.names().size() == 1);
}

TEST_CASE("a disk that is full leaves the old file", "[io][atomic]") {
  const Files files;
  const Folder folder;
  StateDict dict;
  dict.set_tensor("x", files.tensor({100'000}, std::vector<float>(100'000, 1)));
  for (const char* name : {"a.pt", "a.safetensors"}) {
    write_file(folder.file(name), "old");
    const FileSizeLimit limit(100'000);
    try {
      io::save(files.services, dict, folder.file(name));
      FAIL("saved");
    } catch (const Error& error) {
      CHECK(error.code() == Code::io);
      CHECK(contains(error.message(), folder.file(name)));
    }
    CHECK(read_file(folder.file(name)) == "old");
  }
  CHECK(folder.names().size() == 2);
}

TEST_CASE("what a disk sets aside is root's to fill", "[io][atomic]") {
  const Folder folder;
  disk = Room{3, 2};
  const Code code = code_of_saving(folder.file("a"));
  disk = Room{2, 2};
  const Code full = code_of_saving(folder.file("b"));
  disk.reset();
  CHECK(code == (::geteuid() == 0 ? Code::ok : Code::io));
  CHECK(full == Code::io);
}

TEST_CASE("the mode of the old file is kept", "[io][atomic]") {
  const Folder folder;
  write_file(folder.file("a"), "old");
  ::chmod(folder.file("a").c_str(), 0604);
  save_text(folder.file("a"), "new");
  CHECK(mode_of(folder.file("a")) == 0604);
  const mode_t mask = ::umask(027);
  save_text(folder.file("b"), "new");
  ::umask(mask);
  CHECK(mode_of(folder.file("b")) == 0640);
}

TEST_CASE("what will replace a private file is private from the start", "[io][atomic]") {
  const Folder folder;
  write_file(folder.file("a"), "old");
  ::chmod(folder.file("a").c_str(), 0644);
  const mode_t mask = ::umask(0);
  io::AtomicFile file(folder.file("a"));
  file.begin(0);
  ::umask(mask);
  for (const std::string& name : folder.names()) {
    if (name != "a") CHECK(mode_of(folder.file(name)) == 0600);
  }
  file.commit(io::Durability::atomic);
  CHECK(mode_of(folder.file("a")) == 0644);
}

TEST_CASE("the owner of the old file is kept where that is allowed", "[io][atomic]") {
  const Folder folder;
  const std::string path = folder.file("a");
  write_file(path, "old");
  const bool may = ::chown(path.c_str(), 12345, 54321) == 0;
  ::chmod(path.c_str(), 04750);
  save_text(path, "new");
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK(status.st_uid == (may ? 12345 : ::geteuid()));
  if (may) CHECK(status.st_gid == 54321);
  CHECK(mode_of(path) == 04750);
}

TEST_CASE("a folder that cannot be synchronised does not hide that the file is saved",
          "[io][atomic]") {
  const Folder folder;
  write_file(folder.file("a"), "old");
  folder_errors = {EINTR, EIO};
  try {
    save_text(folder.file("a"), "new");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == Code::io);
    CHECK(contains(error.message(), "a: saved, but the folder could not be synchronised"));
  }
  CHECK(read_file(folder.file("a")) == "new");
  for (const int ignored : {EINTR, EINVAL}) {
    folder_errors = {ignored};
    CHECK(code_of_saving(folder.file("a")) == Code::ok);
    CHECK(folder_errors.empty());
  }
}

TEST_CASE("links that lead in a circle are an error", "[io][atomic]") {
  const Folder folder;
  REQUIRE(::symlink("b", folder.file("a").c_str()) == 0);
  REQUIRE(::symlink("a", folder.file("b").c_str()) == 0);
  CHECK(code_of_saving(folder.file("a")) == Code::io);
  char buffer[16];
  CHECK(::readlink(folder.file("a").c_str(), buffer, sizeof(buffer)) == 1);
  CHECK(folder.names().size() == 2);
}

TEST_CASE("a link stays a link", "[io][atomic]") {
  const Folder folder;
  write_file(folder.file("target"), "old");
  REQUIRE(::symlink("target", folder.file("link").c_str()) == 0);
  REQUIRE(::symlink("later", folder.file("dangling").c_str()) == 0);
  save_text(folder.file("link"), "new");
  save_text(folder.file("dangling"), "made");
  CHECK(read_file(folder.file("target")) == "new");
  CHECK(read_file(folder.file("later")) == "made");
  char buffer[16];
  CHECK(::readlink(folder.file("link").c_str(), buffer, sizeof(buffer)) == 6);
}

TEST_CASE("places where no file can be are refused", "[io][atomic]") {
  const Folder folder;
  CHECK(code_of_saving(folder.file("none/a")) == Code::io);
  CHECK(code_of_saving(folder.path()) == Code::io);
  CHECK(code_of_saving(folder.path() + "/") == Code::io);
  CHECK(code_of_saving("/dev/null") == Code::io);
  if (::geteuid() != 0) {  // root may write everywhere
    ::chmod(folder.path().c_str(), 0500);
    CHECK(code_of_saving(folder.file("a")) == Code::io);
    ::chmod(folder.path().c_str(), 0700);
  }
}

TEST_CASE("saving over the file that the tensors are mapped from keeps them", "[io][atomic]") {
  const Files files;
  const Folder folder;
  for (const char* name : {"a.pt", "a.safetensors"}) {
    StateDict dict;
    dict.set_tensor("x", files.tensor({3}, {1, 2, 3}));
    io::save(files.services, dict, folder.file(name));
    const auto mapped = files.open(folder.file(name))->state_dict("");
    mapped->set_tensor("y", files.tensor({1}, {9}));
    io::save(files.services, *mapped, folder.file(name));
    CHECK(floats_of(*mapped->entries().find("x")->tensor) == std::vector<float>{1, 2, 3});
    const auto again = files.open(folder.file(name))->state_dict("");
    CHECK(floats_of(*again->entries().find("x")->tensor) == std::vector<float>{1, 2, 3});
  }
}

}  // namespace duramen::test
