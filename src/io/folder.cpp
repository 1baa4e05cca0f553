#include "io/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io {
namespace {

constexpr size_t kMaxName = 255;

std::string with_slash(const std::string& path) { return path.ends_with('/') ? path : path + '/'; }

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
  using namespace std::string_view_literals;
  return !name.empty() && name.size() <= kMaxName && name != "." && name != ".." &&
         name.find_first_of("/\\\0"sv) == std::string_view::npos;
}

bool is_folder(const std::string& path) noexcept {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Folder::Folder(const std::string& path) : Folder(with_slash(path), std::string::npos) {}

Folder::Folder(const std::string& path, size_t length) : prefix_(path.substr(0, length)) {
  const char* name = prefix_.empty() ? "." : prefix_.c_str();
  descriptor_.reset(retry([&] { return ::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!descriptor_.is_open()) throw system_error(path, "open the folder", errno);
}

Ref<const Source> Folder::open(const Services& services, const std::string& name,
                               Source::Mode mode) const {
  return Source::open_in(services, descriptor(), name, path_of(name), mode);
}

bool Folder::has(const std::string& name) const noexcept {
  struct stat status = {};
  return ::fstatat(descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

void Folder::check_room(uint64_t nbytes) const {
  if (!has_room(descriptor(), nbytes)) throw system_error(prefix_, "save: make room", errno);
}

bool Folder::remove(const std::string& name) const noexcept {
  return ::unlinkat(descriptor(), name.c_str(), 0) == 0;
}

bool Folder::link(const std::string& name, const std::string& to) const noexcept {
  return ::linkat(descriptor(), name.c_str(), descriptor(), to.c_str(), 0) == 0;
}

bool Folder::synchronise() const noexcept { return synchronise_folder(descriptor()); }

std::vector<std::string> Folder::names(size_t most) const {
  const int again = ::openat(descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) throw system_error(prefix_, "list the folder", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again), ::closedir);
  if (!stream) {
    ::close(again);
    throw system_error(prefix_, "list the folder", errno);
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == most) {
      throw file_error(Code::limit, {prefix_, "list the folder", {}, {}},
                       join("it holds too many files (expected at most ", most, ")"));
    }
    names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace duramen::io
