#include "values.hpp"

#include "output.hpp"
#include "tensors.hpp"

namespace cli {
namespace {

std::string format_real(double value) {
  const std::string text = Json().real(value).str();
  return text[0] == '"' ? text.substr(1, text.size() - 2) : text;
}

std::string_view class_of(const duramen_value* value) {
  size_t length = 0;
  const char* name = duramen_value_class_name(value, &length);
  return name ? view(name, length) : std::string_view();
}

// A tensor that is no entry.
std::string tensor_text(const duramen_tensor* tensor) {
  return std::string(dtype_of(tensor)) + " of " + format_shape(shape_of(tensor));
}

// Of quantized blocks (a shape and the bytes), the tensor of bytes; null for other values.
const duramen_tensor* blocks_of(const duramen_value* value) {
  const bool is_pair = duramen_value_kind(value) == DURAMEN_VALUE_OPAQUE &&
                       class_of(value).starts_with("gguf.") && duramen_value_count(value) == 2;
  if (!is_pair || duramen_value_kind(duramen_value_item(value, 0)) != DURAMEN_VALUE_TUPLE) {
    return nullptr;
  }
  return duramen_value_tensor(duramen_value_item(value, 1));
}

std::vector<int64_t> blocks_shape(const duramen_value* value) {
  const duramen_value* shape = duramen_value_item(value, 0);
  std::vector<int64_t> out;
  for (size_t i = 0; i < duramen_value_count(shape); ++i) {
    out.push_back(duramen_value_int(duramen_value_item(shape, i)));
  }
  return out;
}

// " [4096, 4096], 9.4 MB"
std::string blocks_text(const duramen_value* value) {
  const duramen_tensor* blocks = blocks_of(value);
  if (!blocks) return {};
  return " " + format_shape(blocks_shape(value)) + ", " +
         format_bytes(duramen_tensor_nbytes(blocks));
}

}  // namespace

bool is_module(const duramen_value* value) {
  const std::string_view name = class_of(value);
  return duramen_value_kind(value) == DURAMEN_VALUE_DICT &&
         duramen_value_attributes(value) != nullptr && name != "dict" &&
         !name.starts_with("collections.");
}

std::string_view text_of(const duramen_value* value) {
  size_t length = 0;
  const char* text = duramen_value_text(value, &length);
  return view(text, length);
}

ItemNames::ItemNames(const duramen_value* container) {
  if (duramen_value_kind(container) != DURAMEN_VALUE_DICT) return;
  call(kRefused, "",
       [&](auto error) { return duramen_value_item_names(container, Out(names_), error); });
}

std::string ItemNames::operator[](size_t index) const {
  if (!names_) return std::to_string(index);
  size_t length = 0;
  const char* name = duramen_string_list_item(names_.get(), index, &length);
  return std::string(view(name, length));
}

std::string describe(const duramen_value* value) {
  const int32_t kind = duramen_value_kind(value);
  size_t length = 0;
  switch (kind) {
    case DURAMEN_VALUE_NONE:
      return "None";
    case DURAMEN_VALUE_BOOL:
      return duramen_value_bool(value) ? "True" : "False";
    case DURAMEN_VALUE_INT:
      return std::to_string(duramen_value_int(value));
    case DURAMEN_VALUE_BIG_INT:
      return std::string(text_of(value));
    case DURAMEN_VALUE_FLOAT:
      return format_real(duramen_value_float(value));
    case DURAMEN_VALUE_TEXT:
      return "'" + std::string(text_of(value)) + "'";
    case DURAMEN_VALUE_COMPLEX:
      return "(" + format_real(duramen_value_float(value)) +
             (duramen_value_imag(value) < 0 ? "" : "+") + format_real(duramen_value_imag(value)) +
             "j)";
    case DURAMEN_VALUE_BYTES:
      duramen_value_bytes(value, &length);
      return std::to_string(length) + " bytes";
    case DURAMEN_VALUE_OPAQUE:
      return std::string(class_of(value)) + blocks_text(value);
    case DURAMEN_VALUE_TENSOR:
      return tensor_text(duramen_value_tensor(value));
    default:
      if (is_module(value)) return std::string(class_of(value));
      return std::string(duramen_value_kind_name(kind)) + " of " +
             std::to_string(duramen_value_count(value));
  }
}

void write_value(Json& json, const duramen_value* value) {
  switch (duramen_value_kind(value)) {
    case DURAMEN_VALUE_BOOL:
      json.boolean(duramen_value_bool(value) != 0);
      break;
    case DURAMEN_VALUE_INT:
      json.integer(duramen_value_int(value));
      break;
    case DURAMEN_VALUE_FLOAT:
      json.real(duramen_value_float(value));
      break;
    case DURAMEN_VALUE_TEXT:
      json.text(text_of(value));
      break;
    case DURAMEN_VALUE_BIG_INT:
      json.raw(text_of(value));
      break;
    case DURAMEN_VALUE_NONE:
    case DURAMEN_VALUE_DICT:  // containers are empty here, or modules
      is_module(value) ? json.text(class_of(value)) : json.null();
      break;
    case DURAMEN_VALUE_LIST:
    case DURAMEN_VALUE_TUPLE:
      json.null();
      break;
    default:
      json.text(describe(value));
  }
}

void write_leaf(Json& json, const Leaf& leaf) {
  json.begin_object().key("path").text(leaf.path);
  const std::string_view kind =
      is_module(leaf.value) ? "module" : duramen_value_kind_name(duramen_value_kind(leaf.value));
  json.key("kind").text(kind).key("value");
  if (const duramen_tensor* blocks = blocks_of(leaf.value)) {
    write_numbers(json.text(class_of(leaf.value)).key("shape"), blocks_shape(leaf.value));
    json.key("nbytes").integer(static_cast<int64_t>(duramen_tensor_nbytes(blocks)));
  } else {
    write_value(json, leaf.value);
  }
  json.end_object();
}

std::string line_of(const Leaf& leaf) {
  constexpr size_t kWidestValue = 1000;
  const std::string path = leaf.path.empty() ? "(the whole file)" : printable(leaf.path);
  return abbreviated(path, kWidestName) + " = " +
         abbreviated(printable(describe(leaf.value)), kWidestValue) + "\n";
}

}  // namespace cli
