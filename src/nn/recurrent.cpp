#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"
#include "nn/walk.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

// ---- Checks of RNNBase ----

bool is_int(const Expression& value) noexcept {
  return value.form == Form::integer || value.form == Form::boolean;
}

void check_dropout(Settings& settings, const spec::Arguments& arguments) {
  const Expression& given = arguments["dropout"];
  const bool is_text = given.form == Form::text;
  if (is_text && !parse_float(given.text)) {
    throw argument_error(
        arguments, "dropout", "ValueError",
        join("could not convert string to float: ", printable(spec::format(given), 60)));
  }
  if (!is_text && !is_int(given) && given.form != Form::real) {
    throw argument_error(
        arguments, "dropout", "TypeError",
        join("float() argument must be a string or a real number, not '", type_name(given), "'"));
  }
  const bool is_number = given.form == Form::integer || given.form == Form::real;
  if (!is_number || !(arguments.real("dropout") >= 0 && arguments.real("dropout") <= 1)) {
    throw argument_error(arguments, "dropout", "ValueError",
                         join("dropout should be a number in range [0, 1] representing the "
                              "probability of an element being zeroed (got ",
                              printable(spec::format(given), 60), ")"));
  }
  Expression value = given;
  value.real = arguments.real("dropout");
  value.form = Form::real;
  settings.set("dropout", value);
}

void check_bool(const spec::Arguments& arguments, std::string_view name) {
  if (arguments[name].form == Form::boolean) return;
  throw argument_error(arguments, name, "TypeError",
                       join(name, " should be of type bool, got: ", type_name(arguments[name])));
}

void check_size(const spec::Arguments& arguments, std::string_view name) {
  if (!is_int(arguments[name])) {
    throw argument_error(arguments, name, "TypeError",
                         join(name, " should be of type int, got: ", type_name(arguments[name])));
  }
  if (arguments.integer(name) > 0) return;
  throw argument_error(
      arguments, name, "ValueError",
      join(name, " must be greater than zero (got ", spec::format(arguments[name]), ")"));
}

void check_layers(const spec::Arguments& arguments) {
  if (holds(arguments["num_layers"], Order::less_equal, 0)) {
    throw argument_error(arguments, "num_layers", "ValueError",
                         join("num_layers must be greater than zero (got ",
                              spec::format(arguments["num_layers"]), ")"));
  }
  if (arguments["num_layers"].form != Form::real) return;
  throw argument_error(arguments, "num_layers", "TypeError",
                       "'float' object cannot be interpreted as an integer");
}

void check_projection(const spec::Arguments& arguments) {
  const Expression& size = arguments["proj_size"];
  if (holds(size, Order::less, 0)) {
    throw argument_error(arguments, "proj_size", "ValueError",
                         "proj_size should be a positive integer or zero to disable projections");
  }
  if (spec::real_of(size) >= arguments.real("hidden_size")) {
    throw argument_error(arguments, "proj_size", "ValueError",
                         "proj_size has to be smaller than hidden_size");
  }
}

// ---- Modes ----

// "LSTM", "GRU", "RNN_TANH", "RNN_RELU"; of RNNBase what was given.
std::string mode_of(std::string_view class_name, const Settings& settings) {
  if (class_name == "RNNBase") return std::string(settings.text("mode"));
  if (class_name != "RNN") return std::string(class_name);
  return settings.text("nonlinearity") == "relu" ? "RNN_RELU" : "RNN_TANH";
}

int64_t gates_of(std::string_view mode) noexcept {
  if (mode == "LSTM") return 4;
  if (mode == "GRU") return 3;
  return mode == "RNN_TANH" || mode == "RNN_RELU" ? 1 : 0;
}

void settle_base(Settings& settings, const spec::Arguments& arguments) {
  check_dropout(settings, arguments);
  check_bool(arguments, "bias");
  check_bool(arguments, "batch_first");
  check_size(arguments, "input_size");
  check_size(arguments, "hidden_size");
  check_layers(arguments);
  check_projection(arguments);
  const std::string mode = mode_of(arguments.signature().name, settings);
  const bool is_base = arguments.signature().name == "RNNBase";
  if (is_base && arguments["mode"].form != Form::text && arguments["mode"].form != Form::name) {
    throw argument_error(
        arguments, "mode", "TypeError",
        join("can only concatenate str (not \"", type_name(arguments["mode"]), "\") to str"));
  }
  if (gates_of(mode) == 0) {
    throw argument_error(arguments, "mode", "ValueError",
                         join("Unrecognized RNN mode: ", printable(mode, 60)));
  }
}

