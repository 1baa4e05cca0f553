// Writes outcomes of state cases in the recorded form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nn/walk.hpp"

namespace duramen::test {

std::string json_text(std::string_view text);
std::string json_list(const std::vector<std::string>& items);
std::string json_texts(const std::vector<std::string>& texts);
inline std::string json_flag(bool value) { return value ? "true" : "false"; }

// {"dtype", "shape", "sha256", "requires_grad", "parameter"}.
std::string json_entry(const Tensor& tensor);

struct ListedTensor {
  std::string name;
  const Tensor* tensor;
};
// The same with "name" first, and "storage" and "object": the first entry of the list with the same
// storage, the same object.
std::string json_entries(const std::vector<ListedTensor>& entries);
std::string json_modules(const std::vector<nn::NamedModule>& modules);

}  // namespace duramen::test
