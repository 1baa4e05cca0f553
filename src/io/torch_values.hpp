// The graph of a pickle as a Value: known names become tensors, dicts, numbers; all others opaque
// nodes with their parts. Iterative; a node is built once, however often it is named. What contains
// itself, or would be too large when walked as a tree, is refused.
#pragma once

#include "base/function_ref.hpp"
#include "io/torch_archive.hpp"

namespace duramen::io {

class ValueBuilder {
 public:
  ValueBuilder(const Services& services, TorchArchive& archive, const pickle::Graph& graph,
               const Limits& limits);
  ValueRef build();

 private:
  enum class Progress : uint8_t { untouched = 0, entered, done };
  struct Slot {
    ValueRef value;
    uint64_t entries = 0;  // of the tree below, shared parts counted each time
    uint32_t depth = 0;
    Progress progress = Progress::untouched;
  };

  void push_children(pickle::Id id);
  void each_child(pickle::Id id, FunctionRef<void(pickle::Id)> body) const;
  void each_child_of_object(pickle::Id id, FunctionRef<void(pickle::Id)> body) const;
  void push(pickle::Id id);
  void finish(pickle::Id id);
  void count(pickle::Id id);
  Slot& slot_of(pickle::Id id);
  const ValueRef& value(pickle::Id id) const noexcept { return slots_[index_[id]].value; }
  bool is_leaf(pickle::Id id) const noexcept;
  [[noreturn]] void fail(std::string_view what, Code code = Code::corrupt) const;

  ValueRef make_value(pickle::Id id);
  ValueRef make_big_integer(pickle::Id id) const;
  ValueRef make_dict(pickle::Id pairs, std::string class_name, ValueRef attributes);
  std::vector<ValueRef> values_of(pickle::Id container) const;
  void check_keys(const std::vector<ValueRef>& keys) const;

  // Calls and instances (torch_objects.cpp)
  ValueRef make_object(pickle::Id id);
  ValueRef make_dict_object(pickle::Id id, std::string class_name);
  ValueRef make_complex(pickle::Id id);
  ValueRef make_bytes(pickle::Id id);
  ValueRef make_parameter_value(pickle::Id id);
  ValueRef make_opaque(pickle::Id id);

  // Tensors (torch_tensors.cpp)
  ValueRef make_tensor(pickle::Symbol symbol, std::span<const pickle::Id> arguments);
  ValueRef make_from_type(std::span<const pickle::Id> arguments);
  ValueRef make_quantized(std::span<const pickle::Id> arguments);
  TensorRef rebuild(std::span<const pickle::Id> arguments, Dtype untyped_dtype);
  Shape sizes(pickle::Id id) const;
  int64_t integer(pickle::Id id, const char* what) const;
  void check_not_conjugated(pickle::Id metadata) const;
  std::span<const pickle::Id> arguments_of(pickle::Id object) const noexcept {
    return graph_.links(graph_.object(object).arguments);
  }
  static bool rebuilds_tensor(pickle::Symbol symbol) noexcept;
  static bool is_dict_symbol(pickle::Symbol symbol) noexcept;

  const Services& services_;
  TorchArchive& archive_;
  const pickle::Graph& graph_;
  uint64_t max_entries_;
  uint32_t max_depth_;
  std::vector<uint32_t> index_;    // of a node's slot; 0: none yet
  std::vector<Slot> slots_{1};     // of the nodes that are values
  std::vector<uint64_t> pending_;  // node and whether its children are done
};

}  // namespace duramen::io
