#include "nn/load_ties.hpp"

#include <unordered_map>

#include "nn/traverse.hpp"

namespace duramen::nn {
namespace {

using Item = LoadReport::Item;
using Kind = LoadReport::Kind;

constexpr TraverseMode kMode = {"load_state_dict", false, true, true};

// Of every place that a load looks for: body(module, name in it, tensor).
template <class Body>
void for_each_slot(const Module& root, std::string& prefix, Body&& body) {
  traverse(
      root, prefix, kMode,
      [&body](const Module& module) {
        for (const auto& [name, tensor] : module.parameters()) {
          if (tensor) body(name, *tensor);
        }
        for (const auto& [name, tensor] : module.buffers()) {
          if (tensor && module.is_persistent(name)) body(name, *tensor);
        }
      },
      [](Module&) {});
}

// The names of each tensor that has several, in the order of the walk.
class TiedNames {
 public:
  explicit TiedNames(const Module& root) {
    PointerSet seen;
    PointerSet tied;
    std::string prefix;
    bool any = false;
    for_each_slot(root, prefix, [&](std::string_view, const Tensor& tensor) {
      if (tensor.use_count() == 1 || seen.insert(&tensor)) return;
      any = tied.insert(&tensor) || any;
    });
    if (!any) return;
    std::unordered_map<const Tensor*, size_t> places;
    for_each_slot(root, prefix, [&](std::string_view name, const Tensor& tensor) {
      if (!tied.contains(&tensor)) return;
      const size_t place = places.try_emplace(&tensor, groups_.size()).first->second;
      if (place == groups_.size()) groups_.emplace_back();
      groups_[place].push_back(prefix + std::string(name));
    });
  }
  const std::vector<std::vector<std::string>>& groups() const noexcept { return groups_; }

 private:
  std::vector<std::vector<std::string>> groups_;
};

}  // namespace

void note_ties(const Module& root, bool allow_tied, LoadReport& report) {
  const TiedNames tied(root);
  if (tied.groups().empty()) return;
  std::unordered_map<std::string_view, size_t> missing;
  if (allow_tied) {
    for (size_t i = 0; i < report.items.size(); ++i) {
      if (report.items[i].kind == Kind::missing) missing.emplace(report.items[i].name, i);
    }
  }
  std::vector<Item> added;
  std::vector<std::pair<size_t, std::string>> filled;
  for (const std::vector<std::string>& names : tied.groups()) {
    const std::string* present = nullptr;
    for (const std::string& name : names) {
      if (!present && !missing.contains(name)) present = &name;
    }
    for (const std::string& name : names) {
      const auto found = missing.find(name);
      if (found != missing.end() && present) {
        filled.emplace_back(found->second, *present);
      } else if (&name != &names[0]) {
        Item item;
        item.kind = Kind::tied;
        item.name = name;
        item.nearest = names[0];
        added.push_back(std::move(item));
      }
    }
  }
  for (auto& [index, name] : filled) {
    Item& item = report.items[index];
    item.kind = Kind::tied;
    item.verdict = LoadReport::Verdict::by_kind;
    item.nearest = std::move(name);
  }
  report.items.insert(report.items.end(), std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
}

}  // namespace duramen::nn
