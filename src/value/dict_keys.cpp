#include "value/dict_keys.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/name_index.hpp"
#include "base/text.hpp"

namespace duramen {
namespace {

constexpr size_t kMostDigits = std::numeric_limits<double>::max_exponent10 + 1;

std::string identity(const void* object) {
  return join("@", static_cast<uint64_t>(reinterpret_cast<uintptr_t>(object)));
}

// Of a number that is not NaN: "n" and digits where it is whole and fits an int64_t.
std::string number(double value) {
  const bool fits = std::trunc(value) == value && value >= -0x1p63 && value < 0x1p63;
  return fits ? join("n", static_cast<int64_t>(value)) : join("f", format_float(value));
}

// Of what no int64_t holds: that of the float of the very same value, where there is one.
std::string big_number(std::string_view digits) {
  char exact[kMostDigits + 2];
  const auto value = digits.size() <= sizeof exact ? parse_float(digits) : std::nullopt;
  if (value && std::isfinite(*value)) {
    const auto [end, error] =
        std::to_chars(exact, exact + sizeof exact, *value, std::chars_format::fixed, 0);
    const std::string_view spelled(exact, static_cast<size_t>(end - exact));
    if (error == std::errc() && spelled == digits) return number(*value);
  }
  return join("n", digits);
}

std::string complex_number(std::complex<double> value) {
  if (value.imag() == 0) return number(value.real());
  const auto part = [](double number) { return format_float(number == 0 ? 0.0 : number); };
  return join("c", part(value.real()), " ", part(value.imag()));
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
      return big_number(key.as_text());
    case ValueKind::real:
    case ValueKind::complex: {
      // No NaN is equal to another.
      const std::complex<double> value = key.as_complex();
      if (std::isnan(value.real()) || std::isnan(value.imag())) return identity(&key);
      return complex_number(value);
    }
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
