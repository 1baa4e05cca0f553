// Short access to parsed JSON. Everything throws simdjson's error where the data is not as told.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "tensor/layout.hpp"

namespace duramen::test {

using Json = simdjson::dom::element;

inline bool has(const Json& object, std::string_view key) {
  return object[key].error() == simdjson::SUCCESS;
}
inline Json at(const Json& object, std::string_view key) { return object[key].value(); }
inline Json at(const Json& array, size_t index) { return array.at(index).value(); }
inline size_t count(const Json& array) { return simdjson::dom::array(array).size(); }
inline std::string text(const Json& value) { return std::string(std::string_view(value)); }
inline std::string text(const Json& object, std::string_view key) { return text(at(object, key)); }
inline int64_t integer(const Json& value) { return int64_t(value); }
inline int64_t integer(const Json& object, std::string_view key) {
  return integer(at(object, key));
}
inline bool flag(const Json& object, std::string_view key) {
  return has(object, key) && bool(at(object, key));
}
// A number, or a C hex-float text.
double number(const Json& value);
Shape shape_of(const Json& value);
std::vector<std::string> texts(const Json& array);
std::string to_text(const Json& value);  // minified, for messages

}  // namespace duramen::test
