#include "io/nested_content.hpp"

#include "base/text.hpp"

namespace duramen::io {

bool NestedContent::add(std::span<const DcpStep> path, ValueRef leaf) {
  size_t at = 0;
  for (const DcpStep& step : path) {
    const bool is_list = step.index >= 0;
    Node& node = nodes_[at];
    if (node.value) return false;
    if (node.children.empty() && at != 0) node.is_list = is_list;
    if (node.is_list != is_list) return false;
    at = child(at, step);
  }
  Node& node = nodes_[at];
  if (node.value || !node.children.empty() || at == 0) return false;
  node.value = std::move(leaf);
  return true;
}

size_t NestedContent::child(size_t parent, const DcpStep& step) {
  const size_t next = nodes_.size();
  const bool is_list = step.index >= 0;
  Node node;
  node.name = join(parent, is_list ? "#" : ".", is_list ? std::to_string(step.index) : step.key);
  node.index = step.index;
  budget_.charge(sizeof(Node) + node.name.size() + step.key.size() + 4 * sizeof(size_t));
  nodes_.push_back(std::move(node));
  const size_t found = index_.insert(next, name_at());
  if (found != next) {
    nodes_.pop_back();
    return found;
  }
  nodes_[parent].children.push_back(next);
  return next;
}

// Children come after their parents.
ValueRef NestedContent::finish() {
  for (size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    if (!node.value) node.value = node.is_list ? list_of(node) : dict_of(node);
  }
  return nodes_[0].value;
}

ValueRef NestedContent::list_of(const Node& node) {
  int64_t last = 0;
  for (const size_t child : node.children) last = std::max(last, nodes_[child].index);
  const auto count = static_cast<uint64_t>(last) + 1;
  budget_.charge(count > UINT64_MAX / sizeof(ValueRef) ? UINT64_MAX : count * sizeof(ValueRef));
  std::vector<ValueRef> items(count, Value::none());
  for (const size_t child : node.children) {
    items[static_cast<size_t>(nodes_[child].index)] = nodes_[child].value;
  }
  return Value::list(std::move(items));
}

ValueRef NestedContent::dict_of(const Node& node) {
  budget_.charge(node.children.size() * (sizeof(Value) + 2 * sizeof(ValueRef)));
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (const size_t child : node.children) {
    const std::string& name = nodes_[child].name;
    keys.push_back(Value::text(name.substr(name.find('.') + 1)));
    items.push_back(nodes_[child].value);
  }
  return Value::dict(std::move(keys), std::move(items));
}

}  // namespace duramen::io
