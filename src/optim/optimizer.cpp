#include "optim/optimizer.hpp"

#include <unordered_set>

#include "autograd/gradients.hpp"
#include "base/text.hpp"
#include "optim/option_value.hpp"
#include "spec/named_call.hpp"

namespace duramen::optim {
namespace {

Error value_error(std::string message) {
  return Error(Code::invalid_argument, std::move(message)).with("torch_error", "ValueError");
}

void check_parameters(const std::vector<TensorRef>& parameters) {
  std::unordered_set<const Tensor*> seen;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Tensor* parameter = parameters[i].get();
    if (!parameter) {
      throw Error(Code::invalid_argument,
                  join("optimizer can only optimize Tensors, but one of the params is NoneType "
                       "(at index ",
                       i, ")"))
          .with("torch_error", "TypeError");
    }
    if (!parameter->is_leaf()) {
      throw value_error(join("can't optimize a non-leaf Tensor (at index ", i, ")"));
    }
    if (!seen.insert(parameter).second) {
      throw Error(Code::invalid_argument,
                  join("optimizer contains a parameter group with duplicate parameters (at index ",
                       i, ")"));
    }
  }
}

void check_disjoint(const std::vector<Group>& groups, const std::vector<TensorRef>& parameters) {
  std::unordered_set<const Tensor*> known;
  for (const Group& group : groups) {
    for (const TensorRef& parameter : group.parameters) known.insert(parameter.get());
  }
  for (const TensorRef& parameter : parameters) {
    if (!known.contains(parameter.get())) continue;
    throw value_error("some parameters appear in more than one parameter group");
  }
}

}  // namespace

Optimizer::Optimizer(const OptimizerType& type, const spec::Arguments& arguments)
    : Counted(kTag), class_name_(type.signature.name), type_(&type) {
  for (const spec::Parameter& option : type.options.parameters) {
    const bool is_argument = find_parameter(type.signature, option.name) != nullptr;
    defaults_.append(std::string(option.name), is_argument
                                                   ? value_of(arguments[option.name])
                                                   : value_of(spec::parse(option.fallback)));
  }
}

void Optimizer::add_group(std::vector<TensorRef> parameters, std::string_view options) {
  add_group_with(std::move(parameters), options_from_text(type_->options, options));
}

void Optimizer::add_group(std::vector<TensorRef> parameters, const Value* options) {
  add_group_with(std::move(parameters),
                 options ? options_from_value(type_->options, *options) : Options());
}

void Optimizer::add_group_with(std::vector<TensorRef> parameters, Options options) {
  check_parameters(parameters);
  for (const auto& [name, value] : defaults_) {
    if (!options.contains(name)) options.append(name, value);
  }
  check_ranges(options);
  check_disjoint(groups_, parameters);
  groups_.push_back({std::move(parameters), std::move(options)});
  try {
    groups_changed();
  } catch (...) {
    groups_.pop_back();
    throw;
  }
}

const Group& Optimizer::group_at(size_t index) const {
  if (index < groups_.size()) return groups_[index];
  throw Error(Code::not_found,
              join("optimizer: no parameter group ", index, " (there are ", groups_.size(), ")"))
      .with("torch_error", "IndexError");
}

void Optimizer::set_option(size_t group, std::string_view name, const ValueRef& value) {
  const bool all = group == kAllGroups;
  const size_t first = all ? 0 : group;
  const size_t count = all ? groups_.size() : 1;
  if (!all) group_at(group);
  check_option(type_->options, name, *value);
  std::vector<Options> changed;
  for (size_t i = 0; i < count; ++i) {
    changed.push_back(groups_[first + i].options);
    changed.back().set(name, value);
    check_ranges(changed.back());
  }
  const auto swap_options = [&]() noexcept {
    for (size_t i = 0; i < count; ++i) std::swap(groups_[first + i].options, changed[i]);
  };
  swap_options();
  try {
    groups_changed();
  } catch (...) {
    swap_options();
    throw;
  }
}

