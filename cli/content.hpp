// A file's content for listing: nested containers flattened to dotted paths, in the file's own
// order.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "filter.hpp"
#include "input.hpp"

namespace cli {

struct Entry {
  std::string name;
  duramen_tensor* tensor;       // lent by the content
  std::optional<size_t> first;  // the first entry on the same storage
  bool tied = false;            // an earlier entry has elements in the same memory
};

struct Leaf {
  std::string path;
  const duramen_value* value;
};

class Content {
 public:
  // What the filter lets through; tensors are of the kinds "parameter" and "tensor", the rest is
  // "value". Failure(kRefused) with the subject's name when the names would take too much memory.
  Content(const duramen_value* root, const std::string& subject, const Filter& filter = Filter({}));

  std::vector<Entry> entries;
  // What is not a tensor; of modules that were pickled whole their class and attributes as well.
  std::vector<Leaf> leaves;

  // The name of the first entry on the same storage; empty when there is none.
  std::string_view alias(const Entry& entry) const {
    return entry.first ? std::string_view(entries[*entry.first].name) : std::string_view();
  }

 private:
  void spend(size_t nbytes);
  void visit(const duramen_value* value, const std::string& path);
  void visit_attributes(const duramen_value* attributes, const std::string& prefix);
  void visit_items(const duramen_value* value, const std::string& path);
  void add_tensor(duramen_tensor* tensor, const std::string& path);

  void add_leaf(const duramen_value* value, const std::string& path);
  void find_shared();
  void find_ties_of(std::span<const size_t> positions);

  const std::string& subject_;
  const Filter& filter_;
  size_t room_;
  bool aside_ = false;  // among the attributes of a module, which are no state
};

}  // namespace cli
