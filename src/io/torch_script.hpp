// TorchScript's archives: the content is an object of a class whose code lies beside it.
#pragma once

#include "io/torch_archive.hpp"

namespace duramen::io {

bool is_torch_script(const ZipReader& zip);
// The parameters and buffers of the module, as of one that was pickled whole; the constants of the
// code are its attribute CONSTANTS.
Ref<Checkpoint> read_torch_script(const Services& services, const ZipReader& zip,
                                  const OpenOptions& options);

}  // namespace duramen::io
