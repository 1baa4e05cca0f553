// Steps that look: listings, identity, lookup.
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "nn/build.hpp"
#include "nn/parameter_containers.hpp"
#include "nn/walk.hpp"
#include "oracle/state_json.hpp"
#include "oracle/state_machine.hpp"

namespace duramen::test {

namespace {

// Keeps the prefix's text alive beside the options.
struct Walk {
  std::string prefix;
  nn::WalkOptions options;
};

Walk walk_of(const Json& step, size_t index) {
  Walk walk;
  if (count(step) <= index) return walk;
  const Json keywords = at(step, index);
  if (has(keywords, "prefix")) walk.prefix = text(keywords, "prefix");
  if (has(keywords, "recurse")) walk.options.recurse = bool(at(keywords, "recurse"));
  if (has(keywords, "remove_duplicate")) {
    walk.options.remove_duplicate = bool(at(keywords, "remove_duplicate"));
  }
  return walk;
}

std::vector<ListedTensor> listed(const std::vector<nn::NamedTensor>& tensors, bool names = true) {
  std::vector<ListedTensor> entries;
  for (const auto& one : tensors) entries.push_back({names ? one.name : "", one.tensor});
  return entries;
}

template <class Map>
std::string slot_list(const Map& map) {
  std::vector<std::string> items;
  for (const auto& entry : map) {
    items.push_back(join("[", json_text(entry.name), ",", json_flag(!entry.value), "]"));
  }
  return json_list(items);
}

}  // namespace

std::string StateMachine::named_parameters(const Json& step) {
  Walk walk = walk_of(step, 2);
  walk.options.prefix = walk.prefix;
  return json_entries(listed(nn::named_parameters(module(step, 1), walk.options)));
}

std::string StateMachine::named_buffers(const Json& step) {
  Walk walk = walk_of(step, 2);
  walk.options.prefix = walk.prefix;
  return json_entries(listed(nn::named_buffers(module(step, 1), walk.options)));
}

std::string StateMachine::parameters(const Json& step) {
  const Walk walk = walk_of(step, 2);
  return json_entries(listed(nn::named_parameters(module(step, 1), walk.options), false));
}

std::string StateMachine::named_modules(const Json& step) {
  Walk walk = walk_of(step, 2);
  walk.options.prefix = walk.prefix;
  return json_modules(nn::named_modules(module(step, 1), walk.options));
}

std::string StateMachine::named_children(const Json& step) {
  return json_modules(nn::named_children(module(step, 1)));
}

std::string StateMachine::slots(const Json& step) {
  const nn::Module& one = module(step, 1);
  std::vector<std::string> hidden;
  for (const auto& entry : one.buffers()) {
    if (!one.is_persistent(entry.name)) hidden.push_back(entry.name);
  }
  std::sort(hidden.begin(), hidden.end());
  return join("{\"parameters\":", slot_list(one.parameters()),
              ",\"buffers\":", slot_list(one.buffers()), ",\"modules\":", slot_list(one.children()),
              ",\"non_persistent\":", json_texts(hidden), "}");
}

std::string StateMachine::keys(const Json& step) {
  std::vector<std::string> names;
  const Ref<StateDict> state = nn::state_dict(module(step, 1));
  for (const auto& entry : state->entries()) {
    names.push_back(entry.name);
  }
  return json_texts(names);
}

std::string StateMachine::same(const Json& step) {
  return json_flag(tensor(step, 1).get() == tensor(step, 2).get());
}

std::string StateMachine::alias_of(const Json& step) {
  return json_flag(tensor(step, 1)->storage() == tensor(step, 2)->storage());
}

std::string StateMachine::entry(const Json& step) { return json_entry(*tensor(step, 1)); }

std::string StateMachine::repr(const Json& step) { return json_text(nn::repr(module(step, 1))); }

std::string StateMachine::length(const Json& step) {
  const auto* parameters = dynamic_cast<const nn::ParameterContainer*>(&module(step, 1));
  return std::to_string(parameters ? parameters->keys().size() : module(step, 1).children().size());
}

std::string StateMachine::dict_keys(const Json& step) {
  std::vector<std::string> names;
  if (std::holds_alternative<nn::ModuleRef>(thing(step, 1))) {
    if (const auto* one = dynamic_cast<const nn::ParameterContainer*>(&module(step, 1))) {
      names = one->keys();
    }
    for (const auto& entry : module(step, 1).children()) names.push_back(entry.name);
  } else {
    for (const auto& entry : dict(step, 1).entries()) names.push_back(entry.name);
  }
  return json_texts(names);
}

std::string StateMachine::training(const Json& step) {
  std::vector<std::string> items;
  for (const auto& one : nn::named_modules(module(step, 1))) {
    items.push_back(join("[", json_text(one.name), ",", json_flag(one.module->training()), "]"));
  }
  return json_list(items);
}

std::string StateMachine::gradients(const Json& step) {
  std::vector<std::string> items;
  for (const auto& one : nn::named_parameters(module(step, 1))) {
    const TensorRef& grad = one.tensor->grad();
    items.push_back(join("[", json_text(one.name), ",", grad ? json_entry(*grad) : "null", "]"));
  }
  return json_list(items);
}

std::string StateMachine::apply_order(const Json& step) {
  std::map<const nn::Module*, std::string> names;
  for (const auto& one : nn::named_modules(module(step, 1))) names[one.module] = one.name;
  std::vector<std::string> items;
  nn::apply(module(step, 1), [&](nn::Module& one) {
    items.push_back(json_texts({names.at(&one), one.class_name()}));
  });
  return json_list(items);
}

std::string StateMachine::get_submodule(const Json& step) {
  return json_text(nn::get_submodule(module(step, 1), text(at(step, size_t{2}))).class_name());
}

std::string StateMachine::get_parameter(const Json& step) {
  return json_entry(nn::get_parameter(module(step, 1), text(at(step, size_t{2}))));
}

std::string StateMachine::get_buffer(const Json& step) {
  const TensorRef found = nn::get_buffer(module(step, 1), text(at(step, size_t{2})));
  return found ? json_entry(*found) : "null";
}

std::string StateMachine::set_submodule(const Json& step) {
  const nn::ModuleRef value = at(step, size_t{3}).is_null() ? nn::ModuleRef() : module_ref(step, 3);
  nn::set_submodule(module(step, 1), text(at(step, size_t{2})), value,
                    count(step) > 4 && flag(at(step, size_t{4}), "strict"));
  return "null";
}

}  // namespace duramen::test
