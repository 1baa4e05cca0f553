#include "io/torch_modules.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

constexpr std::string_view kScriptClasses = "__torch__";

// The quoted words of a line: ["weight", "bias", ].
std::vector<std::string_view> quoted_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t begin = line.find('"'); begin != line.npos;) {
    const size_t end = line.find('"', begin + 1);
    if (end == line.npos) break;
    words.push_back(line.substr(begin + 1, end - begin - 1));
    begin = line.find('"', end + 1);
  }
  return words;
}

bool has_word(const std::vector<std::string_view>& words, std::string_view word) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

ScriptClass parse_script_class(std::string_view code, std::string_view name) {
  ScriptClass found;
  for (bool inside = false; !code.empty();) {
    const std::string_view line = code.substr(0, code.find('\n'));
    code.remove_prefix(std::min(line.size() + 1, code.size()));
    if (line.starts_with("class ")) {
      const std::string_view rest = line.substr(6);
      if (inside) break;
      inside = rest.starts_with(name) && rest.substr(name.size()).starts_with("(");
      found.is_known |= inside;
    } else if (inside && line.starts_with("  __parameters__ = [")) {
      found.parameters = quoted_words(line);
    } else if (inside && line.starts_with("  __buffers__ = [")) {
      found.buffers = quoted_words(line);
    }
  }
  return found;
}

// The name of the class of an object: also where protocols 0 and 1 call _reconstructor(class, …).
Id ValueBuilder::class_of(Id object) const noexcept {
  const Id callee = graph_.object(object).callee;
  const auto arguments = arguments_of(object);
  const bool is_call = graph_[callee].symbol == Symbol::reconstructor && !arguments.empty();
  return is_call ? arguments[0] : callee;
}

std::string ValueBuilder::class_name_of(Id object) const {
  const Id id = class_of(object);
  return graph_.kind(id) == Kind::global ? graph_.full_name(id) : "call";
}

bool ValueBuilder::is_dict(Id id) const noexcept {
  return graph_.kind(id) == Kind::dict || (graph_.kind(id) == Kind::object && reads_as_dict(id));
}

bool ValueBuilder::is_sequence(Id id) const noexcept {
  return graph_.kind(id) == Kind::list || graph_.kind(id) == Kind::tuple;
}

bool ValueBuilder::is_module(Id object) const {
  if (members_.object != object) {
    Members found;
    if (!find_members(object, found)) found = Members();
    found.object = object;
    members_ = found;
  }
  return members_.is_module;
}

bool ValueBuilder::find_members(Id object, Members& found) const {
  const Id state = graph_.object(object).state;
  if (state == pickle::kNone || graph_.kind(state) != Kind::dict) return false;
  if (graph_.object(object).items != pickle::kNone) return false;
  const Id cls = class_of(object);
  if (graph_.kind(cls) != Kind::global || graph_[cls].symbol != Symbol::other) return false;
  if (pickle::is_below(graph_.module(cls), kScriptClasses))
    return found.is_module = found.is_script = true;
  budget_.charge(graph_[state].length);  // many objects may share a state
  bool is_key = true;
  Id key = pickle::kNone;
  graph_.each_item(state, [&](Id item) {
    if (is_key) {
      key = graph_.kind(item) == Kind::text ? item : pickle::kNone;
    } else if (key != pickle::kNone) {
      const std::string_view name = graph_.text(key);
      if (name == "_parameters") found.parameters = item;
      if (name == "_buffers") found.buffers = item;
      if (name == "_modules") found.modules = item;
      if (name == "_non_persistent_buffers_set") found.transient = item;
    }
    is_key = !is_key;
  });
  found.is_module = is_dict(found.parameters) && is_dict(found.buffers) && is_dict(found.modules);
  return found.is_module;
}

// Refused, unless the path to what is refused is being looked for.
void ValueBuilder::malformed(std::string_view what) const {
  if (!failing_) fail(what);
}

// Of a dict, an OrderedDict, or Python 2's OrderedDict([[key, value], …]).
void ValueBuilder::each_named(Id dict, FunctionRef<void(std::string_view, Id)> body) const {
  const auto pair = [&](Id key, Id item) {
    if (graph_.kind(key) != Kind::text) return malformed("a module has a part without a name");
    budget_.charge(1);
    body(graph_.text(key), item);
  };
  const auto pairs = [&](Id items) {
    Id key = pickle::kNone;
    bool is_key = true;
    graph_.each_item(items, [&](Id item) {
      if (!is_key) pair(key, item);
      key = item;
      is_key = !is_key;
    });
  };
  if (graph_.kind(dict) == Kind::dict) return pairs(dict);
  const Id items = graph_.object(dict).items;
  if (items != pickle::kNone) return pairs(items);
  const auto arguments = arguments_of(dict);
  if (arguments.empty() || graph_.callee_symbol(dict) == Symbol::default_dict) return;
  if (graph_.kind(arguments[0]) == Kind::dict) return pairs(arguments[0]);
  if (!is_sequence(arguments[0])) return malformed("a module's parts are no dict");
  each_child(arguments[0], [&](Id item) {
    Id parts[2] = {};
    size_t count = 0;
    if (is_sequence(item))
      each_child(item, [&](Id part) {
        if (count < 2) parts[count] = part;
        ++count;
      });
    if (count != 2) return malformed("a module has a part that is no pair of a name and it");
    pair(parts[0], parts[1]);
  });
}

