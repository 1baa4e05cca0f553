#include "state/state_dict.hpp"

#include "base/prefetch.hpp"

namespace duramen {

StateDict::~StateDict() {
  constexpr size_t kAhead = 4;
  const auto ahead = [this](size_t steps) -> const Tensor* {
    return steps < entries_.size() ? entries_[entries_.size() - 1 - steps].value.tensor.get()
                                   : nullptr;
  };
  for (; !entries_.empty(); entries_.drop_last()) {
    prefetch(ahead(2 * kAhead), sizeof(Tensor));
    if (const Tensor* tensor = ahead(kAhead)) prefetch_head(tensor->storage().get());
  }
}

std::optional<int64_t> StateDict::version_of(std::string_view path) const {
  const auto* version = versions_.find(path);
  return version ? version->number : std::nullopt;
}

Ref<StateDict> StateDict::copy() const {
  auto made = make<StateDict>();
  made->entries_ = entries_;
  made->versions_ = versions_;
  made->metadata_ = metadata_;
  made->has_versions_ = has_versions_;
  return made;
}

void StateDict::strip_prefix(std::string_view prefix) {
  if (prefix.empty()) return;
  Entries kept;
  Entries renamed;
  for (const auto& [name, entry] : entries_) {
    const bool has_prefix = name.starts_with(prefix);
    (has_prefix ? renamed : kept)
        .set(has_prefix ? std::string_view(name).substr(prefix.size()) : name, entry);
  }
  // A stripped name replaces an equal one that was there, in its place.
  for (const auto& [name, entry] : renamed) kept.set(name, entry);

  std::string_view module = prefix;
  if (module.ends_with('.')) module.remove_suffix(1);
  OrderedMap<ModuleVersion> versions;
  OrderedMap<ModuleVersion> renamed_versions;
  for (const auto& [path, version] : versions_) {
    if (path == module) {
      renamed_versions.set("", version);
    } else if (path.starts_with(prefix)) {
      renamed_versions.set(std::string_view(path).substr(prefix.size()), version);
    } else {
      versions.set(path, version);
    }
  }
  for (const auto& [path, version] : renamed_versions) versions.set(path, version);
  entries_ = std::move(kept);
  versions_ = std::move(versions);
}

}  // namespace duramen
