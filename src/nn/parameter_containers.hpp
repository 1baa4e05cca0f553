// Parameters in a list or by name, as PyTorch's ParameterList and ParameterDict. Tensors become
// parameters, modules become children; any other value is an ordinary attribute, which is neither
// listed nor saved.
#pragma once

#include "nn/module.hpp"
#include "spec/syntax.hpp"

namespace duramen::nn {

// What both share: entries in an order, each of them the attribute of that name.
class ParameterContainer : public Module {
 public:
  // In order. A parameter that was registered, assigned or removed as any module's counts too.
  std::vector<std::string> keys() const;
  // The attribute as it is now: an object, or what was put there. STATE (AttributeError) when it is
  // gone.
  spec::Expression entry(std::string_view key) const;
  // `self[key] = value` for an evaluated value.
  void put(std::string_view key, const spec::Expression& value);

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override;
  std::string extra_repr() const override;

 protected:
  using Module::Module;
  virtual std::string type_of(const Tensor& tensor) const = 0;  // as repr writes it

 private:
  void put_plain(std::string_view key, const spec::Expression& value);
  std::string described(const spec::Expression& value) const;
  bool has_entry(std::string_view key) const;

  // What was put here, in order; the value counts where it is neither a tensor nor a module.
  OrderedMap<spec::Expression> values_;
};

class ParameterList final : public ParameterContainer {
 public:
  ParameterList() : ParameterContainer("ParameterList") {}
  ModuleRef shell() const override { return make<ParameterList>(*this); }
  bool has_attribute(std::string_view name) const override;

 protected:
  std::string type_of(const Tensor& tensor) const override;
};

class ParameterDict final : public ParameterContainer {
 public:
  ParameterDict() : ParameterContainer("ParameterDict") {}
  ModuleRef shell() const override { return make<ParameterDict>(*this); }
  bool has_attribute(std::string_view name) const override;

 protected:
  std::string type_of(const Tensor& tensor) const override;
};

}  // namespace duramen::nn
