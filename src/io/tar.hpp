// The members of a tar archive as Python's tarfile writes it: ustar or GNU headers of 512 bytes,
// each before its content, and pax headers before some. Strict: a checksum that is wrong, a size
// that leaves the file, a name that occurs twice, an end that is missing are CORRUPT. Names are
// labels and open nothing.
#pragma once

#include <vector>

#include "io/source.hpp"

namespace duramen::io {

struct TarMember {
  std::string_view name;  // inside the source
  uint64_t begin;         // of the content
  uint64_t size;
};

bool is_tar(std::string_view bytes) noexcept;
// Regular files only: UNSUPPORTED for an archive that holds others, which is not PyTorch's. LIMIT
// beyond `most` members.
std::vector<TarMember> read_tar(const Source& source, size_t most);

}  // namespace duramen::io
