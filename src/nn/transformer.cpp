#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/walk.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;
using spec::Keyword;

// ---- The layers ----

enum class Part : uint8_t { attention, widen, narrow, norm, dropout };
struct NamedPart {
  std::string_view name;
  Part part;
};
constexpr NamedPart kEncoderParts[] = {{"self_attn", Part::attention}, {"linear1", Part::widen},
                                       {"dropout", Part::dropout},     {"linear2", Part::narrow},
                                       {"norm1", Part::norm},          {"norm2", Part::norm},
                                       {"dropout1", Part::dropout},    {"dropout2", Part::dropout}};
constexpr NamedPart kDecoderParts[] = {
    {"self_attn", Part::attention}, {"multihead_attn", Part::attention},
    {"linear1", Part::widen},       {"dropout", Part::dropout},
    {"linear2", Part::narrow},      {"norm1", Part::norm},
    {"norm2", Part::norm},          {"norm3", Part::norm},
    {"dropout1", Part::dropout},    {"dropout2", Part::dropout},
    {"dropout3", Part::dropout}};

ModuleRef make_part(const BuildContext& build, const spec::Arguments& arguments, Part part) {
  const auto given = [&](std::string_view name, std::string_view argument) {
    return Keyword(std::string(name), arguments[argument]);
  };
  const Keyword bias = given("bias", "bias"), device = given("device", "device"),
                dtype = given("dtype", "dtype");
  switch (part) {
    case Part::attention:
      return made_module(
          build, "MultiheadAttention",
          {given("embed_dim", "d_model"), given("num_heads", "nhead"), given("dropout", "dropout"),
           bias, given("batch_first", "batch_first"), device, dtype});
    case Part::widen:
      return made_module(build, "Linear",
                         {given("in_features", "d_model"), given("out_features", "dim_feedforward"),
                          bias, device, dtype});
    case Part::narrow:
      return made_module(build, "Linear",
                         {given("in_features", "dim_feedforward"), given("out_features", "d_model"),
                          bias, device, dtype});
    case Part::norm:
      return made_module(build, "LayerNorm",
                         {given("normalized_shape", "d_model"), given("eps", "layer_norm_eps"),
                          bias, device, dtype});
    case Part::dropout:
      return made_module(build, "Dropout", {given("p", "dropout")});
  }
  return nullptr;
}

// A printed tree brings its own children.
bool is_printed(const spec::Arguments& arguments) noexcept {
  return !arguments.call().children.empty();
}

bool is_printed(const spec::Arguments& arguments, std::string_view child) noexcept {
  const auto& children = arguments.call().children;
  return std::any_of(children.begin(), children.end(),
                     [child](const Keyword& one) { return one.name == child; });
}

template <const auto& parts>
void build_layer(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  if (is_printed(arguments)) return;
  for (const auto& [name, part] : parts) layer.put_child(name, make_part(build, arguments, part));
  const Expression& activation = arguments["activation"];
  if (activation.form == Form::text && !is_one_of(activation.text, {"relu", "gelu"})) {
    throw argument_error(
        arguments, "activation", "RuntimeError",
        join("activation should be relu/gelu, not ", printable(activation.text, 60)));
  }
  if (module_of(activation)) layer.put_child("activation", build.module(activation));
}

// ---- The stacks ----

// [layer, copy, copy, …]
ModuleRef clones(const BuildContext& build, const spec::Arguments& arguments,
                 std::string_view prototype) {
  const Expression& given = arguments["num_layers"];
  if (given.form != Form::integer && given.form != Form::boolean) {
    throw argument_error(
        arguments, "num_layers", "TypeError",
        join("'", type_name(given), "' object cannot be interpreted as an integer"));
  }
  const int64_t count = arguments.integer("num_layers");
  const Expression& layer = arguments[prototype];
  const bool is_none = layer.form == Form::none;
  if (count > 0 && !is_none && !module_of(layer)) {
    throw argument_error(arguments, prototype, "TypeError",
                         join(torch_typename(layer), " is not a Module subclass"));
  }
  Expression list;
  list.form = Form::list;
  for (int64_t i = 0; i < count; ++i) {
    build.context.cancel().check("module");
    const ModuleRef copy = is_none ? ModuleRef() : deepcopy(build.context, *module_of(layer));
    list.items.push_back(expression_of(copy, layer.column));
  }
  return made_module(build, "ModuleList", {{"modules", std::move(list)}});
}

