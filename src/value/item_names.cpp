#include "value/item_names.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "base/text.hpp"

namespace duramen {
namespace {

constexpr size_t kLongest = 256;

bool is_text(const ValueRef& key) noexcept { return key->kind() == ValueKind::text; }

void append_bytes(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const bool is_double = bytes.find('\'') != bytes.npos && bytes.find('"') == bytes.npos;
  const char quote = is_double ? '"' : '\'';
  out += {'b', quote};
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\\' || c == quote) {
      out += {'\\', c};
    } else if (c == '\t' || c == '\n' || c == '\r') {
      out += {'\\', c == '\t' ? 't' : c == '\n' ? 'n' : 'r'};
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      out += c;
    }
  }
  out += quote;
}

// A real part of 0 is not printed, unless it is -0.
void append_complex(std::string& out, std::complex<double> value) {
  const auto part = [](double number) {
    std::string text = format_float(number);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
  };
  const std::string imaginary = part(value.imag());
  if (value.real() == 0 && !std::signbit(value.real())) {
    out += imaginary + "j";
    return;
  }
  const char* plus = imaginary.starts_with('-') ? "" : "+";
  out += "(" + part(value.real()) + plus + imaginary + "j)";
}

bool append_repr(std::string& out, const Value& value);

// A tuple may hold one tuple many times, so that only what is still short is looked into.
bool append_tuple(std::string& out, const Value& tuple) {
  out += '(';
  for (const ValueRef& item : tuple.items()) {
    if (&item != tuple.items().data()) out += ", ";
    if (out.size() > kLongest || !append_repr(out, *item)) return false;
  }
  out += tuple.count() == 1 ? ",)" : ")";
  return true;
}

// As Python prints it; false where that is long or there is no such form.
bool append_repr(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::none:
      out += "None";
      break;
    case ValueKind::boolean:
      out += value.as_boolean() ? "True" : "False";
      break;
    case ValueKind::integer:
      out += std::to_string(value.as_integer());
      break;
    case ValueKind::real:
      out += format_float(value.as_real());
      break;
    case ValueKind::complex:
      append_complex(out, value.as_complex());
      break;
    case ValueKind::big_integer:
    case ValueKind::text:
    case ValueKind::bytes:
      if (value.as_text().size() > kLongest) return false;
      if (value.kind() == ValueKind::big_integer) out += value.as_text();
      if (value.kind() == ValueKind::text) out += format_quoted(value.as_text());
      if (value.kind() == ValueKind::bytes) append_bytes(out, value.as_text());
      break;
    case ValueKind::tuple:
      if (!append_tuple(out, value)) return false;
      break;
    default:
      return false;
  }
  return out.size() <= kLongest;
}

}  // namespace

std::optional<std::string> short_repr(const Value& key) {
  std::string out;
  const bool is_short = append_repr(out, key) && is_utf8(out);
  return is_short ? std::optional(std::move(out)) : std::nullopt;
}

ItemNames::ItemNames(const Value& container) : container_(container) {
  const std::span<const ValueRef> keys = container.keys();
  if (!std::all_of(keys.begin(), keys.end(), is_text)) name_others();
}

void ItemNames::name_others() {
  others_.resize(container_.count());
  std::unordered_set<std::string_view> taken;
  for (const ValueRef& key : container_.keys()) {
    if (is_text(key)) taken.insert(key->as_text());
  }
  for (size_t i = 0; i < others_.size(); ++i) {
    const Value& key = *container_.key(i);
    if (key.kind() == ValueKind::text) continue;
    std::string& name = others_[i];
    name = short_repr(key).value_or(join("key", i));
    while (!taken.insert(name).second) name += join("#", i);
  }
}

void ItemNames::append(std::string& out, size_t index) const {
  if (container_.keys().empty()) {
    out += std::to_string(index);
  } else if (const Value& key = *container_.key(index); key.kind() == ValueKind::text) {
    out += key.as_text();
  } else {
    out += others_[index];
  }
}

}  // namespace duramen
