// What the items of a container are called in dotted names: the one rule, also for the tool.
//
// A text key is its own name, a position its number. Another key is called as Python prints it (1,
// True, None, 0.5, (1+2j), b'ab', (1, 'x')); at position N "keyN" where that is longer than 256
// bytes, no UTF-8, or it is another kind of value. Where another key of the dict has that name
// already (1 beside '1'), "#N" is put behind it, as often as it takes. So no two items have one
// name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "value/value.hpp"

namespace duramen {

class ItemNames {
 public:
  // The container must live as long as this.
  explicit ItemNames(const Value& container);
  void append(std::string& out, size_t index) const;

 private:
  void name_others();

  const Value& container_;
  std::vector<std::string> others_;  // of keys that are no text, by position; empty for none
};

// A key as Python prints it; nothing where that is longer than 256 bytes, no UTF-8, or it is
// another kind of value.
std::optional<std::string> short_repr(const Value& key);

}  // namespace duramen
