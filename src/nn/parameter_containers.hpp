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
  // In the order in which they were put. What was only registered or assigned, as on any module, is
  // none of them; what was removed so does not count until it is there again.
  std::vector<std::string> keys() const;
  // The attribute as it is now: an object, or what was put there. STATE (AttributeError) when it is
  // gone.
  spec::Expression entry(std::string_view key) const;
  // `self[key] = value` for an evaluated value; what the value is of (expression_of).
  void put(std::string_view key, const spec::Expression& value);
  // All or nothing.
  void put_all(const OrderedMap<spec::Expression>& entries);
  size_t count() const { return keys().size(); }
  // NOT_FOUND (KeyError) with the detail "nearest".
  void check_key(std::string_view key) const;
  // As `del self[key]`: a key that is put again comes last. As check_key.
  void erase(std::string_view key);
  void clear();

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override;
  std::string extra_repr() const override;

 protected:
  using Module::Module;
  virtual std::string type_of(const Tensor& tensor) const = 0;  // as repr writes it

 private:
  virtual Ref<ParameterContainer> copy() const = 0;  // without entries
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
  // The key of a position, -1 for the last. NOT_FOUND (IndexError).
  std::string key_at(int64_t index) const;
  bool has_attribute(std::string_view name) const override;

 protected:
  std::string type_of(const Tensor& tensor) const override;

 private:
  Ref<ParameterContainer> copy() const override { return make<ParameterList>(*this); }
};

class ParameterDict final : public ParameterContainer {
 public:
  ParameterDict() : ParameterContainer("ParameterDict") {}
  ModuleRef shell() const override { return make<ParameterDict>(*this); }
  bool has_attribute(std::string_view name) const override;

 protected:
  std::string type_of(const Tensor& tensor) const override;

 private:
  Ref<ParameterContainer> copy() const override { return make<ParameterDict>(*this); }
};

// A value as an entry, and back: what has no text form is held as it is. UNSUPPORTED for a module.
spec::Expression expression_of(const Value& value);
ValueRef value_of(const spec::Expression& entry);
// What an entry holds that has no text form; null elsewhere.
const Value* held_value(const spec::Expression& entry) noexcept;

}  // namespace duramen::nn
