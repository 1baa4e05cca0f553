#include "base/text.hpp"
#include "io/pickle_machine.hpp"

namespace duramen::io::pickle {

void Machine::global_from_lines() {
  const std::string_view module = take_line();
  const std::string_view name = take_line();
  push_global({module.data(), module.size() + 1 + name.size()}, module.size());
}

void Machine::global_from_stack() {
  const Id name = pop();
  const Id module = pop();
  if (graph_.kind(name) != Kind::text || graph_.kind(module) != Kind::text) {
    fail("STACK_GLOBAL of what is not text");
  }
  const size_t length = graph_.text(module).size();
  push_global(keep(join(graph_.text(module), "\n", graph_.text(name))), length);
}

void Machine::instance_from_lines() {
  global_from_lines();
  const Id callee = pop();
  const Id arguments = make_tuple(above_mark());
  replace_marked(make_object(callee, arguments));
}

void Machine::instance_from_mark() {
  const auto items = above_mark();
  if (items.empty()) fail("OBJ without a class");
  const Id callee = items.front();
  if (graph_.kind(callee) != Kind::global) fail("OBJ of what is not a name");
  replace_marked(make_object(callee, make_tuple(items.subspan(1))));
}

// A call stays a node: who, with what.
void Machine::reduce(bool with_keywords) {
  const Id keywords = with_keywords ? pop() : kNone;
  Id arguments = pop();
  const Id callee = pop();
  const Kind kind = graph_.kind(callee);
  if (kind != Kind::global && kind != Kind::object) fail("a call of what is not a name");
  if (graph_.kind(arguments) != Kind::tuple) fail("a call without a tuple of arguments");
  if (with_keywords) {
    if (graph_.kind(keywords) != Kind::dict) fail("keyword arguments that are not a dict");
    const Id both[] = {arguments, keywords};
    arguments = make_tuple(both);
  }
  push(make_object(callee, arguments));
}

// Before the zip, ('module', class, file, source) and in a tar (class, file, source) stand for the
// class; all else is a storage, a tensor, or wrong.
void Machine::persistent() {
  const Id id = pop();
  const bool is_tuple = graph_.kind(id) == Kind::tuple;
  const auto parts = is_tuple ? graph_.links(id) : std::span<const Id>();
  const bool is_named =
      parts.size() == 4 && graph_.kind(parts[0]) == Kind::text && graph_.text(parts[0]) == "module";
  const auto rest = parts.subspan(is_named ? 1 : 0);
  if (rest.size() == 3 && graph_.kind(rest[0]) == Kind::global) return push(rest[0]);
  push(make_tuple(std::span(&id, 1), Kind::persistent));
}

void Machine::build() {
  const Id state = pop();
  const Id target = top();
  if (graph_.kind(target) != Kind::object) fail("BUILD of what is not an object");
  Object& object = graph_.objects_[graph_.nodes_[target].at.first];
  if (object.state != kNone) fail("BUILD of an object that was built");
  object.state = state;
}

}  // namespace duramen::io::pickle
