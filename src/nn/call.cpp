#include "nn/call.hpp"

#include "base/text.hpp"
#include "nn/traverse.hpp"

namespace duramen::nn {

void Call::refuse(const Module& module) {
  std::string name;
  const auto nothing = [](Module&) {};
  traverse(module, name, {"forward", true, true, false, false, true}, nothing, nothing);
  throw Error(Code::limit, join("forward: modules are nested too deeply (expected at most ",
                                kDeepest, " levels)"))
      .with("torch_error", "RecursionError");
}

}  // namespace duramen::nn