const ValueRef& Optimizer::option(size_t group, std::string_view name) const {
  const ValueRef* value = group_at(group).options.find(name);
  if (value) return *value;
  throw unknown_option(type_->options, name, Code::not_found);
}

double Optimizer::learning_rate(size_t group) const {
  return number_of(group_at(group).options, "lr");
}

void Optimizer::zero_grad(bool set_to_none) {
  std::vector<Tensor*> parameters;
  for (const Group& group : groups_) {
    for (const TensorRef& parameter : group.parameters) parameters.push_back(parameter.get());
  }
  zero_gradients(parameters, set_to_none);
}

ValueRef Optimizer::param_groups_value() const {
  std::vector<ValueRef> groups;
  int64_t index = 0;
  for (const Group& group : groups_) {
    std::vector<ValueRef> keys;
    std::vector<ValueRef> items;
    for (const auto& [name, value] : group.options) {
      keys.push_back(Value::text(name));
      items.push_back(value);
    }
    std::vector<ValueRef> indices;
    for (size_t i = 0; i < group.parameters.size(); ++i) indices.push_back(Value::integer(index++));
    keys.push_back(Value::text("params"));
    items.push_back(Value::list(std::move(indices)));
    groups.push_back(Value::dict(std::move(keys), std::move(items)));
  }
  return Value::list(std::move(groups));
}

std::vector<Group> Optimizer::groups_from(const Value& param_groups) const {
  if (param_groups.count() != groups_.size()) {
    throw Error(Code::incompatible,
                join("loaded state dict has a different number of parameter groups (expected ",
                     groups_.size(), ", got ", param_groups.count(), ")"))
        .with("torch_error", "ValueError");
  }
  std::vector<Group> groups;
  for (size_t i = 0; i < groups_.size(); ++i) {
    const Value& saved = *param_groups.item(i);
    const size_t count = saved_indices(saved, i).size();
    if (count != groups_[i].parameters.size()) {
      throw Error(Code::incompatible,
                  join("loaded state dict contains a parameter group that doesn't match the size "
                       "of optimizer's group (group ",
                       i, ": expected ", groups_[i].parameters.size(), ", got ", count, ")"))
          .with("torch_error", "ValueError");
    }
    groups.push_back({groups_[i].parameters, saved_options(*type_, saved, i)});
  }
  return groups;
}

namespace {

Ref<Optimizer> created(const OptimizerType& type, const spec::Expression& call) {
  const spec::Arguments arguments(type.signature, call);
  try {
    return type.create(type, arguments);
  } catch (Error& error) {
    const std::string* name = error.record()->detail("argument");
    spec::locate(error, name ? arguments[*name] : call);
    throw;
  }
}

Ref<Optimizer> with_parameters(const spec::Expression& call, std::vector<TensorRef> parameters) {
  Ref<Optimizer> optimizer = created(optimizer_types().get(call, "optimizer"), call);
  if (parameters.empty()) throw value_error("optimizer got an empty parameter list");
  optimizer->add_group(std::move(parameters));
  return optimizer;
}

}  // namespace

Ref<Optimizer> optimizer_from_text(Context&, std::string_view text,
                                   std::vector<TensorRef> parameters) {
  const spec::Expression call = spec::parse(text);
  if (call.form != spec::Form::call) {
    throw spec::error_at(call, Code::invalid_argument,
                         join("optimizer: expected a call such as SGD(lr=0.1), got ",
                              printable(spec::format(call), 60)));
  }
  return with_parameters(call, std::move(parameters));
}

Ref<Optimizer> optimizer_from_call(Context&, spec::Expression call,
                                   std::vector<TensorRef> parameters) {
  spec::arrange(optimizer_types().get(call, "optimizer").signature, call);
  return with_parameters(call, std::move(parameters));
}

}  // namespace duramen::optim
