// A class of the caller's own on top of the one that a module has: its name, and what it does
// otherwise. The rules of the module's own class stay (entries, edits, upgrades of its state).
#pragma once

#include <span>
#include <string>

#include "base/counted.hpp"
#include "value/value.hpp"

namespace duramen {
class Context;
}

namespace duramen::nn {

class Module;

class Derived : public Counted {
 public:
  explicit Derived(std::string name) : Counted(make_tag("drvd")), name_(std::move(name)) {}

  const std::string& name() const noexcept { return name_; }
  void set_name(std::string name) noexcept { name_ = std::move(name); }

  // What it has of its own; the rest is the module's class's.
  virtual bool runs() const noexcept = 0;
  virtual bool prints() const noexcept = 0;
  virtual bool gives_extra_state() const noexcept = 0;
  virtual bool takes_extra_state() const noexcept = 0;
  // Each requires that it has it.
  virtual ValueRef call(Context& context, Module& module, const Value& arguments,
                        const Value* keywords) const = 0;
  virtual std::string extra_repr(const Module& module) const = 0;
  virtual ValueRef get_extra_state(const Module& module) const = 0;
  virtual void set_extra_state(Context& context, Module& module, const Value& state) const = 0;

  // What stands behind a copy of its module. UNSUPPORTED where there is none.
  virtual Ref<Derived> clone(Context& context, const Module& module) const = 0;

 private:
  std::string name_;
};

bool runs_derived(const Module& module) noexcept;
// As Module::forward and Module::call. Requires: that.
TensorRef derived_forward(Context& context, Module& module, std::span<const TensorRef> inputs);
ValueRef derived_call(Context& context, Module& module, const Value& arguments,
                      const Value* keywords);

// The arguments and the result of a call that is a forward. UNSUPPORTED where it gave no tensor.
ValueRef tuple_of(std::span<const TensorRef> inputs);
TensorRef tensor_of_call(const Module& module, const Value& output);

}  // namespace duramen::nn
