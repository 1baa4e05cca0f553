// The text form, parsed: a constructor call as in Python, nested, with Python's literals. No names
// are resolved and nothing is built here; positions are kept for error messages.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/counted.hpp"
#include "base/error.hpp"

namespace duramen::spec {

enum class Form : uint8_t {
  none,
  boolean,
  integer,
  real,
  complex,
  text,
  name,
  list,
  tuple,
  dict,
  call,
  object
};

struct Keyword;

// One expression. A plain tree by value; depth and length are limited by the parser.
struct Expression {
  Form form = Form::none;
  // 1-based, in characters from the start of the text (line breaks count); 0: of no text.
  uint32_t column = 1;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;                // real; the real part of complex
  double imaginary = 0;           // complex
  std::string text;               // text; the name; the callee of a call
  std::vector<Expression> items;  // list, tuple, dict values, a call's positional arguments
  std::vector<Expression> keys;   // dict
  std::vector<Keyword> keywords;  // a call's
  Ref<Counted> object;            // given by the caller under a name: a tensor or a module
};

struct Keyword {
  Keyword(std::string keyword, Expression expression)
      : name(std::move(keyword)), value(std::move(expression)) {}

  std::string name;
  Expression value;
};

struct Limits {
  uint32_t max_depth = 200;
  size_t max_length = 64u << 20;
};

// Objects that the text may use by name (`ctx.module(text, a=other)`).
struct NamedObject {
  std::string_view name;
  Ref<Counted> object;
};

// INVALID_ARGUMENT with the details "column", "expected", "actual"; LIMIT. A callee is stored
// without torch.nn. and the like; a name among `objects` becomes an object; inf, nan and
// float('inf') are reals. UNSUPPORTED for the text that print(model) shows.
Expression parse(std::string_view text, std::span<const NamedObject> objects = {},
                 const Limits& limits = {});
// Back to Python text; parse(format(e)) gives e again (given the same objects).
std::string format(const Expression& expression);

// What Python's str() gives: as format, but a text stands without quotes.
std::string printed(const Expression& expression);
// Python's truth of a value; of what has none here (a name, a call, an object) true.
bool truth(const Expression& expression) noexcept;

// The callee without torch.nn. and the like, as parse() stores it.
std::string_view bare_callee(std::string_view name) noexcept;

// An error at an expression: INVALID_ARGUMENT `message (at column N)` with the detail "column";
// without both where there is no text.
Error error_at(const Expression& where, Code code, std::string_view message);
// Gives an error that has no column that of `where`.
void locate(Error& error, const Expression& where);

}  // namespace duramen::spec
