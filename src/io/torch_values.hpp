// The graph of a pickle as a Value: known names become tensors, dicts, numbers; all others opaque
// nodes with their parts. Iterative; a node is built once, however often it is named. A list or
// dict that contains itself, or what would be too large when walked as a tree, is refused. What is
// made is charged to the container's budget.
#pragma once

#include "io/torch_container.hpp"
#include "io/torch_modules.hpp"

namespace duramen::io {

struct NumpyType {
  Dtype dtype;
  bool swapped;  // big-endian
};

class ValueBuilder {
 public:
  ValueBuilder(const Services& services, TorchContainer& container, const pickle::Graph& graph,
               const Limits& limits);
  ValueRef build();
  // What a persistent id says; where it is of a view, the key of that.
  TorchContainer::StorageId storage_id(pickle::Id persistent);
  std::string_view view_key(pickle::Id persistent) const;

 private:
  enum class Progress : uint8_t { untouched = 0, entered, done };
  struct Slot {
    ValueRef value;
    uint64_t entries = 0;  // of the tree below, shared parts counted each time
    uint32_t depth = 0;
    Progress progress = Progress::untouched;
  };

  struct Pending {
    pickle::Id id;
    bool inert;
    bool children_done;
  };
  void visit(pickle::Id id);
  void break_cycle(pickle::Id id);
  void push_children(pickle::Id id);
  void each_child(pickle::Id id, FunctionRef<void(pickle::Id)> body) const;
  void each_child_of_object(pickle::Id id, FunctionRef<void(pickle::Id)> body) const;
  void push(pickle::Id id, bool inert);
  void finish(pickle::Id id);
  void count(pickle::Id id);
  Slot& slot_of(pickle::Id id);
  const Slot& slot(pickle::Id id, bool inert) const noexcept { return slots_[index_[inert][id]]; }
  const ValueRef& value(pickle::Id id) const noexcept { return slot(id, inert_).value; }
  bool is_leaf(pickle::Id id) const;

  ValueRef make_value(pickle::Id id);
  ValueRef make_big_integer(pickle::Id id);
  std::vector<ValueRef> values_of(pickle::Id container);

  // The entry and the byte of the node that is being made (torch_places.cpp)
  [[noreturn, gnu::cold]] void fail(std::string_view what, Code code = Code::corrupt) const;
  std::string path() const;
  std::optional<std::string> step_to(pickle::Id container, pickle::Id child) const;
  std::string name_of(pickle::Id key) const;

  // Dicts (torch_dicts.cpp)
  bool reads_as_dict(pickle::Id object) const noexcept;
  ValueRef make_dict(pickle::Id pairs, std::string class_name, ValueRef attributes);
  ValueRef make_dict_of_pairs(const Value& pairs, std::string class_name, ValueRef attributes);
  ValueRef make_dict_object(pickle::Id id);
  void check_keys(const std::vector<ValueRef>& keys);

  // Calls and instances (torch_objects.cpp)
  ValueRef make_object(pickle::Id id);
  ValueRef make_complex(pickle::Id id);
  ValueRef make_bytes(pickle::Id id);
  ValueRef make_parameter_value(pickle::Id id);
  ValueRef make_opaque(pickle::Id id);
  ValueRef make_variable(pickle::Id id);
  ValueRef make_opaque(std::string class_name, std::vector<ValueRef> parts);

  // Modules (torch_modules.cpp): what state_dict() lists is content, the rest attributes. The
  // attributes are built apart, as inert values in which modules are names alone: whatever they
  // refer to, what is content is content.
  using Member = FunctionRef<void(Role role, std::string_view name, pickle::Id item)>;
  bool is_module(pickle::Id object) const;
  bool find_members(pickle::Id object, Members& found) const;
  bool is_sequence(pickle::Id id) const noexcept;
  void each_member(pickle::Id object, Member body) const;
  void each_script_member(pickle::Id object, Member body) const;
  void each_buffer(const Members& members, Member body) const;
  void each_named(pickle::Id dict, FunctionRef<void(std::string_view, pickle::Id)> body) const;
  void malformed(std::string_view what) const;
  bool is_dict(pickle::Id id) const noexcept;
  bool is_bookkeeping(std::string_view name, pickle::Id item) const;
  bool is_transient(pickle::Id names, std::string_view name) const;
  pickle::Id class_of(pickle::Id object) const noexcept;
  std::string class_name_of(pickle::Id object) const;
  ValueRef make_module(pickle::Id id);

  // NumPy's arrays and scalars (torch_arrays.cpp)
  ValueRef make_array(pickle::Id id);
  ValueRef make_frombuffer(pickle::Id id);
  ValueRef make_scalar(pickle::Id id);
  ValueRef make_of_array(pickle::Id id);
  ValueRef array_of(const NumpyType& type, pickle::Id shape, bool fortran, std::string_view bytes);
  std::optional<NumpyType> numpy_type(pickle::Id id) const;

  // Tensors (torch_tensors.cpp)
  ValueRef make_tensor(pickle::Symbol symbol, std::span<const pickle::Id> arguments);
  ValueRef make_persistent(pickle::Id id);
  ValueRef make_from_type(pickle::Id id);
  ValueRef make_quantized(std::span<const pickle::Id> arguments);
  ValueRef make_packed(std::span<const pickle::Id> arguments, const TorchContainer::StorageId& id);
  TensorRef rebuild(std::span<const pickle::Id> arguments, Dtype untyped_dtype);
  Dtype class_dtype(pickle::Id cls);
  Shape sizes(pickle::Id id) const;
  int64_t integer(pickle::Id id, const char* what) const;
  TensorRef resolved(TensorRef tensor, pickle::Id metadata);
  std::span<const pickle::Id> arguments_of(pickle::Id object) const noexcept {
    return graph_.links(graph_.object(object).arguments);
  }
  // What an object does when nothing was added to it after the call; else Symbol::other.
  pickle::Symbol plain_symbol(pickle::Id object) const noexcept {
    const pickle::Object& call = graph_.object(object);
    const bool plain = call.state == pickle::kNone && call.items == pickle::kNone;
    return plain ? graph_[call.callee].symbol : pickle::Symbol::other;
  }
  // Of a container's list of parts, without the parts.
  static constexpr uint64_t kPartsBytes = 128;
  // Of _rebuild_from_type_v2(function, class, arguments, state); Symbol::other for another form.
  pickle::Symbol function_of_type(std::span<const pickle::Id> arguments) const noexcept;
  static bool rebuilds_tensor(pickle::Symbol symbol) noexcept;

  const Services& services_;
  TorchContainer& container_;
  const pickle::Graph& graph_;
  Budget& budget_;
  uint64_t max_entries_;
  uint32_t max_depth_;
  std::vector<uint32_t> index_[2];  // of a node's slot, as content and inert; 0: none yet
  std::vector<Slot> slots_{1};      // of the nodes that are values
  std::vector<Pending> pending_;
  bool inert_ = false;  // what the current node is made as
  pickle::Id current_ = pickle::kNone;
  mutable bool failing_ = false;
  mutable Members members_;  // of the object that was asked for last
  pickle::Id last_class_ = pickle::kNone;
  Dtype last_class_dtype_ = Dtype::invalid;
};

}  // namespace duramen::io
