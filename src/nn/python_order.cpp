#include "nn/python_order.hpp"

#include <algorithm>
#include <cmath>
#include <compare>

#include "base/text.hpp"
#include "nn/evaluate.hpp"

namespace duramen::nn {

using spec::Expression;
using spec::Form;

namespace {

bool is_whole(const Expression& value) noexcept {
  return value.form == Form::integer || value.form == Form::boolean;
}
bool is_real(const Expression& value) noexcept {
  return is_whole(value) || value.form == Form::real;
}
bool is_numeric(const Expression& value) noexcept {
  return is_real(value) || value.form == Form::complex;
}
double real_part(const Expression& value) noexcept {
  return value.form == Form::complex ? value.real : spec::real_of(value);
}
bool is_text(const Expression& value) noexcept {
  return value.form == Form::text || value.form == Form::name;
}
bool are_lists(const Expression& left, const Expression& right) noexcept {
  return left.form == right.form && (left.form == Form::list || left.form == Form::tuple);
}

// Without the rounding of a large int to a float.
std::partial_ordering compared(int64_t whole, double real) noexcept {
  if (std::isnan(real)) return std::partial_ordering::unordered;
  if (real >= 0x1p63) return std::partial_ordering::less;
  if (real < -0x1p63) return std::partial_ordering::greater;
  const double cut = std::trunc(real);
  const std::partial_ordering order = whole <=> static_cast<int64_t>(cut);
  return std::is_eq(order) ? cut <=> real : order;
}

std::partial_ordering reversed(std::partial_ordering order) noexcept {
  if (std::is_lt(order)) return std::partial_ordering::greater;
  return std::is_gt(order) ? std::partial_ordering::less : order;
}

std::partial_ordering compared(const Expression& left, const Expression& right) noexcept {
  if (is_whole(left) && is_whole(right)) return spec::integer_of(left) <=> spec::integer_of(right);
  if (is_whole(left)) return compared(spec::integer_of(left), right.real);
  if (is_whole(right)) return reversed(compared(spec::integer_of(right), left.real));
  return left.real <=> right.real;
}

bool fits(std::partial_ordering found, Order order) noexcept {
  switch (order) {
    case Order::less:
      return std::is_lt(found);
    case Order::less_equal:
      return std::is_lteq(found);
    case Order::greater:
      return std::is_gt(found);
  }
  return false;
}

std::string_view symbol(Order order) noexcept {
  return order == Order::less ? "<" : order == Order::less_equal ? "<=" : ">";
}

bool are_equal(const std::vector<Expression>& left, const std::vector<Expression>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Expression& a, const Expression& b) { return is_equal(a, b); });
}

bool has_entry(const Expression& dict, const Expression& key, const Expression& value) {
  for (size_t i = 0; i < dict.keys.size(); ++i) {
    if (is_equal(dict.keys[i], key)) return is_equal(dict.items[i], value);
  }
  return false;
}

bool are_equal_dicts(const Expression& left, const Expression& right) {
  if (left.keys.size() != right.keys.size()) return false;
  for (size_t i = 0; i < left.keys.size(); ++i) {
    if (!has_entry(right, left.keys[i], left.items[i])) return false;
  }
  return true;
}

Expression whole(int64_t value) {
  Expression out;
  out.form = Form::integer;
  out.column = 0;
  out.integer = value;
  return out;
}

}  // namespace

bool is_equal(const Expression& left, const Expression& right) {
  if (is_real(left) && is_real(right)) return std::is_eq(compared(left, right));
  if (is_numeric(left) && is_numeric(right)) {
    return real_part(left) == real_part(right) && left.imaginary == right.imaginary;
  }
  if (is_text(left) && is_text(right)) return left.text == right.text;
  if (left.form != right.form) return false;
  if (left.form == Form::dict) return are_equal_dicts(left, right);
  return left.object == right.object && are_equal(left.items, right.items);
}

// The first items that differ decide, else the lengths.
bool holds(const Expression& left, Order order, const Expression& right) {
  if (is_real(left) && is_real(right)) return fits(compared(left, right), order);
  if (is_text(left) && is_text(right)) return fits(left.text <=> right.text, order);
  if (are_lists(left, right)) {
    const size_t count = std::min(left.items.size(), right.items.size());
    for (size_t i = 0; i < count; ++i) {
      if (!is_equal(left.items[i], right.items[i])) {
        return holds(left.items[i], order, right.items[i]);
      }
    }
    return fits(left.items.size() <=> right.items.size(), order);
  }
  throw spec::error_at(left.column ? left : right, Code::invalid_argument,
                       join("'", symbol(order), "' not supported between instances of '",
                            type_name(left), "' and '", type_name(right), "'"))
      .with("torch_error", "TypeError");
}

bool holds(const Expression& left, Order order, int64_t right) {
  return holds(left, order, whole(right));
}
bool holds(int64_t left, Order order, const Expression& right) {
  return holds(whole(left), order, right);
}
bool is_equal(const Expression& left, int64_t right) { return is_equal(left, whole(right)); }

}  // namespace duramen::nn
