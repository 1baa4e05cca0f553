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
#include "io/file_error.hpp"
#include "io/safetensors.hpp"
#include "io/saving.hpp"

namespace duramen::io {
namespace {

using namespace std::string_view_literals;

constexpr size_t kChunk = size_t{8} << 20;  // between two looks at the cancel flag
constexpr std::string_view kMagic = "\x93NUMPY"sv;
constexpr std::string_view kPart = "npy header";

struct Named {
  std::string_view name;  // without the byte order
  Dtype dtype;
};
constexpr Named kDtypes[] = {
    {"f8", Dtype::float64},   {"f4", Dtype::float32},    {"f2", Dtype::float16},
    {"i8", Dtype::int64},     {"i4", Dtype::int32},      {"i2", Dtype::int16},
    {"i1", Dtype::int8},      {"u8", Dtype::uint64},     {"u4", Dtype::uint32},
    {"u2", Dtype::uint16},    {"u1", Dtype::uint8},      {"b1", Dtype::boolean},
    {"c8", Dtype::complex64}, {"c16", Dtype::complex128}};

Dtype dtype_of(std::string_view name) noexcept {
  const auto* found = std::find_if(std::begin(kDtypes), std::end(kDtypes),
                                   [&](const Named& row) { return row.name == name; });
  return found == std::end(kDtypes) ? Dtype::invalid : found->dtype;
}

// "<f4", "|b1"; empty for dtypes that NumPy does not have.
std::string descr_of(Dtype dtype) {
  for (const Named& row : kDtypes) {
    if (row.dtype == dtype) return join(itemsize(dtype) > 1 ? '<' : '|', row.name);
  }
  return {};
}

// The number that the byte order is about: half of a complex element.
size_t swapped_size(Dtype dtype) noexcept {
  return is_complex(dtype) ? itemsize(dtype) / 2 : itemsize(dtype);
}

Shape fortran_strides(const Shape& shape) {
  Shape strides;
  int64_t stride = 1;
  for (const int64_t size : shape) {
    strides.push_back(stride);
    stride *= std::max<int64_t>(size, 1);
  }
  return strides;
}

bool is_fortran(const Layout& layout) {
  Layout reversed = layout;
  std::reverse(reversed.shape.begin(), reversed.shape.end());
  std::reverse(reversed.strides.begin(), reversed.strides.end());
  return is_contiguous(reversed);
}

// The header's Python dict, read as what it can only be: no expression, no other key.
class Reader {
 public:
  Reader(const Services& services, const Ref<const Source>& source, const Limits& limits)
      : services_(services), source_(source), cursor_(source->bytes()), limits_(limits) {}

  Ref<Checkpoint> read() {
    header_ = take_header();
    read_fields();
    const uint64_t nbytes = check_size();
    const auto data = *cursor_.take(nbytes);
    auto tensor = make<Tensor>(storage(data), layout(), dtype_);
    OrderedMap<std::string> properties;
    properties.append("version", join(version_, ".0"));
    if (itemsize(dtype_) > 1) properties.append("byteorder", swapped_ ? "big" : "little");
    return make<Checkpoint>("npy", Value::tensor(std::move(tensor)), OrderedMap<std::string>(),
                            std::move(properties));
  }

 private:
  Error bad(std::string_view what, std::optional<uint64_t> offset,
            Code code = Code::corrupt) const {
    return file_error(code, {source_->name(), kPart, {}, offset}, what);
  }
  // At the place in the header that is being read.
  Error bad_here(std::string_view what, Code code = Code::corrupt) const {
    return bad(what, start_ + at_, code);
  }

