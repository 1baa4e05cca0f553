#include "nn/derived.hpp"

#include "base/text.hpp"
#include "nn/call.hpp"

namespace duramen::nn {

void Module::set_extra_state(Context& context, const Value& state) {
  derived_->set_extra_state(context, *this, state);
}

bool runs_derived(const Module& module) noexcept {
  return module.derived() && module.derived()->runs();
}

ValueRef derived_call(Context& context, Module& module, const Value& arguments,
                      const Value* keywords) {
  const Call level(context, module);
  const ModuleRef self(&module);                 // the class's own code may release it
  const Ref<Derived> derived(module.derived());  // a lazy module has none after its first forward
  ValueRef out = derived->call(context, module, arguments, keywords);
  context.cancel().check("forward");
  return out;
}

ValueRef tuple_of(std::span<const TensorRef> inputs) {
  std::vector<ValueRef> arguments;
  arguments.reserve(inputs.size());
  for (const TensorRef& input : inputs) arguments.push_back(Value::tensor(input));
  return Value::tuple(std::move(arguments));
}

TensorRef tensor_of_call(const Module& module, const Value& output) {
  if (output.kind() == ValueKind::tensor) return TensorRef(output.as_tensor());
  const std::string_view kind = value_kind_name(output.kind());
  throw Error(Code::unsupported, join("forward: ", printable(module.shown_name(), 60),
                                      " gives no tensor (expected tensor, got ", kind, ")"))
      .with("expected", "tensor")
      .with("actual", std::string(kind));
}

TensorRef derived_forward(Context& context, Module& module, std::span<const TensorRef> inputs) {
  const ModuleRef self(&module);
  const ValueRef out = derived_call(context, module, *tuple_of(inputs), nullptr);
  return tensor_of_call(module, *out);
}

}  // namespace duramen::nn
