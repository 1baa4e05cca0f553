/* A training loop in C: XOR is learnt, optimizer states resume, files carry everything. */
#include <math.h>

#include "check.h"

static const float kInputs[8] = {0, 0, 0, 1, 1, 0, 1, 1};
static const float kTargets[4] = {0, 1, 1, 0};
static const int64_t kInputShape[2] = {4, 2};
static const int64_t kTargetShape[2] = {4, 1};
static const char kNet[] = "Sequential(Linear(2, 8), Tanh(), Linear(8, 1))";
static const char kOptimizer[] = "SGD(lr=0.2, momentum=0.9)";

struct training {
  duramen_context* context;
  duramen_module* net;
  duramen_module* loss;
  duramen_optimizer* optimizer;
  duramen_tensor* input;
  duramen_tensor* target;
};

static duramen_optimizer* optimizer_of(duramen_context* context, const duramen_module* net) {
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  duramen_tensor* parameters[16];
  duramen_optimizer* optimizer = NULL;
  size_t count = 0, stride = 0, i;
  const char* first;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  OK(duramen_module_list(net, &options, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count && i < 16; ++i)
    parameters[i] = ((const duramen_entry*)(const void*)(first + i * stride))->tensor;
  OK(duramen_optimizer_from_text(context, kOptimizer, SIZE_MAX, parameters, count, &optimizer,
                                 ERROR));
  duramen_listing_release(listing);
  return optimizer;
}

static struct training begin(void) {
  struct training t;
  t.context = new_context();
  OK(duramen_context_seed(t.context, 1, ERROR));
  t.net = new_module(t.context, kNet);
  t.loss = new_module(t.context, "MSELoss()");
  t.optimizer = optimizer_of(t.context, t.net);
  t.input = new_tensor(t.context, kInputs, 2, kInputShape);
  t.target = new_tensor(t.context, kTargets, 2, kTargetShape);
  return t;
}

static void end(struct training* t) {
  duramen_tensor_release(t->target);
  duramen_tensor_release(t->input);
  duramen_optimizer_release(t->optimizer);
  duramen_module_release(t->loss);
  duramen_module_release(t->net);
  duramen_context_release(t->context);
}

static double train(struct training* t, int steps) {
  double value = 0;
  while (steps-- > 0) {
    duramen_tensor *output = NULL, *loss = NULL, *pair[2];
    OK(duramen_module_forward(t->context, t->net, t->input, &output, ERROR));
    pair[0] = output;
    pair[1] = t->target;
    OK(duramen_module_forward_many(t->context, t->loss, pair, 2, &loss, ERROR));
    OK(duramen_optimizer_zero_grad(t->optimizer, 1, ERROR));
    OK(duramen_tensor_backward(t->context, loss, NULL, NULL, ERROR));
    OK(duramen_optimizer_step(t->context, t->optimizer, ERROR));
    OK(duramen_tensor_item(loss, NULL, 0, &value, ERROR));
    duramen_tensor_release(loss);
    duramen_tensor_release(output);
  }
  return value;
}

static void learns(void) {
  struct training t = begin();
  const double first = train(&t, 1);
  const double last = train(&t, 400);
  CHECK(first > 0.1 && last < 0.01);
  end(&t);
}

/* Ten steps, saved, and ten more in another context: the same numbers as twenty at once. */
static void resumes(const char* file) {
  struct training once = begin(), before = begin(), after = begin();
  duramen_state_dict* dict = NULL;
  duramen_value *state = NULL, *again = NULL;
  duramen_checkpoint* checkpoint = NULL;
  const char* path = scratch_path(file);
  double straight, resumed;
  train(&once, 10);
  straight = train(&once, 10);
  train(&before, 10);
  OK(duramen_module_state_dict(before.net, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_save(before.context, dict, path, SIZE_MAX, NULL, ERROR));
  duramen_state_dict_release(dict);
  OK(duramen_optimizer_state(before.optimizer, &state, ERROR));
  CHECK(duramen_value_kind(state) == DURAMEN_VALUE_DICT);
  CHECK(duramen_value_count(duramen_value_find(state, "param_groups", SIZE_MAX)) == 1);
  OK(duramen_checkpoint_open(after.context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  OK(duramen_checkpoint_state_dict(after.context, checkpoint, NULL, 0, &dict, ERROR));
  OK(duramen_module_load_state_dict(after.context, after.net, dict, NULL, NULL, ERROR));
  OK(duramen_optimizer_load_state(after.context, after.optimizer, state, ERROR));
  resumed = train(&after, 10);
  CHECK(resumed == straight);
  OK(duramen_optimizer_state(after.optimizer, &again, ERROR));
  CHECK(duramen_value_count(again) == duramen_value_count(state));
  duramen_value_release(again);
  duramen_value_release(state);
  duramen_state_dict_release(dict);
  duramen_checkpoint_release(checkpoint);
  end(&once);
  end(&before);
  end(&after);
}

static void options(void) {
  struct training t = begin();
  duramen_value* value = NULL;
  duramen_tensor *data = NULL, *extra = NULL;
  OK(duramen_optimizer_get_option(t.optimizer, 0, "lr", SIZE_MAX, &value, ERROR));
  CHECK(duramen_value_float(value) == 0.2);
  duramen_value_release(value);
  OK(duramen_optimizer_set_lr(t.optimizer, SIZE_MAX, 0.05, ERROR));
  OK(duramen_optimizer_get_option(t.optimizer, 0, "lr", SIZE_MAX, &value, ERROR));
  CHECK(duramen_value_float(value) == 0.05);
  FAILS(DURAMEN_E_NOT_FOUND, duramen_optimizer_set_lr(t.optimizer, 3, 0.05, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_optimizer_set_option(t.optimizer, 0, "speed", SIZE_MAX, value, ERROR));
  duramen_value_release(value);
  data = new_tensor(t.context, kTargets, 2, kTargetShape);
  OK(duramen_parameter_create(data, 1, &extra, ERROR));
  OK(duramen_optimizer_add_group(t.context, t.optimizer, &extra, 1, NULL, ERROR));
  CHECK(duramen_optimizer_group_count(t.optimizer) == 2);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_optimizer_add_group(t.context, t.optimizer, &extra, 1, NULL, ERROR));
  duramen_tensor_release(extra);
  duramen_tensor_release(data);
  end(&t);
}

/* Backward through a freed graph, and with what cannot require grad. */
static void misuse(void) {
  struct training t = begin();
  duramen_tensor *output = NULL, *loss = NULL;
  duramen_backward_options options = {0};
  OK(duramen_module_forward(t.context, t.net, t.input, &output, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_tensor_data_const(output, NULL, ERROR));
  OK(duramen_mse_loss(t.context, output, t.target, DURAMEN_REDUCTION_MEAN, &loss, ERROR));
  CHECK(duramen_tensor_is_leaf(loss) == 0 && duramen_tensor_requires_grad(loss) == 1);
  GRAD_FN("MseLossBackward0", loss);
  options.struct_size = sizeof options;
  options.flags = DURAMEN_BACKWARD_RETAIN_GRAPH;
  OK(duramen_tensor_backward(t.context, loss, NULL, &options, ERROR));
  OK(duramen_tensor_backward(t.context, loss, NULL, NULL, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_tensor_backward(t.context, loss, NULL, NULL, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_tensor_backward(t.context, t.target, NULL, NULL, ERROR));
  OK(duramen_context_set_grad_enabled(t.context, 0, ERROR));
  duramen_tensor_release(loss);
  OK(duramen_mse_loss(t.context, output, t.target, DURAMEN_REDUCTION_SUM, &loss, ERROR));
  CHECK(duramen_tensor_requires_grad(loss) == 0);
  duramen_tensor_release(loss);
  duramen_tensor_release(output);
  end(&t);
}

/* What a forward in training mode has counted is forgotten. */
static void running_statistics(void) {
  static const int64_t kShape[2] = {4, 2};
  duramen_context* context = new_context();
  duramen_module* norm = new_module(context, "BatchNorm1d(2)");
  duramen_module* linear = new_module(context, "Linear(2, 2)");
  duramen_tensor *input = new_tensor(context, kInputs, 2, kShape), *out = NULL;
  duramen_tensor *mean = NULL, *count = NULL;
  double value = 0;
  const int64_t first = 0;
  OK(duramen_module_forward(context, norm, input, &out, ERROR));
  OK(duramen_module_get_buffer(norm, "running_mean", SIZE_MAX, &mean, ERROR));
  OK(duramen_module_get_buffer(norm, "num_batches_tracked", SIZE_MAX, &count, ERROR));
  OK(duramen_tensor_item(count, NULL, 0, &value, ERROR));
  CHECK(value == 1);
  OK(duramen_module_reset_running_stats(norm, ERROR));
  OK(duramen_tensor_item(count, NULL, 0, &value, ERROR));
  CHECK(value == 0);
  OK(duramen_tensor_item(mean, &first, 1, &value, ERROR));
  CHECK(value == 0);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_reset_running_stats(linear, ERROR));
  duramen_tensor_release(mean);
  duramen_tensor_release(count);
  duramen_tensor_release(out);
  duramen_tensor_release(input);
  duramen_module_release(linear);
  duramen_module_release(norm);
  duramen_context_release(context);
}

int main(void) {
  learns();
  resumes("training.pt");
  resumes("training.safetensors");
  options();
  misuse();
  running_statistics();
  return finish();
}