  std::string_view take_header() {
    (void)cursor_.seek(kMagic.size());
    const auto major = cursor_.number<uint8_t>();
    const auto minor = cursor_.number<uint8_t>();
    if (!major || !minor) throw truncated();
    if (*major < 1 || *major > 3 || *minor != 0) {
      throw bad(join("unknown version ", *major, ".", *minor, " (expected 1.0, 2.0 or 3.0)"),
                kMagic.size(), Code::unsupported);
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
    if (next_is('[') || next_is('(')) {
      throw bad_here("torch has no dtype for records", Code::unsupported);
    }
    const size_t place = at_;
    const std::string_view text = take_text();
    const size_t order = text.empty() ? std::string_view::npos : "<>|="sv.find(text[0]);
    const std::string_view name = text.substr(order == std::string_view::npos ? 0 : 1);
    dtype_ = dtype_of(name);
    swapped_ = order == 1;
    if (dtype_ != Dtype::invalid) return;
    at_ = place;
    throw bad_here(name.starts_with('O')
                       ? "an array of Python objects (a pickle, which is not run)"
                       : join("torch has no dtype for ", format_quoted(printable(text, 40))),
                   Code::unsupported);
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

  uint64_t check_size() const {
    int64_t product =
        static_cast<int64_t>(itemsize(dtype_));  // with 1 for 0: strides are made of it
    bool overflow = false;
    bool empty = false;
    for (const int64_t size : shape_) {
      overflow |= mul_overflows(product, std::max<int64_t>(size, 1), &product);
      empty |= size == 0;
    }
    if (overflow) throw bad(join("the size overflows: ", format_tuple(shape_)), start_);
    const uint64_t nbytes = empty ? 0 : static_cast<uint64_t>(product);
    if (nbytes != cursor_.remaining()) {
      throw file_error(
          Code::corrupt, {source_->name(), "npy data", {}, cursor_.position()},
          join("it does not fit the shape ", format_tuple(shape_), " of ", dtype_name(dtype_),
               " (expected ", nbytes, " bytes, got ", cursor_.remaining(),
               nbytes > cursor_.remaining() ? "; is the file truncated?)" : ")"));
    }
    const uint64_t most = std::min(limits_.max_tensor_bytes ? limits_.max_tensor_bytes : UINT64_MAX,
                                   limits_.max_total_bytes ? limits_.max_total_bytes : UINT64_MAX);
    if (nbytes > most) {
      throw bad(
          join("the array is too large (expected at most ", most, " bytes, got ", nbytes, ")"),
          start_, Code::limit);
    }
    return nbytes;
  }

  Layout layout() const {
    Layout out = contiguous_layout(shape_);
    const bool empty = numel_of(shape_) == 0;
    if (fortran_ && !empty) out.strides = fortran_strides(shape_);
    return out;
  }

  Ref<Storage> storage(std::span<const std::byte> data) const {
    const size_t size = swapped_size(dtype_);
    if (!swapped_ || size == 1) return storage_over(services_.allocator, source_, data, dtype_);
    auto storage = Storage::allocate(services_.allocator, data.size());
    std::byte* out = storage->mutable_data();
    for (size_t done = 0; done < data.size(); done += size) {
      if (done % kChunk == 0) services_.cancel.check("open");
      std::reverse_copy(data.begin() + done, data.begin() + done + size, out + done);
    }
    return storage;
  }

  const Services& services_;
  const Ref<const Source>& source_;
  Cursor cursor_;
  const Limits& limits_;
  unsigned version_ = 0;
  std::string_view header_;
  size_t start_ = 0;  // of the header in the file
  size_t at_ = 0;     // in the header
  Dtype dtype_ = Dtype::invalid;
  bool swapped_ = false;
  bool fortran_ = false;
  Shape shape_;
};

// As numpy.save pads it: room for the first size to grow, then to a multiple of 64.
std::string header_for(std::string_view descr, bool fortran, const Shape& shape) {
  constexpr size_t kGrowthDigits = 21;
  constexpr size_t kAlignment = 64;
  constexpr size_t kBefore = kMagic.size() + 4;
  std::string header =
      join("{'descr': '", descr, "', 'fortran_order': ", fortran ? "True" : "False",
           ", 'shape': ", format_tuple(shape), ", }");
  if (!shape.empty()) {
    const int64_t grows = fortran ? shape.back() : shape[0];
    header.append(kGrowthDigits - std::to_string(grows).size(), ' ');
  }
  header.append(kAlignment - (kBefore + header.size() + 1) % kAlignment, ' ');
  header += '\n';
  return header;
}

}  // namespace

bool is_npy(std::string_view bytes) noexcept { return bytes.starts_with(kMagic); }

Ref<Checkpoint> read_npy(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options) {
  return Reader(services, source, options.limits).read();
}

void write_npy(const Services& services, const Value& content, Output& out,
               const SaveOptions& /*options*/) {
  const auto refuse = [&](std::string_view what) {
    return file_error(Code::unsupported, {out.name(), "save npy", {}, {}}, what);
  };
  if (content.kind() != ValueKind::tensor) {
    throw refuse(join("the format holds one tensor (got ", value_kind_name(content.kind()), ")"));
  }
  const Tensor& tensor = *content.as_tensor();
  const std::string descr = descr_of(tensor.dtype());
  if (descr.empty()) throw refuse(join("NumPy has no dtype ", dtype_name(tensor.dtype())));
  if (tensor.rank() > kMaxNpyRank) {
    throw refuse(join("too many dimensions (expected at most ", kMaxNpyRank, ")"));
  }
  const bool fortran = !tensor.is_contiguous() && is_fortran(tensor.layout());
  const std::string header = header_for(descr, fortran, tensor.shape());
  const auto nbytes = static_cast<uint64_t>(tensor.nbytes());
  out.begin(kMagic.size() + 4 + header.size() + nbytes);
  out.write(kMagic);
  const uint8_t start[] = {1, 0, static_cast<uint8_t>(header.size() & 255),
                           static_cast<uint8_t>(header.size() >> 8)};
  out.write(std::as_bytes(std::span(start)));
  out.write(header);
  Saving saving(services, nbytes);
  const auto put = [&](std::span<const std::byte> bytes) { out.write(bytes); };
  if (fortran) {
    saving.bytes({tensor.bytes(), static_cast<size_t>(nbytes)}, put);
  } else {
    saving.tensor(tensor, put);
  }
  saving.end();
}

}  // namespace duramen::io
