#include <cmath>

#include "base/text.hpp"
#include "spec/syntax.hpp"

namespace duramen::spec {
namespace {

void append(std::string& out, const Expression& expression);

void append_items(std::string& out, const std::vector<Expression>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i) out += ", ";
    append(out, items[i]);
  }
}

void append_dict(std::string& out, const Expression& dict) {
  out += '{';
  for (size_t i = 0; i < dict.items.size(); ++i) {
    if (i) out += ", ";
    append(out, dict.keys[i]);
    out += ": ";
    append(out, dict.items[i]);
  }
  out += '}';
}

void append_call(std::string& out, const Expression& call) {
  out += call.text;
  out += '(';
  append_items(out, call.items);
  for (size_t i = 0; i < call.keywords.size(); ++i) {
    if (i || !call.items.empty()) out += ", ";
    out += call.keywords[i].name;
    out += '=';
    append(out, call.keywords[i].value);
  }
  out += ')';
}

// 2j and not 2.0j.
std::string complex_part(double value) {
  std::string text = format_float(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

void append_complex(std::string& out, const Expression& number) {
  const std::string imaginary = complex_part(number.imaginary) + "j";
  if (number.real == 0 && !std::signbit(number.real) && imaginary[0] != '-') {
    out += imaginary;
    return;
  }
  out += '(';
  out += complex_part(number.real);
  if (imaginary[0] != '-') out += '+';
  out += imaginary;
  out += ')';
}

void append(std::string& out, const Expression& expression) {
  switch (expression.form) {
    case Form::none:
      out += "None";
      return;
    case Form::boolean:
      out += expression.boolean ? "True" : "False";
      return;
    case Form::integer:
      out += std::to_string(expression.integer);
      return;
    case Form::real:
      out += format_float(expression.real);
      return;
    case Form::complex:
      append_complex(out, expression);
      return;
    case Form::text:
      out += format_quoted(expression.text);
      return;
    case Form::name:
    case Form::object:
      out += expression.text;
      return;
    case Form::list:
      out += '[';
      append_items(out, expression.items);
      out += ']';
      return;
    case Form::tuple:
      out += '(';
      append_items(out, expression.items);
      out += expression.items.size() == 1 ? ",)" : ")";
      return;
    case Form::dict:
      append_dict(out, expression);
      return;
    case Form::call:
      append_call(out, expression);
      return;
  }
}

}  // namespace

std::string printed(const Expression& expression) {
  return expression.form == Form::text ? expression.text : format(expression);
}

bool truth(const Expression& expression) noexcept {
  switch (expression.form) {
    case Form::none:
      return false;
    case Form::boolean:
      return expression.boolean;
    case Form::integer:
      return expression.integer != 0;
    case Form::real:
    case Form::complex:
      return expression.real != 0 || expression.imaginary != 0;
    case Form::text:
      return !expression.text.empty();
    case Form::list:
    case Form::tuple:
    case Form::dict:
      return !expression.items.empty();
    case Form::name:
    case Form::call:
    case Form::object:
      return true;
  }
  return true;
}

std::string format(const Expression& expression) {
  std::string out;
  append(out, expression);
  return out;
}

}  // namespace duramen::spec
