// The one traversal of a module tree that every walk, state_dict and load is made of: depth first,
// pre-order, without recursion, with one name buffer for all names.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/prefetch.hpp"
#include "nn/module.hpp"
#include "nn/pointer_set.hpp"
#include "nn/walk.hpp"

namespace duramen::nn {

struct TraverseMode {
  const char* operation;       // starts an error's text
  bool once;                   // a module once, under its first path; else once a path
  bool refuse_cycles;          // with `once`: a cycle, which would just end there, is an error too
  bool trailing_dot;           // the name is state_dict's prefix: every level ends with a dot
  bool siblings_once = false;  // without `once`: below one parent, a module once
  bool only_modules = false;   // who visits does not look at the modules' entries
};

// A module that is reached, while its name lies in the buffer.
struct TraverseFrame {
  Module* module;
  size_t next_child = 0;
  size_t parent_name_size = 0;  // what to cut the buffer back to
};

// Which modules lie on the way from the root to here. The first levels are searched, deeper ones
// hashed.
class TraversePath {
 public:
  std::vector<TraverseFrame>& frames() noexcept { return frames_; }
  void push(const TraverseFrame& frame) {
    if (frames_.size() >= kSearched) deep_.insert(frame.module);
    frames_.push_back(frame);
  }
  void pop() noexcept {
    if (frames_.size() > kSearched) deep_.erase(frames_.back().module);
    frames_.pop_back();
  }
  bool contains(const Module* module) const noexcept {
    const size_t searched = std::min(frames_.size(), kSearched);
    for (size_t i = 0; i < searched; ++i) {
      if (frames_[i].module == module) return true;
    }
    return deep_.contains(module);
  }

 private:
  static constexpr size_t kSearched = 32;
  std::vector<TraverseFrame> frames_;
  PointerSet deep_;
};

// Whether an earlier child of `parent` is the same object as the child at `index`.
inline bool is_repeated(const Module& parent, size_t index) noexcept {
  const auto& children = parent.children();
  for (size_t i = 0; i < index; ++i) {
    if (children[i].value == children[index].value) return true;
  }
  return false;
}

// While one module is visited, asks for what its next siblings consist of: the module, its entries,
// its tensors, their storages, one step a sibling.
inline void fetch_ahead(const Module::Children& children, size_t index,
                        bool only_modules) noexcept {
  static constexpr size_t kEntries = 4;  // of one map; more come by themselves, being side by side
  static constexpr size_t kWalkedBytes = 112;  // of a module or a tensor, what walks read
  const auto ahead = [&](size_t steps) -> const Module* {
    return index + steps < children.size() ? children[index + steps].value.get() : nullptr;
  };
  const auto each_tensor = [](const Module& module, auto&& body) {
    for (const Module::Tensors* map : {&module.parameters(), &module.buffers()}) {
      for (size_t i = 0; i < std::min(map->size(), kEntries); ++i) {
        if (const Tensor* tensor = (*map)[i].value.get()) body(*tensor);
      }
    }
  };
  prefetch(ahead(4), kWalkedBytes);
  if (only_modules) return;
  if (const Module* module = ahead(3)) {
    for (const Module::Tensors* map : {&module->parameters(), &module->buffers()}) {
      prefetch(map->data(), std::min(map->size(), kEntries) * sizeof(Module::Tensors::Entry));
    }
  }
  if (const Module* module = ahead(2)) {
    each_tensor(*module, [](const Tensor& tensor) { prefetch(&tensor, kWalkedBytes); });
  }
  if (const Module* module = ahead(1)) {
    each_tensor(*module, [](const Tensor& tensor) { prefetch_head(tensor.storage().get()); });
  }
}

// STATE, with the path at which a module meets itself again.
[[noreturn]] void throw_cycle(const char* operation, std::string path);

// Calls enter(module) and, after its children, leave(module); `name` holds the module's name (or
// prefix) both times and starts as the root's. The tree must not be edited meanwhile.
template <class Enter, class Leave>
void traverse(const Module& root, std::string& name, const TraverseMode& mode, Enter&& enter,
              Leave&& leave) {
  TraversePath path;
  PointerSet seen;
  auto& frames = path.frames();
  path.push({const_cast<Module*>(&root), 0, name.size()});
  enter(*frames.back().module);
  while (!frames.empty()) {
    TraverseFrame& top = frames.back();
    if (top.next_child == top.module->children().size()) {
      leave(*top.module);
      name.resize(top.parent_name_size);
      path.pop();
      continue;
    }
    const size_t index = top.next_child++;
    fetch_ahead(top.module->children(), index, mode.only_modules);
    const auto& [child_name, child] = top.module->children()[index];
    if (!child) continue;
    const size_t name_size = name.size();
    if (!mode.trailing_dot && name_size > 0) name += '.';
    name += child_name;
    if (mode.trailing_dot) name += '.';
    // With a single holder, the slot just read, a module can be nowhere else in the tree.
    const bool shared = child->use_count() > 1 || child.get() == &root;
    bool again = false;
    if (shared && (!mode.once || mode.refuse_cycles) && path.contains(child.get())) {
      throw_cycle(mode.operation, name);
    }
    if (shared && mode.siblings_once) again = is_repeated(*top.module, index);
    if (shared && mode.once) again = child.get() == &root || !seen.insert(child.get());
    if (again) {
      name.resize(name_size);
      continue;
    }
    path.push({child.get(), 0, name_size});
    enter(*child);
  }
}

// As traverse() once a path and with a trailing dot, where who is called may edit the tree: the
// children of a module are those that it has when enter() returns, and are held until they are
// left.
template <class Enter, class Leave>
void traverse_held(const Module& root, std::string& name, const char* operation, Enter&& enter,
                   Leave&& leave) {
  struct Frame {
    ModuleRef module;
    Module::Children children;
    size_t next_child;
    size_t parent_name_size;
  };
  std::vector<Frame> frames;
  PointerSet above;
  const auto reach = [&](const ModuleRef& module, size_t parent_name_size) {
    above.insert(module.get());
    enter(*module);
    frames.push_back({module, module->children(), 0, parent_name_size});
  };
  reach(ModuleRef(const_cast<Module*>(&root)), name.size());
  while (!frames.empty()) {
    Frame& top = frames.back();
    if (top.next_child == top.children.size()) {
      leave(*top.module);
      name.resize(top.parent_name_size);
      above.erase(top.module.get());
      frames.pop_back();
      continue;
    }
    const auto& [child_name, child] = top.children[top.next_child++];
    if (!child) continue;
    const size_t name_size = name.size();
    name.append(child_name).append(".");
    if (above.contains(child.get())) throw_cycle(operation, name);
    reach(ModuleRef(child), name_size);
  }
}

// How many visits traverse() would make in that mode, and of how many names.
inline TreeSize count_tree(const Module& root, TraverseMode mode) {
  mode.only_modules = true;
  TreeSize size;
  std::string name;
  traverse(
      root, name, mode, [&size](const Module& module) { size.add(module); }, [](const Module&) {});
  return size;
}

}  // namespace duramen::nn
