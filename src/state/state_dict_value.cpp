// A state dict inside the content of a checkpoint, both ways.
#include <algorithm>

#include "base/text.hpp"
#include "state/state_dict.hpp"
#include "value/item_names.hpp"

namespace duramen {
namespace {

constexpr std::string_view kExtraState = "_extra_state";
constexpr std::string_view kVersion = "version";
constexpr size_t kMaxNameBytes = size_t{256} << 20;  // of all names of one dict

bool is_container(const Value& value) noexcept {
  const ValueKind kind = value.kind();
  return kind == ValueKind::dict || kind == ValueKind::list || kind == ValueKind::tuple;
}

// A module that was pickled whole: a dict of its class, with what is no state as attributes.
bool is_module(const Value& value) noexcept {
  const std::string_view name = value.as_text();
  return value.kind() == ValueKind::dict && value.attributes() && name != "dict" &&
         !name.starts_with("collections.");
}

bool is_extra_state(std::string_view name) noexcept {
  return name == kExtraState || name.ends_with("._extra_state");
}

void check_name(const std::string& name) {
  const bool holds_nul = name.find('\0') != std::string::npos;
  if (!holds_nul && is_utf8(name)) return;
  throw Error(Code::unsupported,
              join("state dict: a name ", holds_nul ? "holds a NUL" : "is not UTF-8", ": ",
                   printable(name)))
      .with("entry", printable(name));
}

// Walks a content and names its leaves. Depth is limited by the value's own. A long key above many
// entries is in each of their names, so that a small file could ask for any amount of memory:
// `room_` is what names may still take.
class Flattening {
 public:
  using Body = FunctionRef<void(std::string_view, const Value&)>;

  Flattening(std::string name, Body body) : body_(body), name_(std::move(name)) {}

  void leaf(const Value& value) {
    check_name(name_);
    body_(name_, value);
  }
  void each_of(const Value& container, std::string_view separator) {
    const size_t length = name_.size();
    const ItemNames names(container);
    for (size_t i = 0; i < container.count(); ++i) {
      name_ += separator;
      names.append(name_, i);
      visit(*container.item(i));
      name_.resize(length);
    }
  }

 private:
  void visit(const Value& value) {
    if (name_.size() > room_) {
      throw Error(Code::limit,
                  join("state dict: the names of the entries are too long (expected at most ",
                       kMaxNameBytes, " bytes together)"));
    }
    room_ -= name_.size();
    if (is_module(value) && value.count() == 0) return;
    if (!is_container(value) || value.count() == 0 || is_extra_state(name_)) return leaf(value);
    each_of(value, ".");
  }

