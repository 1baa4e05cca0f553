// Batch and instance normalisation: one state, seven names.
#include "kernels/copy.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_values.hpp"
#include "ops/operands.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;

bool is_instance_norm(const Layer& layer) { return layer.class_name().starts_with("Instance"); }

// ---- State ----

// `bias` is registered only with `affine`, the buffers only with `track_running_stats`; the names
// are there in any case.
void build(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Dtype dtype = dtype_argument(build, arguments);
  const Expression& count = arguments["num_features"];
  const bool affine = arguments.boolean("affine"),
             tracks = arguments.boolean("track_running_stats");
  const bool has_bias = affine && arguments.boolean("bias");
  Context& context = build.context;
  layer.put_parameter("weight", affine ? new_parameter(context, size_of(count), dtype) : nullptr);
  layer.put_parameter("bias", has_bias ? new_parameter(context, size_of(count), dtype) : nullptr);
  layer.put_buffer("running_mean", nullptr);
  layer.put_buffer("running_var", nullptr);
  layer.put_buffer("num_batches_tracked", nullptr);
  if (!tracks) return;
  const Shape shape = size_of(count, "zeros");
  layer.put_buffer("running_mean", new_buffer(context, shape, dtype, 0));
  layer.put_buffer("running_var", new_buffer(context, shape, dtype, 1));
  layer.put_buffer("num_batches_tracked", new_buffer(context, {}, Dtype::int64, 0));
}

void reset_running_stats(Layer& layer) {
  if (!layer.settings().boolean("track_running_stats")) return;
  if (const TensorRef mean = held(layer.buffers(), "running_mean")) fill(*mean, 0);
  if (const TensorRef var = held(layer.buffers(), "running_var")) fill(*var, 1);
  if (const TensorRef count = held(layer.buffers(), "num_batches_tracked")) fill(*count, 0);
}

void reset(Layer& layer, Context&) {
  reset_running_stats(layer);
  if (layer.settings().boolean("affine")) reset_scale_and_shift(layer);
}

// `self.num_batches_tracked`, wherever it was put; null for None.
TensorRef counter(const Module& module) {
  for (const Module::Tensors* entries :
       {&module.buffers(), &module.parameters(), &module.plain_attributes()}) {
    if (const TensorRef* found = entries->find("num_batches_tracked")) return *found;
  }
  const ModuleRef* child = module.children().find("num_batches_tracked");
  if (child && !*child) return nullptr;
  throw Error(Code::state, join("load_state_dict: '", module.class_name(),
                                "' object has no attribute 'num_batches_tracked'"))
      .with("torch_error", "AttributeError");
}

// Running statistics of the time when these classes had them without being asked.
std::vector<Module::Upgrade> refused_statistics(const Layer& layer,
                                                FunctionRef<bool(std::string_view)> has) {
  const std::string& name = layer.class_name();
  const std::string refusal = join(
      "Unexpected running stats buffer(s) {} for ", name,
      " with track_running_stats=False. A checkpoint of before 0.4.0 may have them, for ", name,
      " tracks no running stats by default since 0.4.0: remove these keys from the state dict, "
      "or, where they are needed, build ",
      name, " with track_running_stats=True.");
  std::vector<Module::Upgrade> out;
  for (const char* key : {"running_mean", "running_var"}) {
    if (has(key)) out.push_back({.name = key, .value = nullptr, .refusal = refusal});
  }
  return out;
}

// State of version 1 had no num_batches_tracked: the module's own value stands in.
std::vector<Module::Upgrade> upgrade(const Layer& layer, std::optional<int64_t> version,
                                     FunctionRef<bool(std::string_view)> has) {
  if (!layer.settings().boolean("track_running_stats")) {
    const bool is_refused = is_instance_norm(layer) && !version;
    return is_refused ? refused_statistics(layer, has) : std::vector<Module::Upgrade>();
  }
  if (version.value_or(0) >= 2 || has("num_batches_tracked")) return {};
  return {{"num_batches_tracked", counter(layer)}};
}

