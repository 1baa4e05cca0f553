// The containers with PyTorch's edits. An edit that is refused changes nothing.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

// What Sequential and ModuleList share: children by position; -1 is the last.
class IndexedContainer : public Module {
 public:
  size_t size() const noexcept { return children().size(); }
  // NOT_FOUND (IndexError) outside [-size, size).
  const ModuleRef& at(int64_t index) const;
  void set(int64_t index, ModuleRef child);  // keeps the name
  void append(ModuleRef child);              // under str(size), replacing a child of that name
  void extend(std::span<const ModuleRef> children);
  // Later children move up by one name. NOT_FOUND (IndexError; KeyError when the names to be moved
  // are not numbers).
  virtual void insert(int64_t index, ModuleRef child) = 0;
  // Removes, and names those that stay "0", "1", …
  ModuleRef pop(int64_t index);
  void erase(int64_t begin, int64_t end);  // Python's slice

 protected:
  using Module::Module;
  void insert_at(int64_t index, ModuleRef child);
  // The positions of Python's slice(begin, end).
  std::pair<size_t, size_t> clamp(int64_t begin, int64_t end) const noexcept;

 private:
  size_t position(int64_t index) const;
};

// Runs its children one after the other.
class Sequential final : public IndexedContainer {
 public:
  Sequential() : IndexedContainer("Sequential") {}
  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override;
  void insert(int64_t index, ModuleRef child) override;
  ModuleRef shell() const override { return make<Sequential>(*this); }
  Ref<Sequential> slice(int64_t begin, int64_t end) const;  // keeps the names
  bool has_attribute(std::string_view name) const override;
};

// A list of modules; what it does with them is its owner's business.
class ModuleList final : public IndexedContainer {
 public:
  ModuleList() : IndexedContainer("ModuleList") {}
  void insert(int64_t index, ModuleRef child) override;
  ModuleRef shell() const override { return make<ModuleList>(*this); }
  Ref<ModuleList> slice(int64_t begin, int64_t end) const;  // names start from 0
  bool has_attribute(std::string_view name) const override;
};

// Modules by name, in insertion order.
class ModuleDict final : public Module {
 public:
  ModuleDict() : Module("ModuleDict") {}
  ModuleRef shell() const override { return make<ModuleDict>(*this); }
  const ModuleRef& at(std::string_view key) const;  // NOT_FOUND (KeyError)
  void set(std::string_view key, ModuleRef child);  // as register_module
  ModuleRef pop(std::string_view key);              // NOT_FOUND (KeyError)
  void update(const Children& others);              // all or nothing
  void clear() noexcept { drop_children(); }
  bool has_attribute(std::string_view name) const override;
};

}  // namespace duramen::nn
