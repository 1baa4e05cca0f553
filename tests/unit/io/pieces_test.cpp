#include "io/pieces.hpp"

#include <algorithm>
#include <fstream>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

std::byte byte_at(size_t i) { return static_cast<std::byte>((i * 2654435761u) >> 24); }

// In steps that no size of pieces is a multiple of.
void fill(io::Pieces& pieces, size_t nbytes) {
  constexpr size_t kStep = 99'991;
  while (pieces.nbytes() < nbytes) {
    const auto room = pieces.room();
    const size_t count = std::min({room.size(), kStep, nbytes - pieces.nbytes()});
    for (size_t i = 0; i < count; ++i) room[i] = byte_at(pieces.nbytes() + i);
    pieces.advance(count);
  }
}

// KiB; 0 where the system does not tell.
size_t status_number(std::string_view key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::stoul(line.substr(key.size() + 1));
  }
  return 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// The peak is what is in use now.
bool reset_peak() {
  return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
}

}  // namespace

TEST_CASE("pieces are joined in their order", "[io][pieces]") {
  const Files files;
  for (const size_t nbytes : {size_t{0}, size_t{1}, size_t{4} << 20, size_t{9'000'000}}) {
    io::Pieces pieces;
    fill(pieces, nbytes);
    const auto joined = pieces.join(files.services);
    REQUIRE(joined->nbytes() == nbytes);
    size_t differ = 0;
    for (size_t i = 0; i < nbytes; ++i) differ += joined->data()[i] != byte_at(i);
    CHECK(differ == 0);
    CHECK(pieces.nbytes() == 0);
  }
}

TEST_CASE("joining takes little memory beside the bytes", "[io][pieces]") {
  constexpr size_t kMebibytes = 64;
  if (kSanitized) {
    WARN("skipped: the shadow memory of a sanitizer would be counted along");
    return;
  }
  const Files files;
  io::Pieces pieces;
  fill(pieces, kMebibytes << 20);
  if (!reset_peak()) {
    WARN("skipped: /proc/self/clear_refs cannot be written");
    return;
  }
  const size_t before = status_number("VmRSS:");
  const auto joined = pieces.join(files.services);
  CHECK(status_number("VmHWM:") < before + kMebibytes * 1024 / 4);
}

TEST_CASE("joining can be cancelled", "[io][pieces]") {
  Files files;
  io::Pieces pieces;
  fill(pieces, 9'000'000);
  files.cancel.raise();
  try {
    pieces.join(files.services);
    FAIL("joined");
  } catch (const Error& error) {
    CHECK(error.code() == Code::cancelled);
  }
  CHECK(files.services.allocator->statistics().blocks_in_use == 0);
}

}  // namespace duramen::test
