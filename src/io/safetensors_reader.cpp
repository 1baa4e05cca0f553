#include <simdjson.h>

#include <algorithm>

#include "base/checked.hpp"
#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/json_places.hpp"
#include "io/safetensors.hpp"

namespace duramen::io {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::string_view kPart = "safetensors header";
constexpr uint64_t kMaxRank = 1024;  // of one tensor; a rank is memory
// Levels of JSON: what the format needs, what the reference's parser reads, and the most to ask
// for.
constexpr uint32_t kNeededDepth = 3;
constexpr uint32_t kDefaultDepth = 127;
constexpr uint32_t kMaxDepth = 1024;

struct Entry {
  std::string_view name;
  Dtype dtype = Dtype::invalid;
  Shape shape;
  uint64_t begin = 0;
  uint64_t end = 0;
  size_t member = 0;  // its position in the header
};

bool may_hold_minus_zero(std::string_view text) noexcept {
  for (size_t i = text.find("-0", 1); i < text.size(); i = text.find("-0", i + 1)) {
    if (std::string_view("[, \t\r\n").find(text[i - 1]) != std::string_view::npos) return true;
  }
  return false;
}

class Reader {
 public:
  Reader(const Services& services, const Ref<const Source>& source, const Limits& limits)
      : services_(services), source_(source), bytes_(source->bytes()), limits_(limits) {}

  Ref<Checkpoint> read() {
    const uint64_t length = header_length();
    header_ = {reinterpret_cast<const char*>(bytes_.data()) + 8, length};
    data_ = bytes_.subspan(8 + length);
    check_total();
    read_members(parse());
    check_end();
    check_names();
    check_coverage();
    OrderedMap<std::string> properties;
    properties.append("byteorder", "little");
    return make<Checkpoint>("safetensors", content(), std::move(metadata_), std::move(properties));
  }

 private:
  Error bad(std::string_view what, std::string_view entry = {},
            std::optional<uint64_t> offset = std::nullopt, Code code = Code::corrupt) const {
    return file_error(code, {source_->name(), kPart, entry, offset}, what);
  }
  // About a member of the header: with the byte where it begins.
  Error bad_member(size_t member, std::string_view what, std::string_view name,
                   Code code = Code::corrupt) const {
    auto place = json_member_place(header_, member);
    if (place) *place += 8;
    return bad(what, name, place, code);
  }
  // The same for the member that is being read.
  Error bad_entry(std::string_view what, std::string_view name, Code code = Code::corrupt) const {
    return bad_member(member_, what, name, code);
  }

