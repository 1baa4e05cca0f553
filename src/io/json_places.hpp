// Where things are in a JSON text, in bytes from its start. The parser that reads headers keeps no
// places, so these walk the text again: for messages, and for what is looked at once in a while.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace duramen::io {

// Where a text that is not JSON stops being JSON; nothing where that is not known.
std::optional<size_t> json_error_place(std::string_view text);
// The key of the root object's member at `index`.
std::optional<size_t> json_member_place(std::string_view text, size_t index);
// The key of a member of the object that is the root's member `outer`.
std::optional<size_t> json_member_place(std::string_view text, size_t outer, size_t index);
// The first "-0" among the sizes and offsets of a safetensors header: parsers take it for 0.
// Requires: `text` is JSON.
std::optional<size_t> minus_zero_place(std::string_view text);

}  // namespace duramen::io
