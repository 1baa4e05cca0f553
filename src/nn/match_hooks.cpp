// Matching where modules have load hooks: the same, module by module as PyTorch does it, since each
// hook sees what the modules before it have left.
#include <algorithm>

#include "base/text.hpp"
#include "nn/hooks.hpp"
#include "nn/match.hpp"
#include "nn/traverse.hpp"

namespace duramen::nn {
namespace {

constexpr const char* kOperation = "load_state_dict";

// What a module with hooks sees: the entries below its prefix, in a dict of its own, which its
// hooks edit and those below it are loaded from.
Ref<StateDict> view_of(const StateDict& dict, const StateDict& versions, std::string_view prefix) {
  auto view = make<StateDict>();
  for (const auto& [name, entry] : dict.entries()) {
    if (name.starts_with(prefix)) view->entries().append(name, entry);
  }
  view->set_has_versions(versions.has_versions());
  const std::string_view path = prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1);
  if (const ModuleVersion* version = versions.versions().find(path)) {
    view->set_version(path, *version);
  }
  return view;
}

// What a class's upgrade without a value stands for.
TensorRef zero() {
  TensorRef out = empty(make<Allocator>(), {}, Dtype::int64);
  *out->mutable_data<int64_t>() = 0;
  return out;
}

}  // namespace

void Matcher::run_with_hooks() {
  hooks_ = std::make_unique<WithHooks>(report_, options_);
  hooks_->dict = dict_->copy();
  dict_ = versions_ = hooks_->dict.get();
  hooks_->views.push_back({nullptr, dict_, nullptr, {}});
  traverse_held(
      root_, prefix_, kOperation, [this](Module& module) { enter_with_hooks(module); },
      [this](Module& module) { leave_with_hooks(module); });
  hooks_->notes->close();
  dict_ = versions_;
  finish();
}

void Matcher::enter_with_hooks(Module& module) {
  hooks_->modules.emplace_back(&module);
  std::vector<Module::Upgrade> upgrades = upgrades_of(module);
  if (module.hooks() && module.hooks()->has_own(Hook::kBeforeLoad)) {
    Ref<StateDict> own = view_of(dict(), *versions_, prefix_);
    View view = {&module, own.get(), std::move(own), {}};
    run_before(module, view, upgrades);
    view.own = view.own->copy();  // a hook may have kept the one that it was lent
    dict_ = view.dict = view.own.get();
    next_entry_ = 0;
    hooks_->views.push_back(std::move(view));
    find_strays(module);
  } else if (&module == &root_) {
    find_strays(module);
  }
  const size_t before = moves_.size();
  match_entries(module, upgrades);
  for (size_t i = before; i < moves_.size(); ++i) hooks_->targets.emplace_back(moves_[i].target);
  add_strays(module);
  for (const Module::Upgrade& upgrade : upgrades) {
    if (is_slot(module, upgrade.name)) continue;
    add(Kind::unexpected, join(prefix_, upgrade.name), nullptr, upgrade.value.get());
  }
}

// A class's upgrade comes first, so that hooks find what it adds. What they leave of it is told
// apart again.
void Matcher::run_before(Module& module, View& view, std::vector<Module::Upgrade>& upgrades) {
  std::vector<TensorRef> inserted;
  for (const Module::Upgrade& upgrade : upgrades) {
    inserted.push_back(upgrade.value ? upgrade.value : zero());
    view.own->set_tensor(join(prefix_, upgrade.name), inserted.back());
  }
  for (const Ref<PlacedHook>& placed : module.hooks()->own(Hook::kBeforeLoad)) {
    const RunningHook running(*placed, kOperation);
    if (running.hook()) running.hook()->before_load(module, *view.own, prefix_, *hooks_->notes);
  }
  std::vector<Module::Upgrade> left;
  for (size_t i = 0; i < upgrades.size(); ++i) {
    const std::string key = join(prefix_, upgrades[i].name);
    const StateEntry* entry = view.own->entries().find(key);
    if (!entry || entry->tensor != inserted[i]) continue;
    view.own->entries().erase(key);
    left.push_back(std::move(upgrades[i]));
  }
  upgrades = std::move(left);
}

