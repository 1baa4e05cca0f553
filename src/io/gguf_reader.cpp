#include <algorithm>
#include <bit>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/gguf.hpp"
#include "io/gguf_types.hpp"

namespace duramen::io {
namespace {

using namespace gguf;

constexpr std::string_view kMagic = "GGUF";
constexpr std::string_view kPart = "gguf header";
constexpr uint64_t kMaxHeader = uint64_t{1} << 30;
constexpr uint64_t kMaxEntries = 10'000'000;  // values, elements of arrays and tensors
constexpr uint64_t kLeastValue = 8 + 1 + 4 + 1;
constexpr uint64_t kLeastTensor = 8 + 1 + 4 + 4 + 8;
constexpr size_t kBetweenChecks = 4096;
constexpr size_t kChunk = size_t{8} << 20;  // between two looks at the cancel flag

struct Info {
  std::string name;
  const TensorType* type;
  Shape shape;      // in torch's order
  uint64_t nbytes;  // in the file
  uint64_t offset;  // from the first tensor's
};

class Reader {
 public:
  Reader(const Services& services, const Ref<const Source>& source, const OpenOptions& options)
      : services_(services),
        source_(source),
        bytes_(source->bytes()),
        cursor_(bytes_),
        options_(options),
        entries_left_(options.limits.max_entries ? options.limits.max_entries : kMaxEntries) {}

  Ref<Checkpoint> read() {
    read_start();
    for (uint64_t i = 0; i < value_count_; ++i) read_value();
    for (uint64_t i = 0; i < tensor_count_; ++i) read_info();
    check_names();
    find_data();
    for (const Info& info : infos_) items_.push_back(value_of(info));
    OrderedMap<std::string> properties;
    properties.append("version", std::to_string(version_));
    properties.append("byteorder", swapped_ ? "big" : "little");
    properties.append("alignment", std::to_string(alignment_));
    std::vector<ValueRef> keys;
    keys.reserve(names_.size());
    for (std::string& name : names_) keys.push_back(Value::text(std::move(name)));
    return make<Checkpoint>("gguf", Value::dict(std::move(keys), std::move(items_)),
                            std::move(metadata_), std::move(properties));
  }

 private:
  Error bad(std::string_view what, uint64_t offset, Code code = Code::corrupt) const {
    return file_error(code, {source_->name(), kPart, entry_, offset}, what);
  }
  // About what was read last.
  Error bad_here(std::string_view what, Code code = Code::corrupt) const {
    return bad(what, at_, code);
  }

  // What the header may have; where it ends there, the limit is the reason.
  std::span<const std::byte> take(uint64_t count) {
    at_ = cursor_.position();
    const uint64_t most =
        options_.limits.max_header_bytes ? options_.limits.max_header_bytes : kMaxHeader;
    const auto taken = cursor_.take(count);
    if (!taken) {
      throw bad_here(join("the file ends inside of it (expected ", count, " bytes, got ",
                          cursor_.remaining(), "; is it truncated?)"));
    }
    if (cursor_.position() > most) {
      throw bad_here(join("the header is too large (expected at most ", most, " bytes)"),
                     Code::limit);
    }
    return *taken;
  }
  uint64_t number(size_t width) {
    const auto bytes = take(width);
    uint64_t value = 0;
    for (size_t i = 0; i < width; ++i) {
      const size_t place = swapped_ ? width - 1 - i : i;
      value |= std::to_integer<uint64_t>(bytes[place]) << (8 * i);
    }
    return value;
  }
  std::string_view string() {
    const uint64_t length = number(8);
    return text_of(take(length));
  }
  void count_entries(uint64_t count) {
    if (count > entries_left_) {
      throw bad_here(join("too many entries (expected at most ", entries_left_, " more, got ",
                          count, "; a limit can be raised)"),
                     Code::limit);
    }
    entries_left_ -= count;
  }

