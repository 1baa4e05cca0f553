#include "nn/flatten.hpp"

#include "base/checked.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/match.hpp"
#include "nn/memory_ranges.hpp"
#include "nn/walk.hpp"
#include "ops/operands.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

struct Named {
  std::string name;
  TensorRef parameter;
};

std::vector<Named> parameters_of(const Module& root, bool only_trainable) {
  std::vector<Named> out;
  visit_parameters(root, {}, [&](std::string_view name, const TensorRef& parameter, Module&, bool) {
    if (only_trainable && !parameter->requires_grad()) return;
    check_initialized(*parameter, "flatten");
    out.push_back({std::string(name), parameter});
  });
  return out;
}

int64_t total_of(const std::vector<Named>& parameters) {
  int64_t total = 0;
  for (const Named& one : parameters) {
    if (add_overflows(total, one.parameter->numel(), &total)) {
      throw Error(Code::limit, "flatten: too many elements");
    }
  }
  return total;
}

Dtype common_dtype(Context& context, const std::vector<Named>& parameters) {
  if (parameters.empty()) return context.default_dtype();
  Dtype dtype = parameters[0].parameter->dtype();
  for (const Named& one : parameters) {
    if (one.parameter->dtype() != dtype) {
      dtype = ops::promote_types(dtype, one.parameter->dtype());
    }
  }
  return dtype;
}

// Where the tensor's elements lie in the vector.
TensorRef part_of(const Tensor& vector, int64_t begin, const Shape& shape) {
  Layout layout = contiguous_layout(shape);
  layout.offset = vector.layout().offset + begin;
  return alias(vector, std::move(layout));
}

const TensorRef& chosen(const Named& one, bool gradients) noexcept {
  return gradients ? one.parameter->grad() : one.parameter;
}

// The vector that the tensors are already; null when they are none.
TensorRef view_of(const std::vector<Named>& parameters, int64_t total, bool gradients) {
  const Tensor* first = nullptr;
  int64_t next = 0;
  for (const Named& one : parameters) {
    const Tensor* tensor = chosen(one, gradients).get();
    if (!tensor || !tensor->is_contiguous()) return nullptr;
    if (tensor->numel() == 0) continue;
    if (!first) {
      first = tensor;
      next = tensor->layout().offset;
    }
    if (tensor->dtype() != first->dtype() || tensor->storage() != first->storage() ||
        tensor->layout().offset != next) {
      return nullptr;
    }
    next += tensor->numel();
  }
  return first ? part_of(*first, 0, Shape{total}) : nullptr;
}

Error misfit(std::string_view what, int64_t expected, const Tensor& vector) {
  return Error(Code::shape_mismatch, join("unflatten: ", what, " (expected [", expected, "], got ",
                                          format_shape(vector.shape()), ")"))
      .with("torch_error", "RuntimeError")
      .with("expected", join("[", expected, "]"))
      .with("actual", format_shape(vector.shape()));
}

void check_writable(const Named& one, const Tensor& target, Dtype from) {
  const auto refuse = [&one](Code code, std::string_view what) {
    return Error(code, join("unflatten: '", printable(one.name, 100), "' ", what))
        .with("path", one.name);
  };
  if (target.storage()->read_only()) throw refuse(Code::read_only, "has read-only memory");
  if (!kernels::can_convert(from, target.dtype())) {
    throw refuse(Code::unsupported, join("cannot be converted from ", dtype_name(from), " to ",
                                         dtype_name(target.dtype())));
  }
  if (may_overlap_itself(target.layout())) {
    throw refuse(Code::state, "has elements that share memory with each other")
        .with("torch_error", "RuntimeError");
  }
}

// The tensors that are written to, those of gradients that are not there yet among them.
std::vector<TensorRef> targets_of(Context& context, const std::vector<Named>& parameters,
                                  const Tensor& vector, bool gradients) {
  std::vector<TensorRef> targets;
  targets.reserve(parameters.size());
  for (const Named& one : parameters) {
    TensorRef target = chosen(one, gradients);
    if (!target) {
      target = empty(context.allocator(), one.parameter->shape(), one.parameter->dtype());
    }
    check_writable(one, *target, vector.dtype());
    targets.push_back(std::move(target));
  }
  return targets;
}

