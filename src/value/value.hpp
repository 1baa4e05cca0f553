// What is not one tensor: an immutable tree. Arguments and results of a general forward, extra
// state, optimizer state, everything that a checkpoint holds beside tensors. Shared freely between
// threads (the tensors inside keep their own rule). Depth is limited (kMaxDepth), so that walks and
// destruction may recurse.
#pragma once

#include <complex>
#include <string>
#include <utility>
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

class Value final : public Counted {
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
  static ValueRef tuple(std::vector<ValueRef> items);
  // keys and items side by side; keys are any values. `class_name` is "dict" or a dictionary class
  // such as "collections.OrderedDict"; `attributes` (may be null) is a dict of what was set on the
  // object, such as _metadata.
  static ValueRef dict(std::vector<ValueRef> keys, std::vector<ValueRef> items,
                       std::string class_name = "dict", ValueRef attributes = nullptr);
  // parts: arguments, state, … in the order that the file gave them; inert.
  static ValueRef opaque(std::string class_name, std::vector<ValueRef> parts);

  ValueKind kind() const noexcept { return kind_; }
  bool as_boolean() const noexcept { return integer_ != 0; }
  int64_t as_integer() const noexcept { return integer_; }
  double as_real() const noexcept { return complex_.real(); }
  std::complex<double> as_complex() const noexcept { return complex_; }
  // text, bytes, big_integer's digits; an opaque's or a dict's class name.
  const std::string& as_text() const noexcept { return text_; }
  const TensorRef& as_tensor() const noexcept { return tensor_; }
  size_t count() const noexcept { return items_.size(); }
  const ValueRef& item(size_t index) const noexcept { return items_[index]; }
  const std::vector<ValueRef>& items() const noexcept { return items_; }
  const ValueRef& key(size_t index) const noexcept { return keys_[index]; }
  const std::vector<ValueRef>& keys() const noexcept { return keys_; }
  const ValueRef& attributes() const noexcept { return attributes_; }
  // The item under a text key of a dict; null when there is none.
  const Value* find(std::string_view key) const noexcept;

  ~Value() override = default;
  explicit Value(ValueKind kind) noexcept : Counted(kTag), kind_(kind) {}  // use the factories

 private:
  static ValueRef container(ValueKind kind, std::vector<ValueRef> items);
  void settle_depth();

  ValueKind kind_;
  uint32_t depth_ = 1;
  int64_t integer_ = 0;
  std::complex<double> complex_;
  std::string text_;
  TensorRef tensor_;
  std::vector<ValueRef> items_;
  std::vector<ValueRef> keys_;
  ValueRef attributes_;
};

}  // namespace duramen
