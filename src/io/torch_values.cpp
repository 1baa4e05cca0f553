#include "io/torch_values.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/big_integer.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

constexpr size_t kNodesBetweenChecks = 4096;
constexpr uint64_t kValueBytes = sizeof(Value) + 16;  // with malloc's own

// Of the content as a tree: each takes memory in a listing and in a state dict. One that is not
// shared takes at least a byte of the pickle.
uint64_t most_entries(size_t pickle_bytes) noexcept {
  constexpr uint64_t kBase = uint64_t{1} << 18;
  return std::min<uint64_t>(kDefaultMaxEntries, kBase + 2 * pickle_bytes);
}

}  // namespace

ValueBuilder::ValueBuilder(const Services& services, TorchContainer& container,
                           const pickle::Graph& graph, const Limits& limits)
    : services_(services),
      container_(container),
      graph_(graph),
      budget_(container.value_budget()),
      max_entries_(limits.max_entries ? limits.max_entries
                                      : most_entries(container.pickle().size())),
      max_depth_(
          std::min(limits.max_depth ? limits.max_depth : Value::kMaxDepth, Value::kMaxDepth)) {
  budget_.make_room(index_[0], graph.size());
  index_[0].resize(graph.size());
  budget_.make_room(slots_, graph.size() / 4 + 16);
}

ValueRef ValueBuilder::build() {
  push(graph_.root, false);
  for (size_t step = 0; !pending_.empty(); ++step) {
    if (step % kNodesBetweenChecks == 0) services_.cancel.check("open");
    const Pending top = pending_.back();
    inert_ = top.inert;
    if (top.children_done) {
      pending_.pop_back();
      finish(top.id);
    } else {
      visit(top.id);
    }
  }
  return value(graph_.root);
}

void ValueBuilder::visit(Id id) {
  Slot& slot = slot_of(id);
  if (slot.progress == Progress::done) {
    pending_.pop_back();
  } else if (slot.progress == Progress::entered) {
    pending_.pop_back();
    break_cycle(id);
  } else if (is_leaf(id)) {
    pending_.pop_back();
    ValueRef made = make_value(id);
    const uint32_t depth = made->count() > 0 ? 2 : 1;
    slot = {std::move(made), 1, depth, Progress::done};
  } else {
    slot.progress = Progress::entered;
    pending_.back().children_done = true;
    push_children(id);
  }
}

// An object that is reached from its own parts is its name there.
void ValueBuilder::break_cycle(Id id) {
  const bool is_object = graph_.kind(id) == Kind::object && !reads_as_dict(id);
  if (!inert_ && (!is_object || is_module(id))) {
    current_ = id;
    fail("a container holds itself, which is not supported", Code::unsupported);
  }
  Slot& slot = slot_of(id);
  if (slot.value) return;
  slot.value = make_opaque(is_object ? class_name_of(id) : "...", {});
  slot.entries = 1;
  slot.depth = 1;
}

ValueBuilder::Slot& ValueBuilder::slot_of(Id id) {
  std::vector<uint32_t>& index = index_[inert_];
  if (index.empty()) {
    budget_.make_room(index, graph_.size());
    index.resize(graph_.size());
  }
  if (index[id] == 0) {
    index[id] = static_cast<uint32_t>(slots_.size());
    budget_.make_room(slots_);
    slots_.emplace_back();
  }
  return slots_[index[id]];
}

bool ValueBuilder::is_leaf(Id id) const {
  const Kind kind = graph_.kind(id);
  if (kind == Kind::object) {
    return rebuilds_tensor(plain_symbol(id)) || (inert_ && is_module(id));
  }
  return kind < Kind::list || kind == Kind::global || kind == Kind::persistent;
}

void ValueBuilder::push(Id id, bool inert) {
  budget_.make_room(pending_);
  pending_.push_back({id, inert, false});
}

// Pushed last to first, so that storages are made in the file's order.
void ValueBuilder::push_children(Id id) {
  const size_t first = pending_.size();
  each_child(id, [this](Id child) { push(child, inert_); });
  if (!inert_ && graph_.kind(id) == Kind::object && is_module(id)) {
    each_member(id, [this](Role role, std::string_view, Id item) {
      if (role == Role::attribute) push(item, true);
    });
  }
  std::reverse(pending_.begin() + static_cast<ptrdiff_t>(first), pending_.end());
}

void ValueBuilder::each_child(Id id, FunctionRef<void(Id)> body) const {
  switch (graph_.kind(id)) {
    case Kind::tuple:
      for (const Id item : graph_.links(id)) body(item);
      break;
    case Kind::list:
    case Kind::dict:
    case Kind::set:
    case Kind::frozenset:
      graph_.each_item(id, body);
      break;
    case Kind::object:
      each_child_of_object(id, body);
      break;
    default:
      break;
  }
}

bool ValueBuilder::rebuilds_tensor(Symbol symbol) noexcept {
  return symbol == Symbol::rebuild_tensor || symbol == Symbol::rebuild_tensor_v2 ||
         symbol == Symbol::rebuild_tensor_v3;
}

