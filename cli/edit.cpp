#include "edit.hpp"

#include <algorithm>
#include <map>

#include "input.hpp"
#include "nearest.hpp"
#include "values.hpp"

namespace cli {
namespace {

// A small file can hold one list in very many places.
constexpr size_t kMaxParts = 20'000'000;

using Pointers = std::vector<const duramen_value*>;

Pointers lent(const std::vector<Value>& values) {
  Pointers out;
  out.reserve(values.size());
  for (const Value& value : values) out.push_back(value.get());
  return out;
}

bool is_ordered(const duramen_value* dict) {
  size_t length = 0;
  const char* name = duramen_value_class_name(dict, &length);
  return view(name, name ? length : 0) == "collections.OrderedDict";
}

// A module's are no part of its state.
const duramen_value* attributes_of(const duramen_value* dict) {
  return is_module(dict) ? nullptr : duramen_value_attributes(dict);
}

// What the key's item would be called among no others; nothing where that does not tell the key.
std::optional<std::string> name_of(const duramen_value* key) {
  if (duramen_value_kind(key) == DURAMEN_VALUE_TEXT) return std::string(text_of(key));
  std::vector<Value> keys, items;
  keys.push_back(retained(key));
  items.push_back(make_none());
  std::string name = ItemNames(make_dict(keys, items).get())[0];
  return name == "key0" ? std::nullopt : std::optional(std::move(name));
}

// What both have is taken from the second, dicts together.
Value both_attributes(const duramen_value* a, const duramen_value* b) {
  if (!a || !b) return retained(a ? a : b);
  return united(a, b,
                [](const std::string& /*name*/, const duramen_value* x, const duramen_value* y) {
                  const bool are_dicts = duramen_value_kind(x) == DURAMEN_VALUE_DICT &&
                                         duramen_value_kind(y) == DURAMEN_VALUE_DICT;
                  return are_dicts ? both_attributes(x, y) : retained(y);
                });
}

Value make_sequence(const duramen_value* like, const std::vector<Value>& items) {
  const Pointers pointers = lent(items);
  const auto make = duramen_value_kind(like) == DURAMEN_VALUE_TUPLE ? duramen_value_create_tuple
                                                                    : duramen_value_create_list;
  Value out;
  call(kRefused, "",
       [&](auto error) { return make(pointers.data(), pointers.size(), Out(out), error); });
  return out;
}

class Editor {
 public:
  explicit Editor(const Edit& edit) : edit_(edit) {}

  // The depth of values is limited, so this may recurse.
  Value visit(const duramen_value* value, const std::string& path) {
    if (++count_ > kMaxParts) {
      throw Failure(kRefused, "the content has too many parts (expected at most " +
                                  std::to_string(kMaxParts) + ")");
    }
    const size_t count = is_container(value) ? duramen_value_count(value) : 0;
    if (edit_.replaced && is_container(value)) {
      if (Value made = edit_.replaced(value)) return made;
    }
    if (count == 0) return edit_.leaf(path, value);
    if (edit_.drops && edit_.drops(path, value)) return nullptr;
    return visit_items(value, path, count);
  }

 private:
  Value visit_items(const duramen_value* value, const std::string& path, size_t count) {
    const std::string prefix = path.empty() ? path : path + ".";
    std::vector<Value> items;
    std::vector<size_t> positions;
    bool changed = false;
    const ItemNames names(value);
    for (size_t i = 0; i < count; ++i) {
      const duramen_value* item = duramen_value_item(value, i);
      Value made = visit(item, prefix + names[i]);
      changed = changed || made.get() != item;
      if (!made) continue;
      items.push_back(std::move(made));
      positions.push_back(i);
    }
    if (!changed) return retained(value);
    return items.empty() ? nullptr : make_container(value, positions, items);
  }

