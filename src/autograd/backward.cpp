#include "autograd/backward.hpp"

#include <algorithm>
#include <unordered_map>

#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "kernels/elementwise.hpp"

namespace duramen {
namespace {

Error state_error(std::string message) {
  return Error(Code::state, std::move(message)).with("torch_error", "RuntimeError");
}

bool is_computed(Dtype dtype) noexcept {
  return dtype == Dtype::float32 || dtype == Dtype::float64;
}

// Nobody else sees this memory, so it may be written to or given away.
bool is_exclusive(const Tensor& tensor) noexcept {
  return tensor.use_count() == 1 && tensor.storage()->use_count() == 1 && tensor.is_contiguous() &&
         !tensor.storage()->read_only();
}

TensorRef sum_of(Context& context, const Tensor& a, const Tensor& b) {
  if (is_computed(a.dtype()) && a.dtype() == b.dtype()) {
    TensorRef out = empty(context.allocator(), a.shape(), a.dtype());
    kernels::binary(context.pool(), kernels::Binary::add, *out, a, b);
    return out;
  }
  const Dtype compute =
      a.dtype() == Dtype::float64 || b.dtype() == Dtype::float64 ? Dtype::float64 : Dtype::float32;
  const TensorRef x = converted(context, a, compute);
  kernels::binary(context.pool(), kernels::Binary::add, *x, *x, *converted(context, b, compute));
  return converted(context, *x, a.dtype());
}

// slot += gradient, in the slot's own memory where nobody else sees it.
void add_to(Context& context, TensorRef& slot, TensorRef gradient) {
  if (!slot) {
    slot = std::move(gradient);
    return;
  }
  const bool direct = slot->dtype() == gradient->dtype() && is_computed(slot->dtype());
  if (direct && is_exclusive(*slot)) {
    kernels::binary(context.pool(), kernels::Binary::add, *slot, *slot, *gradient);
  } else if (direct && is_exclusive(*gradient)) {
    kernels::binary(context.pool(), kernels::Binary::add, *gradient, *slot, *gradient);
    slot = std::move(gradient);
  } else {
    slot = sum_of(context, *slot, *gradient);
  }
}

void check_fits(const Node& node, size_t input, const Tensor& gradient, const Tensor& leaf) {
  if (gradient.shape() == leaf.shape()) return;
  throw Error(Code::shape_mismatch,
              join("Function ", node.name(), " returned an invalid gradient at index ", input,
                   " - got ", format_shape(gradient.shape()),
                   " but expected shape compatible "
                   "with ",
                   format_shape(leaf.shape())))
      .with("torch_error", "RuntimeError");
}

}  // namespace

// One call of backward(): the nodes that the root reaches, how many gradients each still waits
// for, and what has arrived for the leaves. Leaves change in commit() only.
class BackwardWalk {
 public:
  BackwardWalk(Context& context, const BackwardOptions& options)
      : context_(context), options_(options) {}

  void run(const TensorRef& root, TensorRef gradient) {
    if (root->is_leaf()) {
      add_to_leaf(root, std::move(gradient));
      return commit();
    }
    auto* node = static_cast<Node*>(root->grad_fn().get());
    discover(node);
    add_to(context_, slots_[tasks_[node->visit_].first_slot + root->output_index()],
           std::move(gradient));
    ready_.push_back(node);
    while (!ready_.empty()) step();
    commit();
  }

 private:
  struct Task {
    Node* node;
    uint32_t waiting;  // edges into the node that have not been walked
    size_t first_slot;
  };
  struct Leaf {
    TensorRef tensor;
    TensorRef gradient;
    bool in_place = false;
  };

  // A node's index is believed only when the task agrees: what an earlier walk left is harmless.
  bool is_known(const Node* node) const noexcept {
    return node->visit_ < tasks_.size() && tasks_[node->visit_].node == node;
  }
  void add_task(Node* node) {
    node->visit_ = static_cast<uint32_t>(tasks_.size());
    tasks_.push_back({node, 0, slots_.size()});
    slots_.resize(slots_.size() + node->num_outputs());
  }
  void discover(Node* root) {
    add_task(root);
    size_t next = 0;
    while (next < tasks_.size()) {  // which grows meanwhile
      Node* node = tasks_[next++].node;
      for (const Edge& edge : node->edges()) {
        if (!edge.node) continue;
        if (!is_known(edge.node.get())) add_task(edge.node.get());
        tasks_[edge.node->visit_].waiting += 1;
      }
    }
  }

