#include "nn/batch_norm.hpp"

#include "kernels/copy.hpp"
#include "nn/layer.hpp"
#include "ops/operands.hpp"

namespace duramen::nn {
namespace {

constexpr const char* kClassNames[] = {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"};

TensorRef held(const Module::Tensors& tensors, std::string_view name) {
  const TensorRef* found = tensors.find(name);
  return found ? *found : TensorRef();
}

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

}  // namespace

BatchNorm::BatchNorm(Context& context, uint32_t spatial, BatchNormConfig config)
    : Module(kClassNames[spatial - 1], 2), spatial_(spatial), config_(std::move(config)) {
  const Shape shape = {config_.num_features};
  const bool affine = config_.affine, tracks = config_.track_running_stats;
  const Dtype dtype = config_.dtype;
  put_parameter("weight", affine ? new_parameter(context, shape, dtype) : nullptr);
  put_parameter("bias", affine && config_.bias ? new_parameter(context, shape, dtype) : nullptr);
  put_buffer("running_mean", tracks ? new_buffer(context, shape, dtype, 0) : nullptr);
  put_buffer("running_var", tracks ? new_buffer(context, shape, dtype, 1) : nullptr);
  put_buffer("num_batches_tracked", tracks ? new_buffer(context, {}, Dtype::int64, 0) : nullptr);
  reset_parameters(context);
}

void BatchNorm::check_input(const Tensor& input, bool use_batch_statistics) const {
  const size_t rank = input.rank();
  if (spatial_ == 1 ? rank != 2 && rank != 3 : rank != spatial_ + 2) {
    throw value_error(join("forward: expected ",
                           spatial_ == 1 ? "2D or 3D" : join(spatial_ + 2, "D"), " input (got ",
                           rank, "D input)"));
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

TensorRef BatchNorm::forward(Context& context, std::span<const TensorRef> inputs) {
  check_inputs(*this, inputs, 1);
  TensorRef mean = held(buffers(), "running_mean"), var = held(buffers(), "running_var");
  const bool use_batch_statistics = training() || (!mean && !var);
  check_input(*inputs[0], use_batch_statistics);
  const bool tracks = training() && config_.track_running_stats;
  const TensorRef count = tracks ? held(buffers(), "num_batches_tracked") : nullptr;
  if (count) check_counter(*count);
  const double counted = count ? next_count(*count) : 0;
  const double momentum = config_.momentum.value_or(count ? 1 / counted : 0);
  if (training() && !tracks) mean = var = nullptr;
  TensorRef out = ops::batch_norm(context, inputs[0], mean, var, held(parameters(), "weight"),
                                  held(parameters(), "bias"),
                                  {use_batch_statistics, momentum, config_.eps, config_.eps_text});
  if (count) set_count(*count, counted);  // after all that can fail
  return out;
}

void BatchNorm::reset_running_stats() {
  if (!config_.track_running_stats) return;
  if (const TensorRef mean = held(buffers(), "running_mean")) fill(*mean, 0);
  if (const TensorRef var = held(buffers(), "running_var")) fill(*var, 1);
  if (const TensorRef count = held(buffers(), "num_batches_tracked")) fill(*count, 0);
}

void BatchNorm::reset_parameters(Context&) {
  reset_running_stats();
  if (!config_.affine) return;
  if (const TensorRef weight = held(parameters(), "weight")) fill(*weight, 1);
  if (const TensorRef bias = held(parameters(), "bias")) fill(*bias, 0);
}

std::string BatchNorm::extra_repr() const {
  return join(config_.num_features, ", eps=", config_.eps_text,
              ", momentum=", config_.momentum_text, ", affine=", config_.affine_text,
              ", bias=", python_bool(bool(held(parameters(), "bias"))),
              ", track_running_stats=", config_.track_text);
}

std::vector<Module::Upgrade> BatchNorm::upgrade_state(
    std::optional<int64_t> version, FunctionRef<bool(std::string_view)> has) const {
  if (version.value_or(0) >= 2 || !config_.track_running_stats) return {};
  if (has("num_batches_tracked")) return {};
  return {{"num_batches_tracked", counter()}};
}

// `self.num_batches_tracked`, wherever it was put; null for None.
TensorRef BatchNorm::counter() const {
  for (const Tensors* entries : {&buffers(), &parameters(), &plain_attributes()}) {
    if (const TensorRef* found = entries->find("num_batches_tracked")) return *found;
  }
  const ModuleRef* child = children().find("num_batches_tracked");
  if (child && !*child) return nullptr;
  throw Error(Code::state, join("load_state_dict: '", class_name(),
                                "' object has no attribute 'num_batches_tracked'"))
      .with("torch_error", "AttributeError");
}

bool BatchNorm::has_attribute(std::string_view name) const {
  return is_one_of(name, {"num_features", "eps", "momentum", "affine", "track_running_stats",
                          "reset_running_stats", "reset_parameters", "_check_input_dim",
                          "__constants__"}) ||
         Module::has_attribute(name);
}

namespace {

constexpr spec::Parameter kBatchNormParameters[] = {
    {"num_features", spec::kInt, "", "number of channels, the input's size 1"},
    {"eps", spec::kReal | spec::kBoolNumber, "1e-05", "added to the variance"},
    {"momentum", spec::kReal | spec::kBoolNumber | spec::kNone, "0.1",
     "share of a batch in the running statistics; None: their cumulative average"},
    {"affine", spec::kTruth, "True", "learned scale and shift; without them the names hold None"},
    {"track_running_stats", spec::kTruth, "True",
     "keeps running_mean, running_var and num_batches_tracked; without them the names hold None"},
    kDeviceParameter,
    kDtypeParameter,
    {"bias", spec::kTruth, "True", "learned shift", true},
};

template <uint32_t spatial>
ModuleRef create_batch_norm(const BuildContext& build, const spec::Arguments& arguments) {
  BatchNormConfig config;
  config.num_features = arguments.integer("num_features");
  config.eps = arguments.real("eps");
  config.momentum = arguments.optional_real("momentum");
  config.affine = arguments.boolean("affine");
  config.track_running_stats = arguments.boolean("track_running_stats");
  config.bias = arguments.boolean("bias");
  config.dtype = dtype_argument(build, arguments);
  config.eps_text = spec::format(arguments["eps"]);
  config.momentum_text = spec::format(arguments["momentum"]);
  config.affine_text = spec::printed(arguments["affine"]);
  config.track_text = spec::printed(arguments["track_running_stats"]);
  return make<BatchNorm>(build.context, spatial, std::move(config));
}

}  // namespace

constinit const ModuleType kBatchNorm1dType = {
    {"BatchNorm1d", kBatchNormParameters,
     "Normalises each channel over the batch of a 2-D or 3-D input. Parameters: weight, bias "
     "(num_features); buffers: running_mean, running_var, num_batches_tracked."},
    create_batch_norm<1>};
constinit const ModuleType kBatchNorm2dType = {
    {"BatchNorm2d", kBatchNormParameters,
     "Normalises each channel over the batch and the two other dimensions of a 4-D input. State as "
     "BatchNorm1d."},
    create_batch_norm<2>};
constinit const ModuleType kBatchNorm3dType = {
    {"BatchNorm3d", kBatchNormParameters,
     "Normalises each channel over the batch and the three other dimensions of a 5-D input. State "
     "as BatchNorm1d."},
    create_batch_norm<3>};

}  // namespace duramen::nn
