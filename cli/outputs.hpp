// What a module's forward gives, as a file.
#pragma once

#include "handles.hpp"

namespace cli {

// In the format of the file's ending; .npy without one, and to standard output. An .npy has one
// tensor, so that those inside of tuples go to files of their own: Y.npy becomes Y.0.npy,
// Y.1.0.npy. A .pt has the value itself; other formats have the tensors under the names output, or
// output.0, output.1.0. Failure.
void save_outputs(duramen_context* context, const duramen_value* result, const std::string& file);

}  // namespace cli