// `self.name = value`: a child, or an ordinary attribute.
void assign(Layer& layer, const BuildContext& build, std::string_view name,
            const Expression& value) {
  if (module_of(value)) return layer.assign(name, build.module(value));
  if (value.form == Form::object) return layer.assign(name, build.tensor(value));
  layer.assign(name, TensorRef());
}

template <bool is_encoder>
void build_stack(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const char* const prototype = is_encoder ? "encoder_layer" : "decoder_layer";
  if (!is_printed(arguments)) {
    layer.put_child("layers", clones(build, arguments, prototype));
    return assign(layer, build, "norm", arguments["norm"]);
  }
  if (is_printed(arguments, "norm")) return;
  assign(layer, build, "norm", module_of(arguments["norm"]) ? Expression() : arguments["norm"]);
}

// ---- Why TransformerEncoder does without nested tensors, which PyTorch warns about ----

const Layer* layer_of(const Module* module, std::string_view class_name) noexcept {
  return module && module->class_name() == class_name ? dynamic_cast<const Layer*>(module)
                                                      : nullptr;
}

const Module* child_of(const Module& module, std::string_view name) noexcept {
  const ModuleRef* child = module.children().find(name);
  return child ? child->get() : nullptr;
}

bool is_relu_or_gelu(const Layer& layer) {
  const Module* child = child_of(layer, "activation");
  if (child) return is_one_of(child->class_name(), {"ReLU", "GELU"});
  std::string_view name = layer.settings().text("activation");
  name = name.substr(name.rfind('.') + 1);
  return is_one_of(name, {"relu", "gelu"});
}

std::string_view fault_of(const Expression& given) {
  const Layer* layer = layer_of(module_of(given), "TransformerEncoderLayer");
  if (!layer) return "encoder_layer was not TransformerEncoderLayer";
  if (layer->settings().boolean("norm_first")) return "encoder_layer.norm_first was True";
  const Layer* attention = layer_of(child_of(*layer, "self_attn"), "MultiheadAttention");
  if (!attention) return "";
  const Settings& settings = attention->settings();
  if (!settings.boolean("batch_first")) {
    return "encoder_layer.self_attn.batch_first was not True (use batch_first for better inference "
           "performance)";
  }
  if (!settings.boolean("bias")) return "encoder_layer.self_attn was passed bias=False";
  if (!is_relu_or_gelu(*layer)) return "encoder_layer.activation_relu_or_gelu was not True";
  return settings.integer("num_heads") % 2 == 1 ? "encoder_layer.self_attn.num_heads is odd" : "";
}

void build_encoder(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  build_stack<true>(layer, build, arguments);
  if (is_printed(arguments) || !arguments.boolean("enable_nested_tensor")) return;
  const std::string_view fault = fault_of(arguments["encoder_layer"]);
  if (fault.empty()) return;
  build.context.log().write(
      LogLevel::warning,
      join("TransformerEncoder: enable_nested_tensor is True, but self.use_nested_tensor is False "
           "because ",
           fault));
}

// ---- Transformer ----

// What a Transformer gives its layers.
constexpr std::string_view kPassedOn[] = {"d_model",     "nhead",      "dim_feedforward",
                                          "dropout",     "activation", "layer_norm_eps",
                                          "batch_first", "norm_first", "bias",
                                          "device",      "dtype"};

