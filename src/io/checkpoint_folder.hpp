// A folder as a checkpoint: what in it is the checkpoint.
#pragma once

#include "io/checkpoint.hpp"

namespace duramen::io {

// The distributed checkpoint that it is; else the one index of shards in it; without one the one
// checkpoint file. Hidden files do not count. IO when there is none, UNSUPPORTED for several.
Ref<Checkpoint> open_checkpoint_folder(const Services& services, const std::string& path,
                                       const OpenOptions& options);

}  // namespace duramen::io
