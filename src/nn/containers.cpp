#include "nn/containers.hpp"

#include "nn/call.hpp"
#include "nn/layer.hpp"
#include "nn/run.hpp"

namespace duramen::nn {
namespace {

Error index_error(const Module& module, std::string_view message) {
  return Error(Code::not_found, join(module.class_name(), ": ", message))
      .with("torch_error", "IndexError")
      .with("argument", "index");
}

Error key_error(const Module& module, std::string_view key) {
  std::vector<std::string_view> known;
  for (const auto& entry : module.children()) known.push_back(entry.name);
  Error error(Code::not_found, join(module.class_name(), ": no module '", printable(key, 60), "'"));
  error.with("torch_error", "KeyError").with("argument", "key");
  const std::string_view nearest = nearest_word(key, known);
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

bool is_indexed_attribute(std::string_view name) {
  return is_one_of(name, {"append", "extend", "insert", "pop", "__add__", "__delitem__",
                          "__getitem__", "__iadd__", "__iter__", "__len__", "__setitem__"});
}

}  // namespace

size_t IndexedContainer::position(int64_t index) const {
  const auto count = static_cast<int64_t>(size());
  if (index >= -count && index < count) {
    return static_cast<size_t>(index < 0 ? index + count : index);
  }
  throw index_error(*this, join("index ", index, " is out of range"));
}

const ModuleRef& IndexedContainer::at(int64_t index) const {
  return children()[position(index)].value;
}

void IndexedContainer::set(int64_t index, ModuleRef child) {
  assign(std::string(children()[position(index)].name), std::move(child));
}

void IndexedContainer::check_free(std::string_view name) const {
  if (!children().contains(name)) return;
  throw Error(Code::already_exists,
              join(class_name(), ": a module '", name, "' exists already and would be replaced"))
      .with("torch_error", "KeyError")
      .with("argument", "child");
}

void IndexedContainer::append(ModuleRef child) {
  const std::string name = std::to_string(size());
  check_free(name);
  register_module(name, std::move(child));
}

void IndexedContainer::extend(std::span<const ModuleRef> added) {
  // The list may be this container's own.
  const std::vector<ModuleRef> copies(added.begin(), added.end());
  Children before = children();
  try {
    for (const ModuleRef& child : copies) append(child);
  } catch (...) {
    restore_children(std::move(before));
    throw;
  }
}

void IndexedContainer::insert_at(int64_t index, ModuleRef child) {
  const std::string last = std::to_string(size());
  check_free(last);
  Children edited = children();
  for (auto i = static_cast<int64_t>(size()); i > index; --i) {
    const ModuleRef* moved = edited.find(std::to_string(i - 1));
    if (!moved) throw key_error(*this, std::to_string(i - 1));
    edited.set(std::to_string(i), ModuleRef(*moved));
  }
  edited.set(std::to_string(index), std::move(child));
  put_children(std::move(edited));
}

ModuleRef IndexedContainer::pop(int64_t index) {
  const size_t removed = position(index);
  ModuleRef child = children()[removed].value;
  const auto begin = static_cast<int64_t>(removed);
  erase({begin, begin + 1});
  return child;
}

std::vector<size_t> IndexedContainer::positions(const Slice& slice) const {
  const auto count = static_cast<int64_t>(size());
  const auto [start, stop, step] = slice;
  if (step == 0) {
    throw Error(Code::invalid_argument, join(class_name(), ": slice step cannot be zero"))
        .with("torch_error", "ValueError")
        .with("argument", "step");
  }
  const int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? count - 1 : count;
  const auto bound = [&](int64_t i) {
    return std::clamp(i < 0 ? (i < -count ? lowest : i + count) : i, lowest, highest);
  };
  const int64_t last = bound(stop);
  std::vector<size_t> out;
  for (int64_t i = bound(start); step < 0 ? i > last : i < last; i += step) {
    out.push_back(static_cast<size_t>(i));
    if (step < 0 ? step <= last - i : step >= last - i) break;
  }
  return out;
}

void IndexedContainer::erase(const Slice& slice) {
  std::vector<bool> removed(size());
  for (const size_t i : positions(slice)) removed[i] = true;
  Children kept;
  for (size_t i = 0; i < size(); ++i) {
    if (!removed[i]) kept.append(std::to_string(kept.size()), children()[i].value);
  }
  put_children(std::move(kept));
}

ModuleRef IndexedContainer::slice(const Slice& slice) const { return sliced(positions(slice)); }

// What a child runs may edit the container: another child in a place is what comes next, and
// another number of children an error, as in PyTorch. Each child lives as long as it runs.
static void each_held_child(const Module& container,
                            FunctionRef<void(const std::string&, const ModuleRef&)> body) {
  const size_t count = container.children().size();
  for (size_t i = 0; i < count; ++i) {
    const auto child = container.children()[i];
    body(child.name, child.value);
    if (container.children().size() == count) continue;
    throw Error(Code::state, "forward: the number of children changed while they ran")
        .with("torch_error", "RuntimeError");
  }
}

TensorRef Sequential::forward(Context& context, std::span<const TensorRef> inputs) {
  check_inputs(*this, inputs, 1);
  const Call call(context, *this);
  TensorRef value = inputs[0];
  each_held_child(*this, [&](const std::string& name, const ModuleRef& child) {
    if (!child) {
      throw Error(Code::state, join("forward: module '", printable(name, 60), "' is None"))
          .with("torch_error", "TypeError")
          .with("path", name);
    }
    context.cancel().check("forward");
    value = run_forward(context, *child, {&value, 1});
  });
  return value;
}

ValueRef Sequential::call(Context& context, const Value& arguments, const Value* keywords) {
  const bool one = arguments.kind() == ValueKind::tuple && arguments.count() == 1;
  if (!one || (keywords && keywords->count() > 0)) {
    return Module::call(context, arguments, keywords);
  }
  const Call call(context, *this);
  ValueRef value = arguments.item(0);
  each_held_child(*this, [&](const std::string&, const ModuleRef& child) {
    context.cancel().check("call");
    const ValueRef passed = Value::tuple({value});
    value = child ? run_call(context, *child, *passed, nullptr)
                  : Module::call(context, *passed, nullptr);  // which refuses
  });
  return value;
}

void Sequential::insert(int64_t index, ModuleRef child) {
  const auto count = static_cast<int64_t>(size());
  if (index < -count || index > count) {
    throw index_error(*this, join("Index out of range: ", index));
  }
  if (!child) {
    throw Error(Code::invalid_argument,
                "Sequential: module should be of type: <class 'torch.nn.modules.module.Module'>")
        .with("torch_error", "AssertionError");
  }
  insert_at(index < 0 ? index + count : index, std::move(child));
}

Ref<IndexedContainer> Sequential::sliced(std::span<const size_t> positions) const {
  auto out = make<Sequential>();
  for (const size_t i : positions) out->put_child(children()[i].name, children()[i].value);
  return out;
}

bool Sequential::has_attribute(std::string_view name) const {
  return is_indexed_attribute(name) ||
         is_one_of(name, {"__imul__", "__mul__", "__rmul__", "_get_item_by_idx"}) ||
         Module::has_attribute(name);
}

void ModuleList::insert(int64_t index, ModuleRef child) {
  if (index < 0) throw key_error(*this, "-1");
  if (index > static_cast<int64_t>(size())) {
    throw index_error(*this, join("Index out of range: ", index));
  }
  insert_at(index, std::move(child));
}

Ref<IndexedContainer> ModuleList::sliced(std::span<const size_t> positions) const {
  auto out = make<ModuleList>();
  for (const size_t i : positions) out->append(children()[i].value);
  return out;
}

bool ModuleList::has_attribute(std::string_view name) const {
  return is_indexed_attribute(name) || name == "_get_abs_string_index" ||
         Module::has_attribute(name);
}

const ModuleRef& ModuleDict::at(std::string_view key) const {
  const ModuleRef* found = children().find(key);
  if (!found) throw key_error(*this, key);
  return *found;
}

void ModuleDict::set(std::string_view key, ModuleRef child) {
  register_module(key, std::move(child));
}

ModuleRef ModuleDict::pop(std::string_view key) {
  ModuleRef child = at(key);
  remove(key);
  return child;
}

void ModuleDict::update(const Children& others) {
  Children before = children();
  try {
    for (const auto& [key, child] : Children(others)) set(key, child);
  } catch (...) {
    restore_children(std::move(before));
    throw;
  }
}

bool ModuleDict::has_attribute(std::string_view name) const {
  return is_one_of(name, {"clear", "items", "keys", "pop", "update", "values", "__contains__",
                          "__delitem__", "__getitem__", "__iter__", "__len__", "__setitem__"}) ||
         Module::has_attribute(name);
}

}  // namespace duramen::nn
