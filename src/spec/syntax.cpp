#include "spec/syntax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "spec/parser.hpp"

namespace duramen::spec {
namespace {

// Where PyTorch users import from; the longest first.
constexpr std::string_view kNamespaces[] = {"torch.nn.modules.",
                                            "torch.nn.functional.",
                                            "torch.nn.parameter.",
                                            "torch.nn.init.",
                                            "torch.nn.",
                                            "torch.optim.sgd.",
                                            "torch.optim.",
                                            "torch.",
                                            "nn.modules.",
                                            "nn.functional.",
                                            "nn.parameter.",
                                            "nn.init.",
                                            "nn.",
                                            "optim.sgd.",
                                            "optim.",
                                            "collections.",
                                            "F."};

// The files of torch.nn.modules.
constexpr std::string_view kModuleFiles[] = {"activation.", "batchnorm.", "container.", "dropout.",
                                             "flatten.",    "linear.",    "loss.",      "module."};

std::string_view without_prefix(std::string_view name,
                                std::span<const std::string_view> prefixes) noexcept {
  for (const std::string_view prefix : prefixes) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

// A name that is a float: inf, nan, math.inf, torch.nan, …
std::optional<double> named_real(std::string_view name) noexcept {
  for (const std::string_view space : {"math.", "torch.", "np.", "numpy."}) {
    if (name.starts_with(space)) name.remove_prefix(space.size());
  }
  if (name == "inf") return std::numeric_limits<double>::infinity();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

}  // namespace

void Parser::enter() {
  if (++depth_ <= max_depth_) return;
  throw error_at(start(Form::none), Code::limit,
                 join("text: nested deeper than ", max_depth_, " levels"))
      .with("expected", join("at most ", max_depth_, " levels"));
}

Expression Parser::expression() {
  scanner_.skip_blanks();
  const uint32_t column = scanner_.column();
  bool is_signed = false;
  bool negative = false;
  for (; scanner_.peek() == '-' || scanner_.peek() == '+'; scanner_.skip_blanks()) {
    is_signed = true;
    negative ^= scanner_.peek() == '-';
    scanner_.advance(1);
  }
  Expression out = is_signed ? signed_number(negative) : atom(false);
  out.column = column;
  add_imaginary(out, negative);
  return out;
}

Expression Parser::signed_number(bool negative) {
  const uint32_t column = scanner_.column();
  Expression out = atom(negative);
  const bool is_number =
      out.form == Form::integer || out.form == Form::real || out.form == Form::complex;
  if (!is_number) throw syntax_error(column, "a number after the sign", format(out));
  return out;
}

// "1 + 2j": the only sum there is. "-0-2j" is how Python prints -0.0-2j.
void Parser::add_imaginary(Expression& number, bool negative) {
  if (number.form != Form::integer && number.form != Form::real) return;
  Scanner ahead = scanner_;
  ahead.skip_blanks();
  const char sign = ahead.peek();
  if (sign != '+' && sign != '-') return;
  ahead.advance(1);
  ahead.skip_blanks();
  Expression part;
  if (ahead.at_number()) {
    part = ahead.number(sign == '-');
  } else if (const std::string_view name = ahead.identifier(); name == "infj" || name == "nanj") {
    part.form = Form::complex;
    part.imaginary = *named_real(name.substr(0, 3)) * (sign == '-' ? -1 : 1);
  }
  if (part.form != Form::complex) return;
  scanner_ = ahead;
  if (number.form == Form::integer) {
    number.real = std::copysign(static_cast<double>(number.integer), negative ? -1 : 1);
  }
  number.integer = 0;
  number.imaginary = part.imaginary;
  number.form = Form::complex;
}

Expression Parser::atom(bool negative) {
  if (scanner_.at_number()) return scanner_.number(negative);
  Expression out;
  if (modules_ && at_special()) return special();
  if (scanner_.at_string()) {
    out = start(Form::text);
    out.text = scanner_.string();
  } else if (scanner_.at_identifier()) {
    out = named();
  } else if (scanner_.peek() == '(') {
    out = parenthesised();
  } else if (scanner_.peek() == '[') {
    out = bracketed();
  } else if (scanner_.peek() == '{') {
    out = braced();
  } else {
    scanner_.fail("a value or a call");
  }
  if (!negative) return out;
  if (out.form == Form::integer && out.integer == std::numeric_limits<int64_t>::min()) {
    throw syntax_error(out.column, "an integer of at most 64 bits", "9223372036854775808");
  }
  out.integer = -out.integer;
  if (out.form == Form::real || out.form == Form::complex) out.real = -out.real;
  if (out.form == Form::complex) out.imaginary = -out.imaginary;
  return out;
}

Expression Parser::parenthesised() {
  Expression out = start(Form::tuple);
  enter();
  scanner_.advance(1);
  bool comma = false;
  while (!scanner_.accept(')')) {
    if (!out.items.empty() && !comma) scanner_.fail("',' or ')'");
    out.items.push_back(expression());
    comma = scanner_.accept(',');
  }
  --depth_;
  if (out.items.size() != 1 || comma) return out;
  return Expression(std::move(out.items[0]));
}

Expression Parser::bracketed() {
  Expression out = start(Form::list);
  enter();
  scanner_.advance(1);
  for (bool comma = true; !scanner_.accept(']'); comma = scanner_.accept(',')) {
    if (!comma) scanner_.fail("',' or ']'");
    out.items.push_back(expression());
  }
  --depth_;
  return out;
}

Expression Parser::braced() {
  Expression out = start(Form::dict);
  enter();
  scanner_.advance(1);
  for (bool comma = true; !scanner_.accept('}'); comma = scanner_.accept(',')) {
    if (!comma) scanner_.fail("',' or '}'");
    out.keys.push_back(expression());
    scanner_.expect(':', "':' after a dictionary's key");
    out.items.push_back(expression());
  }
  --depth_;
  return out;
}

// Whether parentheses follow a name; a module's next child is behind a blank.
bool Parser::at_call() const noexcept {
  Scanner ahead = scanner_;
  ahead.skip_blanks();
  const bool has_blank = ahead.column() != scanner_.column();
  return ahead.peek() == '(' && !(modules_ && has_blank && ahead.printed_name_size() > 0);
}

Expression Parser::named() {
  Expression out = start(Form::name);
  const std::string_view name = scanner_.dotted_name();
  if (at_call()) return called(name, out.column);
  if (name == "None") return out.form = Form::none, out;
  if (name == "True" || name == "False") {
    out.form = Form::boolean;
    out.boolean = name == "True";
    return out;
  }
  out.text = name;
  for (const NamedObject& given : objects_) {
    if (given.name != name) continue;
    out.form = Form::object;
    out.object = given.object;
    return out;
  }
  const bool imaginary = name == "infj" || name == "nanj";
  if (const auto real = named_real(imaginary ? name.substr(0, 3) : name)) {
    out.form = imaginary ? Form::complex : Form::real;
    (imaginary ? out.imaginary : out.real) = *real;
    out.text.clear();
  }
  return out;
}

namespace {

std::string_view stripped(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

// float('inf') is how Python spells it.
void fold_float(Expression& call) {
  if (call.text != "float" || call.items.size() != 1 || !call.keywords.empty()) return;
  const Expression& given = call.items[0];
  std::optional<double> value;
  if (given.form == Form::text) value = parse_float(stripped(given.text));
  if (given.form == Form::boolean) value = given.boolean;
  if (given.form == Form::real) value = given.real;
  if (given.form == Form::integer) value = static_cast<double>(given.integer);
  if (!value) throw syntax_error(given.column, "a number", format(given));
  const uint32_t column = call.column;
  call = Expression();
  call.form = Form::real;
  call.column = column;
  call.real = *value;
}

}  // namespace

Expression Parser::called(std::string_view name, uint32_t column) {
  Expression out;
  out.form = Form::call;
  out.column = column;
  out.text = bare_callee(name);
  enter();
  scanner_.accept('(');
  if (modules_) {
    module_body(out);
  } else {
    for (bool comma = true; !scanner_.accept(')'); comma = scanner_.accept(',')) {
      if (!comma) scanner_.fail("',' or ')'");
      argument(out);
    }
  }
  --depth_;
  fold_float(out);
  return out;
}

void Parser::argument(Expression& call) {
  scanner_.skip_blanks();
  if (scanner_.at_keyword()) {
    std::string name(scanner_.identifier());
    scanner_.accept('=');
    call.keywords.emplace_back(std::move(name), expression());
  } else if (call.keywords.empty()) {
    call.items.push_back(expression());
  } else {
    scanner_.fail("a keyword argument (positional ones come first)");
  }
}

namespace {

void check_text(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_length) {
    throw Error(Code::limit, join("text: longer than the limit (expected at most ",
                                  limits.max_length, " bytes, got ", text.size(), ")"));
  }
  check_utf8(text);
}

}  // namespace

// A bare name stays as it is.
std::string_view bare_callee(std::string_view name) noexcept {
  for (size_t size = name.size() + 1; name.size() < size;) {
    size = name.size();
    const std::string_view bare = without_prefix(name, kNamespaces);
    const bool in_modules = name.substr(0, size - bare.size()).ends_with("nn.modules.");
    name = in_modules ? without_prefix(bare, kModuleFiles) : bare;
  }
  return name;
}

Expression parse(std::string_view text, std::span<const NamedObject> objects,
                 const Limits& limits) {
  check_text(text, limits);
  return Parser(text, objects, limits).whole();
}

Expression parse_module(std::string_view text, const ModuleSyntax& syntax) {
  check_text(text, syntax.limits);
  return Parser(text, syntax).whole();
}

Error error_at(const Expression& where, Code code, std::string_view message) {
  if (where.column == 0) return Error(code, std::string(message));
  return Error(code, join(message, " (at column ", where.column, ")"))
      .with("column", std::to_string(where.column));
}

void locate(Error& error, const Expression& where) {
  ErrorRecord& record = *error.record();
  if (where.column == 0 || record.detail("column")) return;
  record.message += join(" (at column ", where.column, ")");
  error.with("column", std::to_string(where.column));
}

}  // namespace duramen::spec
