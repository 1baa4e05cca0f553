// The layout is that of Python's zipfile under numpy.savez: version 4.5, the date 1980-01-01,
// sizes of every local header in a zip64 field, attributes of a file that its owner may write.
#include <libdeflate.h>

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/npy.hpp"
#include "io/npz.hpp"
#include "io/record.hpp"
#include "io/saving.hpp"
#include "io/zip_format.hpp"

namespace duramen::io {
namespace {

using namespace zip;

constexpr uint64_t kVersion = 45;
constexpr uint64_t kMadeBy = kVersion | 3 << 8;  // Unix
constexpr uint64_t kDate = 1 << 5 | 1;           // the first of January 1980
constexpr uint64_t kAttributes = uint64_t{0600} << 16;
constexpr uint64_t kMaxPlain = INT32_MAX;  // above it Python writes zip64 fields
constexpr uint64_t kLocalZip64 = 20;

struct Member {
  std::string name;
  std::string header;      // of the array; empty for plain bytes
  TensorRef tensor;        // null for plain bytes
  std::string_view plain;  // them
  uint64_t size = 0;
  uint64_t offset = 0;
  uint32_t crc = 0;

  uint64_t flags() const noexcept {
    const bool ascii =
        std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
    return ascii ? 0 : kFlagUtf8;
  }
};

template <class T>
TensorRef number(const Services& services, Dtype dtype, T value) {
  TensorRef tensor = empty(services.allocator, {}, dtype);
  std::memcpy(tensor->mutable_bytes(), &value, sizeof(T));
  return tensor;
}

// Null for what is no number.
TensorRef number_of(const Services& services, const Value& value) {
  switch (value.kind()) {
    case ValueKind::boolean:
      return number(services, Dtype::boolean, static_cast<uint8_t>(value.as_boolean()));
    case ValueKind::integer:
      return number(services, Dtype::int64, value.as_integer());
    case ValueKind::real:
      return number(services, Dtype::float64, value.as_real());
    case ValueKind::complex:
      return number(services, Dtype::complex128, value.as_complex());
    default:
      return nullptr;
  }
}

// An array as read_npz keeps it.
bool is_opaque_array(const Value& value) noexcept {
  if (value.kind() != ValueKind::opaque || value.as_text() != kNpyClass || value.count() != 4) {
    return false;
  }
  const auto& sizes = value.item(2)->items();
  const Tensor* bytes = value.item(3)->as_tensor();
  const std::string_view descr = value.item(0)->as_text();
  return value.item(0)->kind() == ValueKind::text && !descr.empty() &&
         std::string_view("'\"[(").find(descr[0]) != std::string_view::npos &&
         value.item(1)->kind() == ValueKind::boolean && value.item(2)->kind() == ValueKind::tuple &&
         std::all_of(sizes.begin(), sizes.end(),
                     [](const ValueRef& size) { return size->kind() == ValueKind::integer; }) &&
         bytes && bytes->dtype() == Dtype::uint8 && bytes->rank() == 1;
}

class Writer {
 public:
  Writer(const Services& services, const StateDict& dict, Output& out)
      : services_(services), dict_(dict), out_(out) {}

  void write() {
    uint64_t elements = 0;
    uint64_t all = kEndSize;
    members_.reserve(dict_.entries().size());
    for (const auto& [name, entry] : dict_.entries()) {
      const Member& member = members_.emplace_back(member_of(name, entry));
      elements += member.size - member.header.size();
      all += member.size + kLocalSize + kLocalZip64 + kCentralSize + 2 * member.name.size();
    }
    out_.begin(all);
    Saving saving(services_, elements);
    for (Member& member : members_) write_member(member, saving);
    write_directory();
    saving.end();
  }

 private:
  Error refuse(std::string_view name, std::string_view what, Code code = Code::unsupported) const {
    return file_error(code, {out_.name(), "save npz", name, {}}, what);
  }

  Member member_of(const std::string& name, const StateEntry& entry) const {
    if (!is_utf8(name)) throw refuse(name, "the name is not UTF-8", Code::invalid_argument);
    Member member;
    member.name = name + ".npy";
    if (entry.tensor) {
      set_tensor(name, entry.tensor, member);
    } else {
      set_value(name, entry.value ? *entry.value : *Value::none(), member);
    }
    if (member.name.size() > kMax16 || member.name.find('\0') != std::string::npos) {
      throw refuse(name,
                   join("an archive has no place for this name (expected at most ", kMax16,
                        " bytes, and none of them 0)"),
                   Code::invalid_argument);
    }
    member.size =
        member.header.size() +
        (member.tensor ? static_cast<uint64_t>(member.tensor->nbytes()) : member.plain.size());
    return member;
  }

