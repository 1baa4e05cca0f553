// The arguments of a call that is made without text.
#pragma once

#include <optional>

#include "spec/syntax.hpp"
#include "value/value.hpp"

namespace duramen::capi {

class CallOptions final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("opts");
  CallOptions() : Counted(kTag) {}

  void set(std::string_view name, spec::Expression value);
  // Appends to the list (no key) or dict of that name; makes it first.
  void add(std::string_view name, std::optional<std::string_view> key, spec::Expression item);
  // `callee` with these arguments.
  spec::Expression call(std::string_view callee) const;

 private:
  spec::Expression* find(std::string_view name) noexcept;

  std::vector<spec::Keyword> arguments_;
};

// Of no text: column 0.
spec::Expression plain_expression(spec::Form form);
spec::Expression text_expression(std::string_view text);
spec::Expression object_expression(Ref<Counted> object, std::string name);
// UNSUPPORTED for what no text can say; LIMIT for nesting without measure.
spec::Expression value_expression(const Value& value);

}  // namespace duramen::capi
