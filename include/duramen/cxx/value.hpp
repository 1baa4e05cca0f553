// Values: the immutable tree of what is not one tensor, shared freely between threads.
//
//   Value arguments = Value::tuple({a, b});            // tensors convert by themselves
//   Value options = Value::dict({{"lr", 0.1}, {"nesterov", true}});
#ifndef DURAMEN_CXX_VALUE_HPP
#define DURAMEN_CXX_VALUE_HPP

#include <cstddef>
#include <string_view>

#include "tensor.hpp"

namespace DURAMEN_CXX {

class ValueRef : public Ref<duramen_value, duramen_value_retain, duramen_value_release> {
 public:
  using Ref::Ref;
  // The library lends values as const; they are immutable.
  ValueRef(const duramen_value* lent) noexcept : Ref(const_cast<duramen_value*>(lent)) {}  // NOLINT

  int32_t kind() const noexcept { return duramen_value_kind(raw_); }  // DURAMEN_VALUE_…
  bool is_none() const noexcept { return kind() == DURAMEN_VALUE_NONE; }
  // 0, empty for another kind, as in C.
  bool as_bool() const noexcept { return duramen_value_bool(raw_) != 0; }
  int64_t as_int() const noexcept { return duramen_value_int(raw_); }
  double as_float() const noexcept { return duramen_value_float(raw_); }
  double imag() const noexcept { return duramen_value_imag(raw_); }
  // "str", "list", …; empty for no kind.
  std::string_view kind_name() const noexcept {
    const char* name = duramen_value_kind_name(kind());
    return name ? std::string_view(name) : std::string_view();
  }
  Span<const std::byte> as_bytes() const noexcept {
    size_t nbytes = 0;
    const auto* first = static_cast<const std::byte*>(duramen_value_bytes(raw_, &nbytes));
    return {first, first ? nbytes : 0};
  }
  // Of a dict or an opaque value.
  std::string_view class_name() const noexcept { return lent_text(duramen_value_class_name, raw_); }
  // What was set on a dict beside its items, such as _metadata; empty when nothing was.
  ValueRef attributes() const noexcept { return duramen_value_attributes(raw_); }
  std::string_view as_text() const noexcept { return lent_text(duramen_value_text, raw_); }
  TensorRef as_tensor() const noexcept { return duramen_value_tensor(raw_); }

  // Items of a list, tuple, dict or opaque value.
  size_t size() const noexcept { return duramen_value_count(raw_); }
  ValueRef operator[](size_t index) const noexcept { return duramen_value_item(raw_, index); }
  ValueRef key(size_t index) const noexcept { return duramen_value_key(raw_, index); }
  // A dict's item under a text key; empty when there is none.
  ValueRef find(std::string_view key) const noexcept {
    return duramen_value_find(raw_, key.data(), key.size());
  }

  // What the items are called in dotted names.
  Result<StringList> item_names() const {
    return make<StringList>(
        [&](auto** out, auto** error) { return duramen_value_item_names(raw_, out, error); });
  }

  using Iterator = IndexIterator<ValueRef, ValueRef>;
  Iterator begin() const noexcept;
  Iterator end() const noexcept;
};

inline ValueRef::Iterator ValueRef::begin() const noexcept { return {*this, 0}; }
inline ValueRef::Iterator ValueRef::end() const noexcept { return {*this, size()}; }

class Value : public Owned<ValueRef> {
  // Fits an int64_t.
  template <class T>
  static constexpr bool kIsInt = std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                                 (std::is_signed_v<T> || sizeof(T) < sizeof(int64_t));