  uint64_t header_length() const {
    if (bytes_.size() < 8) {
      throw bad(join("the file is too short (expected at least 8 bytes, got ", bytes_.size(), ")"));
    }
    uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), 8);
    const uint64_t most =
        limits_.max_header_bytes ? limits_.max_header_bytes : kMaxSafetensorsHeader;
    if (length > most) {
      throw bad(
          join("the header is too large (expected at most ", most, " bytes, got ", length, ")"), {},
          0, Code::limit);
    }
    if (length > bytes_.size() - 8) {
      throw bad(join("the header is longer than the file (expected at least ",
                     checked_add<uint64_t>(length, 8).value_or(UINT64_MAX), " bytes, got ",
                     bytes_.size(), "; is it truncated?)"),
                {}, 0);
    }
    return length;
  }

  // Every byte of the data belongs to one tensor, so their sizes add up to the data's.
  void check_total() const {
    const uint64_t most = limits_.max_total_bytes ? limits_.max_total_bytes : UINT64_MAX;
    if (data_.size() <= most) return;
    throw bad(join("the tensors are too large together (expected at most ", most, " bytes, got ",
                   data_.size(), ")"),
              {}, data_offset(0), Code::limit);
  }

  object parse() {
    const uint32_t depth =
        limits_.max_depth ? std::clamp(limits_.max_depth, kNeededDepth, kMaxDepth) : kDefaultDepth;
    if (parser_.allocate(std::max<size_t>(header_.size(), 64), depth + 1) != simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
    // simdjson reads a little past the end: copied only where the file ends there.
    const bool padded = data_.size() >= simdjson::SIMDJSON_PADDING;
    element root;
    const auto error = parser_.parse(header_.data(), header_.size(), !padded).get(root);
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();
    if (error == simdjson::DEPTH_ERROR) {
      throw bad(join("nested too deeply (expected at most ", depth, " levels)"), {}, 8,
                Code::limit);
    }
    if (error) throw not_json(error);
    object members;
    if (root.get_object().get(members)) throw bad("not a JSON object", {}, 8);
    check_no_minus_zero();
    return members;
  }

  Error not_json(simdjson::error_code error) const {
    std::string what = error == simdjson::NUMBER_ERROR
                           ? "a number is malformed or too large"
                           : join("not JSON: ", simdjson::error_message(error));
    auto place = json_error_place(header_);
    if (place) {
      *place += 8;
    } else {
      what += join(" (in bytes 8 to ", 8 + header_.size(), ")");
    }
    return bad(what, {}, place);
  }

  // JSON's -0 is no unsigned number, but simdjson reads it as 0.
  void check_no_minus_zero() const {
    if (!may_hold_minus_zero(header_)) return;
    if (const auto place = minus_zero_place(header_)) {
      throw bad("a size or an offset is negative", {}, 8 + *place);
    }
  }

  void read_members(const object& members) {
    const uint64_t most = limits_.max_entries ? limits_.max_entries : UINT64_MAX;
    if (members.size() > most) {
      throw bad(join("too many entries (expected at most ", most, ")"), {}, 8, Code::limit);
    }
    bool has_metadata = false;
    for (const auto field : members) {
      services_.cancel.check("open");
      if (field.key != "__metadata__") {
        entries_.push_back(read_entry(field.key, field.value));
      } else if (std::exchange(has_metadata, true)) {
        throw bad_entry("it is there twice", field.key);
      } else {
        read_metadata(field.value);
      }
      ++member_;
    }
  }

  void read_metadata(element value) {
    if (value.is_null()) return;
    object fields;
    if (value.get_object().get(fields)) throw bad_entry("expected an object", "__metadata__");
    std::vector<std::string_view> keys;
    for (const auto field : fields) {
      std::string_view text;
      if (field.value.get_string().get(text)) {
        throw bad_entry("a value in __metadata__ is not a string", field.key);
      }
      keys.push_back(field.key);
      metadata_.append(std::string(field.key), std::string(text));
    }
    const auto twice = find_duplicate(keys);
    if (twice) throw bad_entry("this key of __metadata__ is there twice", keys[*twice]);
  }

  Entry read_entry(std::string_view name, element value) const {
    if (name.find('\0') != std::string_view::npos) throw bad_entry("a name holds a NUL", name);
    object fields;
    if (value.get_object().get(fields)) throw bad_entry("expected an object", name);
    Entry entry;
    entry.name = name;
    entry.member = member_;
    unsigned seen[3] = {};
    std::vector<std::string_view> others;
    for (const auto field : fields) {
      if (field.key == "dtype") {
        ++seen[0];
        read_dtype(field.value, entry);
      } else if (field.key == "shape") {
        ++seen[1];
        read_shape(field.value, entry);
      } else if (field.key == "data_offsets") {
        ++seen[2];
        read_offsets(field.value, entry);
      } else {
        others.push_back(field.key);  // a later version's: ignored, as the reference does
      }
    }
    if (seen[0] != 1 || seen[1] != 1 || seen[2] != 1) {
      throw bad_entry("expected dtype, shape and data_offsets, each once", name);
    }
    if (find_duplicate(others)) throw bad_entry("a field is there twice", name);
    check_size(entry);
    return entry;
  }

  void read_dtype(element value, Entry& entry) const {
    std::string_view text;
    if (value.get_string().get(text)) throw bad_entry("dtype is not a string", entry.name);
    entry.dtype = safetensors_dtype(text);
    if (entry.dtype == Dtype::invalid) {
      throw bad_entry(join("unknown dtype ", format_quoted(printable(text, 40))), entry.name,
                      Code::unsupported);
    }
  }

  void read_shape(element value, Entry& entry) const {
    simdjson::dom::array sizes;
    if (value.get_array().get(sizes)) throw bad_entry("shape is not an array", entry.name);
    for (const element size : sizes) {
      int64_t number = 0;  // 2^63 and more cannot be a size
      if (size.get_int64().get(number) || number < 0) {
        throw bad_entry("shape is not an array of sizes", entry.name);
      }
      if (entry.shape.size() == kMaxRank) {
        throw bad_entry(join("too many dimensions (expected at most ", kMaxRank, ")"), entry.name,
                        Code::limit);
      }
      entry.shape.push_back(number);
    }
  }

  void read_offsets(element value, Entry& entry) const {
    simdjson::dom::array offsets;
    if (value.get_array().get(offsets) || offsets.size() != 2 ||
        offsets.at(0).get_uint64().get(entry.begin) || offsets.at(1).get_uint64().get(entry.end)) {
      throw bad_entry("data_offsets is not a pair of offsets", entry.name);
    }
  }

  void check_size(Entry& entry) const {
    if (entry.begin > entry.end) {
      throw bad_entry(join(range(entry), " are reversed (expected the smaller one first)"),
                      entry.name);
    }
    const uint64_t nbytes = bytes_of(entry);
    if (nbytes != entry.end - entry.begin) {
      throw bad(join("data_offsets do not fit the shape ", format_shape(entry.shape), " (expected ",
                     nbytes, " bytes, got ", entry.end - entry.begin, ")"),
                entry.name, data_offset(entry.begin));
    }
    const uint64_t most = limits_.max_tensor_bytes ? limits_.max_tensor_bytes : UINT64_MAX;
    if (nbytes > most) {
      throw bad(join("the tensor is too large (expected at most ", most, " bytes)"), entry.name,
                data_offset(entry.begin), Code::limit);
    }
    // Two numbers are one element, as in PyTorch.
    if (entry.dtype == Dtype::float4_e2m1fn_x2) entry.shape.back() /= 2;
  }

  static std::string range(const Entry& entry) {
    return join("data_offsets [", entry.begin, ", ", entry.end, "]");
  }

  // What the tensor that ends last says of the file's size.
  void check_end() const {
    const auto ends_earlier = [](const Entry& a, const Entry& b) { return a.end < b.end; };
    const auto last = std::max_element(entries_.begin(), entries_.end(), ends_earlier);
    if (last == entries_.end() || last->end <= data_.size()) return;
    const uint64_t before = bytes_.size() - data_.size();
    throw bad(join(range(*last), " leave the file (expected ",
                   checked_add(before, last->end).value_or(UINT64_MAX), " bytes, got ",
                   bytes_.size(), "; is it truncated?)"),
              last->name, data_offset(last->begin));
  }

  // What dtype and shape ask for.
  uint64_t bytes_of(const Entry& entry) const {
    const bool halves = entry.dtype == Dtype::float4_e2m1fn_x2;
    const uint32_t bits = halves ? 4 : dtype_info(entry.dtype).bits;
    int64_t product = 1;  // of the sizes that are not 0: strides are made of it
    int64_t size_in_bits = 0;
    bool overflow = false;
    for (const int64_t size : entry.shape) {
      overflow |= mul_overflows(product, std::max<int64_t>(size, 1), &product);
    }
    overflow |= mul_overflows(product, int64_t{bits}, &size_in_bits);
    if (overflow) {
      throw bad_entry(join("the size overflows: ", format_shape(entry.shape)), entry.name);
    }
    if (std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end()) size_in_bits = 0;
    const bool odd = halves && (entry.shape.empty() || entry.shape.back() % 2 != 0);
    if (size_in_bits % 8 != 0 || odd) {
      throw bad_entry("the elements do not fill whole bytes", entry.name);
    }
    return static_cast<uint64_t>(size_in_bits / 8);
  }

  uint64_t data_offset(uint64_t offset) const noexcept {
    return bytes_.size() - data_.size() + std::min<uint64_t>(offset, data_.size());
  }

  void check_names() const {
    std::vector<std::string_view> names;
    names.reserve(entries_.size());
    for (const Entry& entry : entries_) names.push_back(entry.name);
    const auto twice = find_duplicate(names);
    if (!twice) return;
    throw bad_member(entries_[*twice].member, "this name is there twice", entries_[*twice].name);
  }

  void check_coverage() const {
    std::vector<const Entry*> order;
    order.reserve(entries_.size());
    for (const Entry& entry : entries_) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
    });
    uint64_t end = 0;
    for (const Entry* entry : order) {
      if (entry->begin != end) {
        throw bad(join(entry->begin < end ? "it overlaps another tensor"
                                          : "bytes before it belong to nothing",
                       " (expected to begin at ", end, ", got ", entry->begin, ")"),
                  entry->name, data_offset(entry->begin));
      }
      end = entry->end;
    }
    if (end != data_.size()) {
      throw bad(join("bytes after the last tensor (expected ", end, " bytes of data, got ",
                     data_.size(), ")"),
                {}, data_offset(end));
    }
  }

  ValueRef content() {
    std::vector<ValueRef> keys;
    std::vector<ValueRef> items;
    keys.reserve(entries_.size());
    items.reserve(entries_.size());
    for (Entry& entry : entries_) {
      const auto bytes = data_.subspan(entry.begin, entry.end - entry.begin);
      auto storage = storage_over(services_, source_, bytes, entry.dtype);
      auto tensor =
          make<Tensor>(std::move(storage), contiguous_layout(std::move(entry.shape)), entry.dtype);
      keys.push_back(Value::text(std::string(entry.name)));
      items.push_back(Value::tensor(std::move(tensor)));
    }
    return Value::dict(std::move(keys), std::move(items));
  }

  const Services& services_;
  const Ref<const Source>& source_;
  std::span<const std::byte> bytes_;
  std::string_view header_;
  std::span<const std::byte> data_;
  const Limits& limits_;
  simdjson::dom::parser parser_;
  size_t member_ = 0;  // that is being read
  std::vector<Entry> entries_;
  OrderedMap<std::string> metadata_;
};

}  // namespace

Ref<Checkpoint> read_safetensors(const Services& services, const Ref<const Source>& source,
                                 const OpenOptions& options) {
  return Reader(services, source, options.limits).read();
}

}  // namespace duramen::io
