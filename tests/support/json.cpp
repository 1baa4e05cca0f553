#include "support/json.hpp"

#include <cstdlib>

namespace duramen::test {

double number(const Json& value) {
  if (value.is_string()) return std::strtod(text(value).c_str(), nullptr);
  if (value.is_object()) return number(at(value, "hex"));
  return double(value);
}

Shape shape_of(const Json& value) {
  Shape shape;
  for (const Json size : simdjson::dom::array(value)) shape.push_back(int64_t(size));
  return shape;
}

std::vector<std::string> texts(const Json& array) {
  std::vector<std::string> all;
  for (const Json item : simdjson::dom::array(array)) all.push_back(text(item));
  return all;
}

std::string to_text(const Json& value) { return simdjson::minify(value); }

}  // namespace duramen::test
