#include "module_tree.hpp"

#include <algorithm>
#include <ranges>

#include "output.hpp"
#include "tensors.hpp"

namespace cli {

ModuleTree::ModuleTree(const Content& content, size_t depth) : nodes_(1) {
  for (const Entry& entry : content.entries) add(entry, std::min(depth, kDeepestTree));
}

size_t ModuleTree::module(size_t parent, std::string_view name) {
  const auto known = nodes_[parent].modules.find(name);
  if (known != nodes_[parent].modules.end()) return known->second;
  const size_t added = nodes_.size();
  nodes_.emplace_back().name = name;
  nodes_[parent].children.push_back(added);
  nodes_[parent].modules.emplace(name, added);
  return added;
}

void ModuleTree::add(const Entry& entry, size_t depth) {
  std::string_view rest = entry.name;
  size_t place = 0;
  const auto count = [&] {
    Node& node = nodes_[place];
    ++node.tensors;
    node.elements += static_cast<uint64_t>(duramen_tensor_numel(entry.tensor));
    node.nbytes += duramen_tensor_nbytes(entry.tensor);
  };
  count();
  for (size_t level = 0; level < depth; ++level) {
    const size_t dot = rest.find('.');
    if (dot == std::string_view::npos || level + 1 == kDeepestTree) {
      nodes_[place].children.push_back(nodes_.size());
      Node& leaf = nodes_.emplace_back();
      leaf.name = rest;
      leaf.entry = &entry;
      return;
    }
    place = module(place, rest.substr(0, dot));
    rest.remove_prefix(dot + 1);
    count();
  }
}

std::string ModuleTree::to_text(std::string_view root) const {
  using Align = Table::Align;
  Table table({{"module", Align::left},
               {"tensors", Align::right},
               {"elements", Align::right},
               {"bytes", Align::right},
               {"", Align::left}});
  std::vector<std::pair<size_t, size_t>> open = {{0, 0}};  // node, level
  while (!open.empty()) {
    const auto [index, level] = open.back();
    open.pop_back();
    const Node& node = nodes_[index];
    const std::string name = std::string(2 * level, ' ') +
                             abbreviated(printable(level == 0 ? root : node.name), kWidestName / 2);
    if (node.entry) {
      const duramen_tensor* tensor = node.entry->tensor;
      table.add({name, "", std::to_string(duramen_tensor_numel(tensor)),
                 format_bytes(duramen_tensor_nbytes(tensor)),
                 std::string(dtype_of(tensor)) + " " + format_shape(shape_of(tensor))});
    } else {
      table.add({name, std::to_string(node.tensors), std::to_string(node.elements),
                 format_bytes(node.nbytes), ""});
    }
    for (size_t i = node.children.size(); i-- > 0;) {
      open.emplace_back(node.children[i], level + 1);
    }
  }
  return table.str(Palette("never"));
}

// The depth is limited, so this may recurse.
void ModuleTree::write_node(Json& json, const Node& node) const {
  json.begin_object().key("name").text(node.name);
  if (node.entry) {
    json.key("dtype").text(dtype_of(node.entry->tensor));
    write_numbers(json.key("shape"), shape_of(node.entry->tensor));
    json.key("nbytes").integer(static_cast<int64_t>(duramen_tensor_nbytes(node.entry->tensor)));
    json.end_object();
    return;
  }
  json.key("tensors").integer(static_cast<int64_t>(node.tensors));
  json.key("elements").integer(static_cast<int64_t>(node.elements));
  json.key("nbytes").integer(static_cast<int64_t>(node.nbytes));
  json.key("children").begin_array();
  for (const size_t child : node.children) write_node(json, nodes_[child]);
  json.end_array().end_object();
}

}  // namespace cli
