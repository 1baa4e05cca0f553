/* Cancel comes inside every job of the pool of a training step and of what surrounds it: all of a
 * change happens, or nothing, so what the caller sees is as it was or as it should be. */
#include "counting_host.h"

enum { kSide = 512 };

struct world {
  struct host host;
  duramen_module* net;
  duramen_tensor* x;
  duramen_tensor* loss;
  duramen_optimizer* optimizer;
  duramen_state_dict* dict; /* of another net */
  duramen_value* state;     /* of another optimizer */
};

static duramen_tensor* forward(struct world* w) {
  duramen_tensor *y = NULL, *loss = NULL;
  OK(duramen_module_forward(w->host.context, w->net, w->x, &y, ERROR));
  OK(duramen_sum(w->host.context, y, NULL, 0, 0, &loss, ERROR));
  duramen_tensor_release(y);
  return loss;
}

static duramen_optimizer* new_optimizer(const struct world* w, const char* text) {
  duramen_tensor* parameters[16];
  duramen_optimizer* optimizer = NULL;
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  size_t count = 0, stride = 0, i;
  const char* first;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  OK(duramen_module_list(w->net, &options, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count && i < COUNT_OF(parameters); ++i)
    parameters[i] = ((const duramen_entry*)(const void*)(first + i * stride))->tensor;
  OK(duramen_optimizer_from_text(w->host.context, text, SIZE_MAX, parameters, count, &optimizer,
                                 ERROR));
  duramen_listing_release(listing);
  return optimizer;
}

/* After one step, with gradients of that step and a graph for the next. */
static void begin(struct world* w) {
  static const char kNet[] =
      "Sequential(Linear(512, 512), BatchNorm1d(512), ReLU(inplace=True), "
      "Linear(512, 512), Tanh())";
  static const int64_t kShape[2] = {kSide, kSide};
  duramen_module* other;
  memset(w, 0, sizeof *w);
  host_begin(&w->host);
  other = new_module(w->host.context, kNet);
  OK(duramen_module_state_dict(other, NULL, 0, 0, &w->dict, ERROR));
  duramen_module_release(other);
  w->net = new_module(w->host.context, kNet);
  OK(duramen_tensor_empty(w->host.context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &w->x, ERROR));
  OK(duramen_tensor_fill_normal(w->host.context, w->x, 0, 1, ERROR));
  w->optimizer = new_optimizer(w, "SGD(lr=0.1, momentum=0.9, nesterov=True)");
  w->loss = forward(w);
  OK(duramen_tensor_backward(w->host.context, w->loss, NULL, NULL, ERROR));
  OK(duramen_optimizer_state(w->optimizer, &w->state, ERROR));
  OK(duramen_optimizer_step(w->host.context, w->optimizer, ERROR));
  duramen_tensor_release(w->loss);
  w->loss = forward(w);
}

static void end(struct world* w) {
  duramen_value_release(w->state);
  duramen_state_dict_release(w->dict);
  duramen_optimizer_release(w->optimizer);
  duramen_tensor_release(w->loss);
  duramen_tensor_release(w->x);
  duramen_module_release(w->net);
  duramen_context_release(w->host.context);
}

/* Of whole words; what is hashed here has them. */
static uint64_t mix(uint64_t hash, const void* bytes, uint64_t nbytes) {
  const uint32_t* at = bytes;
  uint64_t i;
  for (i = 0; i < nbytes / sizeof *at; ++i) hash = (hash ^ at[i]) * 1099511628211u;
  return hash;
}

static uint64_t mix_tensor(uint64_t hash, const duramen_tensor* tensor) {
  const void* data = NULL;
  duramen_tensor* grad = NULL;
  OK(duramen_tensor_data_const(tensor, &data, ERROR));
  hash = mix(hash, data, duramen_tensor_nbytes(tensor));
  OK(duramen_tensor_grad(tensor, &grad, ERROR));
  if (grad) hash = mix_tensor(hash, grad);
  duramen_tensor_release(grad);
  return hash;
}

static uint64_t mix_value(uint64_t hash, const duramen_value* value) {
  const duramen_tensor* tensor = duramen_value_tensor(value);
  size_t i;
  if (tensor) hash = mix_tensor(hash, tensor);
  for (i = 0; i < duramen_value_count(value); ++i)
    hash = mix_value(hash, duramen_value_item(value, i));
  return hash;
}

/* Parameters, gradients, buffers, dtypes, momenta. */
static uint64_t hash_of(const struct world* w) {
  duramen_listing* listing = NULL;
  duramen_value* state = NULL;
  size_t count = 0, stride = 0, i;
  uint64_t hash = 1469598103934665603u;
  const char* first;
  OK(duramen_module_list(w->net, NULL, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(first + i * stride);
    hash = mix_tensor(mix(hash, &entry->dtype, sizeof entry->dtype), entry->tensor);
  }
  OK(duramen_optimizer_state(w->optimizer, &state, ERROR));
  hash = mix_value(hash, state);
  duramen_value_release(state);
  duramen_listing_release(listing);
  return hash;
}

/* ---- what is cancelled ---------------------------------------------------------------------- */

static duramen_status step(struct world* w) {
  return duramen_optimizer_step(w->host.context, w->optimizer, ERROR);
}

static duramen_status step_adamw(struct world* w) {
  duramen_optimizer* optimizer = new_optimizer(w, "AdamW(amsgrad=True)");
  const duramen_status status = duramen_optimizer_step(w->host.context, optimizer, ERROR);
  duramen_optimizer_release(optimizer);
  return status;
}

static duramen_status backward(struct world* w) {
  return duramen_tensor_backward(w->host.context, w->loss, NULL, NULL, ERROR);
}

static duramen_status load(struct world* w) {
  return duramen_module_load_state_dict(w->host.context, w->net, w->dict, NULL, NULL, ERROR);
}

static duramen_status load_optimizer(struct world* w) {
  return duramen_optimizer_load_state(w->host.context, w->optimizer, w->state, ERROR);
}

static duramen_status convert(struct world* w) {
  return duramen_module_to_dtype(w->host.context, w->net, DURAMEN_DTYPE_FLOAT64, ERROR);
}

static duramen_status build(struct world* w) {
  duramen_module* module = NULL;
  const duramen_status status = duramen_module_from_text(
      w->host.context, "Sequential(Linear(600, 600), BatchNorm1d(9))", SIZE_MAX, &module, ERROR);
  CHECK((module != NULL) == (status == DURAMEN_OK));
  duramen_module_release(module);
  return status;
}

static duramen_status evaluate(struct world* w) {
  duramen_tensor* out = NULL;
  duramen_status status = duramen_module_train(w->net, 0, ERROR);
  if (status == DURAMEN_OK)
    status = duramen_module_forward(w->host.context, w->net, w->x, &out, ERROR);
  CHECK((out != NULL) == (status == DURAMEN_OK));
  duramen_tensor_release(out);
  return status;
}

static duramen_status normalize(struct world* w) {
  duramen_module* layer = NULL;
  duramen_tensor* out = NULL;
  duramen_status status;
  OK(duramen_module_get_submodule(w->net, "1", SIZE_MAX, &layer, ERROR));
  status = duramen_module_forward(w->host.context, layer, w->x, &out, ERROR);
  CHECK((out != NULL) == (status == DURAMEN_OK));
  duramen_tensor_release(out);
  duramen_module_release(layer);
  return status;
}

static const struct {
  const char* name;
  duramen_status (*call)(struct world* w);
  int must_stop; /* at some of its points */
} kCalls[] = {
    {"step", step, 0},
    {"backward", backward, 1},
    {"load", load, 0},
    {"load of an optimizer", load_optimizer, 0},
    {"conversion", convert, 1},
    {"building", build, 0},
    {"evaluation", evaluate, 1},
    {"batch norm", normalize, 1},
    {"step of AdamW", step_adamw, 0},
};

/* The outcome at the job of that number; false when there was none. */
static int attempt(size_t which, int at, uint64_t whole, int* stopped) {
  struct world w;
  uint64_t before, after;
  duramen_status status;
  int came;
  begin(&w);
  before = hash_of(&w);
  host_arm(&w.host, at);
  status = kCalls[which].call(&w);
  came = host_disarm(&w.host);
  after = hash_of(&w);
  check_true(status == DURAMEN_OK || (came && status == DURAMEN_E_CANCELLED), kCalls[which].name,
             "its status", at);
  check_true(after == (status == DURAMEN_OK ? whole : before), kCalls[which].name, "all or nothing",
             at);
  *stopped += status != DURAMEN_OK;
  if (status != DURAMEN_OK && kCalls[which].call != backward)
    check_status(DURAMEN_OK, kCalls[which].call(&w), "and again", kCalls[which].name, at);
  end(&w);
  return came;
}

static void every_point(size_t which) {
  struct world w;
  uint64_t whole;
  int at, stopped = 0;
  begin(&w);
  check_status(DURAMEN_OK, kCalls[which].call(&w), kCalls[which].name, __FILE__, __LINE__);
  whole = hash_of(&w);
  end(&w);
  for (at = 1; attempt(which, at, whole, &stopped); ++at) {
  }
  printf("%s: %d jobs, stopped at %d\n", kCalls[which].name, at - 1, stopped);
  check_true(stopped > 0 || !kCalls[which].must_stop, kCalls[which].name, "stops", at);
}

int main(void) {
  size_t i;
  for (i = 0; i < COUNT_OF(kCalls); ++i) every_point(i);
  return finish();
}
