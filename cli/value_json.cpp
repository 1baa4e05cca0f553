#include "value_json.hpp"

#include "edit.hpp"
#include "values.hpp"

namespace cli {
namespace {

void write_nested(Json& json, const Elements& elements, std::span<const int64_t> shape,
                  size_t& next) {
  if (shape.empty()) return write_number(json, elements[next++]);
  json.begin_array();
  for (int64_t i = 0; i < shape[0]; ++i) write_nested(json, elements, shape.subspan(1), next);
  json.end_array();
}

void write_bytes(Json& json, const duramen_value* value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  size_t count = 0;
  const auto* bytes = static_cast<const unsigned char*>(duramen_value_bytes(value, &count));
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  json.begin_object().key("bytes").text(text).end_object();
}

void write_opaque(Json& json, duramen_context* context, const duramen_value* value) {
  size_t length = 0;
  const char* name = duramen_value_class_name(value, &length);
  json.begin_object().key("class").text(view(name, length)).key("parts").begin_array();
  for (size_t i = 0; i < duramen_value_count(value); ++i) {
    write_tree(json, context, duramen_value_item(value, i));
  }
  json.end_array().end_object();
}

// The depth of values is limited, so this may recurse.
void write_container(Json& json, duramen_context* context, const duramen_value* value) {
  const bool is_dict = duramen_value_kind(value) == DURAMEN_VALUE_DICT;
  is_dict ? json.begin_object() : json.begin_array();
  const ItemNames names(value);
  for (size_t i = 0; i < duramen_value_count(value); ++i) {
    if (is_dict) json.key(names[i]);
    write_tree(json, context, duramen_value_item(value, i));
  }
  is_dict ? json.end_object() : json.end_array();
}

}  // namespace

void write_elements(Json& json, const Elements& elements, std::span<const int64_t> shape) {
  size_t next = 0;
  write_nested(json, elements, shape, next);
}

void write_tree(Json& json, duramen_context* context, const duramen_value* value) {
  if (is_container(value)) return write_container(json, context, value);
  switch (duramen_value_kind(value)) {
    case DURAMEN_VALUE_TENSOR: {
      const duramen_tensor* tensor = duramen_value_tensor(value);
      return write_elements(json, Elements(context, tensor), shape_of(tensor));
    }
    case DURAMEN_VALUE_BYTES:
      return write_bytes(json, value);
    case DURAMEN_VALUE_OPAQUE:
      return write_opaque(json, context, value);
    default:
      return write_value(json, value);
  }
}

}  // namespace cli
