// What a module's text may have beside Python: the text that print(model) shows, of any version of
// PyTorch, and the additions of the lossless form. docs/text-form.md has the grammar.
#include <optional>

#include "base/text.hpp"
#include "spec/parser.hpp"

namespace duramen::spec {
namespace {

Expression name_at(std::string_view text, uint32_t column) {
  Expression out;
  out.form = Form::name;
  out.column = column;
  out.text = text;
  return out;
}

Expression call_of(std::string_view callee, uint32_t column) {
  Expression out;
  out.form = Form::call;
  out.column = column;
  out.text = callee;
  return out;
}

// ---- Parameter containing: [torch.float32 of size 3x4] ----

// The words of old versions: "torch.FloatTensor", "torch.cuda.FloatTensor".
constexpr std::pair<std::string_view, std::string_view> kTensorTypes[] = {
    {"DoubleTensor", "float64"},
    {"FloatTensor", "float32"},
    {"HalfTensor", "float16"},
    {"BFloat16Tensor", "bfloat16"},
    {"LongTensor", "int64"},
    {"IntTensor", "int32"},
    {"ShortTensor", "int16"},
    {"CharTensor", "int8"},
    {"ByteTensor", "uint8"},
    {"BoolTensor", "bool"},
    {"ComplexDoubleTensor", "complex128"},
    {"ComplexFloatTensor", "complex64"},
    {"ComplexHalfTensor", "complex32"},
};

bool skip(std::string_view& text, std::string_view start) noexcept {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

std::string dtype_of(std::string_view shown) {
  skip(shown, "torch.");
  skip(shown, "cuda.");
  for (const auto& [type, dtype] : kTensorTypes) {
    if (type == shown) shown = dtype;
  }
  return join("torch.", shown);
}

bool has_gradient(std::string_view dtype) noexcept {
  return dtype.find("float") != dtype.npos || dtype.find("complex") != dtype.npos;
}

// "3x4"; empty without dimensions.
std::optional<Expression> sizes_of(std::string_view text, uint32_t column) {
  Expression sizes;
  sizes.form = Form::tuple;
  sizes.column = column;
  while (!text.empty()) {
    const size_t end = std::min(text.find('x'), text.size());
    const std::optional<int64_t> size = parse_int(text.substr(0, end));
    if (!size || *size < 0 || (end < text.size() && end + 1 == text.size())) return std::nullopt;
    Expression item;
    item.form = Form::integer;
    item.column = column;
    item.integer = *size;
    sizes.items.push_back(std::move(item));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return sizes;
}

}  // namespace

std::optional<Expression> shown_tensor(std::string_view line, uint32_t column) {
  const bool is_parameter = skip(line, "Parameter");
  if (!is_parameter && !skip(line, "Tensor")) return std::nullopt;
  if (!skip(line, " containing: [")) return std::nullopt;
  line = line.substr(0, line.find(']'));
  line = line.substr(0, line.find(" ("));  // the device
  const size_t of = line.find(" of size");
  if (of == line.npos) return std::nullopt;
  const std::string dtype = dtype_of(line.substr(0, of));
  line.remove_prefix(of + 8);
  skip(line, " ");
  std::optional<Expression> sizes = sizes_of(line, column);
  if (!sizes) return std::nullopt;
  Expression zeros = call_of("zeros", column);
  zeros.keywords.emplace_back("size", *std::move(sizes));
  zeros.keywords.emplace_back("dtype", name_at(dtype, column));
  if (!is_parameter) return zeros;
  Expression parameter = call_of("Parameter", column);
  parameter.items.push_back(std::move(zeros));
  Expression flag;
  flag.form = Form::boolean;
  flag.column = column;
  flag.boolean = has_gradient(dtype);
  parameter.keywords.emplace_back("requires_grad", std::move(flag));
  return parameter;
}

// ---- @N and … ----

bool Parser::at_special() const noexcept {
  return scanner_.peek() == '@' ||
         (scanner_.peek() == '.' && scanner_.peek(1) == '.' && scanner_.peek(2) == '.');
}

Expression Parser::special() {
  const uint32_t column = scanner_.column();
  if (scanner_.peek() == '.') {
    scanner_.advance(3);
    return name_at("...", column);
  }
  scanner_.advance(1);
  const std::string_view digits = scanner_.digits();
  const std::optional<int64_t> number = digits.size() > 9 ? std::nullopt : parse_int(digits);
  if (!number || *number == 0) scanner_.fail("a number behind '@'");
  Scanner ahead = scanner_;
  if (!ahead.accept('=')) return name_at(join("@", *number), column);
  if (repeated_ > 1) {
    throw syntax_error(column, "no definition inside of what is repeated", join("@", *number));
  }
  scanner_ = ahead;
  Expression out = expression();
  out.definition = static_cast<uint32_t>(*number);
  return out;
}

// ---- What stands between the parentheses, and behind them ----

void Parser::module_body(Expression& call) {
  count_module(call.column);
  call.verbatim = modules_->is_verbatim(call);
  if (call.verbatim) {
    verbatim(call);
  } else {
    module_arguments(call);
  }
  children(call);
  scanner_.expect(')', "',' or ')'");
  attributes(call);
}

void Parser::count_module(uint32_t column) {
  module_count_ += repeated_;
  if (repeated_ == 1 || module_count_ <= modules_->max_modules) return;
  throw error_at(call_of("", column), Code::limit,
                 join("text: repeats more than ", modules_->max_modules, " modules"))
      .with("expected", join("at most ", modules_->max_modules, " modules"));
}

// Up to the first child or the closing parenthesis. "512 -> 10" is how Linear printed its sizes
// once.
void Parser::module_arguments(Expression& call) {
  for (bool comma = true;; comma = scanner_.accept(',') || scanner_.accept_arrow()) {
    scanner_.skip_blanks();
    if (scanner_.peek() == ')' || at_child()) return;
    if (!comma) scanner_.fail("',' or ')'");
    if (!call.keywords.empty() && scanner_.at_identifier() && !scanner_.at_keyword()) {
      bareword(call);
    } else {
      argument(call);
    }
  }
}

// "Dropout(p=0.5, inplace)": the old way to show a flag that is set.
void Parser::bareword(Expression& call) {
  const Scanner before = scanner_;
  Expression flag = start(Form::boolean);
  flag.boolean = true;
  std::string name(scanner_.identifier());
  scanner_.skip_blanks();
  const bool is_constant = name == "None" || name == "True" || name == "False";
  if (is_constant || (scanner_.peek() != ',' && scanner_.peek() != ')')) {
    scanner_ = before;
    scanner_.fail("a keyword argument (positional ones come first)");
  }
  call.keywords.emplace_back(std::move(name), std::move(flag));
}

void Parser::attributes(Expression& call) {
  if (!scanner_.accept('{')) return;
  enter();
  for (bool comma = true; !scanner_.accept('}'); comma = scanner_.accept(',')) {
    if (!comma) scanner_.fail("',' or '}'");
    scanner_.skip_blanks();
    if (!scanner_.at_keyword()) scanner_.fail("an attribute such as training=False");
    std::string name(scanner_.identifier());
    scanner_.accept('=');
    call.attributes.emplace_back(std::move(name), expression());
  }
  --depth_;
}

// ---- Children ----

bool Parser::at_child() const {
  if (scanner_.printed_name_size() > 0) return true;
  if (scanner_.peek() != '[') return false;
  Scanner ahead = scanner_;
  ahead.advance(1);
  ahead.skip_blanks();
  if (!ahead.at_string()) return false;
  ahead.string();
  return ahead.accept(']') && ahead.accept(':');
}

void Parser::children(Expression& call) {
  size_t shown = 0;
  for (scanner_.skip_blanks(); at_child(); scanner_.skip_blanks()) shown += child(call, shown);
}

uint32_t Parser::child(Expression& call, size_t shown) {
  std::string name;
  if (scanner_.accept('[')) {
    scanner_.skip_blanks();
    name = scanner_.string();
    scanner_.accept(']');
  } else {
    const size_t size = scanner_.printed_name_size();
    scanner_.advance(1);
    name = scanner_.take(size);
    scanner_.advance(1);
  }
  scanner_.accept(':');
  scanner_.skip_blanks();
  Expression value = child_value(name, shown);
  if (value.repeat > 1) {
    name = std::to_string(shown);
    call.is_list = true;
  }
  const uint32_t repeat = value.repeat;
  call.children.emplace_back(std::move(name), std::move(value));
  return repeat;
}

Expression Parser::child_value(std::string_view label, size_t first) {
  if (std::optional<Expression> tensor = shown_tensor(scanner_.line(), scanner_.column())) {
    scanner_.advance(scanner_.line().find(']') + 1);
    return *std::move(tensor);
  }
  if (scanner_.line().starts_with("Object of type: ")) scanner_.fail("a module or a tensor");
  const uint64_t outside = repeated_;
  const uint32_t repeat = scanner_.at_number() ? take_repeat(label, first) : 1;
  repeated_ = std::min<uint64_t>(repeated_ * repeat, uint64_t{modules_->max_modules} + 1);
  Expression value = expression();
  repeated_ = outside;
  value.repeat = repeat;
  return value;
}

// "6 x " behind "(0-5): ", where `first` children stand before.
uint32_t Parser::take_repeat(std::string_view label, size_t first) {
  const Scanner before = scanner_;
  const std::string_view digits = scanner_.digits();
  const std::optional<int64_t> count = digits.size() > 9 ? std::nullopt : parse_int(digits);
  scanner_.skip_blanks();
  if (!count || *count < 1 || scanner_.identifier() != "x") {
    scanner_ = before;
    scanner_.fail("a module");
  }
  const int64_t last = static_cast<int64_t>(first) + *count - 1;
  if (label != join(first, "-", last)) {
    throw syntax_error(before.column(), join("(", first, "-", last, ") before ", *count, " x"),
                       join("(", label, ")"));
  }
  return static_cast<uint32_t>(*count);
}

// ---- Arguments of a class that is not known ----

namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view without_end_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Whether what follows the closing parenthesis is what can follow one.
bool ends_well(Scanner at) {
  while (is_blank(at.peek())) at.advance(1);
  constexpr std::string_view kFollowing("\n\0,)]}{#", 8);
  return kFollowing.find(at.peek()) != kFollowing.npos || at.printed_name_size() > 0;
}

constexpr size_t kLongest = 16384;  // of a text that is taken as it is shown

bool is_module_child(const Scanner& at) {
  return at.printed_name_size() > 0 && !shown_tensor(at.printed_value(), 1);
}

// The place of the first child, or of the parenthesis that ends the text that begins here, by the
// indentation that print(model) gives. Nothing where the lines are not indented so.
std::optional<Scanner> indented_end(Scanner at) {
  const size_t indent = at.indent();
  if (!without_end_blanks(at.line()).empty()) return std::nullopt;
  for (size_t size = 0; size < kLongest;) {
    const std::string_view before = at.line();
    at.advance(before.size() + 1);
    size += before.size() + 1;
    const std::string_view line = at.line();
    if (at.at_end()) return std::nullopt;
    if (without_end_blanks(line).empty()) continue;
    const size_t blanks = line.find_first_not_of(' ');
    Scanner start = at;
    start.advance(blanks);
    if (blanks == indent && line[blanks] == ')') return start;
    if (blanks == indent + 2 && is_module_child(start)) return start;
    if (blanks < indent + 2) return std::nullopt;
  }
  return std::nullopt;
}

// The same by parentheses, which are paired inside the text.
std::optional<Scanner> paired_end(Scanner at) {
  size_t open = 0;
  size_t size = 0;
  for (bool fresh = true; !at.at_end() && size < kLongest; at.advance(1), ++size) {
    const char c = at.peek();
    if (c == '(') {
      if (open == 0 && fresh && is_module_child(at)) return at;
      ++open;
    } else if (c == ')') {
      if (open-- == 0) return at;
    }
    fresh = is_blank(c) || c == '\n';
  }
  return std::nullopt;
}

// The last parenthesis of the line, for a text whose parentheses do not pair.
std::optional<Scanner> line_end(Scanner at) {
  const std::string_view line = without_end_blanks(at.line());
  if (!line.ends_with(')')) return std::nullopt;
  at.advance(line.size() - 1);
  return at;
}

std::optional<Scanner> shown_end(const Scanner& begin) {
  if (std::optional<Scanner> end = indented_end(begin)) return end;
  const std::optional<Scanner> end = paired_end(begin);
  if (!end) return line_end(begin);
  const bool same_line = begin.up_to(*end).find('\n') == std::string_view::npos;
  Scanner behind = *end;
  behind.advance(1);
  const bool is_sure = end->peek() == ')' ? same_line && ends_well(behind)
                                          : same_line || end->indent() > begin.indent();
  if (is_sure) return end;
  const std::optional<Scanner> by_line = line_end(begin);
  return by_line ? by_line : end;
}

// Takes the indentation of the lines away and the line breaks around them.
std::string unindented(std::string_view text, size_t indent) {
  std::string out;
  for (size_t start = text.find('\n') + 1; start <= text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    const bool is_last = end == text.size();
    start = end + 1;
    if (is_last && without_end_blanks(line).empty()) break;
    const size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
    line.remove_prefix(std::min(blanks, indent));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!out.empty()) out += '\n';
    out += line;
  }
  return out;
}

}  // namespace

void Parser::verbatim(Expression& call) {
  const Scanner begin = scanner_;
  const std::optional<Scanner> end = shown_end(begin);
  if (!end) {
    scanner_.advance(SIZE_MAX);
    scanner_.fail("',' or ')'");
  }
  const std::string_view text = begin.up_to(*end);
  const bool is_leaf = end->peek() == ')';
  const bool has_lines = without_end_blanks(begin.line()).empty();
  call.shown = has_lines ? unindented(text, begin.indent() + 2)
               : is_leaf ? std::string(text)
                         : std::string(without_end_blanks(text.substr(0, text.find('\n'))));
  shown_tensors(call, begin);
  scanner_ = *end;
}

// Lines of a ParameterList by another name are part of its text, and its parameters.
void Parser::shown_tensors(Expression& call, Scanner at) const {
  std::string_view rest = call.shown;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const Scanner scanner(line.substr(std::min(line.find_first_not_of(' '), line.size())));
    const size_t size = scanner.printed_name_size();
    if (size == 0) continue;
    std::optional<Expression> tensor = shown_tensor(scanner.printed_value(), at.column());
    if (!tensor) continue;
    Scanner name = scanner;
    name.advance(1);
    call.children.emplace_back(std::string(name.take(size)), *std::move(tensor));
  }
}

}  // namespace duramen::spec
