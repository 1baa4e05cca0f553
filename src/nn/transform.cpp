#include "autograd/conversion.hpp"
#include "autograd/gradients.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/pointer_set.hpp"
#include "nn/traverse.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

constexpr auto kNothing = [](Module&) {};

// Children before their parent. Owning, since what is done to them may drop modules from the tree.
std::vector<ModuleRef> bottom_up(const Module& root, const char* operation, bool once) {
  std::vector<ModuleRef> out;
  std::string name;
  traverse(root, name, {operation, once, true, false, true}, kNothing,
           [&](Module& module) { out.emplace_back(&module); });
  return out;
}

struct Wanted {
  Dtype dtype;
  Converted which;

  bool concerns(const Tensor& tensor) const noexcept {
    if (tensor.dtype() == dtype) return false;
    if (which == Converted::floating) return is_floating(tensor.dtype());
    return which == Converted::all || can_require_grad(tensor.dtype());
  }
};

void check_dtype(const Wanted& wanted) {
  if (wanted.which == Converted::all) return;
  const bool floating = wanted.which == Converted::floating;
  if (floating ? is_floating(wanted.dtype) : can_require_grad(wanted.dtype)) return;
  throw Error(Code::dtype_mismatch,
              join("to: nn.Module.to only accepts floating point", floating ? "" : " or complex",
                   " dtypes, but got desired dtype=torch.", dtype_name(wanted.dtype)))
      .with("torch_error", "TypeError");
}

void check_keeps_grad(const TensorRef& parameter, std::string_view name, Dtype dtype) {
  if (!parameter || !parameter->requires_grad() || can_require_grad(dtype)) return;
  throw Error(Code::dtype_mismatch,
              join("type: data set to a tensor that requires gradients must be floating point or "
                   "complex dtype ('",
                   printable(name, 100), "' would be ", dtype_name(dtype), ")"))
      .with("torch_error", "RuntimeError")
      .with("path", std::string(name));
}

void check_convertible(const TensorRef& tensor, std::string_view name, const Wanted& wanted) {
  if (!tensor || !wanted.concerns(*tensor)) return;
  const Dtype dtype = wanted.dtype;
  if (kernels::can_convert(tensor->dtype(), dtype)) return;
  throw Error(Code::unsupported, join("to: '", printable(name, 100), "' cannot be converted from ",
                                      dtype_name(tensor->dtype()), " to ", dtype_name(dtype)))
      .with("path", std::string(name));
}

// As tensor.to(dtype): a dense layout keeps its strides.
TensorRef converted_alike(Context& context, const Tensor& tensor, Dtype dtype) {
  if (is_uninitialized(tensor)) return uninitialized(dtype);
  TensorRef out = empty(context.allocator(), tensor.shape(), dtype);
  if (is_dense(tensor.layout())) {
    Layout layout = tensor.layout();
    layout.offset = 0;
    out->set_data(out->storage(), std::move(layout), dtype);
  }
  kernels::copy(context.pool(), *out, tensor);
  return out;
}

// Makes every tensor of the new dtype before the first module changes.
class Conversion {
 public:
  Conversion(Context& context, const Wanted& wanted) noexcept
      : context_(context), wanted_(wanted), dtype_(wanted.dtype) {}

  void prepare(Module& module) {
    for (const auto& [name, parameter] : module.parameters()) {
      if (!parameter) continue;
      add_in_place(parameter, name);
      add_in_place(parameter->grad(), name);
    }
    for (size_t i = 0; i < module.buffers().size(); ++i) {
      const auto& [name, buffer] = module.buffers()[i];
      if (buffer && wanted_.concerns(*buffer)) add({&module, i, buffer, nullptr, {}}, name);
    }
  }
  void commit() noexcept {
    for (Step& step : steps_) {
      if (step.module) {
        step.module->put_buffer_at(step.index, std::move(step.after));
      } else {
        step.before->set_data(step.after->storage(), std::move(step.layout), dtype_);
      }
    }
    for (const std::string& warning : warnings_) {
      context_.log().write(LogLevel::warning, warning);
    }
  }

 private:
  struct Step {
    Module* module;  // null: the tensor stays and gets other data
    size_t index;    // of the module's buffer
    TensorRef before;
    TensorRef after;
    Layout layout;  // of what comes after
  };

  void add_in_place(const TensorRef& tensor, const std::string& name) {
    if (!tensor || !wanted_.concerns(*tensor) || !seen_.insert(tensor.get())) return;
    add({nullptr, 0, tensor, nullptr, {}}, name);
  }
  // A buffer that requires grad: PyTorch's conversion is an operator with a backward.
  void keep_history(Step& step) {
    TensorRef recorded = ops::to(context_, step.before, dtype_);
    recorded->set_data(step.after->storage(), step.after->layout(), dtype_);
    step.after = std::move(recorded);
  }
  void add(Step step, const std::string& name) {
    context_.cancel().check("to");
    const bool has_history = step.module && step.before->requires_grad();
    const std::string warning = lost_imaginary(*step.before, dtype_);
    if (!warning.empty() && !has_history) {
      warnings_.push_back(join("to: '", printable(name, 100), "': ", warning));
    }
    step.after = converted_alike(context_, *step.before, dtype_);
    if (has_history) keep_history(step);  // which warns itself
    step.layout = step.after->layout();
    steps_.push_back(std::move(step));
  }

  Context& context_;
  const Wanted wanted_;
  const Dtype dtype_;
  std::vector<Step> steps_;
  std::vector<std::string> warnings_;
  PointerSet seen_;
};

}  // namespace

void train(Module& root, bool training) {
  for (const ModuleRef& module : bottom_up(root, "train", true)) module->set_training(training);
}

void requires_grad(Module& root, bool flag) {
  std::vector<Tensor*> parameters;
  visit_parameters(root, {}, [&](std::string_view name, const TensorRef& tensor, Module&, bool) {
    if (flag && !can_require_grad(tensor->dtype())) {
      throw Error(Code::dtype_mismatch,
                  join("requires_grad: only Tensors of floating point dtype can require gradients"
                       " ('",
                       printable(name, 100), "' is ", dtype_name(tensor->dtype()), ")"))
          .with("torch_error", "RuntimeError")
          .with("path", std::string(name));
    }
    parameters.push_back(tensor.get());
  });
  for (Tensor* parameter : parameters) parameter->set_requires_grad(flag);
}

void zero_grad(Module& root, bool set_to_none) {
  std::vector<Tensor*> parameters;
  visit_parameters(root, {}, [&](std::string_view, const TensorRef& tensor, Module&, bool) {
    parameters.push_back(tensor.get());
  });
  zero_gradients(parameters, set_to_none);
}

void apply(Module& root, FunctionRef<void(Module&)> body) {
  for (const ModuleRef& module : bottom_up(root, "apply", false)) body(*module);
}

void to_dtype(Context& context, Module& root, Dtype dtype, Converted which) {
  const Wanted wanted = {dtype, which};
  check_dtype(wanted);
  const std::vector<ModuleRef> modules = bottom_up(root, "to", true);
  for (const ModuleRef& module : modules) {
    for (const auto& [name, parameter] : module->parameters()) {
      check_keeps_grad(parameter, name, dtype);
      check_convertible(parameter, name, wanted);
      if (parameter) check_convertible(parameter->grad(), name, wanted);
    }
    for (const auto& [name, buffer] : module->buffers()) check_convertible(buffer, name, wanted);
  }
  Conversion conversion(context, wanted);
  for (const ModuleRef& module : modules) conversion.prepare(*module);
  conversion.commit();
}

}  // namespace duramen::nn