  static bool later_first(const Node* a, const Node* b) noexcept {
    return a->number() < b->number();
  }
  Node* take_ready() {
    std::pop_heap(ready_.begin(), ready_.end(), later_first);
    Node* node = ready_.back();
    ready_.pop_back();
    return node;
  }
  void step() {
    context_.cancel().check("backward");
    Node* node = take_ready();
    const Task task = tasks_[index_of(node)];
    const std::span<TensorRef> incoming(slots_.data() + task.first_slot, node->num_outputs());
    const bool reached = std::any_of(incoming.begin(), incoming.end(),
                                     [](const TensorRef& slot) { return bool(slot); });
    std::vector<TensorRef> outgoing;
    if (reached) {
      const uint32_t index = node->visit_;
      outgoing = node->backward(context_, incoming);
      node->visit_ = index;  // a callback may have walked over it
      for (TensorRef& slot : incoming) slot = nullptr;
      if (!options_.retain_graph) node->release_graph();
    }
    pass_on(*node, outgoing);
  }
  void pass_on(const Node& node, std::vector<TensorRef>& outgoing) {
    const std::vector<Edge>& edges = node.edges();
    for (size_t i = 0; i < edges.size(); ++i) {
      const Edge& edge = edges[i];
      TensorRef gradient = i < outgoing.size() ? std::move(outgoing[i]) : nullptr;
      if (edge.leaf) {
        if (!gradient) continue;
        check_fits(node, i, *gradient, *edge.leaf);
        add_to_leaf(edge.leaf, std::move(gradient));
        continue;
      }
      if (!edge.node) continue;
      Task& target = tasks_[index_of(edge.node.get())];
      if (gradient) {
        add_to(context_, slots_[target.first_slot + edge.output_index], std::move(gradient));
      }
      if (--target.waiting == 0) {
        ready_.push_back(target.node);
        std::push_heap(ready_.begin(), ready_.end(), later_first);
      }
    }
  }
  // After a callback that walked a graph of its own, an index may be lost: it is looked up again.
  uint32_t index_of(Node* node) {
    if (!is_known(node)) {
      const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                      [node](const Task& task) { return task.node == node; });
      node->visit_ = static_cast<uint32_t>(found - tasks_.begin());
    }
    return node->visit_;
  }

  bool is_wanted(const TensorRef& leaf) const noexcept {
    return options_.inputs.empty() ||
           std::find(options_.inputs.begin(), options_.inputs.end(), leaf) != options_.inputs.end();
  }
  void add_to_leaf(const TensorRef& leaf, TensorRef gradient) {
    if (!leaf->requires_grad() || !is_wanted(leaf)) return;
    add_to(context_, leaves_[leaf_index(leaf)].gradient, std::move(gradient));
  }
  size_t leaf_index(const TensorRef& leaf) {
    if (leaves_.size() <= kSearched) {
      for (size_t i = 0; i < leaves_.size(); ++i) {
        if (leaves_[i].tensor == leaf) return i;
      }
      if (leaves_.size() == kSearched) index_leaves();
    }
    if (leaves_.size() >= kSearched) {
      const auto [place, is_new] = leaf_index_.try_emplace(leaf.get(), leaves_.size());
      if (!is_new) return place->second;
    }
    leaves_.push_back({leaf, nullptr});
    return leaves_.size() - 1;
  }
  void index_leaves() {
    for (size_t i = 0; i < leaves_.size(); ++i) leaf_index_.emplace(leaves_[i].tensor.get(), i);
  }