// ---- Forward of batch normalisation ----

Error value_error(std::string message) {
  return Error(Code::shape_mismatch, std::move(message)).with("torch_error", "ValueError");
}

void check_counter(const Tensor& count) {
  ops::compute_dtype(count.dtype(), "forward: num_batches_tracked");
  if (count.dtype() == Dtype::boolean) {
    throw Error(
        Code::dtype_mismatch,
        "forward: num_batches_tracked: result type Long can't be cast to the desired output "
        "type Bool")
        .with("torch_error", "RuntimeError");
  }
  if (count.numel() != 1) {
    throw value_error(
        join("forward: num_batches_tracked must have one element (got ", count.numel(), ")"));
  }
  if (count.storage()->read_only()) {
    throw Error(Code::read_only, "forward: num_batches_tracked lies in read-only memory");
  }
}

// Requires: check_counter.
double next_count(const Tensor& count) {
  return kernels::read_double(count.bytes(), count.dtype()) + 1;
}

void set_count(Tensor& count, double value) {
  kernels::write_double(count.mutable_bytes(), count.dtype(), value);
  count.storage()->bump_version();
}

void check_input(const Layer& layer, const Tensor& input, bool use_batch_statistics) {
  const size_t rank = input.rank();
  const auto spatial = static_cast<size_t>(layer.class_name()[9] - '0');  // BatchNorm2d
  if (spatial == 1 ? rank != 2 && rank != 3 : rank != spatial + 2) {
    throw value_error(join("forward: expected ", spatial == 1 ? "2D or 3D" : join(spatial + 2, "D"),
                           " input (got ", rank, "D input)"));
  }
  if (!use_batch_statistics) return;
  int64_t values = input.size(0);
  for (size_t i = 2; i < rank; ++i) values *= input.size(i);
  if (values != 1) return;
  throw value_error(
      join("forward: Expected more than 1 value per channel when training, got input size "
           "torch.Size(",
           format_shape(input.shape()), ")"));
}

// In training mode counts the batch and updates the running statistics.
TensorRef forward(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const Settings& settings = layer.settings();
  const auto &buffers = layer.buffers(), &parameters = layer.parameters();
  TensorRef mean = held(buffers, "running_mean"), var = held(buffers, "running_var");
  const bool use_batch_statistics = layer.training() || (!mean && !var);
  check_input(layer, *inputs[0], use_batch_statistics);
  const bool tracks = layer.training() && settings.boolean("track_running_stats");
  const TensorRef count = tracks ? held(buffers, "num_batches_tracked") : nullptr;
  if (count) check_counter(*count);
  const double counted = count ? next_count(*count) : 0;
  const double momentum = !settings.is_none("momentum")
                              ? number_setting(layer, "momentum", "batch_norm", 7)
                          : count ? 1 / counted
                                  : 0;
  if (layer.training() && !tracks) mean = var = nullptr;
  TensorRef out = ops::batch_norm(
      context, inputs[0], mean, var, held(parameters, "weight"), held(parameters, "bias"),
      {use_batch_statistics, momentum, number_setting(layer, "eps", "batch_norm", 8),
       settings.printed("eps")});
  if (count) set_count(*count, counted);  // after all that can fail
  return out;
}

// ---- The table ----

constexpr spec::Kinds kNumber = spec::kReal | spec::kAny;
constexpr spec::Kinds kFlag = spec::kTruth | spec::kAny;
constexpr spec::Parameter kCount = {"num_features", spec::kInt | spec::kAny, "",
                                    "number of channels, the input's size 1"};
constexpr spec::Parameter kEps = {"eps", kNumber, "1e-05", "added to the variance"};
constexpr spec::Parameter kMomentum = {
    "momentum", kNumber, "0.1",
    "share of a batch in the running statistics; None: their cumulative average"};
