// Modules that learn the size of their input from the first one: placeholders without a shape
// stand for their parameters and buffers until then. From there on they are of the plain class.
#include "nn/lazy.hpp"

#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_values.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;
using spec::Keyword;

const ModuleType& plain_type(std::string_view lazy_class) {
  return *module_types().find(lazy_class)->plain();
}

Expression number(int64_t value) {
  Expression out;
  out.form = Form::integer;
  out.column = 0;
  out.integer = value;
  return out;
}

Expression flag(bool value) {
  Expression out;
  out.form = Form::boolean;
  out.column = 0;
  out.boolean = value;
  return out;
}

// The argument that the input tells.
std::string_view inferred(std::string_view lazy_class) noexcept {
  if (lazy_class == "LazyLinear") return "in_features";
  return lazy_class.find("Norm") == lazy_class.npos ? "in_channels" : "num_features";
}

bool is_norm(std::string_view lazy_class) noexcept {
  return inferred(lazy_class) == "num_features";
}

// As PyTorch's constructors do, one of the plain class with the size 0 and without what
// placeholders will stand for; then the arguments as given.
Settings settings_of(const ModuleType& type, const BuildContext& build,
                     const spec::Arguments& arguments) {
  const std::string_view name = type.signature.name;
  const bool is_transposed = name.starts_with("LazyConvTranspose");
  if (is_transposed && spec::printed(arguments["padding_mode"]) != "zeros") {
    throw argument_error(arguments, "padding_mode", "ValueError",
                         join("Only \"zeros\" padding mode is supported for ", name));
  }
  const std::string_view output = name == "LazyLinear" ? "out_features" : "out_channels";
  std::vector<std::string_view> late = {"bias"};
  if (is_norm(name)) late.insert(late.end(), {"affine", "track_running_stats"});
  if (!is_norm(name)) late.push_back(output);
  std::vector<Keyword> keywords = {{std::string(inferred(name)), number(0)}};
  for (const spec::Parameter& parameter : type.signature.parameters) {
    const std::string_view argument = parameter.name;
    const bool is_late = std::find(late.begin(), late.end(), argument) != late.end();
    const bool is_general = argument == "device" || argument == "dtype";
    if (is_general && name == "LazyLinear") continue;
    keywords.emplace_back(std::string(argument), !is_late             ? arguments[argument]
                                                 : argument == output ? number(0)
                                                                      : flag(false));
  }
  BuildContext bare = build;
  bare.draws = false;
  const ModuleRef plain = made_module(bare, plain_type(name).signature.name, std::move(keywords));
  Settings settings = static_cast<Layer&>(*plain).settings();
  for (const std::string_view argument : late) settings.set(argument, arguments[argument]);
  return settings;
}

ModuleRef create(const BuildContext& build, const spec::Arguments& arguments) {
  const ModuleType& type = *module_types().find(arguments.signature().name);
  const auto layer = make<Layer>(type, settings_of(type, build, arguments));
  const Dtype dtype = dtype_argument(build, arguments);
  const auto placeholder = [&](bool is_there) {
    return is_there ? make_parameter(*uninitialized(dtype), true) : TensorRef();
  };
  const bool norm = is_norm(type.signature.name);
  const bool affine = !norm || arguments.boolean("affine");
  layer->put_parameter("weight", placeholder(affine));
  layer->put_parameter("bias", placeholder(affine && arguments.boolean("bias")));
  if (!norm) return layer;
  const bool tracks = arguments.boolean("track_running_stats");
  for (const char* name : {"running_mean", "running_var"}) {
    layer->put_buffer(name, tracks ? uninitialized(dtype) : TensorRef());
  }
  layer->put_buffer("num_batches_tracked",
                    tracks ? new_buffer(build.context, {}, Dtype::int64, 0) : TensorRef());
  return layer;
}

// ---- From an input ----

