// What Python asks of the keys of a dict.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_set>

#include "value/value.hpp"

namespace duramen {

// Whether Python could use values as keys: a list, a dict, a set or a tuple with one inside it
// could not. Looks at a tuple once, however many others share it; the values must live as long as
// this. After a first false it may no longer be asked.
class HashableKeys {
 public:
  bool takes(const Value& key);

 private:
  std::unordered_set<const Value*> seen_;  // tuples
};

// The position of a key that is equal to an earlier one (in Python 1, 1.0 and True are equal).
// Tuples are told apart as objects, since sharing can make their content larger than any memory.
// Takes kComparedKeyBytes a key, and the bytes of their texts.
constexpr size_t kComparedKeyBytes = 128;
std::optional<size_t> find_duplicate_key(std::span<const ValueRef> keys);

// As str(key); nothing for bytes, tuples and what else is no text, number or None.
std::optional<std::string> key_text(const Value& key);

}  // namespace duramen
