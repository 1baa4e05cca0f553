// Hooks: what callers hang on modules to see, and to change, what is registered, exported, loaded
// and computed (call_hooks.hpp).
//
// The hooks of state dicts, loads and calls belong to one module. A registration hook is valid for
// the module that it was set on and for whatever is below that one when something is registered.
// There are no pointers from a module to those above it; instead every module lists the
// registration hooks that reach it. Setting a hook, and putting a child below modules that have
// some, spreads them over the subtree; taking a child away only marks them as stale, and the next
// question walks the tree again.
#pragma once

#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "nn/module.hpp"

namespace duramen::nn {

class LoadNotes;

// One caller's hook. Its methods may throw, which stops the call that they are part of, and may do
// to the tree what they like. Runs on the thread of the call; those of state dicts on several
// threads at once.
class Hook : public Counted {
 public:
  enum Event : uint32_t {
    kParameter = 1,
    kBuffer = 2,
    kChild = 4,
    kBeforeStateDict = 8,
    kAfterStateDict = 16,
    kBeforeLoad = 32,
    kAfterLoad = 64,
    kComputes = 128,  // tensors of the module (nn/norm_hooks.hpp)
    kBeforeForward = 256,
    kAfterForward = 512,
    kBeforeBackward = 1024,
    kAfterBackward = 2048,
    kRegistration = kParameter | kBuffer | kChild,
    kLoad = kBeforeLoad | kAfterLoad,
    kCall = kBeforeForward | kAfterForward | kBeforeBackward | kAfterBackward  // nn/call_hooks.hpp
  };
  bool hears(uint32_t events) const noexcept { return (events_ & events) != 0; }

  // A tensor or child that is to be registered; null is None. What comes back takes its place; null
  // leaves it as it is.
  virtual TensorRef registering(Event, Module&, const std::string& /*name*/, Tensor*) {
    return nullptr;
  }
  virtual ModuleRef registering(Module&, const std::string& /*name*/, Module*) { return nullptr; }
  // Prefixes are those of the keys, with their dot.
  virtual void before_state_dict(const Module&, const std::string& /*prefix*/, bool /*keep_vars*/) {
  }
  virtual void after_state_dict(const Module&, StateDict&, const std::string& /*prefix*/) {}
  virtual void before_load(Module&, StateDict&, const std::string& /*prefix*/, LoadNotes&) {}
  virtual void after_load(Module&, const std::string& /*prefix*/, LoadNotes&) {}

 protected:
  explicit Hook(uint32_t events) noexcept : Counted(make_tag("mhok")), events_(events) {}

 private:
  uint32_t events_;
};

// A hook where it was set. What changes is behind its lock, since a module may be destroyed on
// another thread than that which uses what was below it.
class PlacedHook : public Counted {
 public:
  PlacedHook(Module& owner, uint64_t id, Ref<Hook> hook)
      : Counted(make_tag("phok")), id_(id), hook_(std::move(hook)), owner_(&owner) {}
  // The same for the copy of a module.
  PlacedHook(Module& copy, const PlacedHook& original);

  uint64_t id() const noexcept { return id_; }
  bool hears(uint32_t events) const noexcept;
  // From now on it is valid for nothing.
  void remove() noexcept;
  // The tree below its owner has lost modules.
  void set_stale() noexcept;
  // The number that modules below its owner have noted; 0 once removed. Walks the tree where it is
  // stale.
  uint64_t round();

 private:
  friend class RunningHook;

  const uint64_t id_;
  mutable std::mutex lock_;
  Ref<Hook> hook_;  // null once removed
  Module* owner_;
  uint64_t round_ = 1;
  bool stale_ = false;
  std::vector<std::thread::id> running_;
};

// While a hook runs. STATE (RecursionError) where it calls itself without end.
class RunningHook {
 public:
  RunningHook(PlacedHook& placed, const char* operation);
  ~RunningHook();
  RunningHook(const RunningHook&) = delete;
  RunningHook& operator=(const RunningHook&) = delete;
  // Null when it was removed meanwhile.
  Hook* hook() const noexcept { return hook_.get(); }

 private:
  PlacedHook& placed_;
  Ref<Hook> hook_;
};

// What a module has of them; a module without hooks has none of this.
class ModuleHooks {
 public:
  ModuleHooks() = default;
  ~ModuleHooks() { let_go(); }
  ModuleHooks(const ModuleHooks&) = delete;
  ModuleHooks& operator=(const ModuleHooks&) = delete;

  using Placed = std::vector<Ref<PlacedHook>>;
  // Those set on this module that hear one of the events, in the order in which they were set.
  Placed own(uint32_t events) const;
  bool has_own(uint32_t events) const noexcept;
  // The registration hooks that are valid here, in the order in which they came to be.
  Placed reaching(uint32_t events);
  // A child left the module.
  void set_stale() noexcept;
  // The module goes.
  void let_go() noexcept;

 private:
  friend class Module;
  friend class HookSpread;
  friend class HookCopy;
  friend class PlacedHook;

  struct Reach {
    Ref<PlacedHook> hook;
    uint64_t round;  // valid while it is the hook's
  };
  // Notes it: in its place where it was valid (in round `before`), else at the end.
  void reach(const Ref<PlacedHook>& hook, uint64_t round, uint64_t before);

  Placed own_;
  uint64_t last_id_ = 0;
  std::vector<Reach> reaches_;
};

// Hooks on their way to a subtree, in two halves: what may fail, then the rest.
class HookSpread {
 public:
  // Those that reach `parent`, to what is about to be put below it.
  HookSpread(Module& parent, std::span<const ModuleRef> children);
  // One that is about to be set.
  HookSpread(Module& owner, Ref<PlacedHook> hook);
  void commit() noexcept;

 private:
  void add_tree(const Module& root);
  ModuleHooks::Placed hooks_;
  std::vector<Module*> modules_;
};

// The hooks of a deep copy: as copy.deepcopy() does, a copy has those of its original, and they can
// be removed from each.
class HookCopy {
 public:
  // For every copied module in turn, then once more: a hook set on one reaches others.
  void copy_own(const Module& from, Module& to);
  void copy_reach(const Module& from, Module& to) const;

 private:
  std::unordered_map<const PlacedHook*, Ref<PlacedHook>> copies_;
};

}  // namespace duramen::nn