// LSTM alone takes the keyword; by its position the others take it, too.
void refuse_projection(const spec::Arguments& arguments) {
  for (const auto& [name, value] : arguments.call().keywords) {
    if (name != "proj_size") continue;
    throw argument_error(arguments, "proj_size", "ValueError",
                         "proj_size argument is only supported for LSTM, not RNN or GRU");
  }
}

void settle_gru(Settings& settings, const spec::Arguments& arguments) {
  refuse_projection(arguments);
  settle_base(settings, arguments);
}

void settle_rnn(Settings& settings, const spec::Arguments& arguments) {
  refuse_projection(arguments);
  if (!is_one_of(arguments.text("nonlinearity"), {"tanh", "relu"})) {
    throw argument_error(
        arguments, "nonlinearity", "ValueError",
        join("Unknown nonlinearity '", printable(spec::printed(arguments["nonlinearity"]), 60),
             "'. Select from 'tanh' or 'relu'."));
  }
  settle_base(settings, arguments);
}

// ---- State ----

Expression number(int64_t value) {
  Expression out;
  out.form = Form::integer;
  out.integer = value;
  return out;
}

void warn_of_dropout(const Layer& layer, Context& context) {
  const Settings& settings = layer.settings();
  if (settings.real("dropout") <= 0 || settings.integer("num_layers") != 1) return;
  context.log().write(
      LogLevel::warning,
      join(layer.class_name(), ": dropout acts behind every layer but the last; with dropout=",
           settings.printed("dropout"), " num_layers should be greater than 1 (got 1)"));
}

void build_layers(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Settings& settings = layer.settings();
  const Dtype dtype = dtype_argument(build, arguments);
  warn_of_dropout(layer, build.context);
  const Expression &hidden = settings["hidden_size"], &projection = settings["proj_size"];
  const int64_t gates = gates_of(mode_of(layer.class_name(), settings));
  const Expression rows = gates == 1 ? hidden : number(gates * spec::integer_of(hidden));
  const Expression& out = settings.real("proj_size") > 0 ? projection : hidden;
  const int64_t directions = settings.boolean("bidirectional") ? 2 : 1;
  for (int64_t i = 0; i < settings.integer("num_layers") * directions; ++i) {
    build.context.cancel().check("module");
    const std::string suffix = join("_l", i / directions, i % directions == 1 ? "_reverse" : "");
    const auto put = [&](std::string_view name, std::initializer_list<Expression> sizes) {
      const std::span<const Expression> all(sizes.begin(), sizes.size());
      layer.put_parameter(join(name, suffix), new_parameter(build.context, sizes_of(all), dtype));
    };
    put("weight_ih", {rows, i < directions ? settings["input_size"]
                                           : number(spec::integer_of(out) * directions)});
    put("weight_hh", {rows, out});
    if (settings.boolean("bias")) {
      put("bias_ih", {rows});
      put("bias_hh", {rows});
    }
    if (settings.real("proj_size") != 0) put("weight_hr", {projection, hidden});
  }
}

void reset(Layer& layer, Context& context) {
  for (const NamedTensor& parameter : named_parameters(layer)) {
    uniform_by_fan_in(context, *parameter.tensor, layer.settings().integer("hidden_size"));
  }
}

std::string show_base(const Layer& layer) {
  const Settings& settings = layer.settings();
  std::string out = filled_repr("{input_size}, {hidden_size}", layer);
  const auto add = [&](std::string_view name, bool is_other) {
    if (is_other) out += join(", ", name, "=", settings.printed(name));
  };
  const Expression& bidirectional = settings["bidirectional"];
  add("proj_size", settings.real("proj_size") != 0);
  add("num_layers", settings.integer("num_layers") != 1);
  add("bias", !settings.boolean("bias"));
  add("batch_first", settings.boolean("batch_first"));
  add("dropout", settings.real("dropout") != 0);
  add("bidirectional", bidirectional.form != Form::boolean || bidirectional.boolean);
  return out;
}

// ---- Cells ----

Expression chunks_of(const Layer& layer) {
  if (layer.class_name() == "RNNCellBase") return layer.settings()["num_chunks"];
  return number(layer.class_name() == "LSTMCell" ? 4 : layer.class_name() == "GRUCell" ? 3 : 1);
}

