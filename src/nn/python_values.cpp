#include "nn/python_values.hpp"

#include <cmath>

#include "base/text.hpp"
#include "nn/evaluate.hpp"

namespace duramen::nn {

using spec::Expression;
using spec::Form;

namespace {

Error python_error(const Expression& where, const char* torch_error, std::string_view message) {
  return spec::error_at(where, Code::invalid_argument, message).with("torch_error", torch_error);
}

bool is_int(const Expression& value) noexcept {
  return value.form == Form::integer || value.form == Form::boolean;
}

void check_operands(const Expression& left, std::string_view op, const Expression& right) {
  if (is_number(left) && is_number(right)) return;
  if (left.form == Form::text && op == "%") {
    throw python_error(left, "TypeError", "not all arguments converted during string formatting");
  }
  throw python_error(is_number(left) ? right : left, "TypeError",
                     join("unsupported operand type(s) for ", op, ": '", type_name(left), "' and '",
                          type_name(right), "'"));
}

// Python's a // b of floats: toward minus infinity, exact where the quotient is.
double floor_quotient(double a, double b) {
  double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

}  // namespace

bool is_number(const Expression& value) noexcept {
  return is_int(value) || value.form == Form::real;
}

bool is_divisible(const Expression& left, const Expression& right) {
  // Formats the text, where the right side may be what it takes values from.
  const bool is_source = right.form == Form::list || right.form == Form::dict ||
                         (right.form == Form::tuple && right.items.empty());
  if (left.form == Form::text && is_source) return false;
  check_operands(left, "%", right);
  const bool are_ints = is_int(left) && is_int(right);
  if (spec::real_of(right) == 0) {
    throw python_error(right, "ZeroDivisionError",
                       are_ints ? "integer modulo by zero" : "float modulo");
  }
  if (!are_ints) return std::fmod(spec::real_of(left), spec::real_of(right)) == 0;
  const int64_t divisor = spec::integer_of(right);
  return divisor == -1 || spec::integer_of(left) % divisor == 0;
}

Expression floor_divided(const Expression& left, const Expression& right) {
  check_operands(left, "//", right);
  Expression out;
  out.column = left.column;
  const bool are_ints = is_int(left) && is_int(right);
  if (spec::real_of(right) == 0) {
    throw python_error(
        right, "ZeroDivisionError",
        are_ints ? "integer division or modulo by zero" : "float floor division by zero");
  }
  if (!are_ints) {
    out.form = Form::real;
    out.real = floor_quotient(spec::real_of(left), spec::real_of(right));
    return out;
  }
  const int64_t a = spec::integer_of(left), b = spec::integer_of(right);
  out.form = Form::integer;
  if (b == -1) {
    out.integer = static_cast<int64_t>(0 - static_cast<uint64_t>(a));
  } else {
    out.integer = a / b - (a % b != 0 && (a < 0) != (b < 0));
  }
  return out;
}

namespace {

Shape read_sizes(std::span<const Expression> sizes, std::string_view function) {
  Shape shape;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const Expression& size = sizes[i];
    const bool is_int = size.form == Form::integer || (i > 0 && size.form == Form::boolean);
    if (is_int) {
      shape.push_back(spec::integer_of(size));
    } else if (i == 0) {
      throw python_error(size, "TypeError",
                         join(function,
                              "(): argument 'size' (position 1) must be tuple of ints, "
                              "but found element of type ",
                              type_name(size), " at pos 0"));
    } else {
      throw python_error(
          size, "TypeError",
          join(function, "(): argument 'size' failed to unpack the object at pos ", i + 1,
               " with error \"type must be tuple of ints,but got ", type_name(size), "\""));
    }
  }
  return shape;
}

}  // namespace

Shape sizes_of(std::span<const Expression> sizes, std::span<const std::string_view> names) {
  try {
    return read_sizes(sizes, "empty");
  } catch (Error& error) {
    size_t culprit = 0;
    while (culprit < sizes.size() && sizes[culprit].form == Form::integer) ++culprit;
    if (culprit >= names.size()) throw;
    error.with("argument", std::string(names[culprit]));
    error.with("expected", "int").with("actual", type_name(sizes[culprit]));
    throw;
  }
}

Shape size_of(const Expression& size, std::string_view function) {
  if (size.form == Form::integer) return {size.integer};
  if (size.form == Form::tuple || size.form == Form::list) return read_sizes(size.items, function);
  throw python_error(size, "TypeError",
                     join(function, "(): argument 'size' (position 1) must be tuple of ints, not ",
                          type_name(size)));
}

}  // namespace duramen::nn
