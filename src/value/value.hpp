// What is not one tensor: an immutable tree. Arguments and results of a general forward, extra
// state, optimizer state, everything that a checkpoint holds beside tensors. Shared freely between
// threads (the tensors inside keep their own rule). Depth is limited (kMaxDepth), so that walks and
// destruction may recurse.
#pragma once

#include <complex>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tensor/tensor.hpp"

namespace duramen {

class Value;
using ValueRef = Ref<const Value>;

enum class ValueKind : int32_t {
  none = 1,
  boolean = 2,
  integer = 3,
  real = 4,
  complex = 5,
  text = 6,
  bytes = 7,
  tensor = 8,
  list = 9,
  tuple = 10,
  dict = 11,
  opaque = 12,       // a class name and its parts, never run
  big_integer = 13,  // an integer beyond 64 bits, as decimal text
};
std::string_view value_kind_name(
    ValueKind kind) noexcept;  // "none", "bool", "int", "float", "complex", "str", "bytes", …

class Value : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("valu");
  static constexpr uint32_t kMaxDepth = 1000;

  // Containers throw LIMIT beyond kMaxDepth and INVALID_ARGUMENT for a null item.
  static ValueRef none();
  static ValueRef boolean(bool value);
  static ValueRef integer(int64_t value);
  static ValueRef big_integer(std::string decimal);
  static ValueRef real(double value);
  static ValueRef complex(std::complex<double> value);
  static ValueRef text(std::string value);
  static ValueRef bytes(std::string value);
  static ValueRef tensor(TensorRef value);  // not null
  static ValueRef list(std::vector<ValueRef> items);
  // `class_name` is empty, or "torch.Size".
  static ValueRef tuple(std::vector<ValueRef> items, std::string class_name = "");
  // keys and items side by side; keys are any values. `class_name` is "dict" or a dictionary class
  // such as "collections.OrderedDict"; `attributes` (may be null) is a dict of what was set on the
  // object, such as _metadata.
  static ValueRef dict(std::vector<ValueRef> keys, std::vector<ValueRef> items,
                       std::string class_name = "dict", ValueRef attributes = nullptr);
  // parts: arguments, state, … in the order that the file gave them; inert.
  static ValueRef opaque(std::string class_name, std::vector<ValueRef> parts);

  ValueKind kind() const noexcept { return kind_; }
  // Of another kind these are false, 0, empty or null.
  bool as_boolean() const noexcept { return as_integer() != 0; }
  int64_t as_integer() const noexcept { return part<int64_t>(); }
  double as_real() const noexcept { return as_complex().real(); }
  std::complex<double> as_complex() const noexcept { return part<std::complex<double>>(); }
  // text, bytes, big_integer's digits; the class name of an opaque, a dict, a tuple. Terminated.
  std::string_view as_text() const noexcept {
    if (const Parts* parts = this->parts()) return parts->class_name;
    const auto* text = std::get_if<std::string>(&content_);
    return text ? std::string_view(*text) : std::string_view("");
  }
  Tensor* as_tensor() const noexcept {
    const auto* tensor = std::get_if<TensorRef>(&content_);
    return tensor ? tensor->get() : nullptr;
  }
  size_t count() const noexcept { return parts() ? parts()->items.size() : 0; }
  const ValueRef& item(size_t index) const noexcept { return parts()->items[index]; }
  std::span<const ValueRef> items() const noexcept {
    return parts() ? std::span<const ValueRef>(parts()->items) : std::span<const ValueRef>();
  }
  const ValueRef& key(size_t index) const noexcept { return parts()->keys[index]; }
  std::span<const ValueRef> keys() const noexcept {
    return parts() ? std::span<const ValueRef>(parts()->keys) : std::span<const ValueRef>();
  }
  const Value* attributes() const noexcept { return parts() ? parts()->attributes.get() : nullptr; }
  // The item under a text key of a dict; null when there is none.
  const Value* find(std::string_view key) const noexcept;

 private:
  struct Parts {  // of a container
    std::vector<ValueRef> items;
    std::vector<ValueRef> keys;
    std::string class_name;
    ValueRef attributes;
  };
  using Content = std::variant<int64_t, std::complex<double>, std::string, TensorRef,
                               std::unique_ptr<const Parts>>;

 public:
  Value(ValueKind kind, Content content, uint32_t depth = 1) noexcept  // use the factories
      : Counted(kTag), kind_(kind), depth_(depth), content_(std::move(content)) {}
  ~Value() override = default;

 private:
  static ValueRef container(ValueKind kind, Parts parts);
  template <class T>
  T part() const noexcept {
    const T* found = std::get_if<T>(&content_);
    return found ? *found : T{};
  }
  const Parts* parts() const noexcept {
    const auto* found = std::get_if<std::unique_ptr<const Parts>>(&content_);
    return found ? found->get() : nullptr;
  }

  ValueKind kind_;
  uint32_t depth_;
  Content content_;
};

}  // namespace duramen
