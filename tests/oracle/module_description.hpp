// What is recorded of a module right after construction, compared exactly.
#pragma once

#include "nn/module.hpp"
#include "support/case_log.hpp"
#include "support/goldens.hpp"

namespace duramen::test {

// repr, modules, parameters, buffers, state (with shas), versions.
void check_description(const nn::Module& module, const Json& expected, Problems& problems);
// The `init/` arrays, value for value.
void check_initial_values(const nn::Module& module, const Json& one, Goldens& goldens,
                          Problems& problems);
// [{"key", "sha256"}, …] against the module's state dict, in order.
void check_shas(const nn::Module& module, const Json& expected, const std::string& label,
                Problems& problems);

}  // namespace duramen::test