  void read_start() {
    (void)take(kMagic.size());
    version_ = static_cast<uint32_t>(number(4));
    if ((version_ & 0xFFFF) == 0 && version_ != 0) {  // as gguf-py tells them
      swapped_ = true;
      version_ = __builtin_bswap32(version_);
    }
    if (version_ != 2 && version_ != 3) {
      throw bad_here(join("unknown version (expected 2 or 3, got ", version_, ")"),
                     Code::unsupported);
    }
    tensor_count_ = number(8);
    count_entries(check_count(tensor_count_, kLeastTensor, "tensors"));
    value_count_ = number(8);
    count_entries(check_count(value_count_, kLeastValue, "values"));
    names_.reserve(value_count_ + tensor_count_);
    items_.reserve(value_count_ + tensor_count_);
    infos_.reserve(tensor_count_);
  }
  // Nothing is made for a number that the file has no bytes for.
  uint64_t check_count(uint64_t count, uint64_t least, std::string_view what) const {
    const uint64_t most = cursor_.remaining() / least;
    if (count <= most) return count;
    throw bad_here(join("more ", what, " than fit (expected at most ", most, ", got ", count, ")"));
  }

  std::string name(std::string_view what, size_t most) {
    entry_ = {};
    const std::string_view text = string();
    at_ -= 8;
    if (text.empty() || text.size() > most) {
      throw bad_here(join("the name of a ", what, " has ", text.size(), " bytes (expected 1 to ",
                          most, "): '", printable(text), "'"));
    }
    entry_ = text;
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
      throw bad_here("the name is not UTF-8, or holds a NUL");
    }
    return std::string(text);
  }

  Type type() {
    const uint64_t number = this->number(4);
    if (number < kTypeCount) return static_cast<Type>(number);
    throw bad_here(join("unknown type of a value (expected 0 to 12, got ", number, ")"));
  }

  void read_value() {
    services_.cancel.check("open");
    names_.push_back(name("value", kMaxKey));
    ValueType found{false, type()};
    const uint64_t start = at_;
    ValueRef value;
    if (found.type != Type::array) {
      value = scalar(found.type);
    } else {
      found = {true, type()};
      value = array(found.type);
    }
    if (entry_ == kAlignmentKey) read_alignment(*value, found, start);
    if (is_item_name(entry_) || natural_type(*value) != found) {
      metadata_.append(join(kTypePrefix, entry_), value_type_text(found));
    }
    items_.push_back(std::move(value));
  }

  void read_alignment(const Value& value, ValueType found, uint64_t start) {
    const auto alignment = static_cast<uint64_t>(value.as_integer());
    if (found != ValueType{false, Type::u32} || !std::has_single_bit(alignment)) {
      throw bad("expected a power of two of type u32", start);
    }
    alignment_ = alignment;
  }

  ValueRef scalar(Type type) {
    if (type == Type::string) return text_value(string());
    const uint64_t bits = number(least_bytes(type));
    switch (type) {
      case Type::i8:
        return Value::integer(static_cast<int8_t>(bits));
      case Type::i16:
        return Value::integer(static_cast<int16_t>(bits));
      case Type::i32:
        return Value::integer(static_cast<int32_t>(bits));
      case Type::f32:
        return Value::real(std::bit_cast<float>(static_cast<uint32_t>(bits)));
      case Type::f64:
        return Value::real(std::bit_cast<double>(bits));
      case Type::boolean:
        if (bits > 1) throw bad_here(join("a bool is neither 0 nor 1 (got ", bits, ")"));
        return Value::boolean(bits != 0);
      case Type::u64:
        if (bits > INT64_MAX) return Value::big_integer(std::to_string(bits));
        return Value::integer(static_cast<int64_t>(bits));
      default:
        return Value::integer(static_cast<int64_t>(bits));
    }
  }

  // Tokens may be parts of a character.
  static ValueRef text_value(std::string_view text) {
    return is_utf8(text) ? Value::text(std::string(text)) : Value::bytes(std::string(text));
  }

