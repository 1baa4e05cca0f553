#include "autograd/node.hpp"

#include "base/text.hpp"

namespace duramen {
namespace {

Error freed_error(const char* node_name) {
  return Error(Code::state,
               join(node_name,
                    ": Trying to backward through the graph a second time (or directly access "
                    "saved tensors after they have already been freed). Saved intermediate values "
                    "of the graph are freed when you call .backward(). Specify retain_graph=True "
                    "if you need to backward through the graph a second time"))
      .with("torch_error", "RuntimeError");
}

Error stale_error(const char* node_name, const Tensor& tensor, uint64_t saved) {
  return Error(Code::state,
               join(node_name,
                    ": one of the variables needed for gradient computation has been modified by "
                    "an inplace operation: a ",
                    dtype_name(tensor.dtype()), " tensor of shape ", format_shape(tensor.shape()),
                    " is at version ", tensor.storage()->version(), "; expected version ", saved,
                    " instead"))
      .with("torch_error", "RuntimeError");
}

Error repointed_error(const char* node_name, const Tensor& tensor) {
  return Error(Code::state,
               join(node_name,
                    ": one of the variables needed for gradient computation was given other "
                    "memory since (a ",
                    dtype_name(tensor.dtype()), " tensor of shape ", format_shape(tensor.shape()),
                    ")"))
      .with("torch_error", "RuntimeError");
}

Edge edge_to(Tensor* input) {
  Edge edge;
  if (!input || !input->requires_grad()) return edge;
  if (input->is_leaf()) {
    edge.leaf = TensorRef(input);
  } else {
    edge.node = Ref<Node>(static_cast<Node*>(input->grad_fn().get()));
    edge.output_index = input->output_index();
  }
  return edge;
}

}  // namespace

SavedTensor::SavedTensor(TensorRef tensor) : tensor_(std::move(tensor)) {
  if (!tensor_) return;
  storage_ = tensor_->storage();
  version_ = storage_->version();
}

SavedTensor SavedTensor::of_output(const Tensor& tensor) { return SavedTensor(alias(tensor)); }

const TensorRef& SavedTensor::unpack(const char* node_name) const {
  if (!tensor_) throw freed_error(node_name);
  if (!(tensor_->storage() == storage_)) throw repointed_error(node_name, *tensor_);
  if (storage_->version() != version_) throw stale_error(node_name, *tensor_, version_);
  return tensor_;
}

Node::~Node() = default;

// The edges are taken over before the node itself goes: what it saved may be another holder of an
// input's node, and must not be the last one, or a chain would recurse. Nodes that nobody else
// holds are chained up; nothing is allocated, since this must not fail.
void Node::destroy() const noexcept {
  const Node* pending = this;
  while (pending) {
    Node* dead = const_cast<Node*>(pending);
    pending = dead->next_dead_;
    std::vector<Edge> edges = std::move(dead->edges_);
    delete dead;
    for (Edge& edge : edges) {
      const Node* node = edge.node.detach();
      if (!node) continue;
      if (node->use_count() == 1) {
        node->next_dead_ = pending;
        pending = node;
      } else {
        node->release();
      }
    }
  }
}

void Node::set_edges(std::span<const TensorRef> inputs) {
  edges_.reserve(inputs.size());
  for (const TensorRef& input : inputs) edges_.push_back(edge_to(input.get()));
}

void Node::set_edges(std::span<Tensor* const> inputs) {
  edges_.reserve(inputs.size());
  for (Tensor* input : inputs) edges_.push_back(edge_to(input));
}

bool should_record(const Context& context, std::span<const TensorRef> inputs) noexcept {
  if (!context.grad_enabled()) return false;
  for (const TensorRef& input : inputs) {
    if (input && input->requires_grad()) return true;
  }
  return false;
}

}  // namespace duramen
