// The step "call": a method of a container, as Python's name for it, on the container's own edits.
#include "base/text.hpp"
#include "nn/containers.hpp"
#include "nn/parameter_containers.hpp"
#include "oracle/state_json.hpp"
#include "oracle/state_machine.hpp"

namespace duramen::test {

namespace {

constexpr const char* kNull = "null";

Json argument(const Json& step, size_t index) { return at(at(step, size_t{3}), index); }

bool is_slice(const Json& value) { return value.is_object() && has(value, "slice"); }

nn::Slice slice_of(const Json& value) {
  const Json bounds = at(value, "slice");
  nn::Slice out;
  if (!at(bounds, size_t{0}).is_null()) out.start = integer(at(bounds, size_t{0}));
  if (!at(bounds, size_t{1}).is_null()) out.stop = integer(at(bounds, size_t{1}));
  return out;
}

std::string key_of(const Json& value) {
  if (!value.is_object() || !has(value, "str")) throw TypeRule{};
  return text(value, "str");
}

// The pairs of {"pairs"}, {"dict"} or {"ordered"}; a plain dict goes into a ParameterDict sorted.
std::vector<std::pair<std::string, Json>> pairs_of(const Json& value, bool sorted) {
  if (!value.is_object()) throw TypeRule{};
  const char* form = has(value, "pairs") ? "pairs" : has(value, "dict") ? "dict" : "ordered";
  std::vector<std::pair<std::string, Json>> out;
  for (const Json pair : simdjson::dom::array(at(value, form))) {
    out.emplace_back(text(at(pair, size_t{0})), at(pair, size_t{1}));
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (sorted && std::string_view(form) == "dict") std::sort(out.begin(), out.end(), by_name);
  return out;
}

nn::ModuleRef repeated(const nn::IndexedContainer& container, int64_t times) {
  auto out = make<nn::Sequential>();
  for (int64_t i = 0; i < times; ++i) {
    for (const auto& entry : container.children()) out->append(entry.value);
  }
  return out;
}

}  // namespace

nn::ModuleRef StateMachine::child(const Json& name) const {
  if (name.is_null()) return nullptr;
  const auto found = name.is_string() ? variables_.find(text(name)) : variables_.end();
  if (found == variables_.end()) throw TypeRule{};
  const auto* module = std::get_if<nn::ModuleRef>(&found->second);
  if (!module) throw TypeRule{};
  return *module;
}

spec::Expression StateMachine::value_entry(const Json& name) const {
  return nn::expression_of(
      *Value::tensor(std::get<TensorRef>(variables_.find(text(name))->second)));
}

// Keeps what a method gives, where the step names a place, and tells its class.
template <class T>
std::string StateMachine::given(const Json& step, const T& result, std::string_view type) {
  if (count(step) <= 4) return kNull;
  store(step, 4, result);
  return json_text(std::string(type));
}

std::string StateMachine::call_indexed(nn::IndexedContainer& container, const Json& step) {
  const std::string method = text(at(step, size_t{2}));
  const auto whole = [&](size_t index) { return integer(argument(step, index)); };
  const auto module_given = [&](const nn::ModuleRef& result) {
    return given(step, result, result ? result->class_name() : "NoneType");
  };
  if (method == "append") return container.append(child(argument(step, 0))), kNull;
  if (method == "insert") return container.insert(whole(0), child(argument(step, 1))), kNull;
  if (method == "__setitem__") return container.set(whole(0), child(argument(step, 1))), kNull;
  if (method == "pop") return module_given(container.pop(whole(0)));
  if (method == "__mul__") return module_given(repeated(container, whole(0)));
  if (method == "__getitem__") {
    const Json index = argument(step, 0);
    return module_given(is_slice(index) ? container.slice(slice_of(index))
                                        : container.at(whole(0)));
  }
  if (method == "__delitem__") {
    const Json index = argument(step, 0);
    is_slice(index) ? container.erase(slice_of(index)) : (void)container.pop(whole(0));
    return kNull;
  }
  if (method == "__add__") {
    const nn::ModuleRef sum = container.slice({}), other = child(argument(step, 0));
    for (const auto& entry : other->children()) {
      dynamic_cast<nn::IndexedContainer&>(*sum).append(entry.value);
    }
    return module_given(sum);
  }
  if (method != "extend") throw Skip{"the library has no " + method};
  std::vector<nn::ModuleRef> added;
  for (const Json one : simdjson::dom::array(at(argument(step, 0), "list"))) {
    added.push_back(child(one));
  }
  container.extend(added);
  return kNull;
}

std::string StateMachine::call_named(nn::ModuleDict& container, const Json& step) {
  const std::string method = text(at(step, size_t{2}));
  const auto key = [&] { return key_of(argument(step, 0)); };
  const auto module_given = [&](const nn::ModuleRef& result) {
    return given(step, result, result ? result->class_name() : "NoneType");
  };
  if (method == "__setitem__") return container.set(key(), child(argument(step, 1))), kNull;
  if (method == "__getitem__") return module_given(container.at(key()));
  if (method == "pop") return module_given(container.pop(key()));
  if (method == "__delitem__") return (void)container.pop(key()), kNull;
  if (method == "clear") return container.clear(), kNull;
  if (method != "update") throw Skip{"the library has no " + method};
  nn::Module::Children others;
  for (const auto& [name, value] : pairs_of(argument(step, 0), false)) {
    others.set(name, child(value));
  }
  container.update(others);
  return kNull;
}

std::string StateMachine::call_parameters(nn::ParameterDict& container, const Json& step) {
  const std::string method = text(at(step, size_t{2}));
  if (method == "clear") return container.clear(), kNull;
  if (method == "update") {
    OrderedMap<spec::Expression> entries;
    for (const auto& [name, value] : pairs_of(argument(step, 0), true)) {
      entries.set(name, value_entry(value));
    }
    return container.put_all(entries), kNull;
  }
  const std::string key = key_of(argument(step, 0));
  if (method == "__setitem__") return container.put(key, value_entry(argument(step, 1))), kNull;
  const std::vector<std::string> keys = container.keys();
  const bool there = std::find(keys.begin(), keys.end(), key) != keys.end();
  if (method == "setdefault" && !there) container.put(key, value_entry(argument(step, 1)));
  const ValueRef value = nn::value_of(container.entry(key));
  if (method == "pop") {
    container.erase(key);
  } else if (method != "setdefault" && method != "__getitem__") {
    throw Skip{"the library has no " + method};
  }
  const TensorRef tensor(value->as_tensor());
  return given(step, tensor, tensor->is_parameter() ? "Parameter" : "Tensor");
}

std::string StateMachine::call(const Json& step) {
  nn::Module& target = module(step, 1);
  if (auto* indexed = dynamic_cast<nn::IndexedContainer*>(&target)) {
    return call_indexed(*indexed, step);
  }
  if (auto* named = dynamic_cast<nn::ModuleDict*>(&target)) return call_named(*named, step);
  if (auto* dict = dynamic_cast<nn::ParameterDict*>(&target)) return call_parameters(*dict, step);
  throw Skip{"no container: " + target.class_name()};
}

}  // namespace duramen::test
