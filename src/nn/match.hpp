// The first half of load_state_dict: a walk over the tree that pairs every slot with its entry of
// the dict and writes down what does not fit. Nothing changes.
#pragma once

#include <memory>
#include <set>
#include <unordered_map>

#include "nn/extra_state.hpp"
#include "nn/load.hpp"
#include "nn/load_notes.hpp"

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

// Entries that belong nowhere, by the prefix of the module at which they fail, in PyTorch's order;
// and those below a child that is None.
struct Stray {
  const Module* module;
  size_t entry;
};
struct Strays {
  std::unordered_map<std::string, std::vector<Stray>> unexpected;
  std::vector<size_t> ignored;
};

class Matcher {
 public:
  Matcher(const Module& root, const StateDict& dict, const LoadOptions& options);

  // Stops early at a module with hooks: then another matcher has to run_with_hooks().
  void run();
  bool met_hooks() const noexcept { return met_hooks_; }
  void run_with_hooks();
  bool ran_hooks() const noexcept { return hooks_ != nullptr; }
  // For `assign`: the registration hooks of what is to be put in place.
  void run_registrations();
  // After hooks: STATE where one of them changed what had been matched before it.
  void check_unchanged();

  const Ref<LoadReport>& report() const noexcept { return report_; }
  const std::vector<LoadMove>& moves() const noexcept { return moves_; }
  const std::vector<ExtraStateMove>& extra_states() const noexcept { return extra_states_; }
  const std::vector<Adoption>& adoptions() const noexcept { return adoptions_; }
  // What carrying out the moves deserves.
  const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  using Kind = LoadReport::Kind;
  // What the modules from one with hooks on see.
  struct View {
    const Module* module;
    const StateDict* dict;
    Ref<StateDict> own;  // null: the caller's dict
    Strays strays;
  };
  struct WithHooks {
    Ref<StateDict> dict;      // what the caller's was, whatever hooks do to it
    std::vector<View> views;  // of the modules on the way to the one at hand
    Ref<LoadNotes> notes;
    // What is matched stays there, whatever the hooks do.
    std::vector<ModuleRef> modules;
    std::vector<TensorRef> targets;

    WithHooks(Ref<LoadReport> report, const LoadOptions& options)
        : notes(make<LoadNotes>(std::move(report), options)) {}
    ~WithHooks() { notes->close(); }
    WithHooks(const WithHooks&) = delete;
    WithHooks& operator=(const WithHooks&) = delete;
  };

  void enter(Module& module);
  std::vector<Module::Upgrade> upgrades_of(Module& module);
  void match_entries(Module& module, const std::vector<Module::Upgrade>& upgrades);
  void enter_with_hooks(Module& module);
  void leave_with_hooks(Module& module);
  void run_before(Module& module, View& view, std::vector<Module::Upgrade>& upgrades);
  bool still_fits(LoadMove& move) const;
  void find_strays(const Module& module);
  void add_strays(const Module& module);
  void add_unexpected(const std::string& name, const StateEntry& entry);
  const StateDict& dict() const noexcept { return *dict_; }
  void refuse(const std::vector<Module::Upgrade>& upgrades);
  void match(const Slot& slot, const std::vector<Module::Upgrade>& upgrades);
  void match_tensor(const Slot& slot, TensorRef source);
  const Shape& shape_to_be(const Tensor& target, const Tensor& source) const;
  void match_extra_state(Module& module);
  std::string copy_fault(const Tensor& target, const Tensor& source, bool* staged) const;
  std::string assign_fault(const Tensor& target, const Tensor& source) const;
  std::optional<int64_t> version_here();
  size_t find_entry(std::string_view key);
  LoadReport::Item& add(Kind kind, std::string_view key, const Tensor* target,
                        const Tensor* source);
  void find_unexpected();
  void finish();
  void suggest();
  bool adopt(std::string_view key, const StateEntry& entry);

  const Module& root_;
  const StateDict* dict_;      // the one that the module at hand sees
  const StateDict* versions_;  // the one with the versions
  const LoadOptions& options_;
  bool met_hooks_ = false;
  std::unique_ptr<WithHooks> hooks_;  // while and after hooks run
  Ref<LoadReport> report_;
  std::vector<LoadMove> moves_;
  std::vector<ExtraStateMove> extra_states_;
  std::vector<std::string> warnings_;
  std::string prefix_;            // of the module at hand, with its dot
  std::vector<uint8_t> matched_;  // of each entry of the dict
  size_t match_count_ = 0;
  std::set<std::string, std::less<>> refused_;  // keys of the dict that a class refuses
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
// The same below a module with the prefix, for a load with hooks: not for what is below modules
// that have load hooks of their own and so a dict of their own.
Strays stray_entries(const Module& root, const StateDict& dict, std::string_view prefix);
// A matcher that has run.
std::unique_ptr<Matcher> matched(const Module& root, const StateDict& dict,
                                 const LoadOptions& options);

// How two tensors lie in memory, in PyTorch's terms (at::get_overlap_status).
enum class Overlap : uint8_t { none, full, partial, unknown };
Overlap overlap_of(const Tensor& a, const Tensor& b) noexcept;
// Requires no copy: the same elements in the same places.
bool same_data(const Tensor& a, const Tensor& b) noexcept;

}  // namespace duramen::nn
