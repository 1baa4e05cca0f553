// What the calls that read and write files share: the parts of a context that they need, and their
// options.
#pragma once

#include "handles.hpp"

namespace duramen::capi {

io::Services services_of(Context& context);
io::OpenOptions open_options(const duramen_open_options* options);
io::SaveOptions save_options(const duramen_save_options* options);
std::string path_argument(const char* path, size_t length);

}  // namespace duramen::capi
