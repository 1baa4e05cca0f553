#include "options.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "handles.hpp"

namespace duramen::capi {

std::string_view text_argument(const char* text, size_t length, const char* argument) {
  if (!text) throw null_argument(argument);
  const std::string_view view = plain_view(text, length);
  if (!is_utf8(view)) throw bad_argument(argument, "not valid UTF-8");
  return view;
}

std::string_view name_argument(const char* text, size_t length, const char* argument) {
  const std::string_view view = text_argument(text, length, argument);
  if (view.find('\0') != std::string_view::npos)
    throw bad_argument(argument, "a NUL character inside");
  return view;
}

std::string_view optional_text(const char* text, size_t length, const char* argument) {
  return text ? name_argument(text, length, argument) : std::string_view();
}

std::vector<TensorRef> tensors_argument(duramen_tensor* const* tensors, size_t count,
                                        const char* argument) {
  if (count > 0) required(tensors, argument);
  std::vector<TensorRef> out;
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) out.push_back(ref(tensors[i], argument));
  return out;
}

std::span<const int64_t> integers_argument(const int64_t* values, size_t count,
                                           const char* argument) {
  constexpr size_t kMaxRank = 64;
  if (count > kMaxRank) {
    throw Error(Code::limit, join(argument, ": too many (at most 64, got ", count, ")"))
        .with("argument", argument);
  }
  if (count > 0) required(values, argument);
  return {values, count};
}

Dtype dtype_argument(int32_t dtype, const char* argument) {
  if (!is_valid_dtype(dtype)) throw bad_argument(argument, join("no dtype has the number ", dtype));
  return static_cast<Dtype>(dtype);
}

uint64_t known_flags(uint64_t flags, uint64_t known, const char* argument) {
  if (flags & ~known) {
    throw Error(Code::unsupported, join(argument, ": bits that this version does not know"))
        .with("argument", argument)
        .with("expected", std::to_string(known))
        .with("actual", std::to_string(flags));
  }
  return flags;
}

int32_t known_number(int32_t number, int32_t first, int32_t last, const char* argument) {
  if (number >= first && number <= last) return number;
  throw Error(Code::unsupported, join(argument, ": this version does not know the number ", number))
      .with("argument", argument)
      .with("expected", join(first, " to ", last))
      .with("actual", std::to_string(number));
}

// Beyond this a size is a mistake, and what lies behind the struct need not be readable.
static constexpr size_t kMaxStructSize = 65536;

void read_struct(void* ours, size_t size, const void* theirs, size_t first, const char* argument) {
  uint32_t given = 0;
  std::memcpy(&given, theirs, sizeof(given));
  if (given < first) {
    throw bad_argument(argument, join("struct_size is too small (expected at least ", first,
                                      ", got ", given, ")"));
  }
  if (given > kMaxStructSize) {
    throw bad_argument(argument, join("struct_size is too large (expected at most ", kMaxStructSize,
                                      ", got ", given, ")"));
  }
  std::memcpy(ours, theirs, std::min<size_t>(size, given));
  const auto* bytes = static_cast<const unsigned char*>(theirs);
  if (given > size && std::any_of(bytes + size, bytes + given, [](auto b) { return b != 0; })) {
    throw Error(Code::unsupported,
                join(argument, ": fields of a later version are set (struct_size ", given,
                     ", known ", size, ")"))
        .with("argument", argument);
  }
}

void init_struct(void* options, size_t first, size_t struct_size) {
  if (struct_size < first || struct_size > kMaxStructSize) {
    throw bad_argument("struct_size", join("not the size of this struct (expected ", first,
                                           " or more, got ", struct_size, ")"));
  }
  std::memset(options, 0, struct_size);
}

void check_reserved(uint32_t reserved, const char* argument) {
  if (reserved == 0) return;
  throw Error(Code::unsupported, join(argument, ": reserved is not 0 (got ", reserved, ")"))
      .with("argument", argument);
}

}  // namespace duramen::capi