  ValueRef array(Type type) {
    if (type == Type::array) {
      throw bad_here("an array of arrays is not supported", Code::unsupported);
    }
    const uint64_t count = number(8);
    count_entries(check_count(count, least_bytes(type), "elements"));
    std::vector<ValueRef> items;
    items.reserve(count);
    if (least_bytes(type) == 1) {
      share_elements(type, count, items);
    } else {
      for (uint64_t i = 0; i < count; ++i) {
        if (i % kBetweenChecks == 0) services_.cancel.check("open");
        items.push_back(scalar(type));
      }
    }
    return Value::list(std::move(items));
  }
  // One value for each of 256, since an element of one byte is not to cost a hundred.
  void share_elements(Type type, uint64_t count, std::vector<ValueRef>& items) {
    std::vector<ValueRef> made(256);
    const auto bytes = bytes_.subspan(cursor_.position());
    for (uint64_t i = 0; i < count; ++i) {
      ValueRef& value = made[std::to_integer<size_t>(bytes[i])];
      if (value) {
        (void)take(1);
      } else {
        value = scalar(type);
      }
      items.push_back(value);
    }
  }

  void read_info() {
    services_.cancel.check("open");
    Info info;
    names_.push_back(name("tensor", kMaxTensorName));
    info.name = names_.back();
    const uint64_t rank = number(4);
    if (rank > kMaxRank) {
      throw bad_here(join("too many dimensions (expected at most ", kMaxRank, ", got ", rank, ")"));
    }
    for (uint64_t i = 0; i < rank; ++i) {
      const uint64_t size = number(8);
      if (size > INT64_MAX) throw bad_here("a size is negative");
      info.shape.push_back(static_cast<int64_t>(size));
    }
    std::reverse(info.shape.begin(), info.shape.end());
    const uint64_t number = this->number(4);
    info.type = find_tensor_type(static_cast<uint32_t>(number));
    if (!info.type) {
      throw bad_here(join("unknown type of a tensor (", number, ")"), Code::unsupported);
    }
    info.nbytes = check_size(info);
    info.offset = this->number(8);
    infos_.push_back(std::move(info));
  }

  uint64_t check_size(const Info& info) const {
    const TensorType& type = *info.type;
    const int64_t row = info.shape.empty() ? 1 : info.shape.back();
    if (row % type.elements != 0) {
      throw bad_here(join("rows of ", row, " elements are no whole blocks of ", type.name,
                          " (expected a multiple of ", type.elements, ")"));
    }
    // In bytes of float32 at least, so that the dequantised size fits, too.
    const int64_t factor = std::max<int64_t>(type.nbytes, int64_t{type.elements} * 4);
    const auto size = checked_size(info.shape, factor);
    if (!size) throw bad_here(join("the size overflows: ", format_shape(info.shape)));
    return static_cast<uint64_t>(*size / factor) / type.elements * type.nbytes;
  }

  void check_names() const {
    const std::vector<std::string_view> names(names_.begin(), names_.end());
    const auto twice = find_duplicate(names);
    if (!twice) return;
    throw file_error(Code::corrupt, {source_->name(), kPart, names[*twice], {}},
                     "this name is there twice");
  }

  // Where the tensors begin; each lies where the ones before it end, at the next multiple of the
  // alignment. The last one's padding may be missing.
  void find_data() {
    entry_ = {};
    const uint64_t header = cursor_.position();
    data_ = std::min<uint64_t>(padded(header), bytes_.size());
    const uint64_t room = bytes_.size() - data_;
    uint64_t next = 0;
    for (const Info& info : infos_) {
      entry_ = info.name;
      if (info.offset != next) {
        throw bad(join("the tensor is not where the ones before it end (expected offset ", next,
                       ", got ", info.offset, ")"),
                  header);
      }
      if (next > room || info.nbytes > room - next) {
        throw bad(join("its elements leave the file (expected ", info.nbytes, " bytes at offset ",
                       next, ", got ", room, " bytes of elements; is the file truncated?)"),
                  data_);
      }
      next = padded(next + info.nbytes);
    }
    entry_ = {};
    if (room > next) {
      throw bad(join("bytes after the last tensor (expected ", next, " bytes of elements, got ",
                     room, ")"),
                data_ + next);
    }
    check_limits();
  }
  // Sizes of files are far below 2^63, and an alignment is at most 2^31.
  uint64_t padded(uint64_t offset) const noexcept {
    return (offset + alignment_ - 1) & ~(alignment_ - 1);
  }