// Tensors are built from their arguments directly.
void ValueBuilder::each_child_of_object(Id id, FunctionRef<void(Id)> body) const {
  if (is_module(id)) {
    return each_member(id, [&](Role role, std::string_view, Id item) {
      if (role != Role::attribute) body(item);
    });
  }
  const pickle::Object& object = graph_.object(id);
  Symbol symbol = plain_symbol(id);
  auto arguments = graph_.links(object.arguments);
  if (symbol == Symbol::rebuild_from_type) {
    symbol = function_of_type(arguments);
    if (symbol != Symbol::other) arguments = graph_.links(arguments[2]);
  }
  if (rebuilds_tensor(symbol)) return;
  if (symbol == Symbol::rebuild_qtensor) {
    if (arguments.size() > 4) body(arguments[4]);
    return;
  }
  if (symbol == Symbol::rebuild_parameter || symbol == Symbol::rebuild_parameter_with_state) {
    if (!arguments.empty()) body(arguments[0]);
    return;
  }
  if (graph_.kind(object.callee) == Kind::object) body(object.callee);
  body(object.arguments);
  if (object.state != pickle::kNone) body(object.state);
  if (object.items == pickle::kNone) return;
  if (reads_as_dict(id)) {
    graph_.each_item(object.items, body);
  } else {
    body(object.items);
  }
}

void ValueBuilder::finish(Id id) {
  current_ = id;
  count(id);
  ValueRef made = make_value(id);
  Slot& slot = slot_of(id);
  slot.value = std::move(made);
  slot.progress = Progress::done;
}

void ValueBuilder::count(Id id) {
  uint64_t entries = 1;
  uint32_t depth = 0;
  const auto add = [&](const Slot& slot, uint32_t more) {
    if (add_overflows(entries, slot.entries, &entries)) entries = UINT64_MAX;
    depth = std::max(depth, slot.depth + more);
  };
  each_child(id, [&](Id child) { add(this->slot(child, inert_), 0); });
  if (!inert_ && graph_.kind(id) == Kind::object && is_module(id)) {
    depth = std::max(depth, uint32_t{1});
    each_member(id, [&](Role role, std::string_view, Id item) {
      if (role == Role::attribute) add(this->slot(item, true), 1);  // a dict between
    });
  }
  Slot& slot = slot_of(id);
  slot.entries = entries;
  slot.depth = depth + 1;
  if (entries > max_entries_) {
    fail(join("the content is too large when its shared parts are walked (expected at most ",
              max_entries_, " entries)"),
         Code::limit);
  }
  if (depth >= max_depth_) {
    fail(join("nested too deeply (expected at most ", max_depth_, ")"), Code::limit);
  }
}

ValueRef ValueBuilder::make_value(Id id) {
  const pickle::Node& node = graph_[id];
  current_ = id;
  budget_.charge(kValueBytes);
  switch (node.kind) {
    case Kind::none:
      return Value::none();
    case Kind::boolean:
      return Value::boolean(node.integer != 0);
    case Kind::integer:
      return Value::integer(node.integer);
    case Kind::big_integer:
      return make_big_integer(id);
    case Kind::real:
      return Value::real(node.real);
    case Kind::text:
      budget_.charge(node.length);
      return container_.objects().make<const Value>(ValueKind::text, std::string(graph_.text(id)));
    case Kind::bytes:
      budget_.charge(node.length);
      return Value::bytes(std::string(graph_.text(id)));
    case Kind::list:
      return Value::list(values_of(id));
    case Kind::tuple:
      return Value::tuple(values_of(id));
    case Kind::dict:
      return make_dict(id, "dict", nullptr);
    case Kind::set:
      return make_opaque("builtins.set", values_of(id));
    case Kind::frozenset:
      return make_opaque("builtins.frozenset", values_of(id));
    case Kind::global:
      return make_opaque(graph_.full_name(id), {});
    case Kind::persistent:
      return make_persistent(id);
    case Kind::object:
      return make_object(id);
  }
  fail("unknown node");
}

ValueRef ValueBuilder::make_big_integer(Id id) {
  const std::string_view bytes = graph_.text(id);
  if (bytes.size() > kMaxBigIntegerBytes) fail("an integer of too many digits", Code::limit);
  // The time, in nanoseconds; and the digits.
  budget_.charge(bytes.size() * bytes.size() / 16 + 3 * bytes.size());
  return Value::big_integer(decimal_of(bytes));
}

std::vector<ValueRef> ValueBuilder::values_of(Id container) {
  budget_.charge(kPartsBytes + graph_[container].length * sizeof(ValueRef));
  std::vector<ValueRef> values;
  values.reserve(graph_[container].length);
  if (graph_.kind(container) == Kind::tuple) {
    for (const Id item : graph_.links(container)) values.push_back(value(item));
  } else {
    graph_.each_item(container, [&](Id item) { values.push_back(value(item)); });
  }
  return values;
}

}  // namespace duramen::io