// A copy where writing would change what is still to be read.
TensorRef readable(Context& context, const Tensor& vector, const std::vector<TensorRef>& targets) {
  int64_t begin = 0;
  bool is_safe = true;
  for (const TensorRef& target : targets) {
    const TensorRef part = part_of(vector, begin, target->shape());
    is_safe =
        is_safe && (same_data(*part, *target) || overlap_of(vector, *target) == Overlap::none);
    begin += target->numel();
  }
  if (is_safe) return nullptr;
  TensorRef copy = empty(context.allocator(), vector.shape(), vector.dtype());
  kernels::copy(context.pool(), *copy, vector);
  return copy;
}

TensorRef as_contiguous(Context& context, const Tensor& vector) {
  if (vector.is_contiguous()) return alias(vector);
  TensorRef copy = empty(context.allocator(), vector.shape(), vector.dtype());
  kernels::copy(context.pool(), *copy, vector);
  return copy;
}

void check_packable(const std::vector<Named>& parameters) {
  MemoryRanges ranges;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& parameter = *parameters[i].parameter;
    ranges.add(parameter, i);
    const Dtype expected = parameters[0].parameter->dtype();
    if (parameter.dtype() == expected) continue;
    throw Error(Code::dtype_mismatch,
                join("pack: '", printable(parameters[i].name, 100),
                     "' has another dtype than the first parameter (expected ",
                     dtype_name(expected), ", got ", dtype_name(parameter.dtype()), ")"))
        .with("path", parameters[i].name);
  }
  const std::vector<size_t> shared = ranges.overlapping();
  if (shared.empty()) return;
  const std::string& name = parameters[shared[0]].name;
  throw Error(Code::state,
              join("pack: '", printable(name, 100), "' shares memory with another parameter"))
      .with("path", name);
}

}  // namespace

TensorRef flatten(Context& context, const Module& root, const FlattenOptions& options) {
  const std::vector<Named> parameters = parameters_of(root, options.only_trainable);
  const int64_t total = total_of(parameters);
  if (!options.copy) {
    if (TensorRef view = view_of(parameters, total, options.gradients)) return view;
  }
  TensorRef vector = empty(context.allocator(), Shape{total}, common_dtype(context, parameters));
  int64_t begin = 0;
  for (const Named& one : parameters) {
    const TensorRef part = part_of(*vector, begin, one.parameter->shape());
    if (const TensorRef& tensor = chosen(one, options.gradients)) {
      kernels::copy(context.pool(), *part, *tensor);
    } else {
      kernels::fill(*part, 0, &context.cancel());
    }
    begin += one.parameter->numel();
  }
  return vector;
}

void unflatten(Context& context, Module& root, const Tensor& vector,
               const FlattenOptions& options) {
  const std::vector<Named> parameters = parameters_of(root, options.only_trainable);
  const int64_t total = total_of(parameters);
  if (vector.rank() != 1) throw misfit("the vector must have one dimension", total, vector);
  if (vector.numel() != total) throw misfit("the number of elements differs", total, vector);
  const std::vector<TensorRef> targets = targets_of(context, parameters, vector, options.gradients);
  TensorRef source = as_contiguous(context, vector);
  if (TensorRef copy = readable(context, *source, targets)) source = std::move(copy);
  std::vector<TensorRef> parts;
  parts.reserve(targets.size());
  int64_t begin = 0;
  for (const TensorRef& target : targets) {
    parts.push_back(part_of(*source, begin, target->shape()));
    begin += target->numel();
  }
  context.cancel().check("unflatten");
  const Uninterrupted change(context.cancel());
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!same_data(*targets[i], *parts[i])) {
      kernels::copy(context.pool(), *targets[i], *parts[i]);
      targets[i]->storage()->bump_version();
    }
    if (options.gradients) parameters[i].parameter->set_grad(targets[i]);
  }
}

TensorRef pack(Context& context, Module& root, bool only_trainable) {
  const std::vector<Named> parameters = parameters_of(root, only_trainable);
  const int64_t total = total_of(parameters);
  if (TensorRef view = view_of(parameters, total, false)) return view;
  check_packable(parameters);
  TensorRef vector = empty(context.allocator(), Shape{total}, common_dtype(context, parameters));
  std::vector<Layout> layouts;
  layouts.reserve(parameters.size());
  int64_t begin = 0;
  for (const Named& one : parameters) {
    context.cancel().check("pack");
    const TensorRef part = part_of(*vector, begin, one.parameter->shape());
    kernels::copy(context.pool(), *part, *one.parameter);
    layouts.push_back(part->layout());
    begin += one.parameter->numel();
  }
  for (size_t i = 0; i < layouts.size(); ++i) {
    Tensor& parameter = *parameters[i].parameter;
    parameter.set_data(vector->storage(), std::move(layouts[i]), parameter.dtype());
  }
  return vector;
}

}  // namespace duramen::nn