ModuleRef default_stack(const BuildContext& build, const spec::Arguments& arguments,
                        bool is_encoder) {
  std::vector<Keyword> keywords;
  for (const std::string_view name : kPassedOn) {
    keywords.emplace_back(std::string(name), arguments[name]);
  }
  const uint32_t column = arguments.call().column;
  const auto made = [&](std::string_view class_name, std::vector<Keyword> given) {
    return expression_of(made_module(build, class_name, std::move(given)), column);
  };
  Expression layer =
      made(is_encoder ? "TransformerEncoderLayer" : "TransformerDecoderLayer", std::move(keywords));
  Expression norm = expression_of(make_part(build, arguments, Part::norm), column);
  return made_module(
      build, is_encoder ? "TransformerEncoder" : "TransformerDecoder",
      {{is_encoder ? "encoder_layer" : "decoder_layer", std::move(layer)},
       {"num_layers", arguments[is_encoder ? "num_encoder_layers" : "num_decoder_layers"]},
       {"norm", std::move(norm)}});
}

void build_transformer(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  for (const bool is_encoder : {true, false}) {
    const char* const name = is_encoder ? "encoder" : "decoder";
    const Expression& custom = arguments[is_encoder ? "custom_encoder" : "custom_decoder"];
    const bool is_attribute = custom.form != Form::none && !module_of(custom);
    if (is_printed(arguments)) {
      if (is_attribute && !is_printed(arguments, name)) assign(layer, build, name, custom);
    } else if (custom.form != Form::none) {
      assign(layer, build, name, custom);
    } else {
      layer.put_child(name, default_stack(build, arguments, is_encoder));
    }
  }
}

void reset_transformer(Layer& layer, Context& context) {
  for (const auto& entry : named_parameters(layer)) {
    if (entry.tensor->rank() > 1) xavier_uniform(context, *entry.tensor);
  }
}

// ---- Texts ----

// All state is in the children: where they are printed, nothing else is needed.
void read_printed(const spec::Signature& signature, Expression& call) {
  if (call.children.empty()) return;
  for (const spec::Parameter& parameter : signature.parameters) {
    if (parameter.fallback.empty()) spec::give(signature, call, parameter.name, Expression());
  }
}

// ---- The table ----

constexpr spec::Kinds kModuleOrAny = spec::kAny | spec::kModule;
constexpr spec::Parameter kFeedforward = {"dim_feedforward", spec::kInt | spec::kAny, "2048",
                                          "size between the two linear layers"};
constexpr spec::Parameter kDropout = {"dropout", spec::kReal | spec::kAny, "0.1",
                                      "share of each part's output that is dropped"};
constexpr spec::Parameter kActivation = {
    "activation", spec::kText | kModuleOrAny, "relu",
    "between the linear layers: 'relu', 'gelu', the name of a function, or a module"};
constexpr spec::Parameter kEps = {"layer_norm_eps", spec::kReal | spec::kAny, "1e-05",
                                  "eps of the LayerNorm modules"};
constexpr spec::Parameter kBatchFirst = {"batch_first", spec::kTruth, "False",
                                         "the batch is dimension 0, not 1"};
constexpr spec::Parameter kNormFirst = {"norm_first", spec::kTruth, "False",
                                        "normalises before each part, not behind it"};
constexpr spec::Parameter kBias = {"bias", spec::kTruth, "True",
                                   "learned biases; without them the names hold None"};
constexpr spec::Parameter kNumLayers = {"num_layers", spec::kInt | spec::kAny, "",
                                        "how many copies"};
constexpr spec::Parameter kNorm = {"norm", kModuleOrAny, "None", "a module behind the last layer"};

