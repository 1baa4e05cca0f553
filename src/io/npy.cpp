// | offset | bytes  | what                                                                     |
// | 0      | 6      | 0x93 "NUMPY"                                                             |
// | 6      | 2      | version: 1.0, 2.0 or 3.0                                                 |
// | 8      | 2 or 4 | length of the header, little-endian; 2 bytes in version 1                |
// | …      | length | {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, spaces, \n  |
// | …      |        | the elements side by side                                                |
#include "io/npy.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/npy_dtypes.hpp"

namespace duramen::io {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPart = "npy header";

Dtype dtype_of(std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(kNpyDtypes), std::end(kNpyDtypes),
                                   [&](const NpyDtype& row) { return row.name == name; });
  return found == std::end(kNpyDtypes) ? Dtype::invalid : found->dtype;
}

// Bytes of one element that torch has no dtype for: "U5", "M8[ns]", "f16". Nothing where they vary
// (objects), or are not told here (records); NumPy has no other kinds.
struct Foreign {
  bool known = false;
  std::optional<uint64_t> itemsize;
};
Foreign foreign_dtype(std::string_view name) noexcept {
  if (name.empty() || "OUSVMmfc"sv.find(name[0]) == std::string_view::npos) return {};
  const std::string_view digits = name.substr(1, name.find('[') - 1);
  if (name[0] == 'O') return {digits.empty() || digits == "8", std::nullopt};
  const auto size = parse_int(digits);
  if (!size || *size < 0 || *size > INT32_MAX) return {};
  return {true, static_cast<uint64_t>(*size) * (name[0] == 'U' ? 4 : 1)};
}

// The header's Python dict, read as what it can only be: no expression, no other key.
class Reader {
 public:
  Reader(const Services& services, const NpyBytes& place, const Limits& limits)
      : services_(services), place_(place), cursor_(place.bytes), limits_(limits) {}

  NpyArray read() {
    header_ = take_header();
    read_fields();
    const auto data = *cursor_.take(check_size());
    if (dtype_ == Dtype::invalid) return {opaque(data), version_, ""};
    auto storage = storage_over(services_, place_.source, data, dtype_, swapped_);
    auto layout = fortran_ ? fortran_layout(shape_) : contiguous_layout(shape_);
    auto tensor = make<Tensor>(std::move(storage), std::move(layout), dtype_);
    const std::string_view order = swapped_ ? "big" : "little";
    return {Value::tensor(std::move(tensor)), version_, itemsize(dtype_) > 1 ? order : ""};
  }

 private:
  Error bad(std::string_view what, std::optional<uint64_t> offset, Code code = Code::corrupt,
            std::string_view part = kPart) const {
    if (offset && place_.offset) *offset += *place_.offset;
    if (!place_.offset) offset = {};
    return file_error(code, {place_.file, part, place_.entry, offset}, what);
  }
  // At the place in the header that is being read.
  Error bad_here(std::string_view what, Code code = Code::corrupt) const {
    return bad(what, start_ + at_, code);
  }

  std::string_view take_header() {
    (void)cursor_.seek(kNpyMagic.size());
    const auto major = cursor_.number<uint8_t>();
    const auto minor = cursor_.number<uint8_t>();
    if (!major || !minor) throw truncated();
    if (*major < 1 || *major > 3 || *minor != 0) {
      throw bad(join("unknown version ", *major, ".", *minor, " (expected 1.0, 2.0 or 3.0)"),
                kNpyMagic.size(), Code::unsupported);
    }
    version_ = *major;
    const auto length = *major == 1 ? std::optional<uint32_t>(cursor_.number<uint16_t>())
                                    : cursor_.number<uint32_t>();
    if (!length) throw truncated();
    const uint64_t most = limits_.max_header_bytes ? limits_.max_header_bytes : kMaxNpyHeader;
    if (*length > most) {
      throw bad(join("too large (expected at most ", most, " bytes, got ", *length, ")"), 8,
                Code::limit);
    }
    start_ = cursor_.position();
    const auto bytes = cursor_.take(*length);
    if (!bytes) throw truncated();
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }
  Error truncated() const { return bad("the file ends inside of it (truncated?)", std::nullopt); }

