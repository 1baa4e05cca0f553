// The recorded data of tests/data/goldens: cases by family, arrays by name, through our own
// safetensors reader.
#pragma once

#include <map>

#include "autograd/context.hpp"
#include "support/json.hpp"

namespace duramen::test {

class Goldens {
 public:
  Goldens();

  std::vector<Json> cases(std::string_view family) const;
  // Throws std::runtime_error where there is none of that name.
  TensorRef array(const std::string& name);
  bool has_array(const std::string& name);

 private:
  void open_arrays();

  simdjson::dom::parser parser_;
  Json root_;
  std::map<std::string, TensorRef, std::less<>> arrays_;
  bool opened_ = false;
};

// tests/data/NAME.
std::string data_path(std::string_view name);

}  // namespace duramen::test
