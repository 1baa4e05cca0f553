#include <cmath>

#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;

bool is_embed_dim(const spec::Arguments& arguments, std::string_view name) {
  if (arguments.is_none(name)) return true;
  return is_number(arguments[name]) && arguments.real(name) == arguments.real("embed_dim");
}

void settle(Settings& settings, const spec::Arguments& arguments) {
  if (holds(arguments["embed_dim"], Order::less_equal, 0) ||
      holds(arguments["num_heads"], Order::less_equal, 0)) {
    throw argument_error(arguments, "embed_dim", "ValueError",
                         join("embed_dim and num_heads must be greater than 0, got embed_dim=",
                              settings.printed("embed_dim"),
                              " and num_heads=", settings.printed("num_heads"), " instead"));
  }
  const double size = arguments.real("embed_dim"), heads = arguments.real("num_heads");
  if (!std::isfinite(size) || std::floor(size / heads) * heads != size) {
    throw argument_error(
        arguments, "num_heads", "AssertionError",
        join("embed_dim must be divisible by num_heads (got ", settings.printed("embed_dim"),
             " and ", settings.printed("num_heads"), ")"));
  }
  const bool is_same = is_embed_dim(arguments, "kdim") && is_embed_dim(arguments, "vdim");
  const Expression& embed_dim = arguments["embed_dim"];
  sizes_of(std::array{embed_dim});
  for (const std::string_view name : {"kdim", "vdim"}) {
    if (arguments.is_none(name)) settings.set(name, embed_dim);
    if (!is_same) sizes_of(std::array{embed_dim, settings[name]});
  }
}

bool has_one_projection(const Settings& settings) {
  const int64_t size = settings.integer("embed_dim");
  return settings.real("kdim") == static_cast<double>(size) &&
         settings.real("vdim") == static_cast<double>(size);
}

void build(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Settings& settings = layer.settings();
  const Dtype dtype = dtype_argument(build, arguments);
  const int64_t size = settings.integer("embed_dim");
  const auto put = [&](std::string_view name, bool is_there, Shape shape) {
    layer.put_parameter(name,
                        is_there ? new_parameter(build.context, std::move(shape), dtype) : nullptr);
  };
  const bool is_same = has_one_projection(settings);
  if (is_same) put("in_proj_weight", true, {3 * size, size});
  put("q_proj_weight", !is_same, {size, size});
  put("k_proj_weight", !is_same, {size, settings.integer("kdim")});
  put("v_proj_weight", !is_same, {size, settings.integer("vdim")});
  if (!is_same) put("in_proj_weight", false, {});
  put("in_proj_bias", arguments.boolean("bias"), {3 * size});
  layer.put_child("out_proj", made_module(build, "NonDynamicallyQuantizableLinear",
                                          {{"in_features", arguments["embed_dim"]},
                                           {"out_features", arguments["embed_dim"]},
                                           {"bias", arguments["bias"]},
                                           {"device", arguments["device"]},
                                           {"dtype", arguments["dtype"]}}));
  for (const std::string_view name : {"bias_k", "bias_v"}) {
    if (arguments.boolean("add_bias_kv")) {
      put(name, true, {1, 1, size});
    } else {
      layer.assign(name, TensorRef());
    }
  }
}

TensorRef held(const Module& module, std::string_view name) {
  const TensorRef* found = module.parameters().find(name);
  return found ? *found : TensorRef();
}

void reset(Layer& layer, Context& context) {
  for (const char* name : {"in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"}) {
    if (const TensorRef weight = held(layer, name)) xavier_uniform(context, *weight);
  }
  if (const TensorRef bias = held(layer, "in_proj_bias")) {
    fill(*bias, 0);
    const ModuleRef* projection = layer.children().find("out_proj");
    const TensorRef out = projection && *projection ? held(**projection, "bias") : TensorRef();
    if (out) fill(*out, 0);
  }
  for (const char* name : {"bias_k", "bias_v"}) {
    if (const TensorRef bias = held(layer, name)) xavier_normal(context, *bias);
  }
}

// The printed child tells the sizes: "(out_proj): NonDynamicallyQuantizableLinear(in_features=8,
// …".
void read_printed(const spec::Signature& signature, Expression& call) {
  for (const auto& [name, child] : call.children) {
    if (name != "out_proj") continue;
    if (!child.items.empty()) spec::give(signature, call, "embed_dim", child.items[0]);
    for (const auto& [argument, value] : child.keywords) {
      if (argument == "in_features") spec::give(signature, call, "embed_dim", value);
      if (argument == "bias") spec::give(signature, call, "bias", value);
    }
    return;
  }
}

constexpr spec::Parameter kParameters[] = {
    {"embed_dim", spec::kInt | spec::kAny, "", "size of the output, and of what is attended to"},
    {"num_heads", spec::kInt | spec::kAny, "", "how many parts attend on their own"},
    {"dropout", spec::kReal | spec::kAny, "0.0", "share of the attention that is dropped"},
    {"bias", spec::kTruth, "True", "learned biases; without them the names hold None"},
    {"add_bias_kv", spec::kTruth, "False", "learned rows in addition, bias_k and bias_v"},
    {"add_zero_attn", spec::kTruth, "False", "a row of zeros in addition"},
    {"kdim", spec::kInt | spec::kAny, "None", "size of the keys (default: embed_dim)"},
    {"vdim", spec::kInt | spec::kAny, "None", "size of the values (default: embed_dim)"},
    {"batch_first", spec::kTruth, "False", "the batch is dimension 0, not 1"},
    kDeviceParameter,
    kDtypeParameter,
};

constexpr ModuleType kTypes[] = {
    {.signature = {"MultiheadAttention", kParameters,
                   "Attention of several heads. Parameters: in_proj_weight, or q_proj_weight, "
                   "k_proj_weight and v_proj_weight; in_proj_bias; child: out_proj."},
     .hidden = "num_heads, embed_dim, dropout, add_bias_kv, add_zero_attn, kdim, vdim, batch_first",
     .rules = {.settle = settle,
               .build = build,
               .reset = reset,
               .read_printed = read_printed,
               .attributes = "_qkv_same_embed_dim, head_dim, _reset_parameters, merge_masks",
               .no_attributes = "bias, add_bias_kv"}},
};

}  // namespace

constinit const ModuleFamily kAttentionFamily = kTypes;

}  // namespace duramen::nn
