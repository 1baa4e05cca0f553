#include "nn/module.hpp"

#include "base/text.hpp"
#include "nn/hooks.hpp"
#include "nn/layer.hpp"
#include "nn/parametrize.hpp"
#include "nn/torch_names.hpp"

namespace duramen::nn {
namespace {

void check_text(std::string_view name, const char* operation) {
  const char* fault = nullptr;
  if (name.find('\0') != std::string_view::npos) fault = "must not contain a NUL byte";
  if (!is_utf8(name)) fault = "must be UTF-8";
  if (!fault) return;
  throw Error(Code::invalid_argument,
              join(operation, ": the name '", printable(name, 60), "' ", fault))
      .with("argument", "name");
}

Error name_error(Code code, std::string message) {
  return Error(code, std::move(message)).with("torch_error", "KeyError").with("argument", "name");
}

Error type_error(std::string message) {
  return Error(Code::invalid_argument, std::move(message))
      .with("torch_error", "TypeError")
      .with("argument", "value");
}

}  // namespace

Module::~Module() = default;

void Module::DropHooks::operator()(ModuleHooks* hooks) const noexcept { delete hooks; }

ModuleHooks& Module::make_hooks() {
  if (!hooks_) hooks_.reset(new ModuleHooks);
  return *hooks_;
}

void Module::destroy() const noexcept {
  // The children that only this tree holds are chained up instead of being released inside each
  // other's destructors. Nothing is allocated, since this must not fail.
  const Module* pending = this;
  while (pending) {
    Module* dead = const_cast<Module*>(pending);
    pending = dead->next_dead_;
    if (dead->hooks_) dead->hooks_->let_go();
    for (size_t i = dead->children_.size(); i-- > 0;) {
      const Module* child = dead->children_.value_at(i).detach();
      if (!child) continue;
      if (child->use_count() == 1) {
        child->next_dead_ = pending;
        pending = child;
      } else {
        child->release();
      }
    }
    delete dead;
  }
}

ModuleRef Module::shell() const { return ModuleRef::adopt(new Module(*this)); }

void Module::copy_entries(const Module& from,
                          FunctionRef<TensorRef(const TensorRef&)> copy_of_tensor,
                          FunctionRef<ModuleRef(const ModuleRef&)> copy_of_module) {
  const auto copy_tensors = [&](Tensors& to, const Tensors& tensors) {
    to.reserve(tensors.size());
    for (const auto& [name, tensor] : tensors) {
      to.append(name, tensor ? copy_of_tensor(tensor) : nullptr);
    }
  };
  copy_tensors(parameters_, from.parameters_);
  copy_tensors(buffers_, from.buffers_);
  non_persistent_ = from.non_persistent_;
  children_.reserve(from.children_.size());
  for (const auto& [name, child] : from.children_) {
    children_.append(name, child ? copy_of_module(child) : nullptr);
  }
  copy_tensors(plain_, from.plain_);
}

void Module::take_entries(Module& from) noexcept {
  parameters_ = std::move(from.parameters_);
  buffers_ = std::move(from.buffers_);
  children_ = std::move(from.children_);
  plain_ = std::move(from.plain_);
  non_persistent_.swap(from.non_persistent_);
  child_left();
}

bool Module::has_name(std::string_view name) const {
  return parameters_.contains(name) || buffers_.contains(name) || children_.contains(name) ||
         plain_.contains(name) || has_attribute(name) ||
         parametrizations_of(*this, name) != nullptr;
}

void Module::check_tensor_name(std::string_view name, const char* kind, bool already_there) const {
  const std::string operation = join("register_", kind);
  check_text(name, operation.c_str());
  if (name.find('.') != std::string_view::npos) {
    throw name_error(
        Code::invalid_argument,
        join(operation, ": ", kind, " name can't contain \".\" (got '", printable(name, 60), "')"));
  }
  if (name.empty()) {
    throw name_error(Code::invalid_argument,
                     join(operation, ": ", kind, " name can't be empty string \"\""));
  }
  if (!already_there && has_name(name)) {
    throw name_error(Code::already_exists,
                     join(operation, ": attribute '", printable(name, 60), "' already exists"));
  }
}

void Module::check_parameter(std::string_view name, const Tensor* parameter) const {
  if (!parameter) return;
  if (!parameter->is_parameter()) {
    throw type_error(join("register_parameter: cannot assign '", torch_typename(*parameter),
                          "' object to parameter '", printable(name, 60),
                          "' (torch.nn.Parameter or None required)"));
  }
  if (parameter->is_leaf()) return;
  throw Error(Code::invalid_argument,
              join("register_parameter: Cannot assign non-leaf Tensor to parameter '",
                   printable(name, 60), "'"))
      .with("torch_error", "ValueError")
      .with("argument", "value");
}

void Module::erase_persistence(std::string_view name) noexcept {
  const auto found = non_persistent_.find(name);
  if (found != non_persistent_.end()) non_persistent_.erase(found);
}

void Module::register_parameter(std::string_view name, TensorRef parameter) {
  const auto check = [&] {
    check_tensor_name(name, "parameter", parameters_.contains(name));
    check_parameter(name, parameter.get());
  };
  check();
  if (hooks_ && parameter) {
    run_hooks(Hook::kParameter, name, parameter);
    check();
  }
  parameters_.set(name, std::move(parameter));
}

void Module::register_buffer(std::string_view name, TensorRef buffer, bool persistent) {
  check_tensor_name(name, "buffer", buffers_.contains(name));
  if (hooks_) {
    run_hooks(Hook::kBuffer, name, buffer);
    check_tensor_name(name, "buffer", buffers_.contains(name));
  }
  const bool added = !persistent && non_persistent_.emplace(name).second;
  try {
    buffers_.set(name, std::move(buffer));
  } catch (...) {
    if (added) erase_persistence(name);
    throw;
  }
  if (persistent) erase_persistence(name);
}

void Module::check_child_name(std::string_view name) const {
  check_text(name, "register_module");
  if (!children_.contains(name) && has_name(name)) {
    throw name_error(Code::already_exists,
                     join("register_module: attribute '", printable(name, 60), "' already exists"));
  }
  if (name.find('.') != std::string_view::npos) {
    throw name_error(
        Code::invalid_argument,
        join("register_module: module name can't contain \".\", got: ", printable(name, 60)));
  }
  if (name.empty()) {
    throw name_error(Code::invalid_argument,
                     "register_module: module name can't be empty string \"\"");
  }
}

void Module::register_module(std::string_view name, ModuleRef child) {
  check_child_name(name);
  if (hooks_) {
    run_hooks(name, child);
    check_child_name(name);
  }
  put_child(name, std::move(child));
}

void Module::put_child_below_hooks(std::string_view name, ModuleRef child) {
  HookSpread spread(*this, {&child, 1});
  const ModuleRef* found = children_.find(name);
  const ModuleRef before = found ? *found : ModuleRef();  // goes when the edit is done
  const bool replaces = before && before != child;
  children_.set(name, std::move(child));
  spread.commit();
  if (replaces) child_left();
}

void Module::put_children(Children children) {
  if (!hooks_) {
    children_ = std::move(children);
    return;
  }
  std::vector<ModuleRef> added;
  for (const auto& entry : children) added.push_back(entry.value);
  HookSpread spread(*this, added);
  const Children before = std::exchange(children_, std::move(children));
  spread.commit();
  child_left();
}

void Module::restore_children(Children before) noexcept {
  children_ = std::move(before);
  child_left();
}

void Module::drop_children() noexcept { restore_children({}); }

void Module::child_left() noexcept {
  if (hooks_) hooks_->set_stale();
}

void Module::remove(std::string_view name) {
  if (parameters_.erase(name)) return;
  if (buffers_.erase(name)) return erase_persistence(name);
  if (children_.erase(name)) return child_left();
  if (plain_.erase(name)) return;
  throw Error(Code::not_found, join("remove: '", class_name_, "' object has no attribute '",
                                    printable(name, 60), "'"))
      .with("torch_error", "AttributeError")
      .with("path", std::string(name));
}

void Module::check_parameter_for_buffer(std::string_view name, const Tensor& parameter) const {
  if (!parameters_.contains(name) && has_attribute(name)) {
    throw name_error(Code::already_exists,
                     join("assign: attribute '", printable(name, 60), "' already exists"));
  }
  check_tensor_name(name, "parameter", true);
  check_parameter(name, &parameter);
}

void Module::put_parameter_for_buffer(std::string name, TensorRef parameter) noexcept {
  buffers_.erase(name);
  erase_persistence(name);
  parameters_.append(std::move(name), std::move(parameter));
}

void Module::append_entry(std::string name, TensorRef tensor, bool is_buffer) noexcept {
  if (is_buffer) {
    buffers_.append(std::move(name), std::move(tensor));
  } else {
    parameters_.append(std::move(name), std::move(tensor));
  }
}

void Module::put_parameter_over(std::string_view name, TensorRef parameter) {
  parameters_.set(name, std::move(parameter));
  if (buffers_.erase(name)) erase_persistence(name);
  if (children_.erase(name)) child_left();
  plain_.erase(name);
}

void Module::assign(std::string_view name, TensorRef value) {
  if (value && value->is_parameter()) {
    check_parameter_for_buffer(name, *value);
    if (hooks_) {
      run_hooks(Hook::kParameter, name, value);
      check_parameter_for_buffer(name, *value);
    }
    return put_parameter_over(name, std::move(value));
  }
  if (parameters_.contains(name)) {
    if (value) {
      throw type_error(join("assign: cannot assign '", torch_typename(*value), "' as parameter '",
                            printable(name, 60), "' (torch.nn.Parameter or None expected)"));
    }
    return parameters_.set(name, nullptr);
  }
  if (children_.contains(name)) {
    if (value) {
      throw type_error(join("assign: cannot assign '", torch_typename(*value),
                            "' as child module '", printable(name, 60),
                            "' (torch.nn.Module or None expected)"));
    }
    return assign_child(name, nullptr);
  }
  if (buffers_.contains(name)) {
    if (hooks_) return register_buffer(name, std::move(value), is_persistent(name));
    return buffers_.set(name, std::move(value));
  }
  check_text(name, "assign");
  if (parametrizations_of(*this, name)) {
    throw Error(Code::unsupported,
                join("assign: '", printable(name, 60),
                     "' is parametrized: duramen_module_set_parametrized gives it a value"))
        .with("argument", "name");
  }
  plain_.set(name, std::move(value));
}

void Module::assign(std::string_view name, ModuleRef value) {
  if (!value) return assign(name, TensorRef());
  assign_child(name, std::move(value));
}

// Requires for None: a child of that name.
void Module::assign_child(std::string_view name, ModuleRef value) {
  const auto check = [&] {
    if (parameters_.contains(name)) {
      throw type_error(join("assign: cannot assign '", value ? torch_typename(*value) : "None",
                            "' as parameter '", printable(name, 60),
                            "' (torch.nn.Parameter or None expected)"));
    }
    check_text(name, "assign");
  };
  check();
  if (hooks_) {
    run_hooks(name, value);
    check();
  }
  put_child(name, std::move(value));
  if (buffers_.erase(name)) erase_persistence(name);
  plain_.erase(name);
}

void Module::put_slots(Slots slots) {
  decltype(non_persistent_) non_persistent;
  for (std::string& name : slots.non_persistent) non_persistent.insert(std::move(name));
  parameters_ = std::move(slots.parameters);
  buffers_ = std::move(slots.buffers);
  plain_ = std::move(slots.plain);
  non_persistent_.swap(non_persistent);
}

TensorRef Module::forward(Context&, std::span<const TensorRef>) {
  throw Error(Code::unsupported, join("forward: Module [", class_name_,
                                      "] is missing the required \"forward\" function"))
      .with("torch_error", "NotImplementedError");
}

void Module::reset_running_stats() {
  throw Error(Code::unsupported, join("reset_running_stats: '", class_name_,
                                      "' object has no attribute 'reset_running_stats'"))
      .with("torch_error", "AttributeError");
}

ValueRef Module::call(Context& context, const Value& arguments, const Value* keywords) {
  return Value::tensor(forward(context, tensors_of_call(*this, arguments, keywords)));
}

std::vector<Module::Upgrade> Module::upgrade_state(std::optional<int64_t>,
                                                   FunctionRef<bool(std::string_view)>) const {
  return {};
}

bool Module::has_attribute(std::string_view name) const { return is_base_attribute(name); }

}  // namespace duramen::nn
