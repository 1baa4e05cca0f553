// The module tree: named parameters, buffers and children in insertion order, entries possibly
// None, a training flag. PyTorch's rules exactly (registration, names, order, identity);
// docs/module-state.md lists the deliberate differences.
//
// A module has many readers (eval forward, listing, state_dict) or one writer. Trees of 100,000
// levels are walked and destroyed without recursion; a cycle is an error that names its path.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

#include "autograd/context.hpp"
#include "base/function_ref.hpp"
#include "base/ordered_map.hpp"
#include "nn/derived.hpp"
#include "state/load_report.hpp"
#include "state/state_dict.hpp"
#include "value/value.hpp"

namespace duramen::nn {

class Hook;
class Module;
class ModuleHooks;
using ModuleRef = Ref<Module>;

class Module : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("modl");

  using Tensors = OrderedMap<TensorRef>;  // a null value is None: the name keeps its place
  using Children = OrderedMap<ModuleRef>;

  explicit Module(std::string class_name = "Module", int64_t version = 1)
      : Counted(kTag), version_(version), class_name_(std::move(class_name)) {}
  ~Module() override;

  const std::string& class_name() const noexcept { return class_name_; }
  void set_class_name(std::string name) noexcept { class_name_ = std::move(name); }
  // The caller's own class that is derived from it, and what is told of the two.
  Derived* derived() const noexcept { return derived_.get(); }
  void set_derived(Ref<Derived> derived) noexcept { derived_ = std::move(derived); }
  const std::string& shown_name() const noexcept {
    return derived_ ? derived_->name() : class_name_;
  }
  // Of the class's state: 2 for the BatchNorm family.
  int64_t version() const noexcept { return version_; }
  void set_version(int64_t version) noexcept { version_ = version; }

  const Tensors& parameters() const noexcept { return parameters_; }
  const Tensors& buffers() const noexcept { return buffers_; }
  const Children& children() const noexcept { return children_; }
  // Ordinary attributes (spec 1.3 rule 6): neither listed nor saved; their names are taken.
  const Tensors& plain_attributes() const noexcept { return plain_; }
  bool is_persistent(std::string_view buffer) const {
    return non_persistent_.empty() || non_persistent_.find(buffer) == non_persistent_.end();
  }
  // A parameter, buffer, child, ordinary attribute or class attribute of that name.
  bool has_name(std::string_view name) const;

  // Registration, with PyTorch's checks in PyTorch's order (spec 1.1); null is None. Errors carry
  // "torch_error".
  void register_parameter(std::string_view name, TensorRef parameter);
  void register_buffer(std::string_view name, TensorRef buffer, bool persistent = true);
  void register_module(std::string_view name, ModuleRef child);
  // Erases the entry of that name: a parameter, else a buffer (its persistence is forgotten), else
  // a child, else an ordinary attribute. NOT_FOUND (AttributeError).
  void remove(std::string_view name);
  // `m.name = value` (spec 1.3) for a parameter, tensor or None; and for a module.
  void assign(std::string_view name, TensorRef value);
  void assign(std::string_view name, ModuleRef value);

  // For layers' own constructors and loads: no checks, replaces in place or appends.
  void put_parameter(std::string_view name, TensorRef parameter) {
    parameters_.set(name, std::move(parameter));
  }
  void put_buffer(std::string_view name, TensorRef buffer) {
    buffers_.set(name, std::move(buffer));
  }
  void put_plain(std::string_view name, TensorRef tensor) { plain_.set(name, std::move(tensor)); }
  void put_parameter_over(std::string_view name, TensorRef parameter);  // what has the name goes
  void put_child(std::string_view name, ModuleRef child) {
    if (hooks_) return put_child_below_hooks(name, std::move(child));
    children_.set(name, std::move(child));
  }
  // By position, for changes of many slots that must not stop half way.
  void put_parameter_at(size_t index, TensorRef parameter) noexcept {
    parameters_.value_at(index) = std::move(parameter);
  }
  void put_buffer_at(size_t index, TensorRef buffer) noexcept {
    buffers_.value_at(index) = std::move(buffer);
  }
  // Assigning parameters to names of buffers, in two halves: what may fail, then the rest. Makes
  // room for `count` of them; checks one as assign() does.
  void reserve_parameters(size_t count) { parameters_.reserve(parameters_.size() + count); }
  void check_parameter_for_buffer(std::string_view name, const Tensor& parameter) const;
  // Requires: both of the above. Positions of buffers behind it change.
  void put_parameter_for_buffer(std::string name, TensorRef parameter) noexcept;
  // Entries of new names, in two halves: makes room for `count` of each kind; puts one there.
  void reserve_entries(size_t count) {
    parameters_.reserve(parameters_.size() + count);
    buffers_.reserve(buffers_.size() + count);
  }
  void append_entry(std::string name, TensorRef tensor, bool is_buffer) noexcept;
  // A container's edit: all children anew. Fails only where hooks are valid here and a child is
  // new.
  void put_children(Children children);
  void drop_children() noexcept;
  // Those of before an edit that failed; no hooks.
  void restore_children(Children before) noexcept;

  // For the text form: these entries instead of those there are. Requires: no name is there twice.
  struct Slots {
    Tensors parameters;
    Tensors buffers;
    Tensors plain;
    std::vector<std::string> non_persistent;  // of the buffers
  };
  void put_slots(Slots slots);
  // How it was built (nn::Origin); null where it was not built from text or options.
  const Counted* origin() const noexcept { return origin_.get(); }
  void set_origin(Ref<const Counted> origin) noexcept { origin_ = std::move(origin); }

