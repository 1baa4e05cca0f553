// The text form, parsed: a constructor call as in Python, nested, with Python's literals. No names
// are resolved and nothing is built here; positions are kept for error messages.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/counted.hpp"
#include "base/error.hpp"
#include "base/function_ref.hpp"

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

  // Of a module's text only (parse_module):
  std::vector<Keyword> children;    // a call's, as print(model) shows them
  std::vector<Keyword> attributes;  // a call's, in braces behind it
  bool verbatim = false;            // the callee is unknown; `shown` stands for its arguments
  bool is_list = false;             // of those, one that prints equal neighbours once
  std::string shown;
  uint32_t repeat = 1;      // a child's: "(0-5): 6 x …"
  uint32_t definition = 0;  // N of "@N = …"
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
// What a module's text may have beside Python: the text that print(model) shows, old and new, and
// what the lossless form adds (docs/text-form.md). A printed child is `(name): …`, one of the
// lossless form may be `['name']: …`, a repeated one is stored once with its `repeat`; `@N` and
// `...` are names; `Parameter containing: […]` is Parameter(zeros(…)).
struct ModuleSyntax {
  std::span<const NamedObject> objects;
  // Called with each call whose arguments come next: whether they are taken as they are shown.
  FunctionRef<bool(const Expression& callee)> is_verbatim;
  // How many modules repeated children may stand for.
  uint32_t max_modules = 1u << 20;
  Limits limits = {};
};
Expression parse_module(std::string_view text, const ModuleSyntax& syntax);

// Back to Python text; parse(format(e)) gives e again (given the same objects).
std::string format(const Expression& expression);

// What Python's str() gives: as format, but a text stands without quotes.
std::string printed(const Expression& expression);
// Python's truth of a value; of what has none here (a name, a call, an object) true.
bool truth(const Expression& expression) noexcept;
// An integer, or a bool as 0 or 1; a real too, and either of them; the integers of a list or tuple,
// or one alone.
int64_t integer_of(const Expression& expression) noexcept;
double real_of(const Expression& expression) noexcept;
std::vector<int64_t> integers_of(const Expression& expression);

// The callee without torch.nn. and the like, as parse() stores it.
std::string_view bare_callee(std::string_view name) noexcept;

// An error at an expression: INVALID_ARGUMENT `message (at column N)` with the detail "column";
// without both where there is no text.
Error error_at(const Expression& where, Code code, std::string_view message);
// Gives an error that has no column that of `where`.
void locate(Error& error, const Expression& where);

}  // namespace duramen::spec
