// What several verbs say about a value that is not a tensor.
#pragma once

#include <string>

#include "content.hpp"
#include "json.hpp"

namespace cli {

// A dict of a module's class: one that was pickled whole. Its attributes are no state.
bool is_module(const duramen_value* value);
std::string_view text_of(const duramen_value* value);
// What the items of a container are called in dotted paths, by the library's rule.
class ItemNames {
 public:
  explicit ItemNames(const duramen_value* container);
  std::string operator[](size_t index) const;

 private:
  StringList names_;  // of a dict; a position is its own name
};
// A value on one line, as Python would print it where it has a short form.
std::string describe(const duramen_value* value);
void write_value(Json& json, const duramen_value* value);
// {"path", "kind", "value"}
void write_leaf(Json& json, const Leaf& leaf);
// "PATH = VALUE" and a line break; a file that holds nothing else has no path.
std::string line_of(const Leaf& leaf);

}  // namespace cli
