#include "io/shard_plan.hpp"

#include <algorithm>
#include <unordered_map>

namespace duramen::io {
namespace {

class Planner {
 public:
  Planner(uint64_t most, bool keep_ties) : most_(most), keep_ties_(keep_ties) {}

  void add(size_t position, const Tensor* tensor) {
    const Storage* storage = keep_ties_ && tensor ? tensor->storage().get() : nullptr;
    if (storage) {
      const auto [found, is_new] = shard_of_.try_emplace(storage, 0);
      if (!is_new) return plan_.shards[found->second].push_back(position);
      found->second = add_new(position, storage->nbytes());
      return;
    }
    add_new(position, tensor ? static_cast<uint64_t>(tensor->nbytes()) : 0);
  }
  ShardPlan finish() && {
    if (plan_.shards.empty()) plan_.shards.emplace_back();
    for (auto& shard : plan_.shards) std::sort(shard.begin(), shard.end());
    return std::move(plan_);
  }

 private:
  size_t add_new(size_t position, uint64_t nbytes) {
    plan_.nbytes += nbytes;
    if (nbytes > most_) return start_shard(position);
    if (open_ == kNone || nbytes > most_ - used_) {
      open_ = start_shard(position);
      used_ = nbytes;
    } else {
      plan_.shards[open_].push_back(position);
      used_ += nbytes;
    }
    return open_;
  }
  size_t start_shard(size_t position) {
    plan_.shards.push_back({position});
    return plan_.shards.size() - 1;
  }

  static constexpr size_t kNone = SIZE_MAX;
  uint64_t most_;
  bool keep_ties_;
  ShardPlan plan_;
  size_t open_ = kNone;  // the shard that is being filled
  uint64_t used_ = 0;
  std::unordered_map<const Storage*, size_t> shard_of_;
};

}  // namespace

ShardPlan plan_shards(const StateDict& dict, uint64_t most, bool keep_ties) {
  Planner planner(most, keep_ties);
  size_t position = 0;
  for (const auto& [name, entry] : dict.entries()) planner.add(position++, entry.tensor.get());
  return std::move(planner).finish();
}

}  // namespace duramen::io
