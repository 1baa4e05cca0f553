#include "optim/saved_state.hpp"

#include <algorithm>
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

// A number may be a plain one, as older versions kept it.
TensorRef number_for(Context& context, const Value& saved, const std::string& path) {
  const Tensor* tensor = saved.as_tensor();
  const bool is_plain = saved.kind() == ValueKind::integer || saved.kind() == ValueKind::real;
  if (!is_plain && !tensor) throw invalid(join("load_state_dict: ", path, " is no number"), path);
  if (tensor && (tensor->numel() != 1 || !kernels::can_convert(tensor->dtype(), Dtype::float64))) {
    throw Error(Code::incompatible,
                join("load_state_dict: ", path, " is no number (expected one element, got ",
                     format_shape(tensor->shape()), ")"))
        .with("path", path);
  }
  TensorRef out = tensor ? empty(context.allocator(), tensor->shape(), tensor->dtype())
                         : empty(context.allocator(), Shape{}, Dtype::float32);
  const double value = tensor ? kernels::read_double(tensor->bytes(), tensor->dtype())
                       : saved.kind() == ValueKind::real ? saved.as_real()
                                                         : static_cast<double>(saved.as_integer());
  kernels::write_double(out->mutable_bytes(), out->dtype(), value);
  return out;
}

size_t key_index(std::span<const StateKey> keys, std::string_view name, const std::string& path) {
  std::string known;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name == name) return i;
    known += join(i ? ", " : "", keys[i].name);
  }
  throw Error(Code::incompatible, join("load_state_dict: ", path, " holds '", printable(name, 60),
                                       "' of another optimizer (expected ", known, ")"))
      .with("path", path);
}

ValueRef load_item(Context& context, const StateKey& key, const Value& item, const Target& target) {
  const std::string path = join("state.", target.index, ".", key.name);
  if (key.is_number) return Value::tensor(number_for(context, item, path));
  if (item.kind() != ValueKind::tensor) {
    throw invalid(join("load_state_dict: ", path, " is no tensor"), path);
  }
  return Value::tensor(copy_for(context, *item.as_tensor(), target, path));
}

// False when it holds nothing that counts.
bool load_entry(Context& context, std::span<const StateKey> keys, const Value& entry,
                const Target& target, ParameterState& out) {
  const std::string path = join("state.", target.index);
  if (entry.kind() != ValueKind::dict) {
    throw invalid(join("load_state_dict: ", path, " is no dict"), path);
  }
  out.index = target.index;
  out.items.resize(keys.size());
  bool any = false;
  for (size_t i = 0; i < entry.count(); ++i) {
    const ValueRef& item = entry.item(i);
    if (entry.key(i)->kind() != ValueKind::text) {
      throw invalid(join("load_state_dict: ", path, " has a key that is no text"), path);
    }
    const std::string_view name = entry.key(i)->as_text();
    const bool is_none = item->kind() == ValueKind::none;
    const auto is_known = [&](const StateKey& key) { return key.name == name; };
    if (is_none && std::none_of(keys.begin(), keys.end(), is_known)) continue;
    const size_t k = key_index(keys, name, path);
    out.items[k] = is_none ? item : load_item(context, keys[k], *item, target);
    any = true;
  }
  return any;
}

}  // namespace

ValueRef saved_state(std::span<const StateKey> keys, std::vector<ParameterState> states,
                     ValueRef param_groups) {
  std::sort(states.begin(), states.end(),
            [](const auto& a, const auto& b) { return a.order < b.order; });
  std::vector<ValueRef> indices;
  std::vector<ValueRef> entries;
  for (ParameterState& state : states) {
    std::vector<ValueRef> names;
    std::vector<ValueRef> items;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!state.items[i]) continue;
      names.push_back(Value::text(std::string(keys[i].name)));
      items.push_back(std::move(state.items[i]));
    }
    indices.push_back(Value::integer(state.index));
    entries.push_back(Value::dict(std::move(names), std::move(items)));
  }
  ValueRef all = Value::dict(std::move(indices), std::move(entries));
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

std::vector<ParameterState> loaded_state(Context& context, std::span<const StateKey> keys,
                                         const Value& state_dict,
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
    ParameterState one{0, out.size(), {}};
    if (load_entry(context, keys, *state.item(i), target->second, one)) {
      out.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace duramen::optim
