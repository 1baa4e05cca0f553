// A checkpoint in several files, the shards, and the index that says which name is in which:
//
//   {"metadata": {"total_size": BYTES, …}, "weight_map": {NAME: SHARD, …}}
//
// as model.safetensors.index.json and pytorch_model.bin.index.json are. A shard is any checkpoint
// file that holds one dict, in the index's folder, under a plain name.
#pragma once

#include "io/checkpoint.hpp"
#include "io/folder.hpp"

namespace duramen::io {

struct ShardIndex {
  struct Entry {
    std::string name;
    size_t shard;  // its position
  };
  std::vector<std::string> shards;  // by name, each once
  std::vector<Entry> entries;       // in the index's order, each name once
  std::string total_size;           // as it is written there; empty where there is none
};

// Whether a file that begins so is the text of an index.
bool is_shard_index(std::string_view bytes) noexcept;
// CORRUPT, LIMIT.
ShardIndex parse_shard_index(const Source& source, const Limits& limits, const CancelFlag& cancel);
// The names of an index that may be one, or none at all; for those who clean up behind it.
std::vector<std::string> shards_of_index(const Services& services, const Folder& folder,
                                         const std::string& name) noexcept;

// One dict of all that the shards hold: shards by name, each in its own order. Every name of the
// index must be in its shard, and no name in two. What the index does not name is there too, and
// told in a warning, as a total_size that is not true.
Ref<Checkpoint> read_shards(const Services& services, const Ref<const Source>& index,
                            const Folder& folder, const OpenOptions& options);

}  // namespace duramen::io
