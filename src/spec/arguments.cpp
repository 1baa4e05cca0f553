#include "base/text.hpp"
#include "spec/signature.hpp"

namespace duramen::spec {

int64_t integer_of(const Expression& expression) noexcept {
  return expression.form == Form::boolean ? expression.boolean : expression.integer;
}

double real_of(const Expression& expression) noexcept {
  if (expression.form == Form::real) return expression.real;
  return static_cast<double>(integer_of(expression));
}

std::vector<int64_t> integers_of(const Expression& expression) {
  if (expression.form == Form::integer) return {expression.integer};
  std::vector<int64_t> out;
  out.reserve(expression.items.size());
  for (const Expression& item : expression.items) out.push_back(item.integer);
  return out;
}

size_t Arguments::index_of(std::string_view name) const {
  size_t index = 0;
  while (index < bound_.size() && signature_->parameters[index].name != name) ++index;
  if (index < bound_.size()) return index;
  throw Error(Code::internal, join(signature_->name, ": no parameter '", name, "'"));
}

const Expression& Arguments::operator[](std::string_view name) const {
  return *bound_[index_of(name)];
}
bool Arguments::given(std::string_view name) const { return given_[index_of(name)]; }
bool Arguments::boolean(std::string_view name) const { return truth((*this)[name]); }
int64_t Arguments::integer(std::string_view name) const { return integer_of((*this)[name]); }
double Arguments::real(std::string_view name) const { return real_of((*this)[name]); }
std::string_view Arguments::text(std::string_view name) const { return (*this)[name].text; }

std::vector<int64_t> Arguments::integers(std::string_view name) const {
  return integers_of((*this)[name]);
}

std::optional<double> Arguments::optional_real(std::string_view name) const {
  if (is_none(name)) return std::nullopt;
  return real(name);
}

std::optional<int64_t> Arguments::optional_integer(std::string_view name) const {
  if (is_none(name)) return std::nullopt;
  return integer(name);
}

}  // namespace duramen::spec