int64_t channels_of(const Layer& layer, const Tensor& input) {
  const size_t dims = static_cast<size_t>(layer.class_name()[layer.class_name().size() - 2] - '0');
  if (input.rank() == dims + 2) return input.size(1);
  if (input.rank() == dims + 1) return input.size(0);
  throw Error(Code::shape_mismatch,
              join("initialize_parameters: Expected ", dims + 1, "D (unbatched) or ", dims + 2,
                   "D (batched) input to ", layer.class_name(),
                   ", but got input of size: torch.Size(", format_shape(input.shape()), ")"))
      .with("torch_error", "RuntimeError");
}

// The size that the input tells; 0 where nothing waits for it, as in PyTorch.
int64_t size_of(const Layer& layer, const Tensor& input, bool draws) {
  const std::string_view argument = inferred(layer.class_name());
  if (!draws && argument != "in_features") return 0;
  if (argument == "in_channels") return channels_of(layer, input);
  const size_t needed = argument == "in_features" ? 1 : 2;
  if (input.rank() >= needed) return input.size(needed == 1 ? input.rank() - 1 : 1);
  throw Error(Code::shape_mismatch,
              join("initialize_parameters: tuple index out of range (the input of ",
                   layer.class_name(), " has ", input.rank(), " dimensions)"))
      .with("torch_error", "IndexError");
}

Dtype dtype_of(const Layer& layer, const BuildContext& build) {
  for (const auto* map : {&layer.parameters(), &layer.buffers()}) {
    for (const auto& [name, tensor] : *map) {
      if (tensor && is_uninitialized(*tensor)) return tensor->dtype();
    }
  }
  return build.context.default_dtype();
}

Ref<Layer> made_plain(const Layer& layer, const BuildContext& build, int64_t size) {
  const spec::Signature& signature = plain_type(layer.class_name()).signature;
  Expression dtype;
  dtype.form = Form::name;
  dtype.column = 0;
  dtype.text = dtype_name(dtype_of(layer, build));
  std::vector<Keyword> keywords;
  for (const spec::Parameter& parameter : signature.parameters) {
    const std::string_view name = parameter.name;
    Expression value = name == inferred(layer.class_name()) ? number(size)
                       : name == "dtype"                    ? dtype
                                                            : layer.settings()[name];
    keywords.emplace_back(std::string(name), std::move(value));
  }
  const ModuleRef plain = made_module(build, signature.name, std::move(keywords));
  return Ref<Layer>(static_cast<Layer*>(plain.get()));
}

// Slots of a lazy module and of the plain one have the same names.
void take(const Module::Tensors& own, const Module::Tensors& drawn) {
  for (const auto& [name, tensor] : own) {
    const TensorRef* found = drawn.find(name);
    if (tensor && found && *found && is_uninitialized(*tensor)) tensor->set_data(**found);
  }
}

// A LazyLinear whose values were loaded.
void check_loaded(const Layer& layer, const Tensor& input) {
  const TensorRef weight = held(layer.parameters(), "weight");
  if (layer.class_name() != "LazyLinear" || !weight || weight->rank() == 0) return;
  const int64_t expected = weight->size(weight->rank() - 1), got = input.size(input.rank() - 1);
  if (got == expected) return;
  throw Error(Code::shape_mismatch,
              join("initialize_parameters: The in_features inferred from input: ", got,
                   " is not equal to in_features from self.weight: ", expected))
      .with("torch_error", "AssertionError");
}

// The sizes of a weight as PyTorch asks for them, before the plain class has its say.
void check_output(const Layer& layer, int64_t size) {
  if (inferred(layer.class_name()) != "in_channels") return;
  const Expression& out = layer.settings()["out_channels"];
  if (!layer.class_name().starts_with("LazyConvTranspose")) {
    sizes_of(std::array{out});
    return;
  }
  sizes_of(std::array{number(size), floor_divided(out, layer.settings()["groups"])});
  if (held(layer.parameters(), "bias")) sizes_of(std::array{out});
}

