// Arguments that are not objects, checked: texts, arrays, sized structs, flags, and the pattern by
// which arrays go out.
#pragma once

#include <duramen/checkpoint.h>

#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "base/ordered_map.hpp"
#include "boundary.hpp"
#include "tensor/tensor.hpp"

struct duramen_value;

namespace duramen::capi {

// A text as it is; SIZE_MAX: up to its terminator. Requires: not null.
inline std::string_view plain_view(const char* text, size_t length) noexcept {
  return {text, length == SIZE_MAX ? std::strlen(text) : length};
}

// The text under a key, lent; null where there is none, or no map or key.
inline const char* text_under(const OrderedMap<std::string>* texts, const char* key,
                              size_t key_length, size_t* length) noexcept {
  const std::string* text = texts && key ? texts->find(plain_view(key, key_length)) : nullptr;
  if (length) *length = text ? text->size() : 0;
  return text ? text->c_str() : nullptr;
}
// A length that a struct holds in 64 bits.
inline size_t struct_length(uint64_t length) noexcept {
  return length >= SIZE_MAX ? SIZE_MAX : static_cast<size_t>(length);
}

// UTF-8, not null. A name has no NUL inside either.
std::string_view text_argument(const char* text, size_t length, const char* argument);
std::string_view name_argument(const char* text, size_t length, const char* argument);
// NULL is empty.
std::string_view optional_text(const char* text, size_t length, const char* argument);

std::vector<TensorRef> tensors_argument(duramen_tensor* const* tensors, size_t count,
                                        const char* argument);
// Sizes, strides or dimensions; NULL only when there are none. LIMIT beyond 64.
std::span<const int64_t> integers_argument(const int64_t* values, size_t count,
                                           const char* argument);
Dtype dtype_argument(int32_t dtype, const char* argument);

// UNSUPPORTED for bits that this version does not know.
uint64_t known_flags(uint64_t flags, uint64_t known, const char* argument);

// Of an enumeration, whose numbers are those from `first` to `last`; UNSUPPORTED for others, which
// a later level may have.
int32_t known_number(int32_t number, int32_t first, int32_t last, const char* argument);

// A caller's struct of `given` bytes into ours of `size` (the first level's has `first` bytes): a
// longer one is accepted when its unknown tail is zero.
void read_struct(void* ours, size_t size, const void* theirs, size_t first, const char* argument);
void init_struct(void* options, size_t first, size_t struct_size);
// UNSUPPORTED unless 0: a later version may give the field a meaning.
void check_reserved(uint32_t reserved, const char* argument);

// Bytes of the struct at the level that brought it.
template <class T>
inline constexpr size_t kFirstSize = sizeof(T);

template <>
inline constexpr size_t kFirstSize<duramen_save_options> = offsetof(duramen_save_options,
                                                                    max_shard_bytes);

// NULL gives the defaults.
template <class T>
T read_options(const T* options, const char* argument) {
  T ours{};
  if (options) read_struct(&ours, sizeof(T), options, kFirstSize<T>, argument);
  if constexpr (requires { ours.reserved; }) check_reserved(ours.reserved, argument);
  ours.struct_size = sizeof(T);
  return ours;
}
template <class T>
void init_options(T* options, size_t struct_size) {
  init_struct(&required(options, "options"), kFirstSize<T>, struct_size);
  options->struct_size = static_cast<uint32_t>(struct_size);
}

// Writes as many as fit, always says how many there are; BUFFER_TOO_SMALL.
template <class T>
void copy_out(std::span<const T> values, T* buffer, size_t capacity, size_t* count) {
  required(count, "count") = values.size();
  if (capacity > 0) required(buffer, "buffer");
  const size_t written = values.size() < capacity ? values.size() : capacity;
  if (written > 0) std::memcpy(buffer, values.data(), written * sizeof(T));
  if (written < values.size()) {
    throw Error(Code::buffer_too_small, "buffer: too small")
        .with("expected", std::to_string(values.size()))
        .with("actual", std::to_string(capacity));
  }
}

// The entries of a listing, to be read in place: none for who does not ask how far apart they lie.
template <class T>
const T* lend_entries(const std::vector<T>* entries, size_t* count, size_t* stride) noexcept {
  const bool lends = entries && count && stride;
  if (count) *count = lends ? entries->size() : 0;
  if (stride) *stride = lends ? sizeof(T) : 0;
  return lends && !entries->empty() ? entries->data() : nullptr;
}

// A text that lives in an object, with its length where it is wanted.
inline const char* lend_text(std::string_view terminated, size_t* length) noexcept {
  if (length) *length = terminated.size();
  return terminated.data();
}
inline const char* lend_text(const std::string* text, size_t* length) noexcept {
  return lend_text(text ? std::string_view(*text) : std::string_view(), length);
}

}  // namespace duramen::capi
