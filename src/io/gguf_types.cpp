#include "io/gguf_types.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace duramen::io::gguf {
namespace {

struct Scalar {
  std::string_view name;
  uint8_t nbytes;
};
constexpr Scalar kScalars[kTypeCount] = {
    {"u8", 1},   {"i8", 1},  {"u16", 2},    {"i16", 2}, {"u32", 4}, {"i32", 4}, {"f32", 4},
    {"bool", 1}, {"str", 8}, {"array", 12}, {"u64", 8}, {"i64", 8}, {"f64", 8}};

// Q8_1 as ggml has it: two halves and 32 bytes.
constexpr TensorType kTensorTypes[] = {
    {0, "F32", 1, 4, Dtype::float32},
    {1, "F16", 1, 2, Dtype::float16},
    {2, "Q4_0", 32, 18, Dtype::invalid},
    {3, "Q4_1", 32, 20, Dtype::invalid},
    {6, "Q5_0", 32, 22, Dtype::invalid},
    {7, "Q5_1", 32, 24, Dtype::invalid},
    {8, "Q8_0", 32, 34, Dtype::invalid},
    {9, "Q8_1", 32, 36, Dtype::invalid},
    {10, "Q2_K", 256, 84, Dtype::invalid},
    {11, "Q3_K", 256, 110, Dtype::invalid},
    {12, "Q4_K", 256, 144, Dtype::invalid},
    {13, "Q5_K", 256, 176, Dtype::invalid},
    {14, "Q6_K", 256, 210, Dtype::invalid},
    {15, "Q8_K", 256, 292, Dtype::invalid},
    {16, "IQ2_XXS", 256, 66, Dtype::invalid},
    {17, "IQ2_XS", 256, 74, Dtype::invalid},
    {18, "IQ3_XXS", 256, 98, Dtype::invalid},
    {19, "IQ1_S", 256, 50, Dtype::invalid},
    {20, "IQ4_NL", 32, 18, Dtype::invalid},
    {21, "IQ3_S", 256, 110, Dtype::invalid},
    {22, "IQ2_S", 256, 82, Dtype::invalid},
    {23, "IQ4_XS", 256, 136, Dtype::invalid},
    {24, "I8", 1, 1, Dtype::int8},
    {25, "I16", 1, 2, Dtype::int16},
    {26, "I32", 1, 4, Dtype::int32},
    {27, "I64", 1, 8, Dtype::int64},
    {28, "F64", 1, 8, Dtype::float64},
    {29, "IQ1_M", 256, 56, Dtype::invalid},
    {30, "BF16", 1, 2, Dtype::bfloat16},
    {34, "TQ1_0", 256, 54, Dtype::invalid},
    {35, "TQ2_0", 256, 66, Dtype::invalid},
    {39, "MXFP4", 32, 17, Dtype::invalid},
    {40, "NVFP4", 64, 36, Dtype::invalid},
    {41, "Q1_0", 128, 18, Dtype::invalid},
};

template <class Condition>
const TensorType* find(Condition&& condition) noexcept {
  const auto* found = std::find_if(std::begin(kTensorTypes), std::end(kTensorTypes), condition);
  return found == std::end(kTensorTypes) ? nullptr : found;
}

bool is_f32(double value) noexcept {
  return std::isnan(value) || static_cast<double>(static_cast<float>(value)) == value;
}

// Whether a scalar can be written as a type without loss.
bool fits_scalar(const Value& value, Type type) noexcept {
  const auto within = [&](int64_t low, int64_t high) {
    return value.kind() == ValueKind::integer && value.as_integer() >= low &&
           value.as_integer() <= high;
  };
  switch (type) {
    case Type::u8:
      return within(0, UINT8_MAX);
    case Type::i8:
      return within(INT8_MIN, INT8_MAX);
    case Type::u16:
      return within(0, UINT16_MAX);
    case Type::i16:
      return within(INT16_MIN, INT16_MAX);
    case Type::u32:
      return within(0, UINT32_MAX);
    case Type::i32:
      return within(INT32_MIN, INT32_MAX);
    case Type::i64:
      return value.kind() == ValueKind::integer;
    case Type::u64: {
      const std::string_view digits = value.as_text();
      return within(0, INT64_MAX) ||
             (value.kind() == ValueKind::big_integer && !digits.starts_with('-') &&
              (digits.size() < 20 || (digits.size() == 20 && digits <= "18446744073709551615")));
    }
    case Type::f32:
      return value.kind() == ValueKind::real && is_f32(value.as_real());
    case Type::f64:
      return value.kind() == ValueKind::real;
    case Type::boolean:
      return value.kind() == ValueKind::boolean;
    case Type::string:
      return value.kind() == ValueKind::text || value.kind() == ValueKind::bytes;
    case Type::array:
      return false;
  }
  return false;
}

bool is_list(const Value& value) noexcept {
  return value.kind() == ValueKind::list || value.kind() == ValueKind::tuple;
}

}  // namespace

std::string_view type_name(Type type) noexcept {
  return kScalars[static_cast<uint32_t>(type)].name;
}
size_t least_bytes(Type type) noexcept { return kScalars[static_cast<uint32_t>(type)].nbytes; }

bool fits(const Value& value, ValueType type) noexcept {
  if (!type.is_array) return fits_scalar(value, type.type);
  return is_list(value) &&
         std::all_of(value.items().begin(), value.items().end(),
                     [&](const ValueRef& item) { return fits_scalar(*item, type.type); });
}

ValueType natural_type(const Value& value) noexcept {
  constexpr Type kOrder[] = {Type::u32, Type::i32, Type::i64,     Type::u64,
                             Type::f32, Type::f64, Type::boolean, Type::string};
  const bool is_array = is_list(value);
  if (is_array && fits(value, {true, Type::i32})) return {true, Type::i32};
  for (const Type type : kOrder) {
    if (fits(value, {is_array, type})) return {is_array, type};
  }
  return {is_array, Type::array};
}

bool is_item_name(std::string_view name) noexcept {
  const size_t dot = name.find_last_not_of("0123456789");
  return dot != std::string_view::npos && dot + 1 < name.size() && name[dot] == '.';
}

std::string value_type_text(ValueType type) {
  return type.is_array ? join('[', type_name(type.type), ']') : std::string(type_name(type.type));
}

ValueType parse_value_type(std::string_view text) noexcept {
  ValueType type;
  type.is_array = text.starts_with('[') && text.ends_with(']');
  if (type.is_array) text = text.substr(1, text.size() - 2);
  for (uint32_t i = 0; i < kTypeCount; ++i) {
    if (kScalars[i].name == text) type.type = static_cast<Type>(i);
  }
  return type;
}

const TensorType* find_tensor_type(uint32_t number) noexcept {
  return find([&](const TensorType& type) { return type.number == number; });
}
const TensorType* find_tensor_type(Dtype dtype) noexcept {
  return find(
      [&](const TensorType& type) { return type.dtype == dtype && type.dtype != Dtype::invalid; });
}
const TensorType* find_tensor_type(std::string_view name) noexcept {
  return find([&](const TensorType& type) { return type.name == name; });
}

}  // namespace duramen::io::gguf
