#include "nn/placeholder.hpp"

#include "nn/traverse.hpp"

namespace duramen::nn {

std::vector<UnknownModule> unknown_modules(const Module& root) {
  std::vector<UnknownModule> found;
  std::string path;
  traverse(
      root, path, {"unknown_modules", true, true, false, false, true},
      [&](Module& module) {
        if (placeholder_of(module)) found.push_back({path, module.class_name()});
      },
      [](Module&) {});
  return found;
}

}  // namespace duramen::nn