bool is_sequence(const Expression& value) noexcept {
  return value.form == Form::text || value.form == Form::list || value.form == Form::tuple;
}

// left * right: an int of two ints, else something of the type that Python gives. TypeError.
Expression times(const Expression& left, const Expression& right) {
  if (is_int(left) && is_int(right)) {
    return number(spec::integer_of(left) * spec::integer_of(right));
  }
  const auto has_product = [](const Expression& value) {
    return is_number(value) || value.form == Form::complex;
  };
  Expression out;
  if (has_product(left) && has_product(right)) {
    const bool is_complex = left.form == Form::complex || right.form == Form::complex;
    out.form = is_complex ? Form::complex : Form::real;
    return out;
  }
  if (is_sequence(left) && is_int(right)) return left;
  if (is_sequence(right) && is_int(left)) return right;
  const bool is_repeated = is_sequence(left) || is_sequence(right);
  throw spec::error_at(right, Code::invalid_argument,
                       is_repeated ? join("can't multiply sequence by non-int of type '",
                                          type_name(is_sequence(left) ? right : left), "'")
                                   : join("unsupported operand type(s) for *: '", type_name(left),
                                          "' and '", type_name(right), "'"))
      .with("torch_error", "TypeError");
}

void build_cell(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Dtype dtype = dtype_argument(build, arguments);
  const Expression& hidden = arguments["hidden_size"];
  const Expression rows = times(chunks_of(layer), hidden);
  const auto put = [&](std::string_view name, bool is_there,
                       std::initializer_list<Expression> sizes) {
    const std::span<const Expression> all(sizes.begin(), sizes.size());
    layer.put_parameter(name,
                        is_there ? new_parameter(build.context, sizes_of(all), dtype) : nullptr);
  };
  const bool bias = arguments.boolean("bias");
  put("weight_ih", true, {rows, arguments["input_size"]});
  put("weight_hh", true, {rows, hidden});
  put("bias_ih", bias, {rows});
  put("bias_hh", bias, {rows});
}

std::string show_cell(const Layer& layer) {
  const Settings& settings = layer.settings();
  std::string out = filled_repr("{input_size}, {hidden_size}", layer);
  const Expression& bias = settings["bias"];
  if (bias.form != Form::boolean || !bias.boolean) out += filled_repr(", bias={bias}", layer);
  if (layer.class_name() != "RNNCell") return out;
  const bool is_default = settings.printed("nonlinearity") == "tanh";
  return is_default ? out : out + filled_repr(", nonlinearity={nonlinearity}", layer);
}

// ---- Signatures ----

constexpr spec::Parameter kMode = {"mode", spec::kText | spec::kAny, "",
                                   "LSTM, GRU, RNN_TANH or RNN_RELU"};
constexpr spec::Parameter kInput = {"input_size", spec::kInt | spec::kAny, "",
                                    "size of each element of the sequence"};
constexpr spec::Parameter kHidden = {"hidden_size", spec::kInt | spec::kAny, "",
                                     "size of the hidden state"};
constexpr spec::Parameter kLayers = {"num_layers", spec::kInt | spec::kAny, "1",
                                     "how many layers are stacked"};
constexpr spec::Parameter kBias = {"bias", spec::kBool | spec::kAny, "True",
                                   "learned biases; without them their names are not there"};
constexpr spec::Parameter kBatchFirst = {"batch_first", spec::kBool | spec::kAny, "False",
                                         "the batch is dimension 0, not 1"};
constexpr spec::Parameter kDropout = {"dropout", spec::kReal | spec::kAny, "0.0",
                                      "share of each layer's output that is dropped"};
constexpr spec::Parameter kBidirectional = {"bidirectional", spec::kTruth, "False",
                                            "a second set of weights runs backwards"};
constexpr spec::Parameter kProjection = {"proj_size", spec::kInt | spec::kAny, "0",
                                         "the hidden state is projected to this size"};
constexpr spec::Parameter kNonlinearity = {"nonlinearity", spec::kText | spec::kAny, "'tanh'",
                                           "tanh or relu"};

constexpr spec::Parameter kBaseParameters[] = {
    kMode,    kInput,         kHidden,     kLayers,          kBias,          kBatchFirst,
    kDropout, kBidirectional, kProjection, kDeviceParameter, kDtypeParameter};
