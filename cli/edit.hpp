// A checkpoint's content with parts left out, replaced or picked: values never change, so what
// differs is made anew and shares the rest.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "handles.hpp"

namespace cli {

bool is_container(const duramen_value* value);  // a dict, a list or a tuple
Value retained(const duramen_value* value);

// What becomes of the parts of a value.
struct Edit {
  // Of what is no container, and of empty ones: the value itself, another, or none, which leaves it
  // out.
  std::function<Value(const std::string& path, const duramen_value* value)> leaf;
  // Whether a container goes with all that it holds; may be empty.
  std::function<bool(const std::string& path, const duramen_value* value)> drops;
  // What a container becomes, with all that it holds; null: what its items become. May be empty.
  std::function<Value(const duramen_value* value)> replaced = nullptr;
};
// Containers that lose everything go, too. Null when nothing is left. A dict keeps its class and
// what is set on it, such as the _metadata of modules.
Value edited(const duramen_value* root, const Edit& edit);

// The same with each module that was pickled whole, or is a script, as its flat state dict; the
// very value where there is none.
Value with_state_dicts(const duramen_value* root);

// The items of both dicts, in one of the class of the first and with what is set on either; `both`
// gives that of a key that both have.
using Unite = std::function<Value(const std::string& name, const duramen_value* in_first,
                                  const duramen_value* in_second)>;
Value united(const duramen_value* a, const duramen_value* b, const Unite& both);
// A dict of the class of another (null: a plain one), or an ordered one where there are attributes.
Value make_dict(const duramen_value* like, const std::vector<Value>& keys,
                const std::vector<Value>& items, const duramen_value* attributes);
// A container of the kind of another, with items in the places of those that `positions` names.
Value make_container(const duramen_value* like, std::span<const size_t> positions,
                     const std::vector<Value>& items);
// A state dict with what the _metadata among a dict's attributes (may be null) says of modules.
StateDict without_entries(const duramen_value* attributes);
Value make_text(std::string_view text);
Value make_none();
// A plain dict.
Value make_dict(const std::vector<Value>& keys, const std::vector<Value>& items);

// Where a dotted path leads, the longest key first: the items to take, one a level.
std::optional<std::vector<size_t>> try_path(const duramen_value* root, std::string_view path);
// Failure(kUsage) with the file and the nearest name where it leads nowhere.
std::vector<size_t> find_path(const duramen_value* root, const std::string& path,
                              const std::string& file);
const duramen_value* item_at(const duramen_value* root, const std::vector<size_t>& place);
// The whole with another value at that place.
Value with_item(const duramen_value* root, const std::vector<size_t>& place, Value item);

}  // namespace cli
