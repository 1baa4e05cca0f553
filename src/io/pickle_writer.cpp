#include "io/pickle_writer.hpp"

#include <bit>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"

namespace duramen::io {

void PickleWriter::integer(int64_t value) {
  if (value >= 0 && value <= 0xFF) {
    bytes_ += 'K';
    number(static_cast<uint8_t>(value));
  } else if (value >= 0 && value <= 0xFFFF) {
    bytes_ += 'M';
    number(static_cast<uint16_t>(value));
  } else if (value >= INT32_MIN && value <= INT32_MAX) {
    bytes_ += 'J';
    number(static_cast<int32_t>(value));
  } else {
    size_t length = 8;
    // The shortest two's complement.
    while (length > 1 && value >> (8 * length - 9) == value >> 63) --length;
    big_integer({reinterpret_cast<const char*>(&value), length});
  }
}

void PickleWriter::big_integer(std::string_view little_endian) {
  if (little_endian.size() <= 0xFF) {
    bytes_ += '\x8a';
    number(static_cast<uint8_t>(little_endian.size()));
  } else {
    bytes_ += '\x8b';
    number(static_cast<uint32_t>(little_endian.size()));
  }
  bytes_ += little_endian;
}

void PickleWriter::real(double value) {
  bytes_ += 'G';
  number(__builtin_bswap64(std::bit_cast<uint64_t>(value)));
}

void PickleWriter::text(std::string_view value) {
  if (value.size() > UINT32_MAX) throw Error(Code::limit, "save: a text of more than 4 GiB");
  bytes_ += 'X';
  number(static_cast<uint32_t>(value.size()));
  bytes_ += value;
  memoize();
}

void PickleWriter::interned(std::string_view value) {
  const auto found = known_.find(value);
  if (found != known_.end()) return recall(found->second);
  text(value);
  known_.emplace(value, memoized_ - 1);
}

// Protocol 2 has no bytes: _codecs.encode('…', 'latin1'). CPython writes bytes() for empty ones,
// which torch.load(weights_only=True) refuses.
void PickleWriter::bytes(std::string_view value) {
  global("_codecs", "encode");
  std::string utf8;
  for (const char c : value) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x80) utf8 += static_cast<char>(0xC0 | byte >> 6);
    utf8 += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
  }
  text(utf8);
  interned("latin1");
  end_tuple(2);
  bytes_ += 'R';
  memoize();
}

void PickleWriter::global(std::string_view module, std::string_view name) {
  std::string spelled = join("c", module, "\n", name, "\n");
  const auto found = known_.find(spelled);
  if (found != known_.end()) return recall(found->second);
  bytes_ += spelled;
  known_.emplace(std::move(spelled), memoize());
}

uint32_t PickleWriter::memoize() {
  const uint32_t key = memoized_++;
  if (key <= 0xFF) {
    bytes_ += 'q';
    number(static_cast<uint8_t>(key));
  } else {
    bytes_ += 'r';
    number(key);
  }
  return key;
}

void PickleWriter::recall(uint32_t key) {
  if (key <= 0xFF) {
    bytes_ += 'h';
    number(static_cast<uint8_t>(key));
  } else {
    bytes_ += 'j';
    number(key);
  }
}

void PickleWriter::begin_tuple(size_t count) {
  if (count > 3) bytes_ += '(';
}

void PickleWriter::end_tuple(size_t count) {
  constexpr std::string_view kShort = ")\x85\x86\x87";
  bytes_ += count <= 3 ? kShort[count] : 't';
  if (count > 0) memoize();
}

void PickleWriter::empty_ordered_dict() {
  global("collections", "OrderedDict");
  bytes_ += ")R";
  memoize();
}

}  // namespace duramen::io
