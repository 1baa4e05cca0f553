#include "value/value.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "handles.hpp"
#include "options.hpp"
#include "text.hpp"
#include "value/dict_keys.hpp"
#include "value/item_names.hpp"

using namespace duramen;
using namespace duramen::capi;

static_assert(DURAMEN_VALUE_NONE == static_cast<int>(ValueKind::none));
static_assert(DURAMEN_VALUE_DICT == static_cast<int>(ValueKind::dict));
static_assert(DURAMEN_VALUE_BIG_INT == static_cast<int>(ValueKind::big_integer));

namespace {

std::vector<ValueRef> items_argument(const duramen_value* const* items, size_t count,
                                     const char* argument) {
  if (count > 0) required(items, argument);
  std::vector<ValueRef> out;
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) out.push_back(value_ref(items[i], argument));
  return out;
}

// An int where 64 bits hold it, so that each number has one form.
ValueRef integer_of(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  std::string_view magnitude = digits.substr(negative);
  if (magnitude.empty() || magnitude.find_first_not_of("0123456789") != magnitude.npos)
    throw bad_argument("digits", "not a decimal integer");
  magnitude.remove_prefix(std::min(magnitude.find_first_not_of('0'), magnitude.size() - 1));
  const std::string text = join(negative ? "-" : "", magnitude);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? Value::integer(value) : Value::big_integer(text);
}

constexpr const char* kOrderedDict = "collections.OrderedDict";

// Null for none.
ValueRef attributes_argument(const duramen_value* attributes) {
  if (!attributes) return nullptr;
  ValueRef out = value_ref(attributes, "attributes");
  if (out->kind() != ValueKind::dict) {
    throw bad_argument("attributes", join("expected a dict, got ", value_kind_name(out->kind())));
  }
  for (const ValueRef& key : out->keys()) {
    if (key->kind() == ValueKind::text) continue;
    throw bad_argument("attributes",
                       join("expected str for a key, got ", value_kind_name(key->kind())));
  }
  return out->count() > 0 ? out : nullptr;
}

ValueRef dict_argument(const duramen_value* const* keys, const duramen_value* const* items,
                       size_t count, std::string class_name,
                       const duramen_value* attributes = nullptr) {
  std::vector<ValueRef> names = items_argument(keys, count, "keys");
  std::vector<ValueRef> contents = items_argument(items, count, "items");
  HashableKeys hashable;
  for (size_t i = 0; i < count; ++i) {
    if (hashable.takes(*names[i])) continue;
    throw Error(Code::invalid_argument,
                join("keys: a ", value_kind_name(names[i]->kind()),
                     " cannot be a key, nor can what holds one (at index ", i, ")"))
        .with("argument", "keys")
        .with("torch_error", "TypeError");
  }
  if (const auto twice = find_duplicate_key(names)) {
    throw bad_argument("keys", join("the same key twice (at index ", *twice, ")"));
  }
  return Value::dict(std::move(names), std::move(contents), std::move(class_name),
                     attributes_argument(attributes));
}

// The value when it is of that kind.
const Value* peek_kind(const duramen_value* value, ValueKind kind) noexcept {
  const Value* core = peek(value);
  return core && core->kind() == kind ? core : nullptr;
}

const duramen_value* lend_value(const Value* value) noexcept {
  return value ? lend<const duramen_value>(value) : nullptr;
}

}  // namespace

duramen_status duramen_value_create_none(duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return Value::none(); });
}

duramen_status duramen_value_create_bool(uint32_t value, duramen_value** out,
                                         duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return Value::boolean(value != 0); });
}

duramen_status duramen_value_create_int(int64_t value, duramen_value** out,
                                        duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return Value::integer(value); });
}

duramen_status duramen_value_create_big_int(const char* digits, size_t digits_length,
                                            duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return integer_of(text_argument(digits, digits_length, "digits")); });
}

duramen_status duramen_value_create_float(double value, duramen_value** out,
                                          duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return Value::real(value); });
}

duramen_status duramen_value_create_complex(double real, double imag, duramen_value** out,
                                            duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return Value::complex({real, imag}); });
}

duramen_status duramen_value_create_text(const char* text, size_t text_length, duramen_value** out,
                                         duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return Value::text(std::string(text_argument(text, text_length, "text")));
  });
}

duramen_status duramen_value_create_bytes(const void* bytes, size_t nbytes, duramen_value** out,
                                          duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    if (!bytes && nbytes > 0) throw null_argument("bytes");
    return Value::bytes(nbytes ? std::string(static_cast<const char*>(bytes), nbytes) : "");
  });
}

duramen_status duramen_value_create_tensor(duramen_tensor* tensor, duramen_value** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return Value::tensor(ref(tensor, "tensor")); });
}

duramen_status duramen_value_create_list(const duramen_value* const* items, size_t count,
                                         duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return Value::list(items_argument(items, count, "items")); });
}

