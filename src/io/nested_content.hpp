// Nested dicts and lists, put together from the paths to their leaves.
#pragma once

#include "base/name_index.hpp"
#include "io/budget.hpp"
#include "io/dcp_metadata.hpp"

namespace duramen::io {

class NestedContent {
 public:
  explicit NestedContent(Budget& budget) : budget_(budget) { nodes_.emplace_back(); }

  // False when the path goes through a leaf, ends where something is already, or takes a dict for a
  // list. Dicts keep the order of their first leaves. The path's length is the caller's to limit.
  bool add(std::span<const DcpStep> path, ValueRef leaf);
  // A dict; lists have None where no leaf is. Nothing may be added afterwards.
  ValueRef finish();

 private:
  struct Node {
    std::string name;  // the parent and the step: unique
    int64_t index = -1;
    bool is_list = false;
    ValueRef value;                // of a leaf, or when it is finished
    std::vector<size_t> children;  // later nodes, all
  };
  auto name_at() const noexcept {
    return [this](size_t i) -> std::string_view { return nodes_[i].name; };
  }
  size_t child(size_t parent, const DcpStep& step);
  ValueRef list_of(const Node& node);
  ValueRef dict_of(const Node& node);

  Budget& budget_;
  std::vector<Node> nodes_;  // the root first
  NameIndex index_;
};

}  // namespace duramen::io
