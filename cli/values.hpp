// What several verbs say about a value that is not a tensor.
#pragma once

#include <string>

#include "content.hpp"
#include "json.hpp"

namespace cli {

// A dict of a module's class: one that was pickled whole. Its attributes are no state.
bool is_module(const duramen_value* value);
std::string_view text_of(const duramen_value* value);
// A dictionary's key as a step of a dotted path: a text as it is, the rest as Python prints it, and
// "keyINDEX" where that would be long.
std::string key_text(const duramen_value* key, size_t index);
// A value on one line, as Python would print it where it has a short form.
std::string describe(const duramen_value* value);
void write_value(Json& json, const duramen_value* value);
// {"path", "kind", "value"}
void write_leaf(Json& json, const Leaf& leaf);
// "PATH = VALUE" and a line break; a file that holds nothing else has no path.
std::string line_of(const Leaf& leaf);

}  // namespace cli
