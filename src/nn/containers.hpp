// The containers with PyTorch's edits. An edit that is refused changes nothing.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

// Python's slice: bounds below zero count from the end, those outside are cut. With a step below
// zero, INT64_MAX and INT64_MIN stand for the bounds that are left out.
struct Slice {
  int64_t start = 0;
  int64_t stop = INT64_MAX;
  int64_t step = 1;
};

// What Sequential and ModuleList share: children by position; -1 is the last.
class IndexedContainer : public Module {
 public:
  size_t size() const noexcept { return children().size(); }
  // NOT_FOUND (IndexError) outside [-size, size).
  const ModuleRef& at(int64_t index) const;
  void set(int64_t index, ModuleRef child);  // keeps the name; an assignment to it
  // Under str(size). ALREADY_EXISTS (KeyError) where a child has that name, which chosen names can
  // lead to.
  void append(ModuleRef child);
  void extend(std::span<const ModuleRef> children);  // all or nothing
  // Later children move up by one name. NOT_FOUND (IndexError; KeyError when the names to be moved
  // are not numbers).
  virtual void insert(int64_t index, ModuleRef child) = 0;
  // Removes, and names those that stay "0", "1", …
  ModuleRef pop(int64_t index);
  void erase(const Slice& slice);
  // Another container of the same class. Sequential keeps the names, in a ModuleList they start
  // from "0". INVALID_ARGUMENT (ValueError) for a step of zero, as erase().
  ModuleRef slice(const Slice& slice) const;

 protected:
  using Module::Module;
  void insert_at(int64_t index, ModuleRef child);

 private:
  virtual Ref<IndexedContainer> sliced(std::span<const size_t> positions) const = 0;
  size_t position(int64_t index) const;
  std::vector<size_t> positions(const Slice& slice) const;
  void check_free(std::string_view name) const;
};

// Runs its children one after the other.
class Sequential final : public IndexedContainer {
 public:
  Sequential() : IndexedContainer("Sequential") {}
  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override;
  void insert(int64_t index, ModuleRef child) override;
  ModuleRef shell() const override { return make<Sequential>(*this); }
  bool has_attribute(std::string_view name) const override;

 private:
  Ref<IndexedContainer> sliced(std::span<const size_t> positions) const override;
};

// A list of modules; what it does with them is its owner's business.
class ModuleList final : public IndexedContainer {
 public:
  ModuleList() : IndexedContainer("ModuleList") {}
  void insert(int64_t index, ModuleRef child) override;
  ModuleRef shell() const override { return make<ModuleList>(*this); }
  bool has_attribute(std::string_view name) const override;

 private:
  Ref<IndexedContainer> sliced(std::span<const size_t> positions) const override;
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
