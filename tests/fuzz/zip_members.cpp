#include "fuzz/zip_members.hpp"

#include <algorithm>

namespace duramen::fuzz {
namespace {

constexpr std::string_view kEntry("PK\1\2", 4);
constexpr std::string_view kEnd("PK\5\6", 4);

// A zip may hold zips, whose directories come before its own.
size_t directory_of(std::string_view zip) {
  const size_t end = zip.rfind(kEnd);
  const size_t start = end == std::string_view::npos ? end : number_at(zip, end + 16, 4);
  if (start < zip.size() && zip.substr(start).starts_with(kEntry)) return start;
  return zip.find(kEntry);
}

}  // namespace

std::string little(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  return out;
}

uint64_t number_at(std::string_view bytes, size_t offset, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count && offset + i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
  }
  return value;
}

std::vector<Member> members_of(std::string_view zip) {
  std::vector<Member> members;
  size_t at = directory_of(zip);
  while (at != std::string_view::npos && at + 46 <= zip.size() && members.size() < 64) {
    const size_t name_length = number_at(zip, at + 28, 2);
    const size_t skipped = number_at(zip, at + 30, 2) + number_at(zip, at + 32, 2);
    const size_t local = number_at(zip, at + 42, 4);
    const size_t size = number_at(zip, at + 20, 4);
    const size_t content =
        local + 30 + number_at(zip, local + 26, 2) + number_at(zip, local + 28, 2);
    if (content > zip.size() || size > zip.size() - content) break;
    members.push_back(
        {std::string(zip.substr(at + 46, name_length)), std::string(zip.substr(content, size))});
    at += 46 + name_length + skipped;
    if (zip.substr(std::min(at, zip.size()), 4) != kEntry) break;
  }
  return members;
}

}  // namespace duramen::fuzz