// In the order of state_dict(), then the attributes. None is no member. The body may ask for other
// objects. Requires: the object was the last that is_module() was asked for.
void ValueBuilder::each_member(Id object, Member body) const {
  const Members members = members_;
  if (members.is_script) return each_script_member(object, body);
  each_named(members.parameters, [&](std::string_view name, Id item) {
    if (item != pickle::kNone) body(Role::parameter, name, item);
  });
  each_buffer(members, body);
  each_named(members.modules, [&](std::string_view name, Id item) {
    if (item != pickle::kNone) body(Role::module, name, item);
  });
  each_named(graph_.object(object).state, [&](std::string_view name, Id item) {
    const bool is_member = item == members.parameters || item == members.buffers ||
                           item == members.modules || is_bookkeeping(name, item);
    if (!is_member) body(Role::attribute, name, item);
  });
}

// Buffers that are not persistent are attributes.
void ValueBuilder::each_buffer(const Members& members, Member body) const {
  each_named(members.buffers, [&](std::string_view name, Id item) {
    if (item == pickle::kNone) return;
    body(is_transient(members.transient, name) ? Role::attribute : Role::buffer, name, item);
  });
}

bool ValueBuilder::is_transient(Id names, std::string_view name) const {
  if (names == pickle::kNone) return false;
  if (graph_.kind(names) == Kind::object) {
    const auto arguments = arguments_of(names);
    if (arguments.empty()) return false;
    names = arguments[0];
  }
  const bool is_set = graph_.kind(names) == Kind::set || graph_.kind(names) == Kind::frozenset;
  if (!is_set && !is_sequence(names)) return false;
  budget_.charge(graph_[names].length);
  bool found = false;
  each_child(names, [&](Id item) {
    found |= graph_.kind(item) == Kind::text && graph_.text(item) == name;
  });
  return found;
}

// What every module has: hooks that nobody registered, flags that are not set.
bool ValueBuilder::is_bookkeeping(std::string_view name, Id item) const {
  if (!name.starts_with('_')) return false;
  if (item == pickle::kNone) return true;
  if (graph_.kind(item) == Kind::boolean) return graph_[item].integer == 0;
  if (graph_.kind(item) == Kind::object) {
    const pickle::Object& object = graph_.object(item);
    if (object.state != pickle::kNone || object.items != pickle::kNone) return false;
    if (graph_.kind(object.callee) != Kind::global) return false;
    const Symbol symbol = graph_.callee_symbol(item);
    const auto arguments = arguments_of(item);
    const bool is_empty =
        arguments.empty() || (arguments.size() == 1 && graph_.kind(arguments[0]) == Kind::list &&
                              graph_[arguments[0]].length == 0);
    return (symbol == Symbol::ordered_dict || symbol == Symbol::py_set) && is_empty;
  }
  const bool is_container = graph_.kind(item) == Kind::dict || graph_.kind(item) == Kind::set;
  return is_container && graph_[item].length == 0;
}

// Attributes that are tensors or objects; the code says which of the tensors are state.
void ValueBuilder::each_script_member(Id object, Member body) const {
  const Id cls = class_of(object);
  const ScriptClass* code = container_.script_class(graph_.module(cls), graph_.name(cls));
  const auto role_of = [&](std::string_view name, Id item) {
    if (graph_.kind(item) != Kind::object) return Role::attribute;
    if (rebuilds_tensor(plain_symbol(item))) {
      if (!code || !code->is_known || has_word(code->parameters, name)) return Role::parameter;
      return has_word(code->buffers, name) ? Role::buffer : Role::attribute;
    }
    const pickle::Object& part = graph_.object(item);
    const bool is_object = graph_.kind(part.callee) == Kind::global &&
                           pickle::is_below(graph_.module(part.callee), kScriptClasses) &&
                           part.state != pickle::kNone && graph_.kind(part.state) == Kind::dict;
    return is_object ? Role::module : Role::attribute;
  };
  const size_t listed = code ? code->parameters.size() + code->buffers.size() : 0;
  budget_.charge(listed * graph_[graph_.object(object).state].length);
  for (const Role wanted : {Role::parameter, Role::buffer, Role::module, Role::attribute}) {
    each_named(graph_.object(object).state, [&](std::string_view name, Id item) {
      const Role role = role_of(name, item);
      if (role == wanted && !is_bookkeeping(name, item)) body(role, name, item);
    });
  }
}

ValueRef ValueBuilder::make_module(Id id) {
  std::string class_name = class_name_of(id);
  if (inert_) return make_opaque(std::move(class_name), {});
  std::vector<ValueRef> names, parts, keys, attributes;
  each_member(id, [&](Role role, std::string_view name, Id item) {
    budget_.charge(sizeof(Value) + 2 * sizeof(ValueRef) + name.size());
    const bool is_attribute = role == Role::attribute;
    (is_attribute ? keys : names).push_back(Value::text(std::string(name)));
    (is_attribute ? attributes : parts).push_back(slot(item, is_attribute).value);
  });
  check_keys(names);
  budget_.charge(2 * kPartsBytes + class_name.size());
  ValueRef rest = Value::dict(std::move(keys), std::move(attributes));
  return Value::dict(std::move(names), std::move(parts), std::move(class_name), std::move(rest));
}

}  // namespace duramen::io