  void skip_space() noexcept {
    while (at_ < header_.size() && " \t\r\n"sv.find(header_[at_]) != std::string_view::npos) ++at_;
  }
  bool next_is(char c) noexcept {
    skip_space();
    return at_ < header_.size() && header_[at_] == c;
  }
  bool accept(char c) noexcept {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) throw bad_here(join("expected '", c, "'"));
  }
  bool accept_word(std::string_view word) noexcept {
    skip_space();
    if (!header_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  std::string_view take_text() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const size_t end = header_.find(quote, at_);
    const std::string_view text = header_.substr(at_, std::min(end, header_.size()) - at_);
    if (end == std::string_view::npos || text.find('\\') != std::string_view::npos) {
      throw bad_here("not a plain text");
    }
    at_ = end + 1;
    return text;
  }

  void read_fields() {
    unsigned seen[3] = {};
    expect('{');
    while (!next_is('}')) {
      const std::string_view key = take_text();
      expect(':');
      if (key == "descr") {
        ++seen[0];
        read_descr();
      } else if (key == "fortran_order") {
        ++seen[1];
        read_order();
      } else if (key == "shape") {
        ++seen[2];
        read_shape();
      } else {
        throw bad_here(join("unknown key ", format_quoted(printable(key, 40))));
      }
      if (!accept(',')) break;
    }
    expect('}');
    skip_space();
    if (at_ != header_.size()) throw bad_here("more than one dict");
    if (seen[0] != 1 || seen[1] != 1 || seen[2] != 1) {
      throw bad("expected descr, fortran_order and shape, each once", start_);
    }
  }

  void read_descr() {
    skip_space();
    const size_t place = at_;
    const bool is_record = next_is('[') || next_is('(');
    std::string_view text;
    if (is_record) {
      skip_records();
    } else {
      text = take_text();
    }
    const size_t order = text.empty() ? std::string_view::npos : "<>|="sv.find(text[0]);
    const std::string_view name = text.substr(order == std::string_view::npos ? 0 : 1);
    descr_ = header_.substr(place, at_ - place);
    dtype_ = dtype_of(name);
    swapped_ = order == 1;
    if (dtype_ != Dtype::invalid) {
      itemsize_ = itemsize(dtype_);
      return;
    }
    const Foreign foreign = is_record ? Foreign{true, {}} : foreign_dtype(name);
    itemsize_ = foreign.itemsize;
    if (!place_.entry.empty() && foreign.known) return;
    at_ = place;
    throw bad_here(is_record ? "torch has no dtype for records"
                   : name.starts_with('O')
                       ? "an array of Python objects (a pickle, which is not run)"
                       : join("torch has no dtype for ", format_quoted(printable(text, 40))),
                   Code::unsupported);
  }

  // Past a list or a tuple. Texts in it may hold anything.
  void skip_records() {
    size_t depth = 0;
    char quote = 0;
    for (; at_ < header_.size(); ++at_) {
      const char c = header_[at_];
      if (quote) {
        if (c == '\\') ++at_;
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '[' || c == '(') {
        ++depth;
      } else if ((c == ']' || c == ')') && --depth == 0) {
        ++at_;
        return;
      }
    }
    throw bad_here("the records of descr do not end");
  }

  void read_order() {
    fortran_ = accept_word("True");
    if (!fortran_ && !accept_word("False")) throw bad_here("expected True or False");
  }

  void read_shape() {
    shape_ = {};
    expect('(');
    while (!next_is(')')) {
      shape_.push_back(take_size());
      if (shape_.size() > kMaxNpyRank) {
        throw bad_here(join("too many dimensions (expected at most ", kMaxNpyRank, ")"),
                       Code::limit);
      }
      if (accept(',')) continue;
      if (shape_.size() == 1) throw bad_here("expected ','");  // a number in parentheses
      break;
    }
    expect(')');
  }

  int64_t take_size() {
    skip_space();
    const size_t begin = at_;
    int64_t size = 0;
    for (; at_ < header_.size() && header_[at_] >= '0' && header_[at_] <= '9'; ++at_) {
      if (mul_overflows<int64_t>(size, 10, &size) ||
          add_overflows<int64_t>(size, header_[at_] - '0', &size)) {
        throw bad_here("a size is too large");
      }
    }
    if (at_ == begin) throw bad_here("expected a size");
    if (at_ < header_.size() && header_[at_] == 'L') ++at_;  // Python 2's long
    return size;
  }

  // What the elements take: all that is left.
  uint64_t check_size() const {
    const uint64_t left = cursor_.remaining();
    const auto size = checked_size(shape_, static_cast<int64_t>(itemsize_.value_or(1)));
    if (!size) throw bad(join("the size overflows: ", format_tuple(shape_)), start_);
    const auto nbytes = static_cast<uint64_t>(*size);
    if (itemsize_ && nbytes != left) {
      throw bad(join("it does not fit the shape ", format_tuple(shape_), " of ",
                     printable(descr_, 40), " (expected ", nbytes, " bytes, got ", left,
                     nbytes > left ? "; is the file truncated?)" : ")"),
                cursor_.position(), Code::corrupt, "npy data");
    }
    const uint64_t most = std::min(limits_.max_tensor_bytes ? limits_.max_tensor_bytes : UINT64_MAX,
                                   limits_.max_total_bytes ? limits_.max_total_bytes : UINT64_MAX);
    if (left > most) {
      throw bad(join("the array is too large (expected at most ", most, " bytes, got ", left, ")"),
                start_, Code::limit);
    }
    return left;
  }

  ValueRef opaque(std::span<const std::byte> data) const {
    std::vector<ValueRef> sizes;
    for (const int64_t size : shape_) sizes.push_back(Value::integer(size));
    auto bytes = make<Tensor>(Storage::keep(data.data(), data.size(), place_.source),
                              contiguous_layout({static_cast<int64_t>(data.size())}), Dtype::uint8);
    return Value::opaque(std::string(kNpyClass),
                         {Value::text(descr_text()), Value::boolean(fortran_),
                          Value::tuple(std::move(sizes)), Value::tensor(std::move(bytes))});
  }

  // In UTF-8, which the header of version 3 has, and the others not.
  std::string descr_text() const {
    if (version_ == 3 && !is_utf8(descr_)) throw bad("descr is not UTF-8", start_);
    std::string text;
    for (const char c : descr_) {
      if (version_ == 3 || static_cast<unsigned char>(c) < 0x80) {
        text += c;
      } else {
        text += static_cast<char>(0xC0 | static_cast<unsigned char>(c) >> 6);
        text += static_cast<char>(0x80 | (c & 0x3F));
      }
    }
    return text;
  }

  const Services& services_;
  const NpyBytes& place_;
  Cursor cursor_;
  const Limits& limits_;
  unsigned version_ = 0;
  std::string_view header_;
  size_t start_ = 0;        // of the header in the file
  size_t at_ = 0;           // in the header
  std::string_view descr_;  // as it is written
  Dtype dtype_ = Dtype::invalid;
  std::optional<uint64_t> itemsize_;
  bool swapped_ = false;
  bool fortran_ = false;
  Shape shape_;
};

}  // namespace

bool is_npy(std::string_view bytes) noexcept { return bytes.starts_with(kNpyMagic); }

Ref<Checkpoint> read_npy(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options) {
  const NpyArray array =
      read_npy_array(services, {source, source->bytes(), source->name(), {}, 0}, options.limits);
  OrderedMap<std::string> properties;
  properties.append("version", join(array.version, ".0"));
  if (!array.byteorder.empty()) properties.append("byteorder", std::string(array.byteorder));
  return make<Checkpoint>("npy", array.value, OrderedMap<std::string>(), std::move(properties));
}

NpyArray read_npy_array(const Services& services, const NpyBytes& bytes, const Limits& limits) {
  return Reader(services, bytes, limits).read();
}

Dtype dtype_of_numpy(std::string_view code) noexcept { return dtype_of(code); }

}  // namespace duramen::io
