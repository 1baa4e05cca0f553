#include <algorithm>
#include <tuple>

#include "nn/hooks.hpp"
#include "nn/match.hpp"
#include "nn/traverse.hpp"

namespace duramen::nn {
namespace {

// A key on its way down the tree.
struct Descent {
  const Module* module;
  std::string_view rest;       // the key without the module's prefix
  std::vector<uint32_t> path;  // the module's place in the walk: positions of children
};

struct Unexpected {
  std::vector<uint32_t> path;
  bool ordinary;  // extra state comes first at its module
  size_t entry;
  const Module* module;
  size_t rest_size;  // of the key
};

class Finder {
 public:
  // `below_hooks`: keys below a module with load hooks of its own are not followed.
  explicit Finder(const DottedChildren& dotted, bool below_hooks = true)
      : dotted_(dotted), below_hooks_(below_hooks) {}

  // `only`: the one module that sees the key; null: every module on its way.
  void follow(const Module& root, std::string_view key, size_t entry,
              const Module* only = nullptr) {
    only_ = only;
    pending_.push_back({&root, key, {}});
    while (!pending_.empty()) {
      Descent at = std::move(pending_.back());
      pending_.pop_back();
      descend(std::move(at), entry);
    }
  }
  std::vector<size_t>& ignored() noexcept { return ignored_; }
  std::vector<size_t> sorted() {
    std::vector<size_t> out;
    out.reserve(found_.size());
    for (const Unexpected& unexpected : sort()) out.push_back(unexpected.entry);
    return out;
  }
  const std::vector<Unexpected>& sort() {
    std::stable_sort(found_.begin(), found_.end(), [](const Unexpected& a, const Unexpected& b) {
      return std::tie(a.path, a.ordinary, a.entry) < std::tie(b.path, b.ordinary, b.entry);
    });
    return found_;
  }

 private:
  // Spec 4.2.4. A key below a child that is None is passed over in silence, as PyTorch does.
  void descend(Descent at, size_t entry) {
    for (;;) {
      follow_dotted(at);
      if (at.rest == kExtraState) {
        if (!at.module->takes_extra_state()) add(std::move(at), false, entry);
        return;
      }
      const size_t dot = at.rest.find('.');
      if (dot == std::string_view::npos) {
        if (!is_slot(*at.module, at.rest)) add(std::move(at), true, entry);
        return;
      }
      const size_t child = at.module->children().index_of(at.rest.substr(0, dot));
      if (child == Module::Children::kNotFound) return add(std::move(at), true, entry);
      const Module* next = at.module->children()[child].value.get();
      if (!next) return ignored_.push_back(entry);
      if (is_left_out(*next)) return;
      step(at, child, dot);
    }
  }
  // A child named "a.b" sees the keys below "a.b." as well.
  void follow_dotted(const Descent& at) {
    if (dotted_.empty()) return;
    const auto found = dotted_.find(at.module);
    if (found == dotted_.end()) return;
    for (size_t child : found->second) {
      const auto& [name, module] = at.module->children()[child];
      const bool below =
          at.rest.starts_with(name) && at.rest.size() > name.size() && at.rest[name.size()] == '.';
      if (!module || !below || is_left_out(*module)) continue;
      Descent branch = at;
      step(branch, child, name.size());
      pending_.push_back(std::move(branch));
    }
  }
  bool is_left_out(const Module& child) const noexcept {
    return !below_hooks_ && child.hooks() && child.hooks()->has_own(Hook::kBeforeLoad);
  }
  static void step(Descent& at, size_t child, size_t dot) {
    at.path.push_back(static_cast<uint32_t>(child));
    at.rest.remove_prefix(dot + 1);
    at.module = at.module->children()[child].value.get();
  }
  void add(Descent at, bool ordinary, size_t entry) {
    if (only_ && at.module != only_) return;
    found_.push_back({std::move(at.path), ordinary, entry, at.module, at.rest.size()});
  }

  const DottedChildren& dotted_;
  const bool below_hooks_;
  const Module* only_ = nullptr;
  std::vector<Descent> pending_;
  std::vector<Unexpected> found_;
  std::vector<size_t> ignored_;
};

}  // namespace

bool is_slot(const Module& module, std::string_view name) {
  if (const TensorRef* parameter = module.parameters().find(name)) return bool(*parameter);
  const TensorRef* buffer = module.buffers().find(name);
  return buffer && *buffer && module.is_persistent(name);
}

std::vector<size_t> unexpected_entries(const Module& root, const StateDict& dict,
                                       const std::vector<uint8_t>& matched,
                                       const std::vector<AddedKey>& added,
                                       const DottedChildren& dotted_children,
                                       std::vector<size_t>& ignored) {
  Finder finder(dotted_children);
  for (size_t i = 0; i < dict.entries().size(); ++i) {
    if (matched[i] && dotted_children.empty()) continue;
    finder.follow(root, dict.entries()[i].name, i);
  }
  for (size_t i = 0; i < added.size(); ++i) {
    finder.follow(root, added[i].name, dict.entries().size() + i, added[i].module);
  }
  ignored = std::move(finder.ignored());
  return finder.sorted();
}

Strays stray_entries(const Module& root, const StateDict& dict, std::string_view prefix) {
  DottedChildren dotted;
  std::string name;
  traverse(
      root, name, {"load_state_dict", true, true, true, false, true},
      [&dotted](const Module& module) {
        for (size_t i = 0; i < module.children().size(); ++i) {
          const bool has_dot = module.children()[i].name.find('.') != std::string::npos;
          if (has_dot) dotted[&module].push_back(i);
        }
      },
      [](const Module&) {});
  Finder finder(dotted, false);
  const auto& entries = dict.entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = entries[i].name;
    if (key.starts_with(prefix)) finder.follow(root, key.substr(prefix.size()), i);
  }
  Strays out;
  for (const auto& [path, ordinary, entry, module, rest_size] : finder.sort()) {
    const std::string& key = entries[entry].name;
    out.unexpected[key.substr(0, key.size() - rest_size)].push_back({module, entry});
  }
  out.ignored = std::move(finder.ignored());
  return out;
}

}  // namespace duramen::nn
