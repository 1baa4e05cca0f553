#include "nn/build.hpp"

#include "nn/evaluate.hpp"
#include "nn/text_build.hpp"
#include "spec/named_call.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Error not_a_module(const Expression& expression) {
  const bool is_class = expression.form == Form::name && module_types().find(expression.text);
  std::string message =
      join("module: expected a module, got '", printable(spec::format(expression), 60), "'");
  if (is_class) {
    message += join(", a class (did you mean ", expression.text, "()?)");
  } else if (expression.form == Form::name) {
    message += ", a name that is not defined";
  }
  return spec::error_at(expression, Code::invalid_argument, std::move(message))
      .with("expected", "a module")
      .with("actual", printable(spec::format(expression), 60))
      .with("torch_error", "TypeError");
}

void check_device(const Expression& device) {
  const bool is_call = device.form == Form::call && device.text == "device" &&
                       device.items.size() == 1 && device.keywords.empty();
  const Expression& name = is_call ? device.items[0] : device;
  if (name.form == Form::none || name.text == "cpu" || name.text == "cpu:0") return;
  throw spec::error_at(device, Code::unsupported,
                       join("device: only the CPU is there (expected 'cpu', got ",
                            printable(spec::format(device), 60), ")"))
      .with("argument", "device")
      .with("expected", "'cpu'")
      .with("actual", spec::format(device));
}

ModuleRef built(Context& context, Expression expression, TextBuild* text) {
  const BuildContext build{context, text};
  const Generator before = context.generator();
  try {
    build.evaluate(expression);
    ModuleRef module = build.module(expression);
    if (text) text->finish(*module);
    return module;
  } catch (const Error& error) {
    if (error.code() == Code::cancelled) context.generator() = before;
    throw;
  }
}

}  // namespace

ModuleRef BuildContext::module(const Expression& expression) const {
  if (Module* module = module_of(expression)) return ModuleRef(module);
  throw not_a_module(expression);
}

TensorRef BuildContext::tensor(const Expression& expression) const {
  if (expression.form == Form::object && expression.object->tag() == Tensor::kTag) {
    return TensorRef(static_cast<Tensor*>(expression.object.get()));
  }
  throw spec::error_at(
      expression, Code::invalid_argument,
      join("tensor: expected a tensor, got ", printable(spec::format(expression), 60)))
      .with("expected", "a tensor")
      .with("actual", printable(spec::format(expression), 60))
      .with("torch_error", "TypeError");
}

ModuleRef module_from_text(Context& context, std::string_view text, const TextOptions& options) {
  const auto is_unknown = [](const Expression& callee) {
    return !module_types().find(callee.text) && !is_text_function(callee.text) &&
           !is_parametrized_text(callee.text);
  };
  TextBuild build(options);
  constexpr uint32_t kMaxRepeated = 1u << 18;  // no short text may ask for all memory
  return built(context, spec::parse_module(text, {options.objects, is_unknown, kMaxRepeated}),
               &build);
}

ModuleRef module_from_call(Context& context, Expression call) {
  spec::arrange(module_types().get(call, "module type").signature, call);
  return built(context, std::move(call), nullptr);
}

Dtype dtype_argument(const BuildContext& build, const spec::Arguments& arguments) {
  check_device(arguments["device"]);
  const Expression& name = arguments["dtype"];
  if (name.form == Form::none) return build.context.default_dtype();
  const Dtype dtype = dtype_from_name(name.text);
  if (dtype != Dtype::invalid) return dtype;
  throw spec::error_at(name, Code::invalid_argument,
                       join("dtype: '", printable(name.text, 60), "' is none of PyTorch's"))
      .with("argument", "dtype")
      .with("expected", "a dtype such as float32")
      .with("actual", spec::format(name))
      .with("torch_error", "AttributeError");
}

}  // namespace duramen::nn
