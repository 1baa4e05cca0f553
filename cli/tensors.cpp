#include "tensors.hpp"

#include "sha256.hpp"

namespace cli {
namespace {

using Getter = duramen_status (*)(const duramen_tensor*, int64_t*, size_t, size_t*,
                                  duramen_error**) noexcept;

std::vector<int64_t> numbers_of(const duramen_tensor* tensor, Getter get) {
  std::vector<int64_t> numbers(duramen_tensor_rank(tensor));
  size_t rank = 0;
  call(kRefused, "",
       [&](auto error) { return get(tensor, numbers.data(), numbers.size(), &rank, error); });
  return numbers;
}

std::string format_real(double value) {
  const std::string text = Json().real(value).str();
  return text[0] == '"' ? text.substr(1, text.size() - 2) : text;
}

constexpr size_t kLongKey = 4096;

std::string bytes_text(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "b'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      if (c == '\\' || c == '\'') out += '\\';
      out += c;
    }
  }
  return out + "'";
}

// Empty for what is long or is no scalar.
std::string scalar_text(const duramen_value* value) {
  const int32_t kind = duramen_value_kind(value);
  size_t length = 0;
  if (kind == DURAMEN_VALUE_BYTES) {
    const void* bytes = duramen_value_bytes(value, &length);
    if (length > kLongKey) return {};
    return bytes_text({static_cast<const char*>(bytes), length});
  }
  const bool is_scalar = kind == DURAMEN_VALUE_NONE || kind == DURAMEN_VALUE_BOOL ||
                         kind == DURAMEN_VALUE_INT || kind == DURAMEN_VALUE_BIG_INT ||
                         kind == DURAMEN_VALUE_FLOAT || kind == DURAMEN_VALUE_COMPLEX ||
                         kind == DURAMEN_VALUE_TEXT;
  return is_scalar && text_of(value).size() <= kLongKey ? describe(value) : std::string();
}

// Empty for what is long or holds more than scalars.
std::string tuple_text(const duramen_value* tuple) {
  const size_t count = duramen_value_count(tuple);
  std::string out = "(";
  for (size_t i = 0; i < count; ++i) {
    const std::string item = scalar_text(duramen_value_item(tuple, i));
    if (item.empty() || out.size() + item.size() > kLongKey) return {};
    out += (i > 0 ? ", " : "") + item;
  }
  return out + (count == 1 ? ",)" : ")");
}

}  // namespace

std::vector<int64_t> shape_of(const duramen_tensor* tensor) {
  return numbers_of(tensor, duramen_tensor_shape);
}
std::vector<int64_t> strides_of(const duramen_tensor* tensor) {
  return numbers_of(tensor, duramen_tensor_strides);
}

std::string tensor_sha256(duramen_context* context, const duramen_tensor* tensor) {
  const uint64_t nbytes = duramen_tensor_nbytes(tensor);
  if (duramen_tensor_is_contiguous(tensor)) {
    const void* data = nullptr;
    call(kRefused, "", [&](auto error) { return duramen_tensor_data_const(tensor, &data, error); });
    return sha256(data, nbytes);
  }
  std::vector<char> bytes(nbytes);
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_read(context, tensor, duramen_tensor_dtype(tensor), bytes.data(),
                               bytes.size(), error);
  });
  return sha256(bytes.data(), bytes.size());
}

void write_numbers(Json& json, std::span<const int64_t> numbers) {
  json.begin_array();
  for (const int64_t number : numbers) json.integer(number);
  json.end_array();
}

std::string_view text_of(const duramen_value* value) {
  size_t length = 0;
  const char* text = duramen_value_text(value, &length);
  return view(text, length);
}

std::string key_text(const duramen_value* key, size_t index) {
  const int32_t kind = duramen_value_kind(key);
  if (kind == DURAMEN_VALUE_TEXT) return std::string(text_of(key));
  const std::string text = kind == DURAMEN_VALUE_TUPLE ? tuple_text(key) : scalar_text(key);
  return text.empty() ? "key" + std::to_string(index) : text;
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
    case DURAMEN_VALUE_OPAQUE: {
      const char* name = duramen_value_class_name(value, &length);
      return std::string(view(name, length));
    }
    default:
      return std::string(duramen_value_kind_name(kind)) + " of " +
             std::to_string(duramen_value_count(value));
  }
}

}  // namespace cli
