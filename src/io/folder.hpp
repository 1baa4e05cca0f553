// A folder whose files belong together. They are opened relative to the folder itself, by names
// that lead nowhere else. A symbolic link in the folder is followed: whoever made the folder made
// it, and caches of downloads consist of links.
#pragma once

#include <vector>

#include "io/descriptor.hpp"
#include "io/source.hpp"

namespace duramen::io {

// Whether a name that a file gives stays in a folder: one part of a path, not "." or "..", without
// NUL and backslash, of at most 255 bytes.
bool is_plain_name(std::string_view name) noexcept;
bool is_folder(const std::string& path) noexcept;

class Folder {
 public:
  // Errors of all functions: IO.
  explicit Folder(const std::string& path);
  // The one that a file lies in. `path` is as the caller said it: links are not resolved.
  static Folder of_file(const std::string& path) { return Folder(path, path.rfind('/') + 1); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() = default;

  int descriptor() const noexcept { return descriptor_.get(); }
  std::string path_of(std::string_view name) const { return prefix_ + std::string(name); }
  // Requires: a plain name.
  Ref<const Source> open(const Services& services, const std::string& name,
                         Source::Mode mode) const;
  bool has(const std::string& name) const noexcept;
  // IO when the disk surely has less room than that.
  void check_room(uint64_t nbytes) const;
  // False where that cannot be done.
  bool remove(const std::string& name) const noexcept;
  bool link(const std::string& name, const std::string& to) const noexcept;
  bool synchronise() const noexcept;
  // Of all that lies in it but "." and "..", sorted; LIMIT beyond `most`.
  std::vector<std::string> names(size_t most) const;

 private:
  Folder(const std::string& path, size_t length);

  std::string prefix_;  // "", "/", "models/": of the names in messages
  Descriptor descriptor_;
};

}  // namespace duramen::io
