#include "optim/saved_state.hpp"

#include <unordered_map>

#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "optim/option_value.hpp"
#include "optim/update_check.hpp"

namespace duramen::optim {
namespace {

Error invalid(std::string message, std::string path) {
  return Error(Code::invalid_argument, std::move(message)).with("path", std::move(path));
}

// A parameter that a state dict names, and its place here.
struct Target {
  int64_t index;
  const Tensor* parameter;
};

std::unordered_map<int64_t, Target> targets_of(const Value& param_groups,
                                               const std::vector<Group>& groups) {
  std::unordered_map<int64_t, Target> targets;
  int64_t index = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto ids = saved_indices(*param_groups.item(i), i);
    for (size_t j = 0; j < ids.size(); ++j) {
      targets.insert_or_assign(ids[j], Target{index++, groups[i].parameters[j].get()});
    }
  }
  return targets;
}

TensorRef copy_for(Context& context, const Tensor& saved, const Target& target,
                   const std::string& path) {
  const Tensor& parameter = *target.parameter;
  if (!(saved.shape() == parameter.shape())) {
    throw Error(Code::incompatible,
                join("load_state_dict: ", path, " has another shape than its parameter (expected ",
                     format_shape(parameter.shape()), ", got ", format_shape(saved.shape()), ")"))
        .with("path", path)
        .with("expected", format_shape(parameter.shape()))
        .with("actual", format_shape(saved.shape()));
  }
  if (!kernels::can_convert(saved.dtype(), parameter.dtype())) {
    throw Error(Code::incompatible,
                join("load_state_dict: ", path, " cannot be converted (expected ",
                     dtype_name(parameter.dtype()), ", got ", dtype_name(saved.dtype()), ")"))
        .with("path", path);
  }
  warn_of_lost_imaginary(context, join("load_state_dict: ", path), saved, parameter.dtype());
  TensorRef out = empty_like(context, parameter);
  kernels::copy(context.pool(), *out, saved);
  return out;
}

void load_entry(Context& context, std::string_view known, const Value& entry, const Target& target,
                std::vector<ParameterState>& out) {
  const std::string path = join("state.", target.index);
  if (entry.kind() != ValueKind::dict) {
    throw invalid(join("load_state_dict: ", path, " is no dict"), path);
  }
  for (size_t i = 0; i < entry.count(); ++i) {
    const Value& item = *entry.item(i);
    if (entry.key(i)->kind() != ValueKind::text) {
      throw invalid(join("load_state_dict: ", path, " has a key that is no text"), path);
    }
    const std::string_view key = entry.key(i)->as_text();
    if (item.kind() == ValueKind::none) {
      if (key == known) out.push_back({target.index, nullptr});
      continue;
    }
    if (key != known) {
      throw Error(Code::incompatible,
                  join("load_state_dict: ", path, " holds '", printable(key, 60),
                       "' of another optimizer (expected ", known, ")"))
          .with("path", path);
    }
    if (item.kind() != ValueKind::tensor) {
      throw invalid(join("load_state_dict: ", path, ".", known, " is no tensor"), path);
    }
    out.push_back(
        {target.index, copy_for(context, *item.as_tensor(), target, join(path, ".", known))});
  }
}

}  // namespace

ValueRef saved_state(const char* key, const std::vector<ParameterState>& states,
                     ValueRef param_groups) {
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (const ParameterState& state : states) {
    keys.push_back(Value::integer(state.index));
    ValueRef value = state.tensor ? Value::tensor(state.tensor) : Value::none();
    items.push_back(Value::dict({Value::text(key)}, {std::move(value)}));
  }
  ValueRef all = Value::dict(std::move(keys), std::move(items));
  return Value::dict({Value::text("state"), Value::text("param_groups")},
                     {std::move(all), std::move(param_groups)});
}

const Value& saved_part(const Value& state_dict, const char* name) {
  const Value* part = state_dict.kind() == ValueKind::dict ? state_dict.find(name) : nullptr;
  if (!part) {
    throw invalid(join("load_state_dict: there is no '", name, "' (expected the state dict of an ",
                       "optimizer)"),
                  name)
        .with("torch_error", "KeyError");
  }
  const bool is_groups = part->kind() == ValueKind::list || part->kind() == ValueKind::tuple;
  const bool wants_groups = std::string_view(name) == "param_groups";
  if (wants_groups ? is_groups : part->kind() == ValueKind::dict) return *part;
  throw invalid(join("load_state_dict: '", name, "' is no ", wants_groups ? "list" : "dict"), name)
      .with("torch_error", "TypeError");
}

std::vector<ParameterState> loaded_state(Context& context, const char* key, const Value& state_dict,
                                         const std::vector<Group>& groups) {
  const Value& state = saved_part(state_dict, "state");
  const auto targets = targets_of(saved_part(state_dict, "param_groups"), groups);
  std::vector<ParameterState> out;
  for (size_t i = 0; i < state.count(); ++i) {
    const Value& id = *state.key(i);
    if (id.kind() != ValueKind::integer) {
      throw invalid("load_state_dict: 'state' has a key that is no int", "state");
    }
    const auto target = targets.find(id.as_integer());
    if (target == targets.end()) continue;  // of a parameter that no group names
    load_entry(context, key, *state.item(i), target->second, out);
  }
  return out;
}

}  // namespace duramen::optim