  // What a binding hangs on it; a copy has none.
  const Counted* attachment() const noexcept { return attachment_.get(); }
  void set_attachment(Ref<const Counted> attachment) noexcept {
    attachment_ = std::move(attachment);
  }

  // Hooks (nn/hooks.hpp); null where there are none and none is valid. The registrations and the
  // assignments above run them, and check again what they leave; what a hook does not see is put_
  // and append_.
  const ModuleHooks* hooks() const noexcept { return hooks_.get(); }
  ModuleHooks& make_hooks();
  // Sets one behind those that are there, or before them; gives its number.
  uint64_t add_hook(Ref<Hook> hook, bool first = false);
  void remove_hook(uint64_t id);  // NOT_FOUND
  // What the hooks make of a tensor that a load is about to put in an entry's place.
  void run_registration_hooks(bool is_buffer, std::string_view name, TensorRef& value);

  bool training() const noexcept { return training_; }
  void set_training(bool training) noexcept { training_ = training; }  // this module only

  // The everyday forward: tensors in, one tensor out. The default is an UNSUPPORTED error naming
  // the class.
  virtual TensorRef forward(Context& context, std::span<const TensorRef> inputs);
  // The general one: positional arguments (a tuple) and keywords (a dict or null), any nesting
  // back. The default passes a tuple of tensors to forward().
  virtual ValueRef call(Context& context, const Value& arguments, const Value* keywords);

  // A module of this class with its settings and without entries: what deepcopy fills. Every class
  // has its own, of one line, `return make<Linear>(*this);`, which make() asks for. The copy
  // constructor copies the settings; no member is a module, a tensor or a cache.
  virtual ModuleRef shell() const;
  // Fills a shell with copies of the entries of `from`, in their order and under their names.
  void copy_entries(const Module& from, FunctionRef<TensorRef(const TensorRef&)> copy_of_tensor,
                    FunctionRef<ModuleRef(const ModuleRef&)> copy_of_module);

  // What repr shows in the parentheses: "in_features=4, out_features=3, bias=True".
  virtual std::string extra_repr() const { return ""; }
  // Draws the initial values again, of this module only. The default does nothing.
  virtual void reset_parameters(Context&) {}
  // The running statistics as they start. The default is an UNSUPPORTED error (AttributeError).
  virtual void reset_running_stats();

  // Load rules of a class, before its entries are matched. `entries` is the dict below this
  // module's prefix.
  struct Upgrade {
    std::string name;  // relative: "num_batches_tracked"
    TensorRef value;   // used as if the dict held it; null: the name only, for no slot takes it
    // Not empty: the dict's entry is an error and taken by nothing. The first one's says why, for
    // all of them: "Unexpected {} for …", where {} stands for their keys.
    std::string refusal = {};
  };
  virtual std::vector<Upgrade> upgrade_state(std::optional<int64_t> version,
                                             FunctionRef<bool(std::string_view)> has) const;
  // What a class keeps in state dicts beside its tensors, under "_extra_state" (spec 3.1, 4.2.3).
  // Only a derived class has one. It may give such a state, take one, both, or neither. Requires:
  // it says that it does.
  bool gives_extra_state() const noexcept { return derived_ && derived_->gives_extra_state(); }
  bool takes_extra_state() const noexcept { return derived_ && derived_->takes_extra_state(); }
  ValueRef get_extra_state() const { return derived_->get_extra_state(*this); }
  void set_extra_state(Context& context, const Value& state);
  // Whether `name` clashes with an ordinary attribute or method of this class (spec 1.1).
  virtual bool has_attribute(std::string_view name) const;

 protected:
  // A shell: class (without what is derived from it), version, training flag and origin.
  Module(const Module& other)
      : Counted(kTag),
        training_(other.training_),
        version_(other.version_),
        class_name_(other.class_name_),
        origin_(other.origin_) {}
  void destroy() const noexcept override;
  // Instead of its own entries those of `from`, which has none afterwards.
  void take_entries(Module& from) noexcept;

 private:
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const noexcept {
      return std::hash<std::string_view>()(name);
    }
  };

  struct DropHooks {
    void operator()(ModuleHooks* hooks) const noexcept;
  };

  void check_child_name(std::string_view name) const;
  void assign_child(std::string_view name, ModuleRef value);
  void put_child_below_hooks(std::string_view name, ModuleRef child);
  void child_left() noexcept;
  // Requires: hooks.
  void run_hooks(uint32_t event, std::string_view name, TensorRef& value);
  void run_hooks(std::string_view name, ModuleRef& child);
  void check_tensor_name(std::string_view name, const char* kind, bool already_there) const;
  void check_parameter(std::string_view name, const Tensor* parameter) const;
  void erase_persistence(std::string_view name) noexcept;

  // First what every walk of a large tree asks for.
  Tensors parameters_;
  Tensors buffers_;
  Children children_;
  std::unique_ptr<ModuleHooks, DropHooks> hooks_;
  bool training_ = true;
  int64_t version_;
  std::string class_name_;
  Tensors plain_;
  std::unordered_set<std::string, NameHash, std::equal_to<>> non_persistent_;
  Ref<const Counted> origin_;
  Ref<const Counted> attachment_;
  Ref<Derived> derived_;
  mutable const Module* next_dead_ = nullptr;  // the chain of destroy()
};

// As duramen::make; for a module, one whose class has its own shell().
using duramen::make;
template <class T, class... Args>
requires std::derived_from<T, Module> Ref<T> make(Args&&... args) {
  static_assert(std::is_same_v<decltype(&T::shell), ModuleRef (T::*)() const>,
                "the class needs `ModuleRef shell() const override`, in its public part");
  return duramen::make<T>(std::forward<Args>(args)...);
}

}  // namespace duramen::nn
