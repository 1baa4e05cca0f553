// GGUF's numbers for the types of values and of tensors:
//
//   file     "GGUF" u32 version; u64 tensors, values; value*; tensor*; zeros up to a multiple of
//   the
//            alignment; the elements of each tensor, with zeros up to a multiple of the alignment
//   string   u64 length; bytes
//   value    string key; u32 type; what the type says: a number, a string, or for an array u32 type
//            of the elements, u64 count, elements
//   tensor   string name; u32 rank; u64 sizes, the one that runs fastest first; u32 type; u64
//   offset
//            from where the elements begin
#pragma once

#include <string_view>

#include "value/value.hpp"

namespace duramen::io::gguf {

inline constexpr uint32_t kVersion = 3;
inline constexpr uint32_t kDefaultAlignment = 32;
inline constexpr size_t kMaxRank = 4;
inline constexpr size_t kMaxTensorName = 63;
inline constexpr size_t kMaxKey = 65535;
inline constexpr std::string_view kAlignmentKey = "general.alignment";
inline constexpr std::string_view kTypePrefix = "gguf.type.";  // of metadata
inline constexpr std::string_view kClassPrefix = "gguf.";
inline constexpr std::string_view kBigClassPrefix = "gguf.big_endian.";

enum class Type : uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};
inline constexpr uint32_t kTypeCount = 13;

std::string_view type_name(Type type) noexcept;  // "u16"
// The bytes of a number, or the least that a string takes.
size_t least_bytes(Type type) noexcept;

// What a value has in a file: an array of elements of a type, or one of them.
struct ValueType {
  bool is_array = false;
  Type type = Type::array;  // array: none fits
  bool operator==(const ValueType&) const = default;
};
// Of a number, a text, bytes, or a list of one kind of them.
ValueType natural_type(const Value& value) noexcept;
std::string value_type_text(ValueType type);
ValueType parse_value_type(std::string_view text) noexcept;  // array where it is none
bool fits(const Value& value, ValueType type) noexcept;
// "KEY.12", as state dicts call the items of lists.
bool is_item_name(std::string_view name) noexcept;

struct TensorType {
  uint32_t number;
  std::string_view name;
  uint32_t elements;  // of a block
  uint32_t nbytes;    // of a block
  Dtype dtype;        // invalid for quantised types
};
// Null for numbers that ggml does not have, or has no more.
const TensorType* find_tensor_type(uint32_t number) noexcept;
const TensorType* find_tensor_type(Dtype dtype) noexcept;
const TensorType* find_tensor_type(std::string_view name) noexcept;

bool can_dequantize(const TensorType& type) noexcept;
// Requires: can_dequantize(type); out holds blocks × type.elements. Each element is d · q in
// float32, d the half at the start of its block.
void dequantize(const TensorType& type, bool big_endian, const std::byte* in, size_t blocks,
                float* out) noexcept;

}  // namespace duramen::io::gguf
