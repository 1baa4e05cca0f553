// A state dict: the only word that modules and files share. Ordered names, each with a tensor or
// another value, plus the per-module versions (PyTorch's _metadata) and free text metadata
// (safetensors' __metadata__).
//
// Edited under the caller's lock; the tensors are live views unless the dict is a snapshot.
#pragma once

#include <optional>

#include "base/cancel.hpp"
#include "base/function_ref.hpp"
#include "base/ordered_map.hpp"
#include "value/value.hpp"

namespace duramen {

// A module's entry in PyTorch's _metadata.
struct ModuleVersion {
  std::optional<int64_t> number;  // "version"; nothing when unknown
  ValueRef more;  // a dict of what stands there beside it ("spectral_norm"); null for nothing
};

enum class StateKind : uint8_t { unknown = 0, parameter, buffer, extra_state };

struct StateEntry {
  TensorRef tensor;  // null for a value
  ValueRef value;    // null for a tensor; a None entry is Value::none()
  StateKind kind = StateKind::unknown;
};

class StateDict final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("sdic");
  using Entries = OrderedMap<StateEntry>;

  StateDict() : Counted(kTag) {}
  ~StateDict() override;

  Entries& entries() noexcept { return entries_; }
  const Entries& entries() const noexcept { return entries_; }
  void set_tensor(std::string_view name, TensorRef tensor, StateKind kind = StateKind::unknown) {
    entries_.set(name, {std::move(tensor), nullptr, kind});
  }
  void set_value(std::string_view name, ValueRef value, StateKind kind = StateKind::unknown) {
    entries_.set(name, {nullptr, std::move(value), kind});
  }

  // Per-module versions by module path ("" is the root). A dict read from a file without them, or a
  // plain one, has none at all: has_versions() is false, and every module counts as "version
  // unknown".
  bool has_versions() const noexcept { return has_versions_; }
  void set_has_versions(bool value) noexcept { has_versions_ = value; }
  OrderedMap<ModuleVersion>& versions() noexcept { return versions_; }
  const OrderedMap<ModuleVersion>& versions() const noexcept { return versions_; }
  // Nothing when unknown.
  std::optional<int64_t> version_of(std::string_view path) const;
  void set_version(std::string_view path, std::optional<int64_t> number) {
    set_version(path, ModuleVersion{number, nullptr});
  }
  void set_version(std::string_view path, ModuleVersion version) {
    has_versions_ = true;
    versions_.set(path, std::move(version));
  }

  // Free text: safetensors' __metadata__.
  OrderedMap<std::string>& metadata() noexcept { return metadata_; }
  const OrderedMap<std::string>& metadata() const noexcept { return metadata_; }

  // Another dict with the same entries (tensor objects shared, not copied), versions and metadata.
  Ref<StateDict> copy() const;
  // consume_prefix_in_state_dict_if_present: stripped keys move to the end; versions "" stays,
  // "module", "module.x" renamed.
  void strip_prefix(std::string_view prefix);

 private:
  Entries entries_;
  OrderedMap<ModuleVersion> versions_;
  OrderedMap<std::string> metadata_;
  bool has_versions_ = false;
};

// Every tensor, also those inside values, copied into fresh memory of `allocator`, ties (same
// storage and layout) kept as ties.
Ref<StateDict> snapshot(const StateDict& dict, const Ref<Allocator>& allocator,
                        const CancelFlag& cancel);

// The state dict inside what a checkpoint holds: `select` is a dotted path to a nested dict
// (longest key first at each step), empty for the root. Nested containers below the selected dict
// become dotted names (ItemNames tells the steps); values that are not tensors are entries too.
// Versions come from the dict's
// "_metadata" attribute. NOT_FOUND names the nearest key.
Ref<StateDict> state_dict_from_value(const Value& content, std::string_view select);
// The entries that it has for a content, one after the other. Names are checked, but one may come
// twice, which is an error of the dict; `name` is that of a content which is one entry itself.
void each_state_entry(const Value& content, std::string_view name,
                      FunctionRef<void(std::string_view, const Value&)> body);
Error twice_in_state_dict(std::string_view name);
// The other way, as torch.save sees a module's state_dict(): an OrderedDict with a _metadata
// attribute when there are versions.
ValueRef value_from_state_dict(const StateDict& dict);

}  // namespace duramen
