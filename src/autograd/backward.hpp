// The backward walk: iterative, in a fixed order (reverse topological; ties by the order of
// recording), so that sums of gradients are always formed in the same order. Graphs of 100,000
// nodes in a chain are fine.
#pragma once

#include "autograd/node.hpp"

namespace duramen {

struct BackwardOptions {
  bool retain_graph = false;
  bool create_graph = false;          // UNSUPPORTED for now
  std::span<const TensorRef> inputs;  // accumulate into these leaves only; empty: all
};

// d(tensor)/d(leaf) · gradient is added to the .grad of every leaf that requires grad. `gradient`
// may be null for a tensor of one element. STATE when the graph was freed, the tensor does not
// require grad, or a saved tensor is stale; SHAPE_MISMATCH, DTYPE_MISMATCH for the gradient.
// Nothing is accumulated when it throws.
void backward(Context& context, const TensorRef& tensor, const TensorRef& gradient,
              const BackwardOptions& options = {});

}  // namespace duramen