  bool is_expanded(const Info& info) const noexcept {
    return options_.dequantize && can_dequantize(*info.type);
  }
  void check_limits() {
    const auto limit = [](uint64_t asked) { return asked ? asked : UINT64_MAX; };
    const uint64_t most = limit(options_.limits.max_tensor_bytes);
    uint64_t left = limit(options_.limits.max_total_bytes);
    for (const Info& info : infos_) {
      const uint64_t nbytes = is_expanded(info)
                                  ? static_cast<uint64_t>(numel_of(info.shape)) * sizeof(float)
                                  : info.nbytes;
      entry_ = info.name;
      if (nbytes > std::min(most, left)) {
        throw bad(join("the tensor is too large, or all of them together (expected at most ",
                       std::min(most, left), " bytes, got ", nbytes, ")"),
                  data_ + info.offset, Code::limit);
      }
      left -= nbytes;
    }
  }

  ValueRef value_of(const Info& info) {
    services_.cancel.check("open");
    const auto bytes = bytes_.subspan(data_ + info.offset, info.nbytes);
    if (info.type->dtype != Dtype::invalid) {
      auto storage = storage_over(services_, source_, bytes, info.type->dtype, swapped_);
      return Value::tensor(
          make<Tensor>(std::move(storage), contiguous_layout(info.shape), info.type->dtype));
    }
    if (is_expanded(info)) return Value::tensor(expanded(info, bytes));
    std::vector<ValueRef> sizes;
    for (const int64_t size : info.shape) sizes.push_back(Value::integer(size));
    auto blocks =
        make<Tensor>(Storage::keep(bytes.data(), bytes.size(), source_),
                     contiguous_layout({static_cast<int64_t>(bytes.size())}), Dtype::uint8);
    return Value::opaque(
        join(swapped_ ? kBigClassPrefix : kClassPrefix, info.type->name),
        {Value::tuple(std::move(sizes), "torch.Size"), Value::tensor(std::move(blocks))});
  }

  TensorRef expanded(const Info& info, std::span<const std::byte> bytes) const {
    const TensorType& type = *info.type;
    TensorRef tensor = empty(services_.allocator, info.shape, Dtype::float32);
    const size_t blocks = bytes.size() / type.nbytes;
    const size_t at_once = kChunk / type.nbytes;
    for (size_t done = 0; done < blocks; done += at_once) {
      services_.cancel.check("open");
      dequantize(type, swapped_, bytes.data() + done * type.nbytes,
                 std::min(at_once, blocks - done),
                 tensor->mutable_data<float>() + done * type.elements);
    }
    return tensor;
  }

  const Services& services_;
  const Ref<const Source>& source_;
  std::span<const std::byte> bytes_;
  Cursor cursor_;
  const OpenOptions& options_;
  uint64_t entries_left_;
  bool swapped_ = false;
  uint32_t version_ = 0;
  uint64_t tensor_count_ = 0;
  uint64_t value_count_ = 0;
  uint64_t alignment_ = kDefaultAlignment;
  uint64_t at_ = 0;    // where what was read last begins
  uint64_t data_ = 0;  // where the elements begin
  std::string_view entry_;
  std::vector<std::string> names_;
  std::vector<ValueRef> items_;
  std::vector<Info> infos_;
  OrderedMap<std::string> metadata_;
};

}  // namespace

bool is_gguf(std::string_view bytes) noexcept { return bytes.starts_with(kMagic); }

Ref<Checkpoint> read_gguf(const Services& services, const Ref<const Source>& source,
                          const OpenOptions& options) {
  return Reader(services, source, options).read();
}

}  // namespace duramen::io
