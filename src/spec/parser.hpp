// The parser of the text form. Recursive, with a limit; what a module's text has beside Python is
// in printed.cpp.
#pragma once

#include <algorithm>
#include <optional>

#include "spec/scanner.hpp"

namespace duramen::spec {

class Parser {
 public:
  Parser(std::string_view text, std::span<const NamedObject> objects, const Limits& limits)
      : scanner_(text), objects_(objects), max_depth_(std::min(limits.max_depth, kDeepest)) {}
  Parser(std::string_view text, const ModuleSyntax& syntax)
      : Parser(text, syntax.objects, syntax.limits) {
    modules_ = &syntax;
  }

  Expression whole() {
    Expression out = expression();
    scanner_.skip_blanks();
    if (!scanner_.at_end()) scanner_.fail("end of text");
    return out;
  }

 private:
  static constexpr uint32_t kDeepest = 500;  // the parser and the destructor recurse

  Expression expression();
  Expression atom(bool negative);
  Expression signed_number(bool negative);
  Expression parenthesised();
  Expression bracketed();
  Expression braced();
  bool at_call() const noexcept;
  Expression named();
  Expression called(std::string_view name, uint32_t column);
  void argument(Expression& call);
  void add_imaginary(Expression& number, bool negative);
  void enter();
  Expression start(Form form) const {
    Expression out;
    out.form = form;
    out.column = scanner_.column();
    return out;
  }

  // Requires: modules_.
  bool at_special() const noexcept;
  Expression special();
  void module_body(Expression& call);
  void module_arguments(Expression& call);
  void bareword(Expression& call);
  void verbatim(Expression& call);
  void shown_tensors(Expression& call, Scanner at) const;
  void children(Expression& call);
  bool at_child() const;
  uint32_t child(Expression& call, size_t shown);  // how many it stands for
  Expression child_value(std::string_view label, size_t first);
  uint32_t take_repeat(std::string_view label, size_t first);
  void attributes(Expression& call);
  void count_module(uint32_t column);

  Scanner scanner_;
  std::span<const NamedObject> objects_;
  const ModuleSyntax* modules_ = nullptr;
  uint32_t max_depth_;
  uint32_t depth_ = 0;
  uint64_t repeated_ = 1;  // how many modules the call at hand stands for
  uint64_t module_count_ = 0;
};

// "Parameter containing: [torch.float32 of size 3x4]", as a line of ParameterList shows it:
// Parameter(zeros((3, 4), dtype=…)); nothing when `line` is not such a text.
std::optional<Expression> shown_tensor(std::string_view line, uint32_t column);

}  // namespace duramen::spec