void check_slots(const Layer& layer, const Layer& plain) {
  for (const auto& [name, tensor] : layer.parameters()) {
    const TensorRef* found = plain.parameters().find(name);
    if (!tensor || !is_uninitialized(*tensor) || (found && *found)) continue;
    throw Error(Code::state, join("initialize_parameters: module ", layer.class_name(),
                                  " has not been fully initialized ('", name, "')"))
        .with("torch_error", "RuntimeError");
  }
}

TensorRef forward(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  check_initialized(*inputs[0], "forward");
  initialize_parameters(context, layer, *inputs[0]);
  return layer.forward(context, inputs);
}

}  // namespace

bool has_uninitialized(const Module& module) {
  for (const auto* map : {&module.parameters(), &module.buffers()}) {
    for (const auto& [name, tensor] : *map) {
      if (tensor && is_uninitialized(*tensor)) return true;
    }
  }
  return false;
}

void initialize_parameters(Context& context, Module& module, const Tensor& input) {
  Layer* const layer = dynamic_cast<Layer*>(&module);
  if (!layer || !layer->type().rules.is_lazy) {
    throw Error(Code::unsupported, join("initialize_parameters: '", module.class_name(),
                                        "' object has no attribute 'initialize_parameters'"))
        .with("torch_error", "AttributeError");
  }
  check_initialized(input, "initialize_parameters");
  const bool draws = has_uninitialized(module);
  const BuildContext build{context, nullptr, draws};
  const Generator before = context.generator();
  try {
    if (draws) check_output(*layer, size_of(*layer, input, draws));
    const Ref<Layer> plain = made_plain(*layer, build, size_of(*layer, input, draws));
    if (!draws) check_loaded(*layer, input);
    check_slots(*layer, *plain);
    std::string name = plain->class_name();  // nothing fails from here on
    take(layer->parameters(), plain->parameters());
    take(layer->buffers(), plain->buffers());
    layer->become(*plain, std::move(name));
  } catch (...) {
    context.generator() = before;
    throw;
  }
}