constexpr spec::Parameter kRnnParameters[] = {
    kInput,   kHidden,        kLayers,     kNonlinearity,    kBias,          kBatchFirst,
    kDropout, kBidirectional, kProjection, kDeviceParameter, kDtypeParameter};
constexpr std::span<const spec::Parameter> kGatedParameters = std::span(kBaseParameters).subspan(1);

constexpr spec::Kinds kCellSize = spec::kInt | spec::kAny;
constexpr spec::Parameter kCellInput = {"input_size", kCellSize, "", "size of the input"};
constexpr spec::Parameter kCellHidden = {"hidden_size", kCellSize, "", "size of the hidden state"};
constexpr spec::Parameter kCellBias = {"bias", spec::kTruth, "True",
                                       "learned biases; without them the names hold None"};
constexpr spec::Parameter kCellBaseParameters[] = {
    kCellInput,
    kCellHidden,
    {"bias", spec::kTruth, "", kCellBias.doc},
    {"num_chunks", kCellSize, "", "how many gates the weights hold"},
    kDeviceParameter,
    kDtypeParameter};
constexpr spec::Parameter kRnnCellParameters[] = {kCellInput,    kCellHidden,      kCellBias,
                                                  kNonlinearity, kDeviceParameter, kDtypeParameter};
constexpr spec::Parameter kCellParameters[] = {kCellInput, kCellHidden, kCellBias, kDeviceParameter,
                                               kDtypeParameter};

// ---- The table ----

constexpr std::string_view kSequenceAttributes =
    "mode, _all_weights, _flat_weight_refs, _flat_weights, _flat_weights_names, "
    "_init_flat_weights, _update_flat_weights, _weights_have_changed, all_weights, "
    "check_forward_args, check_hidden_size, check_input, flatten_parameters, "
    "get_expected_hidden_size, permute_hidden, reset_parameters, __jit_unused_properties__";
constexpr std::string_view kLstmAttributes =
    "mode, _all_weights, _flat_weight_refs, _flat_weights, _flat_weights_names, "
    "_init_flat_weights, _update_flat_weights, _weights_have_changed, all_weights, "
    "check_forward_args, check_hidden_size, check_input, flatten_parameters, "
    "get_expected_hidden_size, permute_hidden, reset_parameters, __jit_unused_properties__, "
    "get_expected_cell_size";

constexpr LayerRules sequence_rules(void (*settle)(Settings&, const spec::Arguments&),
                                    std::string_view attributes = kSequenceAttributes) {
  return {.settle = settle,
          .build = build_layers,
          .reset = reset,
          .show = show_base,
          .attributes = attributes};
}

constexpr LayerRules kCell = {.build = build_cell,
                              .reset = reset,
                              .show = show_cell,
                              .attributes = "reset_parameters",
                              .no_attributes = "num_chunks"};

constexpr ModuleType kTypes[] = {
    {.signature = {"RNNBase", kBaseParameters,
                   "The state of RNN, LSTM and GRU: weight_ih_l0, weight_hh_l0, bias_ih_l0, "
                   "bias_hh_l0 and so on for each layer and direction."},
     .hidden = "mode",
     .rules = sequence_rules(settle_base)},
    {.signature = {"RNN", kRnnParameters, "Elman's network over a sequence."},
     .hidden = "nonlinearity",
     .rules = sequence_rules(settle_rnn)},
    {.signature = {"LSTM", kGatedParameters, "Long short-term memory over a sequence."},
     .rules = sequence_rules(settle_base, kLstmAttributes)},
    {.signature = {"GRU", kGatedParameters, "Gated recurrent units over a sequence."},
     .rules = sequence_rules(settle_gru)},
    {.signature = {"RNNCellBase", kCellBaseParameters,
                   "The state of the cells: weight_ih, weight_hh, bias_ih, bias_hh."},
     .hidden = "num_chunks",
     .rules = kCell},
    {.signature = {"RNNCell", kRnnCellParameters, "One step of RNN."}, .rules = kCell},
    {.signature = {"LSTMCell", kCellParameters, "One step of LSTM."}, .rules = kCell},
    {.signature = {"GRUCell", kCellParameters, "One step of GRU."}, .rules = kCell},
};

}  // namespace

constinit const ModuleFamily kRecurrentFamily = kTypes;

}  // namespace duramen::nn
