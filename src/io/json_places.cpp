#include "io/json_places.hpp"

#include <simdjson.h>

#include <new>
#include <utility>
#include <vector>

namespace duramen::io {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;
using simdjson::SUCCESS;

constexpr int kMaxDepth = 1024;  // visit() recurses

// A text with a document over it. The document holds the padded copy's addresses. Strings are
// unescaped into a buffer of ours, since the parser goes on without its own when memory runs out.
class Walk {
 public:
  explicit Walk(std::string_view text)
      : text_(text), unescaped_(text.size() + simdjson::SIMDJSON_PADDING) {
    if (!text_.data()) throw std::bad_alloc();
    started_ = parser_.iterate(text_).get(document_) == SUCCESS;
  }

  bool started() const noexcept { return started_; }
  ondemand::document& document() noexcept { return document_; }
  // Lives until the next call.
  simdjson::simdjson_result<std::string_view> unescape(ondemand::raw_json_string raw) noexcept {
    uint8_t* out = unescaped_.data();
    return parser_.unescape(raw, out);
  }
  std::optional<size_t> here() noexcept {
    const char* at = nullptr;
    return document_.current_location().get(at) == SUCCESS ? place(at) : text_.size();
  }
  std::optional<size_t> place(const char* at) const noexcept {
    if (at < text_.data() || at > text_.data() + text_.size()) return std::nullopt;
    return static_cast<size_t>(at - text_.data());
  }

 private:
  simdjson::padded_string text_;
  std::vector<uint8_t> unescaped_;
  ondemand::parser parser_;
  ondemand::document document_;
  bool started_ = false;
};

error_code visit(Walk& walk, ondemand::value value, int depth);

error_code visit_object(Walk& walk, ondemand::value& value, int depth) {
  ondemand::object fields;
  if (const auto error = value.get_object().get(fields)) return error;
  for (auto result : fields) {
    ondemand::field field;
    if (const auto error = std::move(result).get(field)) return error;
    if (const auto error = walk.unescape(field.key()).error()) return error;
    if (const auto error = visit(walk, field.value(), depth)) return error;
  }
  return SUCCESS;
}

error_code visit_array(Walk& walk, ondemand::value& value, int depth) {
  ondemand::array items;
  if (const auto error = value.get_array().get(items)) return error;
  for (auto result : items) {
    if (const auto error = result.error()) return error;
    if (const auto error = visit(walk, result.value_unsafe(), depth)) return error;
  }
  return SUCCESS;
}

error_code visit_string(Walk& walk, ondemand::value& value) {
  ondemand::raw_json_string raw;
  if (const auto error = value.get_raw_json_string().get(raw)) return error;
  return walk.unescape(raw).error();
}

// Everything below a value; the first error ends it, with the walk where it happened.
error_code visit(Walk& walk, ondemand::value value, int depth) {
  if (depth == kMaxDepth) return simdjson::DEPTH_ERROR;
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return error;
  switch (type) {
    case ondemand::json_type::object:
      return visit_object(walk, value, depth + 1);
    case ondemand::json_type::array:
      return visit_array(walk, value, depth + 1);
    case ondemand::json_type::string:
      return visit_string(walk, value);
    case ondemand::json_type::number:
      return value.get_number().error();
    case ondemand::json_type::boolean:
      return value.get_bool().error();
    case ondemand::json_type::null:
      return value.is_null().error();
  }
  return SUCCESS;
}

bool holds_numbers(std::string_view field) noexcept {
  return field == "shape" || field == "data_offsets";
}

std::optional<size_t> minus_zero_in_array(Walk& walk, ondemand::value value) {
  ondemand::array items;
  if (value.get_array().get(items) != SUCCESS) return std::nullopt;
  for (auto result : items) {
    std::string_view token;
    if (result.raw_json_token().get(token) != SUCCESS) return std::nullopt;
    if (token.starts_with("-0")) return walk.place(token.data());
  }
  return std::nullopt;
}

std::optional<size_t> minus_zero_in_entry(Walk& walk, ondemand::value value) {
  ondemand::object fields;
  if (value.get_object().get(fields) != SUCCESS) return std::nullopt;
  for (auto result : fields) {
    ondemand::field field;
    std::string_view name;
    if (std::move(result).get(field) != SUCCESS) return std::nullopt;
    if (walk.unescape(field.key()).get(name) != SUCCESS) return std::nullopt;
    if (!holds_numbers(name)) continue;
    if (const auto found = minus_zero_in_array(walk, field.value())) return found;
  }
  return std::nullopt;
}

// What find(walk, member) gives first for a member of the root object.
template <class Find>
std::optional<size_t> find_in_members(std::string_view text, const Find& find) {
  Walk walk(text);
  ondemand::object members;
  if (!walk.started() || walk.document().get_object().get(members) != SUCCESS) return std::nullopt;
  for (auto result : members) {
    ondemand::field member;
    if (std::move(result).get(member) != SUCCESS) return std::nullopt;
    if (const auto found = find(walk, member)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<size_t> json_error_place(std::string_view text) {
  Walk walk(text);
  ondemand::value root;
  if (!walk.started()) return std::nullopt;
  if (walk.document().get_value().get(root) != SUCCESS) return walk.here();
  const bool whole = visit(walk, root, 0) == SUCCESS && walk.here() == text.size();
  return whole ? std::nullopt : walk.here();
}

std::optional<size_t> json_member_place(std::string_view text, size_t index) {
  return find_in_members(text, [&](Walk& walk, ondemand::field& member) -> std::optional<size_t> {
    if (index-- > 0) return std::nullopt;
    return walk.place(member.key().raw() - 1);  // its quote
  });
}

std::optional<size_t> json_member_place(std::string_view text, size_t outer, size_t index) {
  return find_in_members(text, [&](Walk& walk, ondemand::field& member) -> std::optional<size_t> {
    if (outer-- > 0) return std::nullopt;
    ondemand::object fields;
    if (member.value().get_object().get(fields) != SUCCESS) return std::nullopt;
    for (auto result : fields) {
      ondemand::field field;
      if (std::move(result).get(field) != SUCCESS) return std::nullopt;
      if (index-- == 0) return walk.place(field.key().raw() - 1);
    }
    return std::nullopt;
  });
}

std::optional<size_t> minus_zero_place(std::string_view text) {
  return find_in_members(text, [](Walk& walk, ondemand::field& member) {
    return minus_zero_in_entry(walk, member.value());
  });
}

}  // namespace duramen::io
