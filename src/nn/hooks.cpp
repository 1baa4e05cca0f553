#include "nn/hooks.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nn/traverse.hpp"

namespace duramen::nn {
namespace {

// So many times a hook may be inside itself: its calls would run out of stack in the end.
constexpr ptrdiff_t kDeepest = 64;

template <class Body>
void for_each_module(const Module& root, Body&& body) {
  std::string name;
  traverse(root, name, {"hook", true, false, false, false, true}, body, [](Module&) {});
}

}  // namespace

PlacedHook::PlacedHook(Module& copy, const PlacedHook& original)
    : Counted(make_tag("phok")), id_(original.id_), owner_(&copy) {
  const std::lock_guard guard(original.lock_);
  hook_ = original.hook_;
  round_ = original.round_;
  stale_ = original.stale_;
}

bool PlacedHook::hears(uint32_t events) const noexcept {
  const std::lock_guard guard(lock_);
  return hook_ && hook_->hears(events);
}

void PlacedHook::remove() noexcept {
  Ref<Hook> dropped;  // after the lock, since the caller's destroy may do anything
  const std::lock_guard guard(lock_);
  owner_ = nullptr;
  dropped = std::move(hook_);
}

void PlacedHook::set_stale() noexcept {
  const std::lock_guard guard(lock_);
  stale_ = true;
}

uint64_t PlacedHook::round() {
  const std::lock_guard guard(lock_);
  if (!owner_) return 0;
  if (!stale_) return round_;
  const Ref<PlacedHook> self(this);
  for_each_module(*owner_,
                  [&](Module& module) { module.make_hooks().reach(self, round_ + 1, round_); });
  stale_ = false;
  return ++round_;
}

RunningHook::RunningHook(PlacedHook& placed, const char* operation) : placed_(placed) {
  const std::lock_guard guard(placed.lock_);
  const auto self = std::this_thread::get_id();
  if (std::count(placed.running_.begin(), placed.running_.end(), self) >= kDeepest) {
    throw Error(Code::state, join(operation, ": a hook calls itself without end (expected at most ",
                                  kDeepest, " times)"))
        .with("torch_error", "RecursionError");
  }
  placed.running_.push_back(self);
  hook_ = placed.hook_;
}

RunningHook::~RunningHook() {
  const std::lock_guard guard(placed_.lock_);
  auto& running = placed_.running_;
  *std::find(running.begin(), running.end(), std::this_thread::get_id()) = running.back();
  running.pop_back();
}

ModuleHooks::Placed ModuleHooks::own(uint32_t events) const {
  Placed out;
  for (const Ref<PlacedHook>& placed : own_) {
    if (placed->hears(events)) out.push_back(placed);
  }
  return out;
}

bool ModuleHooks::has_own(uint32_t events) const noexcept {
  return std::any_of(own_.begin(), own_.end(),
                     [events](const Ref<PlacedHook>& placed) { return placed->hears(events); });
}

ModuleHooks::Placed ModuleHooks::reaching(uint32_t events) {
  Placed all, out;
  for (const Reach& reach : reaches_) all.push_back(reach.hook);
  for (const Ref<PlacedHook>& hook : all) hook->round();  // a walk may write to the list
  std::erase_if(reaches_, [](const Reach& reach) { return reach.hook->round() != reach.round; });
  for (const Reach& reach : reaches_) {
    if (reach.hook->hears(events)) out.push_back(reach.hook);
  }
  return out;
}

void ModuleHooks::set_stale() noexcept {
  for (const Reach& reach : reaches_) reach.hook->set_stale();
}

void ModuleHooks::let_go() noexcept {
  for (const Ref<PlacedHook>& placed : own_) placed->remove();
}

void ModuleHooks::reach(const Ref<PlacedHook>& hook, uint64_t round, uint64_t before) {
  const auto found = std::find_if(reaches_.begin(), reaches_.end(),
                                  [&](const Reach& reach) { return reach.hook == hook; });
  if (found != reaches_.end() && found->round == before) {
    found->round = round;
    return;
  }
  if (found != reaches_.end()) reaches_.erase(found);
  reaches_.push_back({hook, round});
}

HookSpread::HookSpread(Module& parent, std::span<const ModuleRef> children) {
  if (!parent.hooks()) return;
  hooks_ = parent.make_hooks().reaching(Hook::kRegistration);
  if (hooks_.empty()) return;
  for (const ModuleRef& child : children) {
    if (child) add_tree(*child);
  }
}

HookSpread::HookSpread(Module& owner, Ref<PlacedHook> hook) {
  hooks_.push_back(std::move(hook));
  add_tree(owner);
}

void HookSpread::add_tree(const Module& root) {
  for_each_module(root, [this](Module& module) {
    ModuleHooks& hooks = module.make_hooks();
    hooks.reaches_.reserve(hooks.reaches_.size() + hooks_.size());
    modules_.push_back(&module);
  });
}

void HookSpread::commit() noexcept {
  for (const Ref<PlacedHook>& hook : hooks_) {
    const uint64_t round = hook->round();
    for (Module* module : modules_) module->make_hooks().reach(hook, round, round);
  }
}

uint64_t Module::add_hook(Ref<Hook> hook, bool first) {
  ModuleHooks& hooks = make_hooks();
  const bool spreads = hook->hears(Hook::kRegistration);
  auto placed = make<PlacedHook>(*this, hooks.last_id_ + 1, std::move(hook));
  std::optional<HookSpread> spread;
  if (spreads) spread.emplace(*this, placed);
  hooks.own_.insert(first ? hooks.own_.begin() : hooks.own_.end(), std::move(placed));
  if (spread) spread->commit();
  return ++hooks.last_id_;
}

void Module::remove_hook(uint64_t id) {
  ModuleHooks::Placed* own = hooks_ ? &hooks_->own_ : nullptr;
  for (size_t i = 0; own && i < own->size(); ++i) {
    if ((*own)[i]->id() != id) continue;
    const Ref<PlacedHook> removed = (*own)[i];
    own->erase(own->begin() + static_cast<ptrdiff_t>(i));
    return removed->remove();
  }
  throw Error(Code::not_found,
              join("remove_hook: '", printable(class_name_, 60), "' has no hook ", id))
      .with("argument", "id")
      .with("actual", std::to_string(id));
}

void Module::run_hooks(uint32_t event, std::string_view name, TensorRef& value) {
  const bool is_buffer = event == Hook::kBuffer;
  const std::string own_name(name);
  const ModuleRef self(this);  // a hook may release it
  for (const Ref<PlacedHook>& placed : hooks_->reaching(event)) {
    const RunningHook running(*placed, is_buffer ? "register_buffer" : "register_parameter");
    if (!running.hook()) continue;
    TensorRef given = running.hook()->registering(Hook::Event(event), *this, own_name, value.get());
    if (given) value = std::move(given);
  }
}

void Module::run_registration_hooks(bool is_buffer, std::string_view name, TensorRef& value) {
  if (hooks_) run_hooks(is_buffer ? Hook::kBuffer : Hook::kParameter, name, value);
}

void Module::run_hooks(std::string_view name, ModuleRef& child) {
  const std::string own_name(name);
  const ModuleRef self(this);
  for (const Ref<PlacedHook>& placed : hooks_->reaching(Hook::kChild)) {
    const RunningHook running(*placed, "register_module");
    if (!running.hook()) continue;
    ModuleRef given = running.hook()->registering(*this, own_name, child.get());
    if (given) child = std::move(given);
  }
}

void HookCopy::copy_own(const Module& from, Module& to) {
  if (!from.hooks()) return;
  ModuleHooks& hooks = to.make_hooks();
  hooks.last_id_ = from.hooks()->last_id_;
  for (const Ref<PlacedHook>& placed : from.hooks()->own_) {
    hooks.own_.push_back(make<PlacedHook>(to, *placed));
    copies_.emplace(placed.get(), hooks.own_.back());
  }
}

void HookCopy::copy_reach(const Module& from, Module& to) const {
  if (!from.hooks()) return;
  for (const ModuleHooks::Reach& reach : from.hooks()->reaches_) {
    const auto found = copies_.find(reach.hook.get());
    if (found == copies_.end()) continue;
    to.make_hooks().reaches_.push_back({found->second, reach.round});
  }
}

}  // namespace duramen::nn
