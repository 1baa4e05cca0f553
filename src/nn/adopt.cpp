#include "nn/adopt.hpp"

#include <functional>

#include "kernels/copy.hpp"

namespace duramen::nn {
namespace {

struct MemoryHash {
  size_t operator()(const Tensor* tensor) const noexcept {
    return std::hash<const void*>()(tensor->numel() == 0 ? static_cast<const void*>(tensor)
                                                         : tensor->bytes());
  }
};
struct SameMemory {
  bool operator()(const Tensor* a, const Tensor* b) const noexcept {
    return a == b || (a->numel() > 0 && same_data(*a, *b));
  }
};
// The tensor made for each memory of the dict.
using Made = std::unordered_map<const Tensor*, TensorRef, MemoryHash, SameMemory>;

TensorRef copy_of(Context& context, const Tensor& source) {
  TensorRef made = empty(context.allocator(), source.shape(), source.dtype());
  copy_to_bytes(source, made->mutable_bytes());
  return made;
}

TensorRef made_for(Context& context, const Adoption& adoption, bool assign) {
  const TensorRef& source = adoption.source;
  TensorRef data = assign ? source : copy_of(context, *source);
  if (adoption.is_buffer || (assign && source->is_parameter())) return data;
  return make_parameter(*data, can_require_grad(source->dtype()));
}

}  // namespace

bool adopts_as_buffer(const StateEntry& entry) noexcept {
  if (entry.kind != StateKind::unknown) return entry.kind == StateKind::buffer;
  return !can_require_grad(entry.tensor->dtype());
}

AdoptedEntries::AdoptedEntries(Context& context, const std::vector<Adoption>& adoptions,
                               const std::vector<LoadMove>& moves, bool assign) {
  if (adoptions.empty()) return;
  Made made;
  for (const LoadMove& move : moves) {
    const bool is_same = move.target->dtype() == move.source->dtype();
    if (!assign && is_same && !move.corner) made.emplace(move.source.get(), TensorRef(move.target));
  }
  entries_.reserve(adoptions.size());
  std::unordered_map<Module*, size_t> count_of;
  for (const Adoption& adoption : adoptions) {
    context.cancel().check("load_state_dict");
    TensorRef& tensor = made[adoption.source.get()];
    if (!tensor || tensor->is_parameter() == adoption.is_buffer) {
      tensor = made_for(context, adoption, assign);
    }
    entries_.push_back({adoption.owner, adoption.name, tensor, adoption.is_buffer});
    ++count_of[adoption.owner];
  }
  // The same load may turn buffers into parameters.
  for (const auto& [owner, count] : count_of) {
    owner->reserve_entries(count + owner->buffers().size());
  }
}

void AdoptedEntries::commit() noexcept {
  for (Entry& entry : entries_) {
    entry.owner->append_entry(std::move(entry.name), std::move(entry.tensor), entry.is_buffer);
  }
}

}  // namespace duramen::nn
