#include <simdjson.h>

#include <algorithm>

#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/json_places.hpp"
#include "io/safetensors.hpp"
#include "io/safetensors_index.hpp"

namespace duramen::io {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

static_assert(simdjson::SIMDJSON_PADDING <= kPadding);

constexpr uint64_t kMaxRank = 1024;  // of one tensor; a rank is memory
// Levels of JSON: what the format needs, what the reference's parser reads, and the most to ask
// for.
constexpr uint32_t kNeededDepth = 3;
constexpr uint32_t kDefaultDepth = 127;
constexpr uint32_t kMaxDepth = 1024;

bool may_hold_minus_zero(std::string_view text) noexcept {
  for (size_t i = text.find("-0", 1); i < text.size(); i = text.find("-0", i + 1)) {
    if (std::string_view("[, \t\r\n").find(text[i - 1]) != std::string_view::npos) return true;
  }
  return false;
}

class Parser {
 public:
  Parser(const SafetensorsHeaderText& header, const Limits& limits, const CancelFlag& cancel)
      : header_(header), text_(header.text), limits_(limits), cancel_(cancel) {}

  SafetensorsIndex run(bool is_padded) {
    read_members(parse(is_padded));
    return std::move(index_);
  }

 private:
  // About the member that is being read.
  Error bad_entry(std::string_view what, std::string_view name, Code code = Code::corrupt) const {
    return header_.member_error(member_, what, name, code);
  }
  size_t count() const noexcept { return index_.entries.list().size(); }

  object parse(bool is_padded) {
    const uint32_t depth =
        limits_.max_depth ? std::clamp(limits_.max_depth, kNeededDepth, kMaxDepth) : kDefaultDepth;
    if (parser_.allocate(std::max<size_t>(text_.size(), 64), depth + 1) != simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
    element root;
    const auto error = parser_.parse(text_.data(), text_.size(), !is_padded).get(root);
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();
    if (error == simdjson::DEPTH_ERROR) {
      throw header_.error(join("nested too deeply (expected at most ", depth, " levels)"), {}, 8,
                          Code::limit);
    }
    if (error) throw not_json(error);
    object members;
    if (root.get_object().get(members)) throw header_.error("not a JSON object", {}, 8);
    check_no_minus_zero();
    return members;
  }

  Error not_json(simdjson::error_code error) const {
    std::string what = error == simdjson::NUMBER_ERROR
                           ? "a number is malformed or too large"
                           : join("not JSON: ", simdjson::error_message(error));
    auto place = json_error_place(text_);
    if (place) {
      *place += 8;
    } else {
      what += join(" (in bytes 8 to ", 8 + text_.size(), ")");
    }
    return header_.error(what, {}, place);
  }

  // JSON's -0 is no unsigned number, but simdjson reads it as 0.
  void check_no_minus_zero() const {
    if (!may_hold_minus_zero(text_)) return;
    if (const auto place = minus_zero_place(text_)) {
      throw header_.error("a size or an offset is negative", {}, 8 + *place);
    }
  }

  void read_members(const object& members) {
    for (const auto field : members) {
      cancel_.check("open");
      if (field.key != "__metadata__") {
        read_entry(field.key, field.value);
      } else if (index_.metadata_member != SIZE_MAX) {
        throw bad_entry("it is there twice", field.key);
      } else {
        index_.metadata_member = member_;
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
      index_.metadata.append(std::string(field.key), std::string(text));
    }
    const auto twice = find_duplicate(keys);
    if (twice) throw bad_entry("this key of __metadata__ is there twice", keys[*twice]);
  }

  void read_entry(std::string_view name, element value) {
    if (limits_.max_entries && count() == limits_.max_entries) {
      throw header_.error(join("too many entries (expected at most ", count(), ")"), {}, 8,
                          Code::limit);
    }
    if (name.find('\0') != std::string_view::npos) throw bad_entry("a name holds a NUL", name);
    object fields;
    if (value.get_object().get(fields)) throw bad_entry("expected an object", name);
    FileEntry& entry = index_.entries.add(name);
    unsigned seen[3] = {};
    std::vector<std::string_view> others;
    for (const auto field : fields) {
      if (field.key == "dtype") {
        ++seen[0];
        entry.dtype = dtype_of(field.value, name);
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
  }

  Dtype dtype_of(element value, std::string_view name) const {
    std::string_view text;
    if (value.get_string().get(text)) throw bad_entry("dtype is not a string", name);
    const Dtype dtype = safetensors_dtype(text);
    if (dtype != Dtype::invalid) return dtype;
    throw bad_entry(join("unknown dtype ", format_quoted(printable(text, 40))), name,
                    Code::unsupported);
  }

  void read_shape(element value, FileEntry& entry) {
    simdjson::dom::array sizes;
    if (value.get_array().get(sizes)) throw bad_entry("shape is not an array", entry.name_view());
    Shape shape;
    for (const element size : sizes) {
      int64_t number = 0;  // 2^63 and more cannot be a size
      if (size.get_int64().get(number) || number < 0) {
        throw bad_entry("shape is not an array of sizes", entry.name_view());
      }
      if (shape.size() == kMaxRank) {
        throw bad_entry(join("too many dimensions (expected at most ", kMaxRank, ")"),
                        entry.name_view(), Code::limit);
      }
      shape.push_back(number);
    }
    entry.shape = index_.entries.keep(shape);
    entry.rank = static_cast<uint32_t>(shape.size());
  }

  void read_offsets(element value, FileEntry& entry) const {
    simdjson::dom::array offsets;
    uint64_t begin = 0, end = 0;
    if (value.get_array().get(offsets) || offsets.size() != 2 ||
        offsets.at(0).get_uint64().get(begin) || offsets.at(1).get_uint64().get(end)) {
      throw bad_entry("data_offsets is not a pair of offsets", entry.name_view());
    }
    if (begin > end) {
      throw bad_entry(join(SafetensorsIndex::offsets_text(begin, end),
                           " are reversed (expected the smaller one first)"),
                      entry.name_view());
    }
    entry.offset = begin;
    entry.nbytes = end - begin;
  }

  const SafetensorsHeaderText& header_;
  std::string_view text_;
  const Limits& limits_;
  const CancelFlag& cancel_;
  simdjson::dom::parser parser_;
  size_t member_ = 0;  // that is being read
  SafetensorsIndex index_;
};

}  // namespace

SafetensorsIndex parse_safetensors(const SafetensorsHeaderText& header, bool is_padded,
                                   const Limits& limits, const CancelFlag& cancel) {
  return Parser(header, limits, cancel).run(is_padded);
}

}  // namespace duramen::io
