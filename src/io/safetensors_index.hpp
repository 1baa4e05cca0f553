// The index of a safetensors file: the JSON text of its header, read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ordered_map.hpp"
#include "base/text.hpp"
#include "io/checkpoint.hpp"

namespace duramen::io {

struct SafetensorsIndex {
  // `offset` and `nbytes` are those of data_offsets. Sizes are not negative, and the dtype is
  // known; nothing is said of names that are there twice or of data that do not fit.
  FileEntries entries;
  OrderedMap<std::string> metadata;
  size_t metadata_member = SIZE_MAX;  // its position among the members; SIZE_MAX: there is none

  // data_offsets, as they are named in errors.
  static std::string offsets_text(uint64_t begin, uint64_t end) {
    return join("data_offsets [", begin, ", ", end, "]");
  }
  size_t member_of(const FileEntry& entry) const noexcept {
    const auto index = static_cast<size_t>(&entry - entries.list().data());
    return index + (index >= metadata_member ? 1 : 0);
  }
};

// The text of a header and the file that it is from, for errors.
struct SafetensorsHeaderText {
  const std::string& file;
  std::string_view text;

  Error error(std::string_view what, std::string_view entry = {},
              std::optional<uint64_t> offset = std::nullopt, Code code = Code::corrupt) const;
  // About a member: with the byte where it begins.
  Error member_error(size_t member, std::string_view what, std::string_view name,
                     Code code = Code::corrupt) const;
};

// Requires: `out` is empty; it is so again when this is false. Whether the text is as the
// reference's writer puts it: no spaces but those at the end, no escapes, ASCII, the fields of an
// entry in one order; if so, it is in `out`, read at many times the speed of a JSON parser and
// without its memory. CANCELLED.
bool scan_safetensors(std::string_view header, const Limits& limits, const CancelFlag& cancel,
                      SafetensorsIndex& out);

inline constexpr size_t kPadding = 64;
// Any text; `is_padded` says that kPadding bytes behind it may be read. CORRUPT, LIMIT,
// UNSUPPORTED, CANCELLED.
SafetensorsIndex parse_safetensors(const SafetensorsHeaderText& header, bool is_padded,
                                   const Limits& limits, const CancelFlag& cancel);

}  // namespace duramen::io
