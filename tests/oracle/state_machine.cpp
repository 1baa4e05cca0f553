#include "oracle/state_machine.hpp"

#include "base/text.hpp"
#include "oracle/state_json.hpp"

namespace duramen::test {

namespace {

const char* code_name(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return "INVALID_ARGUMENT";
    case Code::not_found:
      return "NOT_FOUND";
    case Code::already_exists:
      return "ALREADY_EXISTS";
    case Code::shape_mismatch:
      return "SHAPE_MISMATCH";
    case Code::dtype_mismatch:
      return "DTYPE_MISMATCH";
    case Code::state:
      return "STATE";
    case Code::unsupported:
      return "UNSUPPORTED";
    case Code::incompatible:
      return "INCOMPATIBLE";
    default:
      return "other";
  }
}

std::string json_error(const Error& error) {
  const std::string* torch = error.record()->detail("torch_error");
  const std::string name = torch ? *torch : code_name(error.code());
  const std::string* message = error.record()->detail("torch_message");
  if (!message) return join("{\"error\":", json_text(name), "}");
  return join("{\"error\":", json_text(name), ",\"message\":", json_text(*message), "}");
}

}  // namespace

// long: one flat table of names
StateMachine::Operation StateMachine::find(std::string_view name) {
  using M = StateMachine;
  static constexpr Entry kOperations[] = {
      {"seed", &M::seed},
      {"module", &M::build_module},
      {"tensor", &M::build_tensor},
      {"param", &M::build_parameter},
      {"register_parameter", &M::register_parameter},
      {"register_buffer", &M::register_buffer},
      {"add_module", &M::add_module},
      {"setattr", &M::set_attribute},
      {"delattr", &M::delete_attribute},
      {"get", &M::get_attribute},
      {"chain", &M::build_chain},
      {"call", &M::call},
      {"named_parameters", &M::named_parameters},
      {"named_buffers", &M::named_buffers},
      {"parameters", &M::parameters},
      {"named_modules", &M::named_modules},
      {"named_children", &M::named_children},
      {"slots", &M::slots},
      {"keys", &M::keys},
      {"same", &M::same},
      {"alias", &M::alias_of},
      {"entry", &M::entry},
      {"repr", &M::repr},
      {"len", &M::length},
      {"dict_keys", &M::dict_keys},
      {"training", &M::training},
      {"grads", &M::gradients},
      {"apply_order", &M::apply_order},
      {"get_submodule", &M::get_submodule},
      {"get_parameter", &M::get_parameter},
      {"get_buffer", &M::get_buffer},
      {"set_submodule", &M::set_submodule},
      {"state_dict", &M::state_dict},
      {"state_dict_quiet", &M::state_dict_quiet},
      {"show", &M::show},
      {"dict_new", &M::dict_new},
      {"dict_set", &M::dict_set},
      {"dict_del", &M::dict_delete},
      {"dict_plain", &M::dict_plain},
      {"dict_clone", &M::dict_clone},
      {"meta_set", &M::set_version},
      {"strip_prefix", &M::strip_prefix},
      {"load", &M::load},
      {"load_pre_hook", &M::load_pre_hook},
      {"load_post_hook", &M::load_post_hook},
      {"state_post_hook", &M::state_post_hook},
      {"train", &M::train},
      {"eval", &M::evaluate},
      {"requires_grad_", &M::requires_grad},
      {"convert", &M::convert},
      {"zero_grad", &M::zero_grad},
      {"set_grad", &M::set_grad},
      {"fill", &M::fill},
      {"deepcopy", &M::deepcopy},
  };
  for (const Entry& entry : kOperations) {
    if (name == entry.name) return entry.operation;
  }
  return nullptr;
}

std::string StateMachine::run(const Json& step) {
  const std::string name = text(at(step, size_t{0}));
  const Operation operation = find(name);
  if (!operation) throw Skip{join("the library has no ", name, " yet")};
  try {
    return (this->*operation)(step);
  } catch (const Error& error) {
    const bool unknown = error.code() == Code::unsupported && name == "module";
    if (unknown) throw Skip{"type not registered: " + *error.record()->detail("actual")};
    return json_error(error);
  }
}

const StateMachine::Thing& StateMachine::thing(const Json& step, size_t index) const {
  const Json name = at(step, index);
  if (!name.is_string()) throw TypeRule{};
  const auto found = variables_.find(text(name));
  if (found == variables_.end()) throw std::runtime_error("no variable " + text(name));
  return found->second;
}

nn::ModuleRef StateMachine::module_ref(const Json& step, size_t index) const {
  const auto* found = std::get_if<nn::ModuleRef>(&thing(step, index));
  if (!found) throw TypeRule{};
  return *found;
}

nn::Module& StateMachine::module(const Json& step, size_t index) const {
  return *module_ref(step, index);
}

const TensorRef& StateMachine::tensor(const Json& step, size_t index) const {
  const auto* found = std::get_if<TensorRef>(&thing(step, index));
  if (!found) throw TypeRule{};
  return *found;
}

TensorRef StateMachine::tensor_or_none(const Json& step, size_t index) const {
  return at(step, index).is_null() ? TensorRef() : tensor(step, index);
}

StateDict& StateMachine::dict(const Json& step, size_t index) const {
  const auto* found = std::get_if<Ref<StateDict>>(&thing(step, index));
  if (!found) throw TypeRule{};
  return **found;
}

}  // namespace duramen::test