  const Edit& edit_;
  size_t count_ = 0;
};

// Appends to `place` the way from `value` along `path`; false, and nothing appended, when there is
// none.
bool follow(const duramen_value* value, std::string_view path, std::vector<size_t>& place) {
  if (path.empty()) return true;
  if (!is_container(value)) return false;
  std::vector<std::pair<size_t, size_t>> fitting;  // length, position
  const ItemNames names(value);
  for (size_t i = 0; i < duramen_value_count(value); ++i) {
    const std::string name = names[i];
    const bool fits =
        path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
    if (fits && !name.empty()) fitting.emplace_back(name.size(), i);
  }
  std::sort(fitting.begin(), fitting.end(), std::greater<>());
  for (const auto& [length, position] : fitting) {
    place.push_back(position);
    const std::string_view rest = path.size() == length ? "" : path.substr(length + 1);
    if (follow(duramen_value_item(value, position), rest, place)) return true;
    place.pop_back();
  }
  return false;
}

// Of two levels, for a hint.
std::vector<std::string> known_paths(const duramen_value* root) {
  constexpr size_t kMost = 1000;
  std::vector<std::string> out;
  const ItemNames names(root);
  for (size_t i = 0; is_container(root) && i < duramen_value_count(root) && i < kMost; ++i) {
    const duramen_value* item = duramen_value_item(root, i);
    const ItemNames inner(item);
    out.push_back(names[i]);
    for (size_t j = 0; is_container(item) && j < duramen_value_count(item) && j < kMost; ++j) {
      out.push_back(names[i] + "." + inner[j]);
    }
  }
  return out;
}

}  // namespace

bool is_container(const duramen_value* value) {
  const int32_t kind = duramen_value_kind(value);
  return kind == DURAMEN_VALUE_DICT || kind == DURAMEN_VALUE_LIST || kind == DURAMEN_VALUE_TUPLE;
}

Value retained(const duramen_value* value) { return Value(duramen_value_retain(value)); }

Value with_state_dicts(const duramen_value* root) {
  const auto same = [](const std::string& /*path*/, const duramen_value* value) {
    return retained(value);
  };
  const auto flat = [](const duramen_value* value) -> Value {
    if (!is_module(value)) return nullptr;
    StateDict dict;
    call(kRefused, "", [&](auto error) {
      return duramen_state_dict_from_value(value, nullptr, 0, Out(dict), error);
    });
    Value out;
    call(kRefused, "",
         [&](auto error) { return duramen_state_dict_to_value(dict.get(), Out(out), error); });
    return out;
  };
  return edited(root, {same, nullptr, flat});
}

Value edited(const duramen_value* root, const Edit& edit) { return Editor(edit).visit(root, ""); }

Value united(const duramen_value* a, const duramen_value* b, const Unite& both) {
  std::vector<Value> keys, items;
  std::map<std::pair<int32_t, std::string>, size_t> places;
  for (const duramen_value* dict : {a, b}) {
    for (size_t i = 0; i < duramen_value_count(dict); ++i) {
      const duramen_value* key = duramen_value_key(dict, i);
      const duramen_value* item = duramen_value_item(dict, i);
      const std::optional<std::string> name = name_of(key);
      if (name) {
        const auto [at, is_new] =
            places.emplace(std::pair(duramen_value_kind(key), *name), keys.size());
        if (!is_new) {
          items[at->second] = both(*name, items[at->second].get(), item);
          continue;
        }
      }
      keys.push_back(retained(key));
      items.push_back(retained(item));
    }
  }
  const Value attributes = both_attributes(attributes_of(a), attributes_of(b));
  return make_dict(a, keys, items, attributes.get());
}

StateDict without_entries(const duramen_value* attributes) {
  const Value empty = make_dict(nullptr, {}, {}, attributes);
  StateDict out;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_from_value(empty.get(), nullptr, 0, Out(out), error);
  });
  return out;
}

Value make_text(std::string_view text) {
  Value value;
  call(kRefused, "", [&](auto error) {
    return duramen_value_create_text(text.data(), text.size(), Out(value), error);
  });
  return value;
}

Value make_none() {
  Value value;
  call(kRefused, "", [&](auto error) { return duramen_value_create_none(Out(value), error); });
  return value;
}

Value make_dict(const std::vector<Value>& keys, const std::vector<Value>& items) {
  const Pointers key_pointers = lent(keys), item_pointers = lent(items);
  Value out;
  call(kRefused, "", [&](auto error) {
    return duramen_value_create_dict(key_pointers.data(), item_pointers.data(), keys.size(),
                                     Out(out), error);
  });
  return out;
}

Value make_dict(const duramen_value* like, const std::vector<Value>& keys,
                const std::vector<Value>& items, const duramen_value* attributes) {
  if (!attributes && !is_ordered(like)) return make_dict(keys, items);
  const Pointers key_pointers = lent(keys), item_pointers = lent(items);
  Value out;
  call(kRefused, "", [&](auto error) {
    return duramen_value_create_dict_with_attributes(key_pointers.data(), item_pointers.data(),
                                                     keys.size(), attributes, Out(out), error);
  });
  return out;
}

Value make_container(const duramen_value* like, std::span<const size_t> positions,
                     const std::vector<Value>& items) {
  if (duramen_value_kind(like) != DURAMEN_VALUE_DICT) return make_sequence(like, items);
  std::vector<Value> keys;
  for (const size_t position : positions)
    keys.push_back(retained(duramen_value_key(like, position)));
  return make_dict(like, keys, items, attributes_of(like));
}

std::optional<std::vector<size_t>> try_path(const duramen_value* root, std::string_view path) {
  std::vector<size_t> place;
  return follow(root, path, place) ? std::optional(place) : std::nullopt;
}

std::vector<size_t> find_path(const duramen_value* root, const std::string& path,
                              const std::string& file) {
  if (auto place = try_path(root, path)) return *place;
  throw Failure(kUsage, shown_name(file) + ": nothing is called '" + path + "'" +
                            did_you_mean(path, known_paths(root)));
}

const duramen_value* item_at(const duramen_value* root, const std::vector<size_t>& place) {
  for (const size_t position : place) root = duramen_value_item(root, position);
  return root;
}

Value with_item(const duramen_value* root, const std::vector<size_t>& place, Value item) {
  for (size_t depth = place.size(); depth-- > 0;) {
    const duramen_value* container =
        item_at(root, {place.begin(), place.begin() + static_cast<ptrdiff_t>(depth)});
    std::vector<Value> items;
    std::vector<size_t> positions;
    for (size_t i = 0; i < duramen_value_count(container); ++i) {
      positions.push_back(i);
      items.push_back(i == place[depth] ? std::move(item)
                                        : retained(duramen_value_item(container, i)));
    }
    item = make_container(container, positions, items);
  }
  return item;
}

}  // namespace cli
