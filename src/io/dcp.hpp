// PyTorch's distributed checkpoints (DCP): a folder with .metadata, which says what is where, and
// files in which the parts lie (__0_0.distcp), each a stream of torch.save, a tensor in a
// safetensors file that begins there, or a tensor's bytes.
#pragma once

#include "io/checkpoint.hpp"
#include "io/folder.hpp"

namespace duramen::io {

inline constexpr const char* kDcpMetadata = ".metadata";

// The nested content, as dcp_to_torch_save gives it. A tensor that is one part shares the file's
// memory where that is aligned; one of several parts is put together in memory.
Ref<Checkpoint> read_dcp(const Services& services, const Folder& folder,
                         const OpenOptions& options);

// As torch.distributed.checkpoint.save of a single process, for any dict: what is nested in dicts,
// and in lists that hold dicts or tensors, becomes entries of dotted names; empty dicts are lost.
// The folder is made where there is none. The elements go into a file of a free name
// (__0_0.distcp, __0_1.distcp, …), .metadata is replaced last and at once; then the files that the
// old .metadata named are removed.
void save_dcp(const Services& services, const Value& content, const std::string& path,
              const SaveOptions& options);

}  // namespace duramen::io