void Matcher::leave_with_hooks(Module& module) {
  if (hooks_->views.back().module == &module) {
    hooks_->views.pop_back();
    dict_ = hooks_->views.back().dict;
    next_entry_ = 0;
  }
  if (!module.hooks()) return;
  for (const Ref<PlacedHook>& placed : module.hooks()->own(Hook::kAfterLoad)) {
    const RunningHook running(*placed, kOperation);
    if (running.hook()) running.hook()->after_load(module, prefix_, *hooks_->notes);
  }
}

void Matcher::find_strays(const Module& module) {
  View& view = hooks_->views.back();
  view.strays = stray_entries(module, *view.dict, prefix_);
  for (const size_t index : view.strays.ignored) {
    const auto& [name, entry] = view.dict->entries()[index];
    add(Kind::ignored, name, nullptr, entry.tensor.get());
  }
}

void Matcher::add_strays(const Module& module) {
  const View& view = hooks_->views.back();
  const auto found = view.strays.unexpected.find(prefix_);
  if (found == view.strays.unexpected.end()) return;
  for (const Stray& stray : found->second) {
    if (stray.module != &module) continue;
    const auto& [name, entry] = view.dict->entries()[stray.entry];
    add_unexpected(name, entry);
  }
}

// What `assign` puts in a module's place is registered there, as by setattr.
void Matcher::run_registrations() {
  const auto has_hooks = [](const LoadMove& move) { return move.slot.owner->hooks(); };
  if (std::none_of(moves_.begin(), moves_.end(), has_hooks)) return;
  if (!hooks_) hooks_ = std::make_unique<WithHooks>(report_, options_);
  for (const LoadMove& move : moves_) {
    hooks_->modules.emplace_back(move.slot.owner);
    hooks_->targets.emplace_back(move.target);
  }
  for (const Adoption& adoption : adoptions_) hooks_->modules.emplace_back(adoption.owner);
  for (LoadMove& move : moves_) {
    const auto& [owner, is_buffer, index] = move.slot;
    if (!owner->hooks() || move.corner) continue;  // a corner is copied
    if (move.target->is_parameter() && !move.source->is_parameter()) {
      move.source = make_parameter(*move.source, move.target->requires_grad());
    }
    const bool as_buffer = is_buffer && !move.source->is_parameter();
    const auto& slots = is_buffer ? owner->buffers() : owner->parameters();
    const std::string name = index < slots.size() ? slots[index].name : "";
    owner->run_registration_hooks(as_buffer, name, move.source);
    if (move.source->is_leaf() || !move.source->is_parameter()) continue;
    throw Error(Code::invalid_argument,
                join(kOperation, ": Cannot assign non-leaf Tensor to parameter '",
                     printable(name, 60), "'"))
        .with("torch_error", "ValueError");
  }
}

bool Matcher::still_fits(LoadMove& move) const {
  const Tensor& written = move.corner ? *move.corner : *move.target;
  if (written.storage() != move.target->storage() || written.shape() != move.source->shape()) {
    return false;
  }
  bool staged = false;
  const bool assign = options_.assign && !move.corner;
  const std::string fault = assign ? assign_fault(*move.target, *move.source)
                                   : copy_fault(written, *move.source, &staged);
  move.staged = staged;
  return fault.empty();
}

void Matcher::check_unchanged() {
  const auto changed = [](const std::string& name) {
    return Error(Code::state, join(kOperation, ": '", printable(name, 200),
                                   "' was changed after it had been matched, by a hook or a "
                                   "class's own code"))
        .with("path", name);
  };
  for (LoadMove& move : moves_) {
    const Slot& slot = move.slot;
    const auto& slots = slot.is_buffer ? slot.owner->buffers() : slot.owner->parameters();
    const bool is_there = slot.index < slots.size() && slots[slot.index].value.get() == move.target;
    if (!is_there) throw changed(slot.owner->class_name());
    if (!still_fits(move)) throw changed(slot.entry().name);
  }
  for (const Adoption& adoption : adoptions_) {
    if (adoption.owner->has_name(adoption.name)) throw changed(adoption.name);
  }
}

std::unique_ptr<Matcher> matched(const Module& root, const StateDict& dict,
                                 const LoadOptions& options) {
  auto matcher = std::make_unique<Matcher>(root, dict, options);
  matcher->run();
  if (!matcher->met_hooks()) return matcher;
  matcher = std::make_unique<Matcher>(root, dict, options);
  matcher->run_with_hooks();
  return matcher;
}

}  // namespace duramen::nn
