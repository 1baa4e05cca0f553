// Dotted names as a tree, with what lies below each part.
#pragma once

#include <map>

#include "content.hpp"
#include "json.hpp"

namespace cli {

class ModuleTree {
 public:
  // Names are taken apart down to `depth` levels; what lies deeper counts for the last of them.
  ModuleTree(const Content& content, size_t depth);
  std::string to_text(std::string_view root) const;
  // {"name", "tensors", "elements", "nbytes", "children"}, of a tensor {"name", "dtype", "shape",
  // "nbytes"}.
  void write(Json& json) const { write_node(json, nodes_[0]); }

 private:
  struct Node {
    std::string name;
    const Entry* entry = nullptr;  // of a tensor
    uint64_t tensors = 0;
    uint64_t elements = 0;
    uint64_t nbytes = 0;
    std::vector<size_t> children;
    std::map<std::string, size_t, std::less<>> modules;  // those of them that are no tensors
  };
  void add(const Entry& entry, size_t depth);
  size_t module(size_t parent, std::string_view name);
  void write_node(Json& json, const Node& node) const;

  std::vector<Node> nodes_;  // the root first
};

inline constexpr size_t kDeepestTree = 100;  // levels

}  // namespace cli
