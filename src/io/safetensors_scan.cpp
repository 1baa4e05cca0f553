#include <bit>
#include <cstring>

#include "io/safetensors.hpp"
#include "io/safetensors_index.hpp"

namespace duramen::io {
namespace {

constexpr size_t kMostSizes = 16;  // of one tensor; more is the parser's
constexpr size_t kMostDigits = 18;

// Whether one of eight bytes is no character of a plain text: a quote, a backslash, a control
// character, a part of a character beyond ASCII. The lowest such byte has its highest bit set.
constexpr uint64_t special_bytes(uint64_t bytes) noexcept {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto zeros = [](uint64_t x) { return (x - kOnes) & ~x; };
  const uint64_t quotes = zeros(bytes ^ (kOnes * '"')), escapes = zeros(bytes ^ (kOnes * '\\'));
  return (quotes | escapes | (bytes - kOnes * ' ') | bytes) & kHigh;
}

constexpr bool is_plain(unsigned char byte) noexcept {
  return byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
}

class Scanner {
 public:
  Scanner(std::string_view text, uint64_t most, const CancelFlag& cancel, SafetensorsIndex& out)
      : at_(text.data()), end_(at_ + text.size()), most_(most), cancel_(cancel), out_(out) {}

  bool run() {
    constexpr size_t kBytesOfEntry = 64;  // about the fewest
    constexpr size_t kBytesOfName = 32;
    const auto left = static_cast<size_t>(end_ - at_);
    out_.entries.reserve(left / kBytesOfEntry, left / kBytesOfEntry * kBytesOfName);
    if (!skip("{\"")) return false;
    for (size_t member = 0;; ++member) {
      if (member % kAsked == 0) cancel_.check("open");
      if (!read_member(member)) return false;
      if (skip(",\"")) continue;
      return skip("}") && std::string_view(at_, left_bytes()).find_first_not_of(' ') == kNone;
    }
  }

 private:
  static constexpr size_t kAsked = 1024;
  static constexpr size_t kNone = std::string_view::npos;

  size_t left_bytes() const noexcept { return static_cast<size_t>(end_ - at_); }

  template <size_t kSize>
  bool skip(const char (&literal)[kSize]) noexcept {
    constexpr size_t kLength = kSize - 1;
    if (left_bytes() < kLength || std::memcmp(at_, literal, kLength) != 0) return false;
    at_ += kLength;
    return true;
  }

  // Behind the opening quote; leaves the closing one behind. Null data for what is not plain.
  std::string_view text() noexcept {
    const char* const begin = at_;
    if constexpr (std::endian::native == std::endian::little) {
      for (uint64_t bytes = 0; left_bytes() >= sizeof bytes; at_ += sizeof bytes) {
        std::memcpy(&bytes, at_, sizeof bytes);
        const uint64_t special = special_bytes(bytes);
        if (special == 0) continue;
        at_ += std::countr_zero(special) / 8;
        break;
      }
    }
    while (at_ < end_ && is_plain(static_cast<unsigned char>(*at_))) ++at_;
    if (at_ == end_ || *at_ != '"') return {};
    return {begin, static_cast<size_t>(at_++ - begin)};
  }

  bool number(uint64_t& out) noexcept {
    const char* const begin = at_;
    out = 0;
    while (at_ < end_ && *at_ >= '0' && *at_ <= '9')
      out = out * 10 + static_cast<uint64_t>(*at_++ - '0');
    const auto digits = static_cast<size_t>(at_ - begin);
    return digits > 0 && digits <= kMostDigits && (digits == 1 || *begin != '0');
  }

  bool read_member(size_t member) {
    const std::string_view name = text();
    if (!name.data()) return false;
    if (name != "__metadata__") return read_entry(name);
    if (out_.metadata_member != SIZE_MAX) return false;
    out_.metadata_member = member;
    return read_metadata();
  }

  bool read_metadata() {
    if (!skip(":{\"")) return false;
    do {
      const std::string_view key = text();
      if (!key.data() || !skip(":\"")) return false;
      const std::string_view value = text();
      if (!value.data() || out_.metadata.contains(key)) return false;
      out_.metadata.append(std::string(key), std::string(value));
    } while (skip(",\""));
    return skip("}");
  }

  bool read_entry(std::string_view name) {
    if (out_.entries.list().size() == most_ || !skip(":{\"dtype\":\"")) return false;
    const Dtype dtype = read_dtype();
    if (dtype == Dtype::invalid || !skip(",\"shape\":[") || !read_sizes()) return false;
    uint64_t begin = 0, end = 0;
    if (!skip(",\"data_offsets\":[") || !number(begin) || !skip(",") || !number(end)) return false;
    if (!skip("]}") || begin > end) return false;
    FileEntry& entry = out_.entries.add(name);
    entry.dtype = dtype;
    entry.shape = out_.entries.keep({sizes_, rank_});
    entry.rank = rank_;
    entry.offset = begin;
    entry.nbytes = end - begin;
    return true;
  }

  // Most entries have that of the one before.
  Dtype read_dtype() noexcept {
    const std::string_view name = text();
    if (!name.data()) return Dtype::invalid;
    if (name == dtype_name_) return dtype_;
    dtype_name_ = name;
    return dtype_ = safetensors_dtype(name);
  }

  // Behind the bracket.
  bool read_sizes() noexcept {
    rank_ = 0;
    if (skip("]")) return true;
    do {
      uint64_t size = 0;
      if (rank_ == kMostSizes || !number(size)) return false;
      sizes_[rank_++] = static_cast<int64_t>(size);
    } while (skip(","));
    return skip("]");
  }

  const char* at_;
  const char* end_;
  uint64_t most_;
  const CancelFlag& cancel_;
  SafetensorsIndex& out_;
  int64_t sizes_[kMostSizes] = {};
  uint32_t rank_ = 0;
  std::string_view dtype_name_;
  Dtype dtype_ = Dtype::invalid;
};

}  // namespace

bool scan_safetensors(std::string_view header, const Limits& limits, const CancelFlag& cancel,
                      SafetensorsIndex& out) {
  const uint64_t most = limits.max_entries ? limits.max_entries : UINT64_MAX;
  if (Scanner(header, most, cancel, out).run()) return true;
  out = SafetensorsIndex();
  return false;
}

}  // namespace duramen::io