  Body body_;
  std::string name_;  // of what is visited
  size_t room_ = kMaxNameBytes;
};

void add_entry(StateDict& dict, std::string_view name, const Value& value) {
  StateEntry entry;
  if (value.kind() == ValueKind::tensor) {
    entry.tensor = TensorRef(value.as_tensor());
  } else {
    entry.value = ValueRef(&value);
    if (is_extra_state(name)) entry.kind = StateKind::extra_state;
  }
  std::string text(name);
  if (!dict.entries().insert_taking(text, std::move(entry))) throw twice_in_state_dict(name);
}

bool is_version(const Value& key) noexcept {
  return key.kind() == ValueKind::text && key.as_text() == kVersion;
}

// A version that is no int is none, but stays where it is.
ModuleVersion module_version(const Value& entry) {
  ModuleVersion out;
  std::vector<ValueRef> keys, items;
  for (size_t i = 0; entry.kind() == ValueKind::dict && i < entry.count(); ++i) {
    const Value &key = *entry.key(i), &item = *entry.item(i);
    if (is_version(key) && item.kind() == ValueKind::integer) {
      out.number = item.as_integer();
      continue;
    }
    keys.push_back(entry.key(i));
    items.push_back(entry.item(i));
  }
  if (!keys.empty()) out.more = Value::dict(std::move(keys), std::move(items));
  return out;
}

void read_versions(StateDict& dict, const Value& content) {
  const Value* metadata = content.attributes() ? content.attributes()->find("_metadata") : nullptr;
  if (!metadata || metadata->kind() != ValueKind::dict) return;
  dict.set_has_versions(true);
  for (size_t i = 0; i < metadata->count(); ++i) {
    if (metadata->key(i)->kind() != ValueKind::text) continue;
    dict.set_version(metadata->key(i)->as_text(), module_version(*metadata->item(i)));
  }
}

ValueRef value_of(const ModuleVersion& version) {
  std::vector<ValueRef> keys, items;
  if (version.number) {
    keys.push_back(Value::text(std::string(kVersion)));
    items.push_back(Value::integer(*version.number));
  }
  for (size_t i = 0; version.more && i < version.more->count(); ++i) {
    if (version.number && is_version(*version.more->key(i))) continue;
    keys.push_back(version.more->key(i));
    items.push_back(version.more->item(i));
  }
  return Value::dict(std::move(keys), std::move(items));
}

// The item that the dotted path leads to: the longest key that fits first, shorter ones where that
// leads nowhere. Null when nothing does.
const Value* find_path(const Value& value, std::string_view path) {
  if (path.empty()) return &value;
  if (!is_container(value)) return nullptr;
  std::vector<std::pair<size_t, size_t>> fitting;  // length, position
  const ItemNames names(value);
  std::string name;
  for (size_t i = 0; i < value.count(); ++i) {
    name.clear();
    names.append(name, i);
    const bool fits =
        path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
    if (fits && !name.empty()) fitting.emplace_back(name.size(), i);
  }
  std::sort(fitting.begin(), fitting.end(), std::greater<>());
  for (const auto& [length, position] : fitting) {
    const std::string_view rest = path.size() == length ? "" : path.substr(length + 1);
    if (const Value* found = find_path(*value.item(position), rest)) return found;
  }
  return is_module(value) ? find_path(*value.attributes(), path) : nullptr;
}

void collect_paths(const Value& value, const std::string& prefix, std::vector<std::string>& out) {
  constexpr size_t kMost = 1000;
  const ItemNames names(value);
  for (size_t i = 0; i < value.count() && out.size() < kMost; ++i) {
    if (!is_container(*value.item(i))) continue;
    std::string name = prefix;
    names.append(name, i);
    out.push_back(name);
    if (prefix.empty()) collect_paths(*value.item(i), name + ".", out);
  }
}

Error not_found(const Value& content, std::string_view select) {
  std::vector<std::string> paths;
  if (is_container(content)) collect_paths(content, "", paths);
  const std::vector<std::string_view> candidates(paths.begin(), paths.end());
  const std::string nearest(nearest_word(select, candidates));
  std::string text = join("state dict: nothing is called ", format_quoted(printable(select)));
  if (!nearest.empty()) text += join(" (did you mean ", format_quoted(printable(nearest)), "?)");
  Error error(Code::not_found, std::move(text));
  if (!nearest.empty()) error.with("nearest", nearest);
  return error;
}

}  // namespace

Error twice_in_state_dict(std::string_view name) {
  return Error(Code::invalid_argument,
               join("state dict: two entries are called ", format_quoted(printable(name))))
      .with("entry", std::string(name));
}

void each_state_entry(const Value& content, std::string_view name,
                      FunctionRef<void(std::string_view, const Value&)> body) {
  if (is_container(content)) return Flattening("", body).each_of(content, "");
  Flattening(std::string(name), body).leaf(content);
}

Ref<StateDict> state_dict_from_value(const Value& content, std::string_view select) {
  const Value* chosen = find_path(content, select);
  if (!chosen) throw not_found(content, select);
  auto dict = make<StateDict>();
  dict->entries().reserve(chosen->count());
  each_state_entry(
      *chosen, select.substr(select.rfind('.') + 1),
      [&](std::string_view name, const Value& value) { add_entry(*dict, name, value); });
  if (is_container(*chosen)) read_versions(*dict, *chosen);
  return dict;
}

ValueRef value_from_state_dict(const StateDict& dict) {
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (const auto& [name, entry] : dict.entries()) {
    keys.push_back(Value::text(name));
    items.push_back(entry.tensor  ? Value::tensor(entry.tensor)
                    : entry.value ? entry.value
                                  : Value::none());
  }
  constexpr const char* kOrderedDict = "collections.OrderedDict";
  ValueRef attributes;
  if (dict.has_versions()) {
    std::vector<ValueRef> paths;
    std::vector<ValueRef> versions;
    for (const auto& [path, version] : dict.versions()) {
      paths.push_back(Value::text(path));
      versions.push_back(value_of(version));
    }
    attributes = Value::dict({Value::text("_metadata")},
                             {Value::dict(std::move(paths), std::move(versions), kOrderedDict)});
  }
  return Value::dict(std::move(keys), std::move(items), kOrderedDict, std::move(attributes));
}

}  // namespace duramen
