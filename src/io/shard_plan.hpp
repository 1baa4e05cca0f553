// Which entry of a state dict goes into which shard.
#pragma once

#include "io/checkpoint.hpp"

namespace duramen::io {

struct ShardPlan {
  std::vector<std::vector<size_t>> shards;  // positions in the dict; at least one shard
  uint64_t nbytes = 0;                      // of all tensors, ties once
};

// In the dict's order: a shard is filled until the next tensor would exceed `most` bytes; a tensor
// that exceeds it alone gets a shard of its own. Where `keep_ties`, tensors on one memory go
// together, with the first of them, and count once with what is written of that memory.
ShardPlan plan_shards(const StateDict& dict, uint64_t most, bool keep_ties);

}  // namespace duramen::io
