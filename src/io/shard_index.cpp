#include "io/shard_index.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/json_places.hpp"
#include "io/safetensors.hpp"

namespace duramen::io {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kPart = "shard index";
constexpr uint32_t kNeededDepth = 2;
constexpr uint32_t kDefaultDepth = 8;
constexpr uint32_t kMaxDepth = 1024;

class Parser {
 public:
  Parser(const Source& source, const Limits& limits, const CancelFlag& cancel)
      : source_(source), text_(text_of(source.bytes())), limits_(limits), cancel_(cancel) {}

  ShardIndex parse() {
    const object root = read_root();
    bool has_map = false;
    bool has_metadata = false;
    size_t member = 0;
    for (const auto field : root) {
      const bool is_map = field.key == "weight_map";
      if (is_map || field.key == "metadata") {
        if (std::exchange(is_map ? has_map : has_metadata, true)) {
          throw bad("it is there twice", field.key, json_member_place(text_, member));
        }
        is_map ? read_map(field.value, member) : read_metadata(field.value, member);
      }
      ++member;
    }
    if (!has_map) throw bad("expected a member \"weight_map\"");
    find_shards();
    return std::move(index_);
  }

 private:
  Error bad(std::string_view what, std::string_view entry = {},
            std::optional<uint64_t> offset = std::nullopt, Code code = Code::corrupt) const {
    return file_error(code, {source_.name(), kPart, entry, offset}, what);
  }

  object read_root() {
    const uint64_t most =
        limits_.max_header_bytes ? limits_.max_header_bytes : kMaxSafetensorsHeader;
    if (text_.size() > most) {
      throw bad(join("the index is too large (expected at most ", most, " bytes, got ",
                     text_.size(), ")"),
                {}, {}, Code::limit);
    }
    const uint32_t depth =
        limits_.max_depth ? std::clamp(limits_.max_depth, kNeededDepth, kMaxDepth) : kDefaultDepth;
    if (parser_.allocate(std::max<size_t>(text_.size(), 64), depth + 1) != simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
    element root;
    const auto error = parser_.parse(text_.data(), text_.size()).get(root);
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();
    if (error == simdjson::DEPTH_ERROR) {
      throw bad(join("nested too deeply (expected at most ", depth, " levels)"), {}, {},
                Code::limit);
    }
    if (error) {
      throw bad(join("not JSON: ", simdjson::error_message(error)), {}, json_error_place(text_));
    }
    object members;
    if (root.get_object().get(members)) throw bad("not a JSON object");
    return members;
  }

  void read_map(element value, size_t member) {
    object fields;
    if (value.get_object().get(fields)) {
      throw bad("expected an object", "weight_map", json_member_place(text_, member));
    }
    const uint64_t most = limits_.max_entries ? limits_.max_entries : UINT64_MAX;
    const auto fail = [&](std::string_view what, std::string_view name) {
      const auto place = json_member_place(text_, member, index_.entries.size());
      throw bad(what, name, place);
    };
    for (const auto field : fields) {
      cancel_.check("open");
      std::string_view shard;
      if (field.value.get_string().get(shard)) fail("its shard is not a string", field.key);
      if (field.key.find('\0') != std::string_view::npos) fail("a name holds a NUL", field.key);
      if (!is_plain_name(shard)) {
        fail(join("its shard is not a plain name of a file beside the index (got ",
                  format_quoted(printable(shard)), ")"),
             field.key);
      }
      if (index_.entries.size() == most) {
        throw bad(join("too many entries (expected at most ", most, ")"), {}, {}, Code::limit);
      }
      index_.entries.push_back({std::string(field.key), 0});
      shards_.push_back(shard);
    }
    check_names(member);
  }

  void check_names(size_t member) const {
    std::vector<std::string_view> names;
    names.reserve(index_.entries.size());
    for (const auto& entry : index_.entries) names.push_back(entry.name);
    const auto twice = find_duplicate(names);
    if (!twice) return;
    throw bad("this name is there twice", names[*twice], json_member_place(text_, member, *twice));
  }

  // Free, but for total_size: a number, which some write as 1.0e9.
  void read_metadata(element value, size_t member) {
    if (value.is_null()) return;
    object fields;
    if (value.get_object().get(fields)) {
      throw bad("expected an object", "metadata", json_member_place(text_, member));
    }
    for (const auto field : fields) {
      uint64_t size = 0;
      double real = 0;
      if (field.key != "total_size") continue;
      if (!field.value.get_uint64().get(size)) {
        index_.total_size = std::to_string(size);
      } else if (!field.value.get_double().get(real)) {
        const bool is_size = real >= 0 && real < 0x1p63;
        index_.total_size =
            is_size ? std::to_string(static_cast<uint64_t>(real)) : format_float(real);
      } else {
        index_.total_size = "no number";
      }
    }
  }

  void find_shards() {
    index_.shards.assign(shards_.begin(), shards_.end());
    auto& names = index_.shards;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (size_t i = 0; i < shards_.size(); ++i) {
      const auto found = std::lower_bound(names.begin(), names.end(), shards_[i]);
      index_.entries[i].shard = static_cast<size_t>(found - names.begin());
    }
  }

  const Source& source_;
  std::string_view text_;
  const Limits& limits_;
  const CancelFlag& cancel_;
  simdjson::dom::parser parser_;
  std::vector<std::string_view> shards_;  // of each entry, inside the parser
  ShardIndex index_;
};

}  // namespace

bool is_shard_index(std::string_view bytes) noexcept {
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || bytes[first] != '{') return false;
  // A header's length ends with NULs, which no JSON holds.
  if (bytes.substr(0, 8).find('\0') != std::string_view::npos) return false;
  return bytes.find("\"weight_map\"") != std::string_view::npos;
}

ShardIndex parse_shard_index(const Source& source, const Limits& limits, const CancelFlag& cancel) {
  return Parser(source, limits, cancel).parse();
}

std::vector<std::string> shards_of_index(const Services& services, const Folder& folder,
                                         const std::string& name) noexcept try {
  const auto source = folder.open(services, name, Source::Mode::map);
  if (!is_shard_index(text_of(source->bytes()))) return {};
  return parse_shard_index(*source, {}, services.cancel).shards;
} catch (...) {
  return {};
}

}  // namespace duramen::io