constexpr std::string_view kAffineDoc = "learned scale and shift; without them the names hold None";
constexpr std::string_view kTrackDoc =
    "keeps running_mean, running_var and num_batches_tracked; without them the names hold None";
constexpr spec::Parameter kAffine = {"affine", kFlag, "True", kAffineDoc};
constexpr spec::Parameter kTracks = {"track_running_stats", kFlag, "True", kTrackDoc};
constexpr spec::Parameter kBias = {"bias", kFlag, "True", "learned shift", true};

constexpr spec::Parameter kBatchParameters[] = {
    kCount, kEps, kMomentum, kAffine, kTracks, kDeviceParameter, kDtypeParameter, kBias};
constexpr spec::Parameter kSyncParameters[] = {
    kCount,
    kEps,
    kMomentum,
    kAffine,
    kTracks,
    {"process_group", spec::kAny, "None", "kept only: there are no other processes"},
    kDeviceParameter,
    kDtypeParameter,
    kBias,
};
constexpr spec::Parameter kInstanceParameters[] = {
    kCount,
    kEps,
    kMomentum,
    {"affine", kFlag, "False", kAffineDoc},
    {"track_running_stats", kFlag, "False", kTrackDoc},
    kDeviceParameter,
    kDtypeParameter,
    kBias,
};

constexpr LayerRules rules(std::string_view attributes, decltype(LayerRules::forward) forward) {
  return {.build = build,
          .reset = reset,
          .reset_running_stats = reset_running_stats,
          .shown =
              "{num_features}, eps={eps}, momentum={momentum}, affine={affine}, bias={?bias}, "
              "track_running_stats={track_running_stats}",
          .attributes = attributes,
          .no_attributes = "bias",
          .version = 2,
          .upgrade = upgrade,
          .forward = forward};
}
constexpr LayerRules kBatchRules =
    rules("reset_running_stats, reset_parameters, _check_input_dim", forward);
constexpr LayerRules kInstanceRules = rules(
    "reset_running_stats, reset_parameters, _check_input_dim, _get_no_batch_dim, "
    "_handle_no_batch_input, _apply_instance_norm",
    nullptr);

constexpr std::string_view kInstanceDoc =
    "Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); "
    "buffers with track_running_stats: running_mean, running_var, num_batches_tracked.";

constexpr ModuleType kTypes[] = {
    {.signature = {"BatchNorm1d", kBatchParameters,
                   "Normalises each channel over the batch of a 2-D or 3-D input. Parameters: "
                   "weight, bias (num_features); buffers: running_mean, running_var, "
                   "num_batches_tracked."},
     .rules = kBatchRules},
    {.signature = {"BatchNorm2d", kBatchParameters,
                   "Normalises each channel over the batch and the two other dimensions of a 4-D "
                   "input. State as BatchNorm1d."},
     .rules = kBatchRules},
    {.signature = {"BatchNorm3d", kBatchParameters,
                   "Normalises each channel over the batch and the three other dimensions of a 5-D "
                   "input. State as BatchNorm1d."},
     .rules = kBatchRules},
    {.signature = {"SyncBatchNorm", kSyncParameters,
                   "Batch normalisation over the batches of several processes. State as "
                   "BatchNorm1d."},
     .hidden = "process_group",
     .rules = rules("reset_running_stats, reset_parameters, _check_input_dim, "
                    "_check_non_zero_input_channels, convert_sync_batchnorm",
                    nullptr)},
    {.signature = {"InstanceNorm1d", kInstanceParameters, kInstanceDoc}, .rules = kInstanceRules},
    {.signature = {"InstanceNorm2d", kInstanceParameters, kInstanceDoc}, .rules = kInstanceRules},
    {.signature = {"InstanceNorm3d", kInstanceParameters, kInstanceDoc}, .rules = kInstanceRules},
};

}  // namespace

constinit const ModuleFamily kBatchNormFamily = kTypes;

}  // namespace duramen::nn
