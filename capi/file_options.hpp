// What the calls that read and write files share: the parts of a context that they need, and their
// options.
#pragma once

#include "handles.hpp"

namespace duramen::capi {

io::Services services_of(Context& context);
io::OpenOptions open_options(const duramen_open_options* options);
io::SaveOptions save_options(const duramen_save_options* options);
// Of a copy of the caller's bytes.
Ref<io::Checkpoint> checkpoint_of_copy(Context& context, const void* data, size_t nbytes,
                                       const io::OpenOptions& options);
std::string path_argument(const char* path, size_t length);

}  // namespace duramen::capi
