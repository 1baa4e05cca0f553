// The first half of load_state_dict: a walk over the tree that pairs every slot with its entry of
// the dict and writes down what does not fit. Nothing changes.
#pragma once

#include <set>
#include <unordered_map>

#include "nn/extra_state.hpp"
#include "nn/load.hpp"

namespace duramen::nn {

// A place in a module's parameters or buffers.
struct Slot {
  Module* owner;
  bool is_buffer;
  size_t index;

  const Module::Tensors::Entry& entry() const noexcept {
    return (is_buffer ? owner->buffers() : owner->parameters())[index];
  }
};

// One entry that fits: what the second half carries out, in this order.
struct LoadMove {
  Slot slot;
  Tensor* target;  // what the slot holds
  TensorRef source;
  bool staged;       // through a copy, since the two lie in the same memory in a way hard to tell
  TensorRef corner;  // the part of the target that is written; null: all of it
};

// A key that an upgrade adds to the dict and that the module has no slot for.
struct AddedKey {
  std::string name;
  const Module* module;
  TensorRef value;
};

// An entry of the dict that a placeholder takes as its own.
struct Adoption {
  Module* owner;
  std::string name;
  TensorRef source;
  bool is_buffer;
};

class Matcher {
 public:
  Matcher(const Module& root, const StateDict& dict, const LoadOptions& options);

  void run();
  const Ref<LoadReport>& report() const noexcept { return report_; }
  const std::vector<LoadMove>& moves() const noexcept { return moves_; }
  const std::vector<ExtraStateMove>& extra_states() const noexcept { return extra_states_; }
  const std::vector<Adoption>& adoptions() const noexcept { return adoptions_; }
  // What carrying out the moves deserves.
  const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  using Kind = LoadReport::Kind;
  void enter(Module& module);
  void match(const Slot& slot, const std::vector<Module::Upgrade>& upgrades);
  void match_tensor(const Slot& slot, TensorRef source);
  void match_extra_state(Module& module);
  std::string copy_fault(const Tensor& target, const Tensor& source, bool* staged) const;
  std::string assign_fault(const Tensor& target, const Tensor& source) const;
  std::optional<int64_t> version_here();
  size_t find_entry(std::string_view key);
  LoadReport::Item& add(Kind kind, std::string_view key, const Tensor* target,
                        const Tensor* source);
  void find_unexpected();
  void suggest();
  bool adopt(std::string_view key, const StateEntry& entry);

  const Module& root_;
  const StateDict& dict_;
  const LoadOptions& options_;
  Ref<LoadReport> report_;
  std::vector<LoadMove> moves_;
  std::vector<ExtraStateMove> extra_states_;
  std::vector<std::string> warnings_;
  std::string prefix_;            // of the module at hand, with its dot
  std::vector<uint8_t> matched_;  // of each entry of the dict
  size_t match_count_ = 0;
  std::vector<AddedKey> added_;
  std::unordered_map<std::string, Module*> placeholders_;  // by their prefix
  std::vector<Adoption> adoptions_;
  bool has_shared_ = false;  // tensors with more than one holder
  std::set<std::pair<const Module*, std::string>> adopted_;
  // Dicts mostly follow the walk's order: the next entry and the next version are looked at before
  // anything is searched for.
  size_t next_entry_ = 0;
  size_t next_version_ = 0;
  // Children whose own name has a dot (only assignment makes them), by position.
  std::unordered_map<const Module*, std::vector<size_t>> dotted_children_;
};

// Whether a load looks for an entry of that name.
bool is_slot(const Module& module, std::string_view name);
// Which keys of the dict belong nowhere: in PyTorch's order, by the module at which the key fails
// and then by the dict. The added keys count as its last ones; each is seen by its module alone.
// `ignored` receives those below a child that is None.
using DottedChildren = std::unordered_map<const Module*, std::vector<size_t>>;
std::vector<size_t> unexpected_entries(const Module& root, const StateDict& dict,
                                       const std::vector<uint8_t>& matched,
                                       const std::vector<AddedKey>& added,
                                       const DottedChildren& dotted_children,
                                       std::vector<size_t>& ignored);

// How two tensors lie in memory, in PyTorch's terms (at::get_overlap_status).
enum class Overlap : uint8_t { none, full, partial, unknown };
Overlap overlap_of(const Tensor& a, const Tensor& b) noexcept;
// Requires no copy: the same elements in the same places.
bool same_data(const Tensor& a, const Tensor& b) noexcept;

}  // namespace duramen::nn