duramen_status duramen_value_create_tuple(const duramen_value* const* items, size_t count,
                                          duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return Value::tuple(items_argument(items, count, "items")); });
}

duramen_status duramen_value_create_dict(const duramen_value* const* keys,
                                         const duramen_value* const* items, size_t count,
                                         duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return dict_argument(keys, items, count, "dict"); });
}

duramen_status duramen_value_create_ordered_dict(const duramen_value* const* keys,
                                                 const duramen_value* const* items, size_t count,
                                                 duramen_value** out,
                                                 duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return dict_argument(keys, items, count, kOrderedDict); });
}

duramen_status duramen_value_create_dict_with_attributes(
    const duramen_value* const* keys, const duramen_value* const* items, size_t count,
    const duramen_value* attributes, duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return dict_argument(keys, items, count, kOrderedDict, attributes); });
}

duramen_status duramen_value_item_names(const duramen_value* value, duramen_string_list** out,
                                        duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const ValueRef held = value_ref(value, "value");
    std::vector<std::string> texts(held->kind() == ValueKind::opaque ? 0 : held->count());
    const ItemNames names(*held);
    for (size_t i = 0; i < texts.size(); ++i) names.append(texts[i], i);
    return make<StringList>(std::move(texts));
  });
}

int32_t duramen_value_kind(const duramen_value* value) noexcept {
  const Value* core = peek(value);
  return core ? static_cast<int32_t>(core->kind()) : DURAMEN_VALUE_INVALID;
}

const char* duramen_value_kind_name(int32_t kind) noexcept {
  if (kind < DURAMEN_VALUE_NONE || kind > DURAMEN_VALUE_BIG_INT) return nullptr;
  return value_kind_name(static_cast<ValueKind>(kind)).data();  // a literal, hence terminated
}

uint32_t duramen_value_bool(const duramen_value* value) noexcept {
  const Value* core = peek_kind(value, ValueKind::boolean);
  return core && core->as_boolean();
}

int64_t duramen_value_int(const duramen_value* value) noexcept {
  if (const Value* core = peek_kind(value, ValueKind::integer)) return core->as_integer();
  return duramen_value_bool(value);
}

double duramen_value_float(const duramen_value* value) noexcept {
  const Value* core = peek(value);
  if (!core) return 0;
  if (core->kind() == ValueKind::integer) return static_cast<double>(core->as_integer());
  if (core->kind() == ValueKind::complex) return core->as_complex().real();
  return core->kind() == ValueKind::real ? core->as_real() : 0;
}

double duramen_value_imag(const duramen_value* value) noexcept {
  const Value* core = peek_kind(value, ValueKind::complex);
  return core ? core->as_complex().imag() : 0;
}

const char* duramen_value_text(const duramen_value* value, size_t* length) noexcept {
  const Value* core = peek_kind(value, ValueKind::text);
  if (!core) core = peek_kind(value, ValueKind::big_integer);
  return lend_text(core ? core->as_text() : std::string_view(), length);
}

const void* duramen_value_bytes(const duramen_value* value, size_t* nbytes) noexcept {
  const Value* core = peek_kind(value, ValueKind::bytes);
  return lend_text(core ? core->as_text() : std::string_view(), nbytes);
}

duramen_tensor* duramen_value_tensor(const duramen_value* value) noexcept {
  const Value* core = peek_kind(value, ValueKind::tensor);
  return core ? lend<duramen_tensor>(core->as_tensor()) : nullptr;
}

size_t duramen_value_count(const duramen_value* value) noexcept {
  const Value* core = peek(value);
  return core ? core->count() : 0;
}

const duramen_value* duramen_value_item(const duramen_value* value, size_t index) noexcept {
  const Value* core = peek(value);
  return core && index < core->count() ? lend_value(core->item(index).get()) : nullptr;
}

const duramen_value* duramen_value_key(const duramen_value* value, size_t index) noexcept {
  const Value* core = peek(value);
  return core && index < core->keys().size() ? lend_value(core->key(index).get()) : nullptr;
}

const duramen_value* duramen_value_find(const duramen_value* value, const char* key,
                                        size_t key_length) noexcept {
  const Value* core = key ? peek_kind(value, ValueKind::dict) : nullptr;
  return core ? lend_value(core->find(plain_view(key, key_length))) : nullptr;
}

const char* duramen_value_class_name(const duramen_value* value, size_t* length) noexcept {
  const Value* core = peek_kind(value, ValueKind::dict);
  if (!core) core = peek_kind(value, ValueKind::opaque);
  return lend_text(core ? core->as_text() : std::string_view(), length);
}

const duramen_value* duramen_value_attributes(const duramen_value* value) noexcept {
  const Value* core = peek_kind(value, ValueKind::dict);
  return core ? lend_value(core->attributes()) : nullptr;
}

duramen_value* duramen_value_retain(const duramen_value* value) noexcept { return retain(value); }
void duramen_value_release(duramen_value* value) noexcept { release(value); }
