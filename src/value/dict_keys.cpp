#include "value/dict_keys.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/name_index.hpp"
#include "base/text.hpp"

namespace duramen {
namespace {

std::string identity(const void* object) {
  return join("@", static_cast<uint64_t>(reinterpret_cast<uintptr_t>(object)));
}

std::string number(double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) < 0x1p63;
  return whole ? std::to_string(static_cast<int64_t>(value)) : join("f", format_float(value));
}

// Equal for equal keys alone; the first letter tells the kinds apart.
std::string fingerprint(const Value& key) {
  switch (key.kind()) {
    case ValueKind::none:
      return "-";
    case ValueKind::boolean:
    case ValueKind::integer:
      return join("n", key.as_integer());
    case ValueKind::big_integer:
      return join("n", key.as_text());
    case ValueKind::real:
      // No NaN is equal to another.
      return std::isnan(key.as_real()) ? identity(&key) : join("n", number(key.as_real()));
    case ValueKind::complex:
      if (key.as_complex().imag() == 0) return join("n", number(key.as_complex().real()));
      return join("c", format_float(key.as_complex().real()), " ",
                  format_float(key.as_complex().imag()));
    case ValueKind::text:
      return join("t", key.as_text());
    case ValueKind::bytes:
      return join("b", key.as_text());
    default:
      return identity(key.as_tensor() ? static_cast<const void*>(key.as_tensor()) : &key);
  }
}

bool is_text(const ValueRef& key) noexcept { return key->kind() == ValueKind::text; }

}  // namespace

bool HashableKeys::takes(const Value& key) {
  switch (key.kind()) {
    case ValueKind::list:
    case ValueKind::dict:
      return false;
    case ValueKind::opaque:
      return key.as_text() != "builtins.set";
    case ValueKind::tuple:
      return !seen_.insert(&key).second ||
             std::all_of(key.items().begin(), key.items().end(),
                         [this](const ValueRef& item) { return takes(*item); });
    default:
      return true;
  }
}

std::optional<size_t> find_duplicate_key(std::span<const ValueRef> keys) {
  std::vector<std::string_view> names;
  names.reserve(keys.size());
  if (std::all_of(keys.begin(), keys.end(), is_text)) {
    for (const ValueRef& key : keys) names.push_back(key->as_text());
    return find_duplicate(names);
  }
  std::vector<std::string> fingerprints;
  fingerprints.reserve(keys.size());
  for (const ValueRef& key : keys) fingerprints.push_back(fingerprint(*key));
  names.assign(fingerprints.begin(), fingerprints.end());
  return find_duplicate(names);
}

std::optional<std::string> key_text(const Value& key) {
  switch (key.kind()) {
    case ValueKind::text:
    case ValueKind::big_integer:
      return std::string(key.as_text());
    case ValueKind::integer:
      return std::to_string(key.as_integer());
    case ValueKind::boolean:
      return key.as_boolean() ? "True" : "False";
    case ValueKind::real:
      return format_float(key.as_real());
    case ValueKind::none:
      return "None";
    default:
      return std::nullopt;
  }
}

}  // namespace duramen