constexpr spec::Parameter kLayerParameters[] = {
    {"d_model", spec::kInt | spec::kAny, "", "size of each element of the sequence"},
    {"nhead", spec::kInt | spec::kAny, "", "num_heads of the attention"},
    kFeedforward,
    kDropout,
    kActivation,
    kEps,
    kBatchFirst,
    kNormFirst,
    kBias,
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kEncoderParameters[] = {
    {"encoder_layer", kModuleOrAny, "", "the layer that is copied"},
    kNumLayers,
    kNorm,
    {"enable_nested_tensor", spec::kTruth, "True", "kept; there are no nested tensors here"},
    {"mask_check", spec::kTruth, "True", "kept; belongs to the above"},
};
constexpr spec::Parameter kDecoderParameters[] = {
    {"decoder_layer", kModuleOrAny, "", "the layer that is copied"}, kNumLayers, kNorm};
constexpr spec::Parameter kTransformerParameters[] = {
    {"d_model", spec::kInt | spec::kAny, "512", "size of each element of the sequences"},
    {"nhead", spec::kInt | spec::kAny, "8", "num_heads of the attention"},
    {"num_encoder_layers", spec::kInt | spec::kAny, "6", "layers of the encoder"},
    {"num_decoder_layers", spec::kInt | spec::kAny, "6", "layers of the decoder"},
    kFeedforward,
    kDropout,
    kActivation,
    {"custom_encoder", kModuleOrAny, "None", "a module instead of the encoder"},
    {"custom_decoder", kModuleOrAny, "None", "a module instead of the decoder"},
    kEps,
    kBatchFirst,
    kNormFirst,
    kBias,
    kDeviceParameter,
    kDtypeParameter,
};

constexpr std::string_view kLayerDoc =
    "Attention and two linear layers, with dropout and LayerNorm; PyTorch's children.";
constexpr std::string_view kStackDoc = "Copies of a layer one behind the other, then norm.";
constexpr std::string_view kNoLayerAttributes =
    "d_model, nhead, dim_feedforward, dropout, layer_norm_eps, batch_first, bias";

constexpr ModuleType kTypes[] = {
    {.signature = {"TransformerEncoderLayer", kLayerParameters, kLayerDoc},
     .hidden = "nhead, activation, batch_first, norm_first",
     .rules = {.build = build_layer<kEncoderParts>,
               .read_printed = read_printed,
               .attributes = "activation_relu_or_gelu, _sa_block, _ff_block",
               .no_attributes = kNoLayerAttributes}},
    {.signature = {"TransformerDecoderLayer", kLayerParameters, kLayerDoc},
     .hidden = "nhead, activation, batch_first, norm_first",
     .rules = {.build = build_layer<kDecoderParts>,
               .read_printed = read_printed,
               .attributes = "_sa_block, _mha_block, _ff_block",
               .no_attributes = kNoLayerAttributes}},
    {.signature = {"TransformerEncoder", kEncoderParameters, kStackDoc},
     .hidden = "norm, enable_nested_tensor, mask_check",
     .rules = {.build = build_encoder,
               .read_printed = read_printed,
               .attributes = "use_nested_tensor",
               .no_attributes = "encoder_layer, norm"}},
    {.signature = {"TransformerDecoder", kDecoderParameters, kStackDoc},
     .hidden = "norm",
     .rules = {.build = build_stack<false>,
               .read_printed = read_printed,
               .no_attributes = "decoder_layer, norm"}},
    {.signature = {"Transformer", kTransformerParameters,
                   "An encoder and a decoder; weights of two and more dimensions are drawn anew "
                   "(xavier_uniform_)."},
     .hidden = "nhead, activation, batch_first, norm_first",
     .rules = {.build = build_transformer,
               .reset = reset_transformer,
               .read_printed = read_printed,
               .attributes = "_reset_parameters, generate_square_subsequent_mask",
               .no_attributes =
                   "num_encoder_layers, num_decoder_layers, dim_feedforward, dropout, activation, "
                   "custom_encoder, custom_decoder, layer_norm_eps, norm_first, bias, "
                   "__constants__"}},
};

}  // namespace

constinit const ModuleFamily kTransformerFamily = kTypes;

}  // namespace duramen::nn
