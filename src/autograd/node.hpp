// One recorded operation of the tape. A node knows, for each input of the operation, where its
// gradient goes (an edge: another node's output, or a leaf tensor), and computes the inputs'
// gradients from those of the outputs.
//
// An operator's node class stands directly above the function that records it (src/ops). Nodes
// point towards the leaves only, so there are no cycles; long chains are destroyed without
// recursion.
#pragma once

#include <type_traits>
#include <vector>

#include "autograd/context.hpp"

namespace duramen {

class Node;

// Where a gradient goes. At most one of the two is set; none: not needed.
struct Edge {
  Ref<Node> node;  // of a non-leaf, with output_index
  TensorRef leaf;  // a leaf that requires grad: accumulated into .grad
  uint32_t output_index = 0;
  bool needed() const noexcept { return node || leaf; }
};

// A tensor kept for backward. unpack() throws STATE when its memory was written to, or re-pointed,
// since, and when the graph was freed.
class SavedTensor {
 public:
  SavedTensor() = default;
  // An input of the operation.
  explicit SavedTensor(TensorRef tensor);
  // A result of the operation: kept as an alias, since keeping the tensor itself would be a cycle.
  static SavedTensor of_output(const Tensor& tensor);

  const TensorRef& unpack(const char* node_name) const;
  void reset() noexcept {
    tensor_ = nullptr;
    storage_ = nullptr;
  }

 private:
  TensorRef tensor_;
  Ref<Storage> storage_;
  uint64_t version_ = 0;
};

class Node : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("node");

  // As PyTorch's grad_fn prints, "AddmmBackward0"; static storage.
  virtual const char* name() const noexcept = 0;
  // Gradients of the inputs from those of the outputs (null: zero). The result has one entry for
  // each edge; entries whose edge is not needed may be null. Runs with grad mode off unless
  // create_graph.
  virtual std::vector<TensorRef> backward(Context& context,
                                          std::span<const TensorRef> output_grads) = 0;
  // Whether an operation that writes over an output may take the node's place in the graph.
  virtual bool allows_inplace() const noexcept { return true; }
  // Drops what was saved; a second backward is then an error (STATE), as in PyTorch only for a node
  // that had saved something.
  virtual void release_saved() noexcept {}

  const std::vector<Edge>& edges() const noexcept { return edges_; }
  bool needs(size_t input) const noexcept { return edges_[input].needed(); }
  uint32_t num_outputs() const noexcept { return num_outputs_; }
  bool released() const noexcept { return released_; }
  void release_graph() noexcept {
    released_ = true;
    release_saved();
  }

  // Called once by the recorder, before the node is attached to its outputs.
  void set_edges(std::span<const TensorRef> inputs);
  void set_edges(std::span<Tensor* const> inputs);
  void set_num_outputs(uint32_t count) noexcept { num_outputs_ = count; }
  // The order of recording within the context; breaks ties of the backward walk.
  uint64_t number() const noexcept { return number_; }
  void set_number(uint64_t number) noexcept { number_ = number; }

 protected:
  Node() noexcept : Counted(kTag) {}
  ~Node() override;
  void destroy() const noexcept override;  // without recursion along the chain

 private:
  std::vector<Edge> edges_;
  uint32_t num_outputs_ = 1;
  bool released_ = false;
  uint64_t number_ = 0;
  uint32_t visit_ = 0;  // the walk's index of this node; meaningless between walks
  mutable const Node* next_dead_ = nullptr;  // the chain of destroy()
  friend class BackwardWalk;
};

// Is an operation over these inputs to be recorded?
bool should_record(const Context& context, std::span<const TensorRef> inputs) noexcept;
inline bool should_record(const Context& context, std::span<Tensor* const> inputs) noexcept {
  if (!context.grad_enabled()) return false;
  for (const Tensor* input : inputs) {
    if (input && input->requires_grad()) return true;
  }
  return false;
}

// The pattern of every operator:
//   if (auto node = record<MulBackward>(context, a, b)) { node->b = SavedTensor(b); …;
//   attach(node, *out); }
// Null when nothing is to be recorded. `inputs` may hold nulls (optional arguments).
template <class N>
Ref<N> record(Context& context, std::span<const TensorRef> inputs) {
  if (!should_record(context, inputs)) return nullptr;
  auto node = make<N>();
  node->set_edges(inputs);
  node->set_number(context.next_node_number());
  return node;
}
template <class N>
Ref<N> record(Context& context, std::initializer_list<TensorRef> inputs) {
  return record<N>(context, std::span<const TensorRef>(inputs.begin(), inputs.size()));
}
template <class N, class... Inputs>
requires(std::is_same_v<Inputs, TensorRef>&&...) Ref<N> record(Context& context,
                                                               const Inputs&... inputs) {
  Tensor* const span[] = {inputs.get()...};
  if (!should_record(context, std::span<Tensor* const>(span))) return nullptr;
  auto node = make<N>();
  node->set_edges(std::span<Tensor* const>(span));
  node->set_number(context.next_node_number());
  return node;
}

// Makes `node` the grad_fn of an output.
inline void attach(const Ref<Node>& node, Tensor& output, uint32_t output_index = 0) {
  output.set_grad_fn(node, output_index);
}

}  // namespace duramen
