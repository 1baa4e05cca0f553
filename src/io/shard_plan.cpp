#include "io/shard_plan.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "io/torch_storages.hpp"

namespace duramen::io {
namespace {

class Planner {
 public:
  // `ties`: what is written of each memory; null where each tensor is written by itself.
  Planner(uint64_t most, const StoragePlan* ties) : most_(most), ties_(ties) {}

  void add(size_t position, const Tensor* tensor) {
    if (ties_ && tensor) {
      const auto [found, is_new] = shard_of_.try_emplace(tensor->storage().get(), 0);
      if (!is_new) return plan_.shards[found->second].push_back(position);
      const StoragePlan::Record& record = ties_->of(*tensor);
      found->second = add_new(position, record.end - record.begin);
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
  const StoragePlan* ties_;
  ShardPlan plan_;
  size_t open_ = kNone;  // the shard that is being filled
  uint64_t used_ = 0;
  std::unordered_map<const Storage*, size_t> shard_of_;
};

}  // namespace

ShardPlan plan_shards(const StateDict& dict, uint64_t most, bool keep_ties) {
  std::optional<StoragePlan> ties;
  if (keep_ties) ties.emplace(*value_from_state_dict(dict));
  Planner planner(most, ties ? &*ties : nullptr);
  size_t position = 0;
  for (const auto& [name, entry] : dict.entries()) planner.add(position++, entry.tensor.get());
  return std::move(planner).finish();
}

}  // namespace duramen::io
