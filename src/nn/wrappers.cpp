#include "nn/call.hpp"
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/run.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

// ---- Container(name=module, …) ----

void build_container(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  build.context.log().write(LogLevel::warning,
                            "Container: nn.Container is deprecated; Module does all that it does");
  for (const auto& [name, value] : arguments.call().keywords) {
    if (value.form != Form::none && !module_of(value)) {
      throw argument_error(arguments, "kwargs", "TypeError",
                           join(torch_typename(value), " is not a Module subclass"));
    }
    layer.register_module(name, value.form == Form::none ? ModuleRef() : build.module(value));
  }
}

// ---- DataParallel ----

// Without a device of another kind the module is kept, and the other arguments are not looked at.
void build_parallel(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  if (!arguments.call().children.empty()) return;
  const Expression& module = arguments["module"];
  if (module_of(module)) return layer.assign("module", build.module(module));
  layer.assign("module", module.form == Form::object ? build.tensor(module) : TensorRef());
}

const ModuleRef& module_of_parallel(const Layer& layer) {
  const ModuleRef* module = layer.children().find("module");
  if (module && *module) return *module;
  throw Error(Code::state, "forward: this DataParallel has no module")
      .with("torch_error", "AttributeError");
}

TensorRef forward_parallel(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  const Call call(context, layer);
  return run_forward(context, *module_of_parallel(layer), inputs);
}

ValueRef call_parallel(Layer& layer, Context& context, const Value& arguments,
                       const Value* keywords) {
  const Call call(context, layer);
  return run_call(context, *module_of_parallel(layer), arguments, keywords);
}

void read_parallel(const spec::Signature& signature, Expression& call) {
  if (!call.children.empty()) spec::give(signature, call, "module", Expression());
}

constexpr spec::Parameter kContainerParameters[] = {
    {"kwargs", spec::kAny, "", "modules by name", true, true}};
constexpr spec::Kinds kModuleOrAny = spec::kAny | spec::kModule;
constexpr spec::Parameter kParallelParameters[] = {
    {"module", kModuleOrAny, "", "the module that is run"},
    {"device_ids", kModuleOrAny, "None", "not looked at: there is one device"},
    {"output_device", kModuleOrAny, "None", "not looked at"},
    {"dim", kModuleOrAny, "0", "not looked at"},
};

constexpr ModuleType kTypes[] = {
    {.signature = {"Container", kContainerParameters, "Holds modules by name (deprecated)."},
     .rules = {.build = build_container,
               .attributes = "__deprecated__",
               .no_attributes = "__constants__"}},
    {.signature = {"DataParallel", kParallelParameters,
                   "Runs its module, whose state is under 'module.'."},
     .hidden = "device_ids, output_device, dim",
     .rules = {.build = build_parallel,
               .read_printed = read_parallel,
               .attributes = "__orig_bases__, __parameters__, __slots__, _is_protocol, "
                             "__class_getitem__, gather, parallel_apply, replicate, scatter",
               .no_attributes = "module, output_device, dim, __constants__",
               .forward = forward_parallel,
               .call = call_parallel}},
};

}  // namespace

constinit const ModuleFamily kWrapperFamily = kTypes;

}  // namespace duramen::nn
