// What several verbs say about a tensor or a value.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "handles.hpp"
#include "json.hpp"

namespace cli {

std::vector<int64_t> shape_of(const duramen_tensor* tensor);
std::vector<int64_t> strides_of(const duramen_tensor* tensor);  // in elements
// Of the logical elements in C order, little-endian.
std::string tensor_sha256(duramen_context* context, const duramen_tensor* tensor);
void write_numbers(Json& json, std::span<const int64_t> numbers);

std::string_view text_of(const duramen_value* value);
// A dictionary's key as a step of a dotted path: a text as it is, the rest as Python prints it, and
// "keyINDEX" where that would be long.
std::string key_text(const duramen_value* key, size_t index);
// A value on one line, as Python would print it where it has a short form.
std::string describe(const duramen_value* value);

}  // namespace cli