  void set_tensor(const std::string& name, const TensorRef& tensor, Member& member) const {
    if (npy_descr(tensor->dtype()).empty()) {
      const auto dtype = dtype_name(tensor->dtype());
      throw refuse(name, join("NumPy has no dtype ", dtype)).with("actual", std::string(dtype));
    }
    if (tensor->rank() > kMaxNpyRank) {
      throw refuse(name, join("too many dimensions (expected at most ", kMaxNpyRank, ")"));
    }
    member.tensor = tensor;
    member.header = npy_header(*tensor);
  }

  void set_value(const std::string& name, const Value& value, Member& member) const {
    if (const TensorRef made = number_of(services_, value)) return set_tensor(name, made, member);
    if (is_opaque_array(value)) {
      Shape shape;
      for (const ValueRef& size : value.item(2)->items()) shape.push_back(size->as_integer());
      member.tensor = TensorRef(value.item(3)->as_tensor());
      member.header = npy_header(value.item(0)->as_text(), value.item(1)->as_boolean(), shape);
    } else if (value.kind() == ValueKind::bytes && !name.ends_with(".npy")) {
      member.name = name;
      member.plain = value.as_text();
    } else {
      throw refuse(name, join("the format holds arrays and numbers (got ",
                              value_kind_name(value.kind()), ")"));
    }
  }

  // The CRC-32 stands before the elements, so that they are gone through twice.
  void write_member(Member& member, Saving& saving) {
    NpyElements elements{std::as_bytes(std::span(member.plain.data(), member.plain.size())), {}};
    if (member.tensor) elements = npy_elements(services_, *member.tensor);
    member.offset = out_.position();
    member.crc = libdeflate_crc32(0, member.header.data(), member.header.size());
    constexpr size_t kChunk = size_t{8} << 20;
    for (auto rest = elements.bytes; !rest.empty();) {
      services_.cancel.check("save");
      const size_t count = std::min(rest.size(), kChunk);
      member.crc = libdeflate_crc32(member.crc, rest.data(), count);
      rest = rest.subspan(count);
    }
    Record record;
    record.u32(kLocalSignature).u16(kVersion).u16(member.flags()).u16(0).u16(0).u16(kDate);
    record.u32(member.crc).u32(kMax32).u32(kMax32).u16(member.name.size()).u16(kLocalZip64);
    record.text(member.name).u16(kZip64Id).u16(16).u64(member.size).u64(member.size);
    out_.write(record.bytes());
    out_.write(member.header);
    saving.bytes(elements.bytes, [&](std::span<const std::byte> bytes) { out_.write(bytes); });
  }

  void write_directory() {
    const uint64_t offset = out_.position();
    for (const Member& member : members_) write_directory_entry(member);
    const uint64_t end = out_.position();
    const uint64_t size = end - offset;
    const uint64_t count = members_.size();
    Record record;
    if (count > kMax16 || offset > kMaxPlain || size > kMaxPlain) {
      record.u32(kEnd64Signature).u64(kEnd64Size - 12).u16(kVersion).u16(kVersion).u32(0).u32(0);
      record.u64(count).u64(count).u64(size).u64(offset);
      record.u32(kLocatorSignature).u32(0).u64(end).u32(1);
    }
    const uint64_t small_count = std::min<uint64_t>(count, kMax16);
    record.u32(kEndSignature).u16(0).u16(0).u16(small_count).u16(small_count);
    record.u32(std::min<uint64_t>(size, kMax32)).u32(std::min<uint64_t>(offset, kMax32)).u16(0);
    out_.write(record.bytes());
  }

  void write_directory_entry(const Member& member) {
    const bool is_large = member.size > kMaxPlain;
    const bool is_far = member.offset > kMaxPlain;
    Record zip64;
    if (is_large) zip64.u64(member.size).u64(member.size);
    if (is_far) zip64.u64(member.offset);
    const uint64_t zip64_size = zip64.bytes().size();
    const uint64_t size = is_large ? kMax32 : member.size;
    Record record;
    record.u32(kCentralSignature).u16(kMadeBy).u16(kVersion).u16(member.flags()).u16(0).u16(0);
    record.u16(kDate).u32(member.crc).u32(size).u32(size).u16(member.name.size());
    record.u16(zip64_size ? zip64_size + 4 : 0).u16(0).u16(0).u16(0).u32(kAttributes);
    record.u32(is_far ? kMax32 : member.offset).text(member.name);
    if (zip64_size) record.u16(kZip64Id).u16(zip64_size).text(zip64.bytes());
    out_.write(record.bytes());
  }

  const Services& services_;
  const StateDict& dict_;
  Output& out_;
  std::vector<Member> members_;
};

}  // namespace

void write_npz(const Services& services, const StateDict& dict, Output& out,
               const SaveOptions& /*options*/) {
  Writer(services, dict, out).write();
}

}  // namespace duramen::io