  // What may fail happens here: afterwards each gradient is ready to be assigned or added.
  void prepare(Leaf& leaf) {
    const TensorRef& before = leaf.tensor->grad();
    const Dtype dtype = leaf.tensor->dtype();
    if (leaf.gradient->dtype() != dtype) {
      leaf.gradient = converted(context_, *leaf.gradient, dtype);
    }
    if (!before) {
      if (!is_exclusive(*leaf.gradient)) {
        leaf.gradient = converted(context_, *leaf.gradient, dtype);
      }
      return;
    }
    if (before->storage()->read_only()) {
      throw Error(Code::read_only, "backward: a gradient that is there lies in read-only memory");
    }
    if (may_overlap_itself(before->layout())) {
      throw Error(Code::invalid_argument,
                  "backward: unsupported operation: more than one element of the written-to tensor "
                  "refers to a single memory location. Please clone() the tensor before performing "
                  "the operation.")
          .with("torch_error", "RuntimeError");
    }
    leaf.in_place = before->is_contiguous() && is_computed(dtype);
    if (!leaf.in_place) leaf.gradient = sum_of(context_, *before, *leaf.gradient);
  }
  void commit() {
    for (Leaf& leaf : leaves_) prepare(leaf);
    context_.cancel().check("backward");
    const Uninterrupted change(context_.cancel());
    for (Leaf& leaf : leaves_) {
      const TensorRef& before = leaf.tensor->grad();
      if (!before) {
        leaf.tensor->set_grad(std::move(leaf.gradient));
        continue;
      }
      if (leaf.in_place) {
        kernels::binary(context_.pool(), kernels::Binary::add, *before, *before, *leaf.gradient);
      } else {
        kernels::copy(context_.pool(), *before, *leaf.gradient);
      }
      before->storage()->bump_version();
    }
  }

  static constexpr size_t kSearched = 16;

  Context& context_;
  const BackwardOptions& options_;
  std::vector<Task> tasks_;
  std::vector<TensorRef> slots_;
  std::vector<Node*> ready_;  // a heap, the latest recorded first
  std::vector<Leaf> leaves_;
  std::unordered_map<const Tensor*, size_t> leaf_index_;
};

namespace {

void check_gradient(const Tensor& tensor, const Tensor& gradient) {
  if (!(gradient.shape() == tensor.shape())) {
    throw Error(Code::shape_mismatch,
                join("backward: Mismatch in shape: grad_output[0] has a shape of ",
                     format_shape(gradient.shape()), " and output[0] has a shape of ",
                     format_shape(tensor.shape())))
        .with("expected", format_shape(tensor.shape()))
        .with("actual", format_shape(gradient.shape()))
        .with("torch_error", "RuntimeError");
  }
  if (gradient.dtype() != tensor.dtype()) {
    throw Error(Code::dtype_mismatch,
                join("backward: the gradient has another dtype (expected ",
                     dtype_name(tensor.dtype()), ", got ", dtype_name(gradient.dtype()), ")"))
        .with("expected", std::string(dtype_name(tensor.dtype())))
        .with("actual", std::string(dtype_name(gradient.dtype())))
        .with("torch_error", "RuntimeError");
  }
}

TensorRef implicit_gradient(Context& context, const Tensor& tensor) {
  if (tensor.numel() != 1) {
    throw Error(Code::shape_mismatch,
                join("backward: grad can be implicitly created only for scalar outputs (got shape ",
                     format_shape(tensor.shape()), ")"))
        .with("actual", format_shape(tensor.shape()))
        .with("torch_error", "RuntimeError");
  }
  TensorRef gradient = empty(context.allocator(), tensor.shape(), tensor.dtype());
  kernels::fill(*gradient, 1);
  return gradient;
}

void check_inputs(std::span<const TensorRef> inputs) {
  for (const TensorRef& input : inputs) {
    if (!input || !input->is_leaf()) {
      throw Error(Code::unsupported, "backward: inputs must be leaf tensors");
    }
    if (!input->requires_grad()) {
      throw state_error("backward: One of the differentiated Tensors does not require grad");
    }
  }
}

}  // namespace

void backward(Context& context, const TensorRef& tensor, const TensorRef& gradient,
              const BackwardOptions& options) {
  if (options.create_graph) {
    throw Error(Code::unsupported,
                "backward: create_graph is not supported (gradients of gradients)");
  }
  if (!tensor->requires_grad()) {
    throw state_error(
        "backward: element 0 of tensors does not require grad and does not have a grad_fn");
  }
  check_inputs(options.inputs);
  if (gradient) check_gradient(*tensor, *gradient);
  const NoGrad no_grad(context);
  BackwardWalk(context, options)
      .run(tensor, gradient ? gradient : implicit_gradient(context, *tensor));
}

}  // namespace duramen