namespace {

// ---- What a lazy class has of the plain one ----

const LayerRules& plain_rules(const Layer& layer) { return layer.type().plain()->rules; }

std::string show(const Layer& layer) {
  const LayerRules& rules = plain_rules(layer);
  return rules.show ? rules.show(layer) : filled_repr(rules.shown, layer);
}

std::vector<Module::Upgrade> upgrade(const Layer& layer, std::optional<int64_t> version,
                                     FunctionRef<bool(std::string_view)> has) {
  const LayerRules& rules = plain_rules(layer);
  return rules.upgrade ? rules.upgrade(layer, version, has) : std::vector<Module::Upgrade>();
}

void reset_running_stats(Layer& layer) {
  for (const auto& [name, buffer] : layer.buffers()) {
    if (buffer) check_initialized(*buffer, "reset_running_stats");
  }
  plain_rules(layer).reset_running_stats(layer);
}

// The size 0 stands in what print shows, and is no argument.
void read_printed(const spec::Signature& signature, Expression& call) {
  const auto is_zero = [](const Expression& value) {
    return value.form == Form::integer && value.integer == 0;
  };
  const std::string_view size = inferred(signature.name);
  std::erase_if(call.keywords, [&](const Keyword& keyword) {
    return keyword.name == size && is_zero(keyword.value);
  });
  const std::string_view next = size == "num_features" ? "eps" : "kernel_size";
  const size_t count = size == "num_features" ? 1 : 2;
  const bool is_shown = std::any_of(call.keywords.begin(), call.keywords.end(),
                                    [&](const Keyword& keyword) { return keyword.name == next; });
  if (is_shown && call.items.size() == count && is_zero(call.items[0])) {
    call.items.erase(call.items.begin());
  }
}

// ---- The table ----

constexpr spec::Kinds kSize = spec::kInt | spec::kAny;
constexpr spec::Kinds kExtent = spec::kInts | spec::kAny;
constexpr spec::Kinds kFlag = spec::kTruth | spec::kAny;
constexpr spec::Parameter kOut = {"out_channels", kSize, "", "number of output channels"};
constexpr spec::Parameter kKernel = {"kernel_size", kExtent, "", "one size or one a dimension"};
constexpr spec::Parameter kStride = {"stride", kExtent, "1", "as of the plain class"};
constexpr spec::Parameter kDilation = {"dilation", kExtent, "1", "as of the plain class"};
constexpr spec::Parameter kGroups = {"groups", kSize, "1", "channels in groups of their own"};
constexpr spec::Parameter kBias = {"bias", kFlag, "True", "adds a learned bias"};
constexpr spec::Parameter kMode = {"padding_mode", spec::kText | spec::kAny, "'zeros'",
                                   "as of the plain class"};

constexpr spec::Parameter kLinearParameters[] = {
    {"out_features", kSize, "", "size of each output row"},
    kBias,
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kConvParameters[] = {
    kOut,
    kKernel,
    kStride,
    {"padding", kExtent | spec::kText, "0", "as of the plain class"},
    kDilation,
    kGroups,
    kBias,
    kMode,
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kTransposedParameters[] = {
    kOut,
    kKernel,
    kStride,
    {"padding", kExtent, "0", "as of the plain class"},
    {"output_padding", kExtent, "0", "as of the plain class"},
    kGroups,
    kBias,
    kDilation,
    kMode,
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kNormParameters[] = {
    {"eps", spec::kReal | spec::kAny, "1e-05", "added to the variance"},
    {"momentum", spec::kReal | spec::kAny, "0.1", "as of the plain class"},
    {"affine", kFlag, "True", "learned scale and shift"},
    {"track_running_stats", kFlag, "True", "keeps running statistics"},
    kDeviceParameter,
    kDtypeParameter,
    {"bias", kFlag, "True", "learned shift", true},
};

constexpr LayerRules rules(std::string_view attributes, bool norm) {
  return {.reset_running_stats = norm ? reset_running_stats : nullptr,
          .show = show,
          .read_printed = read_printed,
          .attributes = attributes,
          .no_attributes = "bias",
          .version = norm ? 2 : 1,
          .upgrade = upgrade,
          .forward = forward,
          .is_lazy = true};
}
constexpr LayerRules kLinear = rules({}, false);
constexpr LayerRules kConv = rules("_get_in_channels, _get_num_spatial_dims", false);
constexpr LayerRules kNorm = rules({}, true);
constexpr std::string_view kDoc =
    "As the plain class, which it becomes; the first input tells its size.";

constexpr ModuleType kTypes[] = {
    {{"LazyLinear", kLinearParameters, kDoc}, create, {}, kLinear},
    {{"LazyConv1d", kConvParameters, kDoc}, create, {}, kConv},
    {{"LazyConv2d", kConvParameters, kDoc}, create, {}, kConv},
    {{"LazyConv3d", kConvParameters, kDoc}, create, {}, kConv},
    {{"LazyConvTranspose1d", kTransposedParameters, kDoc}, create, {}, kConv},
    {{"LazyConvTranspose2d", kTransposedParameters, kDoc}, create, {}, kConv},
    {{"LazyConvTranspose3d", kTransposedParameters, kDoc}, create, {}, kConv},
    {{"LazyBatchNorm1d", kNormParameters, kDoc}, create, {}, kNorm},
    {{"LazyBatchNorm2d", kNormParameters, kDoc}, create, {}, kNorm},
    {{"LazyBatchNorm3d", kNormParameters, kDoc}, create, {}, kNorm},
    {{"LazyInstanceNorm1d", kNormParameters, kDoc}, create, {}, kNorm},
    {{"LazyInstanceNorm2d", kNormParameters, kDoc}, create, {}, kNorm},
    {{"LazyInstanceNorm3d", kNormParameters, kDoc}, create, {}, kNorm},
};

}  // namespace

constinit const ModuleFamily kLazyFamily = kTypes;

}  // namespace duramen::nn
