#include "io/torch_values.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/big_integer.hpp"
#include "io/file_error.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

constexpr size_t kNodesBetweenChecks = 4096;

}  // namespace

ValueBuilder::ValueBuilder(const Services& services, TorchArchive& archive,
                           const pickle::Graph& graph, const Limits& limits)
    : services_(services),
      archive_(archive),
      graph_(graph),
      max_entries_(limits.max_entries ? limits.max_entries : kDefaultMaxEntries),
      max_depth_(
          std::min(limits.max_depth ? limits.max_depth : Value::kMaxDepth, Value::kMaxDepth)),
      index_(graph.size()) {
  slots_.reserve(graph.size() / 4 + 16);
}

void ValueBuilder::fail(std::string_view what, Code code) const {
  throw file_error(code, {archive_.file(), "torch file", "data.pkl", {}}, what);
}

ValueRef ValueBuilder::build() {
  push(graph_.root);
  for (size_t step = 0; !pending_.empty(); ++step) {
    if (step % kNodesBetweenChecks == 0) services_.cancel.check("open");
    const Id id = static_cast<Id>(pending_.back() >> 1);
    const bool children_done = (pending_.back() & 1) != 0;
    Slot& slot = slot_of(id);
    if (children_done) {
      pending_.pop_back();
      finish(id);
    } else if (slot.progress == Progress::done) {
      pending_.pop_back();
    } else if (slot.progress == Progress::entered) {
      fail("a container holds itself, which is not supported", Code::unsupported);
    } else if (is_leaf(id)) {
      pending_.pop_back();
      slot = {make_value(id), 1, 1, Progress::done};
    } else {
      slot.progress = Progress::entered;
      pending_.back() |= 1;
      push_children(id);
    }
  }
  return value(graph_.root);
}

ValueBuilder::Slot& ValueBuilder::slot_of(Id id) {
  if (index_[id] == 0) {
    index_[id] = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  return slots_[index_[id]];
}

bool ValueBuilder::is_leaf(Id id) const noexcept {
  const Kind kind = graph_.kind(id);
  if (kind == Kind::object) return rebuilds_tensor(graph_.callee_symbol(id));
  return kind < Kind::list || kind == Kind::global || kind == Kind::persistent;
}

void ValueBuilder::push(Id id) { pending_.push_back(uint64_t{id} << 1); }

// Pushed last to first, so that storages are made in the file's order.
void ValueBuilder::push_children(Id id) {
  const size_t first = pending_.size();
  each_child(id, [this](Id child) { push(child); });
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

bool ValueBuilder::is_dict_symbol(Symbol symbol) noexcept {
  return symbol == Symbol::ordered_dict || symbol == Symbol::default_dict ||
         symbol == Symbol::counter || symbol == Symbol::py_dict;
}

bool ValueBuilder::rebuilds_tensor(Symbol symbol) noexcept {
  return symbol == Symbol::rebuild_tensor || symbol == Symbol::rebuild_tensor_v2 ||
         symbol == Symbol::rebuild_tensor_v3;
}

// Tensors are built from their arguments directly.
void ValueBuilder::each_child_of_object(Id id, FunctionRef<void(Id)> body) const {
  const pickle::Object& object = graph_.object(id);
  const Symbol symbol = graph_.callee_symbol(id);
  const auto arguments = graph_.links(object.arguments);
  if (rebuilds_tensor(symbol) || symbol == Symbol::rebuild_from_type) return;
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
  if (is_dict_symbol(symbol) && graph_.kind(object.items) == Kind::dict) {
    graph_.each_item(object.items, body);
  } else {
    body(object.items);
  }
}

void ValueBuilder::finish(Id id) {
  Slot& slot = slots_[index_[id]];
  slot.value = make_value(id);
  slot.progress = Progress::done;
  count(id);
}

void ValueBuilder::count(Id id) {
  uint64_t entries = 1;
  uint32_t depth = 0;
  each_child(id, [&](Id child) {
    const Slot& slot = slots_[index_[child]];
    if (add_overflows(entries, slot.entries, &entries)) entries = UINT64_MAX;
    depth = std::max(depth, slot.depth);
  });
  Slot& slot = slots_[index_[id]];
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
      return Value::text(std::string(graph_.text(id)));
    case Kind::bytes:
      return Value::bytes(std::string(graph_.text(id)));
    case Kind::list:
      return Value::list(values_of(id));
    case Kind::tuple:
      return Value::tuple(values_of(id));
    case Kind::dict:
      return make_dict(id, "dict", nullptr);
    case Kind::set:
      return Value::opaque("builtins.set", values_of(id));
    case Kind::frozenset:
      return Value::opaque("builtins.frozenset", values_of(id));
    case Kind::global:
      return Value::opaque(graph_.full_name(id), {});
    case Kind::persistent:
      return Value::opaque("torch.storage", {});
    case Kind::object:
      return make_object(id);
  }
  fail("unknown node");
}

ValueRef ValueBuilder::make_big_integer(Id id) const {
  const std::string_view bytes = graph_.text(id);
  if (bytes.size() > kMaxBigIntegerBytes) fail("an integer of too many digits", Code::limit);
  return Value::big_integer(decimal_of(bytes));
}

std::vector<ValueRef> ValueBuilder::values_of(Id container) const {
  std::vector<ValueRef> values;
  values.reserve(graph_[container].length);
  if (graph_.kind(container) == Kind::tuple) {
    for (const Id item : graph_.links(container)) values.push_back(value(item));
  } else {
    graph_.each_item(container, [&](Id item) { values.push_back(value(item)); });
  }
  return values;
}

ValueRef ValueBuilder::make_dict(Id pairs, std::string class_name, ValueRef attributes) {
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  if (pairs != pickle::kNone) {
    keys.reserve(graph_[pairs].length / 2);
    items.reserve(graph_[pairs].length / 2);
    bool is_key = true;
    graph_.each_item(pairs, [&](Id item) {
      (is_key ? keys : items).push_back(value(item));
      is_key = !is_key;
    });
  }
  check_keys(keys);
  return Value::dict(std::move(keys), std::move(items), std::move(class_name),
                     std::move(attributes));
}

// Python keeps the last of two; no pickler writes two.
void ValueBuilder::check_keys(const std::vector<ValueRef>& keys) const {
  std::vector<std::string_view> texts;
  std::vector<int64_t> integers;
  for (const ValueRef& key : keys) {
    if (key->kind() == ValueKind::text) texts.push_back(key->as_text());
    if (key->kind() == ValueKind::integer) integers.push_back(key->as_integer());
  }
  if (const auto twice = find_duplicate(texts)) {
    fail(join("a dict has the key ", format_quoted(printable(texts[*twice])), " twice"));
  }
  std::sort(integers.begin(), integers.end());
  const auto same = std::adjacent_find(integers.begin(), integers.end());
  if (same != integers.end()) fail(join("a dict has the key ", *same, " twice"));
}

}  // namespace duramen::io
