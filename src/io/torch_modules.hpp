// Modules that were pickled whole, seen as data: an object whose state has _parameters, _buffers
// and _modules, or one of TorchScript's classes.
#pragma once

#include <string_view>
#include <vector>

#include "io/pickle.hpp"

namespace duramen::io {

enum class Role : uint8_t { parameter, buffer, module, attribute };

// The dicts of a module.
struct Members {
  pickle::Id object = UINT32_MAX;
  bool is_module = false;
  bool is_script = false;
  pickle::Id parameters = pickle::kNone;
  pickle::Id buffers = pickle::kNone;
  pickle::Id modules = pickle::kNone;
  pickle::Id transient = pickle::kNone;  // a set of names of buffers
};

// What TorchScript's code says of a class: which of its tensors are state. All are where the code
// says nothing.
struct ScriptClass {
  std::string_view module;
  std::string_view name;
  bool is_known = false;
  std::vector<std::string_view> parameters;
  std::vector<std::string_view> buffers;
};
// From the text of a module of Python: "class NAME(Module):" and below it the two lists.
ScriptClass parse_script_class(std::string_view code, std::string_view name);

}  // namespace duramen::io
