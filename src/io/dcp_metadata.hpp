// The .metadata of a PyTorch distributed checkpoint: a pickle of dataclasses that says which part
// of which tensor is where. Read as inert data, like every pickle.
//
//   Metadata(state_dict_metadata: {name: TensorStorageMetadata(properties: (dtype, …), size,
//                                         chunks: [ChunkStorageMetadata(offsets, sizes)])
//                                  | BytesStorageMetadata()},
//            planner_data: {name: (key, index, …)} | None,
//            storage_data: {MetadataIndex(fqn: name, offset: offsets | None):
//                           _StorageInfo(relative_path, offset, length)}, version)
#pragma once

#include "io/budget.hpp"
#include "io/checkpoint.hpp"
#include "io/source.hpp"

namespace duramen::io {

struct DcpPart {
  Shape offsets;  // of its first element in the tensor
  Shape sizes;
  size_t file = 0;      // position in DcpMetadata::files
  uint64_t offset = 0;  // of its bytes there
  uint64_t length = 0;
};

struct DcpStep {
  std::string key;
  int64_t index = -1;  // of a list; -1: the key of a dict
};

struct DcpEntry {
  std::string name;
  std::vector<DcpStep> path;     // in the nested content; not empty
  Dtype dtype = Dtype::invalid;  // invalid: not a tensor, and one part that is the whole
  Shape shape;                   // of a tensor: its bytes do not overflow
  std::vector<DcpPart> parts;    // those with elements; they cover the tensor, each element once
};

struct DcpMetadata {
  std::string version;             // empty where none is told
  std::vector<std::string> files;  // plain names, sorted
  std::vector<DcpEntry> entries;   // in the file's order; each name once
};

// CORRUPT, LIMIT, UNSUPPORTED. What is made is charged to the budget.
DcpMetadata parse_dcp_metadata(const Source& source, const Limits& limits, Budget& budget,
                               const CancelFlag& cancel);

}  // namespace duramen::io
