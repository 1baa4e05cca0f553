// Tested by tests/unit/state/state_dict_test.cpp.
#include <unordered_map>

#include "state/state_dict.hpp"

namespace duramen {
namespace {

constexpr int64_t kEntriesBetweenChecks = 256;

// One memory range and how it is read: what a tie shares.
struct TieHash {
  size_t operator()(const Tensor* tensor) const noexcept {
    return std::hash<const void*>()(tensor->bytes());
  }
};
struct SameTie {
  bool operator()(const Tensor* a, const Tensor* b) const noexcept {
    return a->storage() == b->storage() && a->dtype() == b->dtype() &&
           a->layout().offset == b->layout().offset && a->shape() == b->shape() &&
           a->strides() == b->strides();
  }
};

class Copier {
 public:
  Copier(const Ref<Allocator>& allocator, const CancelFlag& cancel)
      : allocator_(allocator), cancel_(cancel) {}

  TensorRef copy(const Tensor& tensor) {
    if (++copied_ % kEntriesBetweenChecks == 0) cancel_.check("snapshot");
    const auto found = copies_.find(&tensor);
    if (found != copies_.end()) return alias(*found->second);
    TensorRef made = empty(allocator_, tensor.shape(), tensor.dtype());
    copy_to_bytes(tensor, made->mutable_bytes());
    copies_.emplace(&tensor, made);
    return made;
  }

  // The value itself where it holds no tensor. What is shared is copied once, and shared again.
  ValueRef copy(const ValueRef& value) {
    const bool shared = value->use_count() > 1;
    if (!shared) return copy_parts(value);
    const auto found = values_.find(value.get());
    if (found != values_.end()) return found->second;
    ValueRef made = copy_parts(value);
    values_.emplace(value.get(), made);
    return made;
  }

 private:
  // Its depth is limited.
  ValueRef copy_parts(const ValueRef& value) {
    if (Tensor* tensor = value->as_tensor()) return Value::tensor(copy(*tensor));
    bool changed = false;
    std::vector<ValueRef> items = copy_all(value->items(), changed);
    ValueRef attributes(value->attributes());
    if (attributes) {
      ValueRef copied = copy(attributes);
      changed = changed || !(copied == attributes);
      attributes = std::move(copied);
    }
    return changed ? rebuilt(*value, std::move(items), std::move(attributes)) : value;
  }
  std::vector<ValueRef> copy_all(std::span<const ValueRef> values, bool& changed) {
    std::vector<ValueRef> out;
    out.reserve(values.size());
    for (const ValueRef& value : values) {
      out.push_back(copy(value));
      changed = changed || !(out.back() == value);
    }
    return out;
  }
  static ValueRef rebuilt(const Value& value, std::vector<ValueRef> items, ValueRef attributes) {
    std::string class_name(value.as_text());
    const std::span<const ValueRef> keys = value.keys();
    switch (value.kind()) {
      case ValueKind::list:
        return Value::list(std::move(items));
      case ValueKind::tuple:
        return Value::tuple(std::move(items), std::move(class_name));
      case ValueKind::opaque:
        return Value::opaque(std::move(class_name), std::move(items));
      default:
        return Value::dict({keys.begin(), keys.end()}, std::move(items), std::move(class_name),
                           std::move(attributes));
    }
  }

  const Ref<Allocator>& allocator_;
  const CancelFlag& cancel_;
  int64_t copied_ = 0;
  std::unordered_map<const Value*, ValueRef> values_;
  std::unordered_map<const Tensor*, TensorRef, TieHash, SameTie> copies_;
};

}  // namespace

Ref<StateDict> snapshot(const StateDict& dict, const Ref<Allocator>& allocator,
                        const CancelFlag& cancel) {
  auto made = dict.copy();
  cancel.check("snapshot");
  Copier copier(allocator, cancel);
  for (size_t i = 0; i < made->entries().size(); ++i) {
    StateEntry& entry = made->entries().value_at(i);
    if (entry.tensor) entry.tensor = copier.copy(*entry.tensor);
    if (entry.value) entry.value = copier.copy(entry.value);
  }
  return made;
}

}  // namespace duramen
