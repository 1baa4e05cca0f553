#include "nn/layer.hpp"

#include "autograd/node.hpp"
#include "kernels/copy.hpp"

namespace duramen::nn {

void check_inputs(const Module& module, std::span<const TensorRef> inputs, size_t count) {
  const bool complete =
      std::all_of(inputs.begin(), inputs.end(), [](const TensorRef& input) { return bool(input); });
  if (inputs.size() == count && complete) return;
  throw Error(
      Code::invalid_argument,
      join("forward: ", module.class_name(), " takes ", count, count == 1 ? " tensor" : " tensors",
           " (got ", complete ? std::to_string(inputs.size()) : "a null one", ")"))
      .with("torch_error", "TypeError");
}

std::vector<TensorRef> tensors_of_call(const Module& module, const Value& arguments,
                                       const Value* keywords) {
  const auto refuse = [&](std::string_view what) {
    return Error(Code::unsupported,
                 join("call: ", module.class_name(), " takes tensors, got ", what))
        .with("torch_error", "TypeError");
  };
  if (keywords && keywords->count() > 0) throw refuse("keyword arguments");
  if (arguments.kind() != ValueKind::tuple) {
    throw refuse(join("arguments that are no tuple but ", value_kind_name(arguments.kind())));
  }
  std::vector<TensorRef> inputs;
  inputs.reserve(arguments.count());
  for (const ValueRef& item : arguments.items()) {
    if (item->kind() != ValueKind::tensor) {
      throw refuse(join(value_kind_name(item->kind()), " as argument ", inputs.size()));
    }
    inputs.emplace_back(item->as_tensor());
  }
  return inputs;
}

// Whether the memory is that of a leaf behind the tensor. What views there are lie in a row, a few.
bool is_view_of_leaf(const Tensor& tensor) noexcept {
  constexpr int kMostViews = 64;
  const auto* node = static_cast<const Node*>(tensor.grad_fn().get());
  for (int i = 0; node && i < kMostViews && !node->edges().empty(); ++i) {
    const Edge& edge = node->edges()[0];
    if (edge.leaf) return edge.leaf->storage() == tensor.storage();
    node = edge.node.get();
  }
  return false;
}

void check_inplace(const Context& context, const Module& module, const Tensor& input) {
  std::string fault;
  const bool recorded = context.grad_enabled() && input.requires_grad();
  const auto* node = static_cast<const Node*>(input.grad_fn().get());
  if (recorded && input.is_leaf()) {
    fault = "a leaf Variable that requires grad is being used in an in-place operation";
  } else if (recorded && !node->allows_inplace()) {
    fault = join("Output ", input.output_index(), " of ", node->name(),
                 " is a view and is being modified inplace (expected a clone of it)");
  } else if (recorded && is_view_of_leaf(input)) {
    fault = "a view of a leaf Variable that requires grad is being used in an in-place operation";
  } else if (input.storage()->read_only()) {
    fault = "the input's memory is read-only";
  } else if (may_overlap_itself(input.layout())) {
    fault = "more than one element of the written-to tensor refers to a single memory location";
  }
  if (fault.empty()) return;
  const Code code = input.storage()->read_only() ? Code::read_only : Code::state;
  throw Error(code, join("forward: ", module.class_name(), ": ", fault))
      .with("torch_error", "RuntimeError");
}

TensorRef write_over(Context& context, const TensorRef& input, const TensorRef& result) {
  if (result == input) return input;
  const Uninterrupted change(context.cancel());
  kernels::copy(context.pool(), *input, *result);
  input->storage()->bump_version();
  if (result->grad_fn()) input->set_grad_fn(result->grad_fn(), result->output_index());
  return input;
}

}  // namespace duramen::nn
