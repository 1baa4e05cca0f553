// Steps over state dicts: made by modules or by hand, edited, loaded.
#include "base/text.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "oracle/state_json.hpp"
#include "oracle/state_machine.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

constexpr const char* kNull = "null";

std::vector<ListedTensor> listed(const StateDict& dict) {
  std::vector<ListedTensor> entries;
  for (const auto& entry : dict.entries()) {
    if (entry.value.tensor) entries.push_back({entry.name, entry.value.tensor.get()});
  }
  return entries;
}

std::string json_versions(const StateDict& dict) {
  std::vector<std::string> items;
  for (const auto& entry : dict.versions()) {
    items.push_back(join("[", json_text(entry.name), ",",
                         entry.value.number ? std::to_string(*entry.value.number) : "null", "]"));
  }
  return json_list(items);
}

Ref<StateDict> make_state_dict(const nn::Module& module, const Json& step) {
  std::string prefix;
  nn::StateDictOptions options;
  if (count(step) > 3) {
    const Json keywords = at(step, size_t{3});
    if (has(keywords, "prefix")) prefix = text(keywords, "prefix");
    options.keep_vars = flag(keywords, "keep_vars");
  }
  options.prefix = prefix;
  return nn::state_dict(module, options);
}

std::string names_of(const LoadReport& report, LoadReport::Kind kind) {
  std::vector<std::string> names;
  for (const auto& item : report.items) {
    if (item.kind == kind) names.push_back(item.name);
  }
  return json_texts(names);
}

TensorRef copy_of(Context& context, const Tensor& tensor) {
  TensorRef copy = empty(context.allocator(), tensor.shape(), tensor.dtype());
  copy_to_bytes(tensor, copy->mutable_bytes());
  return copy;
}

// Every value and identity that a load may touch.
std::string fingerprint(const nn::Module& module) {
  std::string all;
  const Ref<StateDict> state = nn::state_dict(module, {.prefix = "", .keep_vars = true});
  for (const auto& entry : state->entries()) {
    const Tensor& tensor = *entry.value.tensor;
    all += join(entry.name, describe(tensor), sha256_of(tensor),
                static_cast<uint64_t>(reinterpret_cast<uintptr_t>(&tensor)));
  }
  return all;
}

}  // namespace

std::string StateMachine::state_dict(const Json& step) {
  const Ref<StateDict> made = make_state_dict(module(step, 2), step);
  store(step, 1, made);
  return join("{\"entries\":", json_entries(listed(*made)), ",\"versions\":", json_versions(*made),
              "}");
}

std::string StateMachine::state_dict_quiet(const Json& step) {
  const Ref<StateDict> made = make_state_dict(module(step, 2), step);
  store(step, 1, made);
  return std::to_string(made->entries().size());
}

std::string StateMachine::show(const Json& step) { return json_entries(listed(dict(step, 1))); }

void StateMachine::put(StateDict& dict, std::string_view key, const Json& value) const {
  if (value.is_null()) return dict.set_value(key, Value::none());
  const auto found = variables_.find(text(value));
  dict.set_tensor(key, std::get<TensorRef>(found->second));
}

std::string StateMachine::dict_new(const Json& step) {
  const auto made = make<StateDict>();
  for (const Json pair : simdjson::dom::array(at(step, size_t{2}))) {
    put(*made, text(at(pair, size_t{0})), at(pair, size_t{1}));
  }
  store(step, 1, made);
  return kNull;
}

std::string StateMachine::dict_set(const Json& step) {
  put(dict(step, 1), text(at(step, size_t{2})), at(step, size_t{3}));
  return kNull;
}

std::string StateMachine::dict_delete(const Json& step) {
  dict(step, 1).entries().erase(text(at(step, size_t{2})));
  return kNull;
}

std::string StateMachine::dict_plain(const Json& step) {
  const auto made = make<StateDict>();
  made->entries() = dict(step, 2).entries();
  store(step, 1, made);
  return kNull;
}

std::string StateMachine::dict_clone(const Json& step) {
  const Ref<StateDict> made = dict(step, 2).copy();
  for (size_t i = 0; i < made->entries().size(); ++i) {
    StateEntry& entry = made->entries().value_at(i);
    if (entry.tensor) entry.tensor = copy_of(context_, *entry.tensor);
  }
  store(step, 1, made);
  return kNull;
}

std::string StateMachine::set_version(const Json& step) {
  const Json version = at(step, size_t{3});
  const std::string path = text(at(step, size_t{2}));
  if (version.is_null()) {
    dict(step, 1).versions().erase(path);
  } else {
    dict(step, 1).set_version(path, integer(version));
  }
  return kNull;
}

std::string StateMachine::strip_prefix(const Json& step) {
  dict(step, 1).strip_prefix(text(at(step, size_t{2})));
  return kNull;
}

// First as the library does by itself, all or nothing: a refused load must leave no trace. Then as
// PyTorch does, which is what was recorded.
std::string StateMachine::load(const Json& step) {
  nn::Module& target = module(step, 1);
  const StateDict& source = dict(step, 2);
  const Json keywords = at(step, size_t{3});
  const bool strict = !has(keywords, "strict") || bool(at(keywords, "strict"));
  nn::LoadOptions options;
  options.allow_missing = options.allow_unexpected = !strict;
  options.assign = flag(keywords, "assign");
  const std::string before = fingerprint(target);
  try {
    nn::load_state_dict(context_, target, source, options);
  } catch (const Error& error) {
    if (fingerprint(target) != before) {
      complaints_.push_back("a refused load left a trace: " + to_text(step));
    }
  }
  options.partial = true;
  const size_t warned_before = warnings_.count();
  const auto report = nn::load_state_dict(context_, target, source, options);
  const size_t warned = warnings_.count() - warned_before;
  return join("{\"missing\":", names_of(*report, LoadReport::Kind::missing),
              ",\"unexpected\":", names_of(*report, LoadReport::Kind::unexpected),
              warned ? join(",\"warnings\":", warned) : "", "}");
}

}  // namespace duramen::test
