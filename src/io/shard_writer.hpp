// A state dict in several files and an index over them.
#pragma once

#include "io/checkpoint.hpp"
#include "io/folder.hpp"

namespace duramen::io {

inline constexpr std::string_view kIndexEnding = ".index.json";

// To "DIR/model.safetensors", or the same with ".index.json": shards of at most max_shard_bytes
// (0: one) as DIR/model-00001-of-00003.safetensors, and DIR/model.safetensors.index.json, which is
// written last and at once. Until then the old checkpoint of that index is whole, and from then on
// the new one, also when the process is killed: where a shard's name is taken, the new shards have
// other names (model.1-00001-of-00003.safetensors) until the old ones are gone. Shards that the old
// index named and the new one does not are removed.
void save_shards(const Services& services, const StateDict& dict, const std::string& path,
                 const SaveOptions& options);

// Whether a name is `start`, then only digits and signs of `signs`, then `end`: what a saver calls
// its files.
bool is_numbered(std::string_view name, std::string_view start, std::string_view signs,
                 std::string_view end) noexcept;
// Files of a folder that were a checkpoint's and are no more: what else has one of the names stays.
// Requires: names that the saver gives.
void remove_stale(const Services& services, const Folder& folder,
                  const std::vector<std::string>& stale,
                  const std::vector<std::string>& kept) noexcept;

}  // namespace duramen::io
