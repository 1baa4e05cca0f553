// | offset | bytes | what                                                        |
// | 0      | 100   | name, to a NUL                                              |
// | 124    | 12    | size of the content: octal digits, or binary behind 0x80    |
// | 148    | 8     | checksum: octal, the sum of the header with spaces here     |
// | 156    | 1     | kind: '0' or NUL a file; 'x', 'g' pax records               |
// | 257    | 8     | "ustar" NUL "00", or "ustar  " NUL                          |
// | 345    | 155   | the name's folder (not of GNU's)                            |
// The content is padded to 512 bytes; two blocks of zeros end the archive.
#include "io/tar.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io {
namespace {

using namespace std::string_view_literals;

constexpr size_t kBlock = 512;

class TarReader {
 public:
  TarReader(const Source& source, size_t most)
      : source_(source), text_(text_of(source.bytes())), most_(most) {}

  std::vector<TarMember> read() {
    while (true) {
      const std::string_view header = text_.substr(at_, kBlock);
      if (header.size() < kBlock) fail("the archive is cut off");
      if (is_zero(header)) break;
      read_member(header);
    }
    if (text_.size() - at_ < 2 * kBlock || text_.size() % kBlock != 0) {
      fail("the archive has no end");
    }
    if (!is_zero(text_.substr(at_))) fail("bytes after the end of the archive");
    return std::move(members_);
  }

 private:
  [[noreturn]] void fail(std::string_view what, Code code = Code::corrupt) const {
    throw file_error(code, {source_.name(), "tar header", name_, at_}, what);
  }
  static bool is_zero(std::string_view bytes) noexcept {
    return bytes.find_first_not_of('\0') == bytes.npos;
  }

  void read_member(std::string_view header) {
    name_ = header.substr(0, std::min<size_t>(100, header.find('\0')));
    check_sum(header);
    if (header.substr(257, 5) != "ustar") fail("not a tar header");
    const auto size = number(header.substr(124, 12));
    const uint64_t begin = at_ + kBlock;
    if (!size || *size > text_.size() - begin) {
      fail(join("the content leaves the file (got ", text_.size() - begin, " bytes)"));
    }
    const uint64_t padded = *size + (kBlock - *size % kBlock) % kBlock;
    if (padded > text_.size() - begin) fail("the archive is cut off");
    if (!is_zero(text_.substr(begin + *size, padded - *size))) fail("padding that is not zero");
    const char kind = header[156];
    if (kind == 'x' || kind == 'g') {
      check_records(text_.substr(begin, *size));
    } else {
      const bool has_folder = header[262] == '\0' && header[345] != '\0';
      if ((kind != '0' && kind != '\0') || has_folder) {
        fail("this is a tar archive, but not PyTorch's (it holds more than plain files)",
             Code::unsupported);
      }
      add({name_, begin, *size});
    }
    at_ = begin + padded;
  }

  void add(const TarMember& member) {
    if (members_.size() == most_)
      fail("this is a tar archive, but not PyTorch's", Code::unsupported);
    for (const TarMember& known : members_) {
      if (known.name == member.name) fail("two members have this name");
    }
    members_.push_back(member);
  }

  void check_sum(std::string_view header) const {
    uint64_t sum = 0;
    for (size_t i = 0; i < kBlock; ++i) {
      sum += i >= 148 && i < 156 ? uint8_t{' '} : static_cast<uint8_t>(header[i]);
    }
    const auto expected = number(header.substr(148, 8));
    if (expected != sum) fail(join("the checksum does not match (got ", sum, ")"));
  }

  // Spaces, octal digits, spaces or NULs; or big-endian behind 0x80.
  static std::optional<uint64_t> number(std::string_view field) noexcept {
    uint64_t value = 0;
    if (static_cast<uint8_t>(field[0]) == 0x80) {
      for (const char c : field.substr(1)) {
        if (value >> 55) return std::nullopt;
        value = value << 8 | static_cast<uint8_t>(c);
      }
      return value;
    }
    const size_t first = std::min(field.find_first_not_of(' '), field.size());
    field.remove_prefix(first);
    const std::string_view digits =
        field.substr(0, std::min(field.find_first_of(" \0"sv), field.size()));
    if (digits.empty() || field.find_first_not_of(" \0"sv, digits.size()) != field.npos) {
      return std::nullopt;
    }
    for (const char c : digits) {
      if (c < '0' || c > '7') return std::nullopt;
      value = value << 3 | static_cast<uint64_t>(c - '0');
    }
    return value;
  }

  // "LENGTH KEY=VALUE\n", of which none may say what the header says as well.
  void check_records(std::string_view records) const {
    while (!records.empty()) {
      const size_t space = records.find(' ');
      const auto length =
          space > 19 ? std::nullopt : parse_int(records.substr(0, space));  // also without one
      if (!length || *length <= static_cast<int64_t>(space) + 1 ||
          static_cast<uint64_t>(*length) > records.size()) {
        fail("a pax record with a wrong length");
      }
      const auto end = static_cast<size_t>(*length);
      const std::string_view record = records.substr(space + 1, end - space - 1);
      const std::string_view key = record.substr(0, record.find('='));
      if (key == "path" || key == "size" || key == "linkpath" || key.starts_with("GNU.sparse")) {
        fail("a pax record that changes the member", Code::unsupported);
      }
      records.remove_prefix(end);
    }
  }

  const Source& source_;
  std::string_view text_;
  size_t most_;
  uint64_t at_ = 0;
  std::string_view name_;
  std::vector<TarMember> members_;
};

}  // namespace

bool is_tar(std::string_view bytes) noexcept {
  return bytes.size() >= 262 && bytes.substr(257, 5) == "ustar";
}

std::vector<TarMember> read_tar(const Source& source, size_t most) {
  return TarReader(source, most).read();
}

}  // namespace duramen::io
