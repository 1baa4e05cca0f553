// What a registered type takes: names, kinds and defaults of its parameters, and the binding of a
// call to them.
//
// Tables are constant data (no static constructors): each layer, loss, optimizer or operator
// declares a constexpr array of Parameter beside its factory. One registry mechanism serves ops, nn
// and optim.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "spec/syntax.hpp"

namespace duramen::spec {

// What an argument may be; a set of bits. Kinds follow Python: an int is accepted where a real is
// wanted; a bool is no number, as in PyTorch's operators, unless kBoolNumber says so.
using Kinds = uint32_t;
inline constexpr Kinds kNone = 1, kBool = 2, kInt = 4, kReal = 8, kText = 16, kDtype = 32,
                       kTensor = 64, kModule = 128,
                       kList = 256,  // list or tuple of anything
    kInts = 512,                     // an int, or a list or tuple of ints
    kDict = 1024,
                       kTruth = 2048 | kBool,  // a bool, or what is true or false: None, 0, '', []
    kBoolNumber = 4096,                        // with kInt or kReal: True is 1
    kAny = 1u << 31;

struct Parameter {
  std::string_view name;
  Kinds kinds;
  std::string_view fallback;  // the default as Python text; empty: required
  std::string_view doc;
  bool keyword_only = false;
  // Takes all further positional arguments (Sequential(*args)), after the other positional ones;
  // with keyword_only: accepts and ignores any other keyword (Identity(**kwargs)).
  bool variadic = false;
};

struct Signature {
  std::string_view name;
  std::span<const Parameter> parameters;
  std::string_view doc;
};

// Whether the call has an argument for that parameter.
bool is_given(const Signature& signature, const Expression& call, std::string_view name) noexcept;
// Adds the argument unless it is_given().
void give(const Signature& signature, Expression& call, std::string_view name, Expression value);

// A call bound to a signature: one expression a parameter, defaults filled in.
class Arguments {
 public:
  // INVALID_ARGUMENT (torch_error TypeError) for too many, unknown (with "nearest"), repeated,
  // missing arguments and wrong kinds; the column of the culprit is a detail.
  // Both must outlive the arguments. Texts as PyTorch's: a name in upper case is a class and reads
  // "Linear.__init__() …".
  Arguments(const Signature& signature, const Expression& call);
  Arguments(const Arguments&) = delete;  // points into itself
  Arguments(Arguments&&) = default;

  const Signature& signature() const noexcept { return *signature_; }
  const Expression& call() const noexcept { return *call_; }
  const Expression& operator[](std::string_view name) const;  // the parameter must exist
  bool given(std::string_view name) const;                    // by the caller, not the default
  const std::vector<const Expression*>& variadic() const noexcept { return variadic_; }

  bool is_none(std::string_view name) const { return (*this)[name].form == Form::none; }
  bool boolean(std::string_view name) const;     // Python's truth of anything
  int64_t integer(std::string_view name) const;  // a bool too
  double real(std::string_view name) const;      // an int or a bool too
  std::string_view text(std::string_view name) const;
  std::vector<int64_t> integers(std::string_view name) const;  // one int gives one
  std::optional<double> optional_real(std::string_view name) const;
  std::optional<int64_t> optional_integer(std::string_view name) const;

 private:
  void bind_positional();
  void bind_keyword(const std::string& name, const Expression& value);
  void check_missing(bool keyword_only) const;
  void fill_defaults();
  size_t index_of(std::string_view name) const;

  const Signature* signature_;
  const Expression* call_;
  std::vector<const Expression*> bound_;
  std::vector<Expression> defaults_;
  std::vector<bool> given_;
  std::vector<const Expression*> variadic_;
};

}  // namespace duramen::spec