 public:
  struct Item;
  using Owned::Owned;
  Value(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle

  // Everything here converts, as a literal does in Python; exact types, so that no pointer becomes
  // a bool. Without exceptions a value that cannot be made (no memory, a text that is no UTF-8) is
  // an empty handle, which every call refuses.
  template <class T, std::enable_if_t<std::is_same_v<T, bool>, int> = 0>
  Value(T value)  // NOLINT
      : Owned(literal([&](auto** out, auto** error) {
          return duramen_value_create_bool(value ? 1 : 0, out, error);
        })) {}
  template <class T, std::enable_if_t<kIsInt<T>, int> = 0>
  Value(T value)  // NOLINT
      : Owned(literal([&](auto** out, auto** error) {
          return duramen_value_create_int(value, out, error);
        })) {}
  Value(double value)  // NOLINT
      : Owned(literal([&](auto** out, auto** error) {
          return duramen_value_create_float(value, out, error);
        })) {}
  Value(std::string_view text)  // NOLINT
      : Owned(literal([&](auto** out, auto** error) {
          return duramen_value_create_text(text.data() ? text.data() : "", text.size(), out, error);
        })) {}
  Value(const char* text) : Value(std::string_view(text)) {}  // NOLINT
  Value(TensorRef tensor)                                     // NOLINT
      : Owned(literal([&](auto** out, auto** error) {
          return duramen_value_create_tensor(tensor.get(), out, error);
        })) {}
  Value(const Tensor& tensor) : Value(TensorRef(tensor)) {}  // NOLINT

  DURAMEN_CXX_LENDS_AT(ValueRef, operator[], size_t);
  DURAMEN_CXX_LENDS_AT(ValueRef, find, std::string_view);
  DURAMEN_CXX_LENDS_AT(ValueRef, key, size_t);
  DURAMEN_CXX_LENDS(ValueRef, attributes);
  DURAMEN_CXX_LENDS(ValueRef, as_bytes);
  DURAMEN_CXX_LENDS(ValueRef, as_text);
  TensorRef as_tensor() const& noexcept { return ValueRef::as_tensor(); }
  Tensor as_tensor() && noexcept { return Tensor(ValueRef::as_tensor()); }  // its own reference
  DURAMEN_CXX_LENDS(ValueRef, class_name);

  static Result<Value> none() {
    return make<Value>(
        [](auto** out, auto** error) { return duramen_value_create_none(out, error); });
  }
  static Result<Value> list(const std::vector<Value>& items) {
    return from_items(duramen_value_create_list, items);
  }
  static Result<Value> tuple(const std::vector<Value>& items) {
    return from_items(duramen_value_create_tuple, items);
  }
  // Keys are values too: a text, an int, …
  static Result<Value> dict(const std::vector<Item>& items);
  // A collections.OrderedDict.
  static Result<Value> ordered_dict(const std::vector<Item>& items);
  // With what is set on it beside its items, such as _metadata: a dict with texts for keys.
  static Result<Value> ordered_dict(const std::vector<Item>& items, ValueRef attributes);
  static Result<Value> complex(double real, double imag) {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_value_create_complex(real, imag, out, error);
    });
  }
  static Result<Value> bytes(Span<const std::byte> bytes) {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_value_create_bytes(bytes.data(), bytes.size(), out, error);
    });
  }
  // From its decimal digits, perhaps after a minus; of any size.
  static Result<Value> integer(std::string_view digits) {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_value_create_big_int(digits.data(), digits.size(), out, error);
    });
  }
  static Value adopt(duramen_value* raw) noexcept { return Owned::adopt(raw); }

 private:
  template <class Body>
  static Owned literal(Body&& body) {
#ifdef DURAMEN_NO_EXCEPTIONS
    Result<Owned> made = make<Owned>(std::forward<Body>(body));
    return made ? *std::move(made) : Owned();
#else
    return make<Owned>(std::forward<Body>(body));
#endif
  }
  template <class Create>
  static Result<Value> from_pairs(Create create, const std::vector<Item>& items);
  static std::vector<const duramen_value*> pointers(const std::vector<Value>& items) {
    std::vector<const duramen_value*> out;
    out.reserve(items.size());
    for (const Value& item : items) out.push_back(item.get());
    return out;
  }
  template <class Create>
  static Result<Value> from_items(Create create, const std::vector<Value>& items) {
    const std::vector<const duramen_value*> raw = pointers(items);
    return make<Value>(
        [&](auto** out, auto** error) { return create(raw.data(), raw.size(), out, error); });
  }
};

// One item of a dict under construction.
struct Value::Item {
  Value key;
  Value value;
};

template <class Create>
Result<Value> Value::from_pairs(Create create, const std::vector<Item>& items) {
  std::vector<const duramen_value*> keys, values;
  keys.reserve(items.size());
  values.reserve(items.size());
  for (const Item& item : items) {
    keys.push_back(item.key.get());
    values.push_back(item.value.get());
  }
  return make<Value>([&](auto** out, auto** error) {
    return create(keys.data(), values.data(), keys.size(), out, error);
  });
}
inline Result<Value> Value::dict(const std::vector<Item>& items) {
  return from_pairs(duramen_value_create_dict, items);
}
inline Result<Value> Value::ordered_dict(const std::vector<Item>& items) {
  return from_pairs(duramen_value_create_ordered_dict, items);
}
inline Result<Value> Value::ordered_dict(const std::vector<Item>& items, ValueRef attributes) {
  return from_pairs(
      [&](auto keys, auto values, size_t count, auto** out, auto** error) {
        return duramen_value_create_dict_with_attributes(keys, values, count, attributes.get(), out,
                                                         error);
      },
      items);
}

}  // namespace DURAMEN_CXX

DURAMEN_CXX_LENT_VIEW(ValueRef);
DURAMEN_CXX_OWNING_VIEW(Value);

#endif
