#include "memory_world.h"

#include "plain_host.h"

static const int64_t kDeep[9] = {2, 3, 2, 3, 2, 3, 2, 3, 64};
static const int64_t kPermutation[9] = {8, 1, 0, 5, 4, 3, 2, 7, 6};
static const int64_t kSmallDeep[9] = {2, 1, 2, 1, 2, 2, 1, 2, 3};

static duramen_context* make_context(int with) {
  duramen_context* context = NULL;
  duramen_context_options options = {0};
  const duramen_allocator memory = plain_allocator();
  const duramen_runner runner = plain_runner();
  options.struct_size = sizeof options;
  options.num_threads = with & (TWO_THREADS | OWN_RUNNER) ? 2 : 1;
  if (with & OWN_MEMORY) options.allocator = &memory;
  if (with & OWN_RUNNER) options.runner = &runner;
  OK(duramen_context_create(&options, &context, ERROR));
  return context;
}

/* A parameter of rank 9 whose elements do not lie in order. */
static duramen_tensor* deep_parameter(duramen_context* context) {
  duramen_tensor *whole = NULL, *turned = NULL, *detached = NULL, *out = NULL;
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, kSmallDeep, 9, 2, &whole, ERROR));
  OK(duramen_permute(context, whole, kPermutation, 9, &turned, ERROR));
  OK(duramen_tensor_detach(context, turned, &detached, ERROR));
  OK(duramen_parameter_create(detached, 1, &out, ERROR));
  duramen_tensor_release(detached);
  duramen_tensor_release(turned);
  duramen_tensor_release(whole);
  return out;
}

/* Layers; then more parameters than a map searches, of which two are one, and deep ones. */
static duramen_module* make_net(duramen_context* context) {
  static const char* const kNames[] = {"deep_a", "deep_b", "c", "d", "e", "f", "g", "h", "i", "j"};
  duramen_module* net = new_module(
      context, "Sequential(Linear(4, 6), BatchNorm1d(6), ReLU(), Dropout(0.5), Linear(6, 2))");
  duramen_tensor* tied = NULL;
  size_t i;
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    duramen_tensor* parameter = deep_parameter(context);
    if (i == 2) tied = parameter;
    OK(duramen_module_register_parameter(net, kNames[i], SIZE_MAX, i == 3 ? tied : parameter,
                                         ERROR));
    if (i != 2) duramen_tensor_release(parameter);
  }
  OK(duramen_module_register_buffer(net, "deep_buffer", SIZE_MAX, tied, 1, ERROR));
  duramen_tensor_release(tied);
  return net;
}

static void make_dict(struct world* w, int with) {
  duramen_module* other = make_net(w->context);
  OK(duramen_module_state_dict(other, NULL, 0, 0, &w->dict, ERROR));
  if (with & WITH_PARAMETER_FOR_BUFFER) {
    duramen_tensor *mean = NULL, *parameter = NULL;
    OK(duramen_state_dict_get_tensor(w->dict, "1.running_mean", SIZE_MAX, &mean, ERROR));
    OK(duramen_parameter_create(mean, 1, &parameter, ERROR));
    OK(duramen_state_dict_set_tensor(w->dict, "1.running_mean", SIZE_MAX, parameter, ERROR));
    OK(duramen_state_dict_set_tensor(w->dict, "1.running_var", SIZE_MAX, parameter, ERROR));
    duramen_tensor_release(parameter);
    duramen_tensor_release(mean);
  }
  duramen_module_release(other);
}

static void make_deep(struct world* w) {
  static const int64_t kTurn[9] = {2, 3, 0, 1, 6, 7, 4, 5, 8};
  const int64_t ones[9] = {1, 3, 1, 3, 1, 3, 1, 3, 1};
  OK(duramen_tensor_full(w->context, DURAMEN_DTYPE_FLOAT32, kDeep, 9, 3, &w->deep[0], ERROR));
  OK(duramen_permute(w->context, w->deep[0], kTurn, 9, &w->deep[1], ERROR));
  OK(duramen_tensor_full(w->context, DURAMEN_DTYPE_FLOAT32, ones, 9, 5, &w->deep[2], ERROR));
}

static void make_grads(struct world* w) {
  static const char* const kNames[] = {"deep_a", "deep_b", "c", "0.weight", "0.bias", "4.weight"};
  size_t i;
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    duramen_tensor *parameter = NULL, *grad = NULL;
    int64_t shape[9];
    size_t rank = 0;
    OK(duramen_module_get_parameter(w->net, kNames[i], SIZE_MAX, &parameter, ERROR));
    OK(duramen_tensor_shape(parameter, shape, 9, &rank, ERROR));
    OK(duramen_tensor_full(w->context, DURAMEN_DTYPE_FLOAT32, shape, rank, 0.5, &grad, ERROR));
    OK(duramen_tensor_set_grad(parameter, grad, ERROR));
    duramen_tensor_release(grad);
    duramen_tensor_release(parameter);
  }
}

static void make_graph(struct world* w) {
  duramen_tensor *deep = NULL, *sum = NULL, *out = NULL;
  static const float kX[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
  static const int64_t kShape[2] = {3, 4};
  w->x = new_tensor(w->context, kX, 2, kShape);
  OK(duramen_module_forward(w->context, w->net, w->x, &w->output, ERROR));
  OK(duramen_module_get_parameter(w->net, "deep_a", SIZE_MAX, &deep, ERROR));
  OK(duramen_sum(w->context, deep, NULL, 0, 0, &sum, ERROR));
  OK(duramen_sum(w->context, w->output, NULL, 0, 0, &out, ERROR));
  OK(duramen_add(w->context, sum, out, &w->loss, ERROR));
  duramen_tensor_release(out);
  duramen_tensor_release(sum);
  duramen_tensor_release(deep);
}

static void make_optimizer(struct world* w) {
  duramen_optimizer* other = NULL;
  make_grads(w);
  OK(new_optimizer(w, &w->optimizer, ERROR));
  OK(new_optimizer(w, &other, ERROR));
  OK(duramen_optimizer_step(w->context, other, ERROR));
  OK(duramen_optimizer_set_lr(other, 0, 0.25, ERROR));
  OK(duramen_optimizer_state(other, &w->state, ERROR));
  duramen_optimizer_release(other);
}

struct world make_world(int with) {
  struct world w = {0};
  w.context = make_context(with);
  if (!(with & NO_NET)) w.net = make_net(w.context);
  if (with & (WITH_DICT | WITH_PARAMETER_FOR_BUFFER)) make_dict(&w, with);
  if (with & WITH_DEEP) make_deep(&w);
  if (with & WITH_GRADS) make_grads(&w);
  if (with & WITH_GRAPH) make_graph(&w);
  w.optimizer_text =
      with & WITH_ADAMW ? "AdamW(lr=0.1, amsgrad=True)" : "SGD(lr=0.1, momentum=0.9)";
  if (with & (WITH_OPTIMIZER | WITH_ADAMW)) make_optimizer(&w);
  return w;
}

void release_world(struct world* w) {
  size_t i;
  duramen_value_release(w->state);
  duramen_optimizer_release(w->optimizer);
  duramen_state_dict_release(w->dict);
  for (i = 0; i < 3; ++i) duramen_tensor_release(w->deep[i]);
  duramen_tensor_release(w->loss);
  duramen_tensor_release(w->output);
  duramen_tensor_release(w->target);
  duramen_tensor_release(w->x);
  duramen_module_release(w->net);
  duramen_context_release(w->context);
}

static uint64_t mix(uint64_t hash, const void* bytes, size_t nbytes) {
  const unsigned char* at = bytes;
  while (nbytes-- > 0) hash = (hash ^ *at++) * UINT64_C(0x100000001b3);
  return hash;
}

static uint64_t mix_tensor(const struct world* w, uint64_t hash, const duramen_tensor* tensor) {
  static double values[1 << 17];
  const uint32_t facts[3] = {(uint32_t)duramen_tensor_dtype(tensor),
                             duramen_tensor_requires_grad(tensor),
                             duramen_tensor_is_parameter(tensor)};
  const size_t nbytes = (size_t)duramen_tensor_numel(tensor) * sizeof(double);
  duramen_tensor* grad = NULL;
  hash = mix(hash, facts, sizeof facts);
  hash = mix(hash, &tensor, sizeof tensor); /* which object it is */
  OK(duramen_tensor_read(w->context, tensor, DURAMEN_DTYPE_FLOAT64, values, nbytes, ERROR));
  hash = mix(hash, values, nbytes);
  OK(duramen_tensor_grad(tensor, &grad, ERROR));
  if (grad) hash = mix_tensor(w, hash, grad);
  duramen_tensor_release(grad);
  return hash;
}

static uint64_t mix_value(const struct world* w, uint64_t hash, const duramen_value* value) {
  const int32_t kind = duramen_value_kind(value);
  const int64_t integer = duramen_value_int(value);
  const double real = duramen_value_float(value);
  size_t i;
  hash = mix(hash, &kind, sizeof kind);
  hash = mix(hash, &integer, sizeof integer);
  hash = mix(hash, &real, sizeof real);
  if (duramen_value_tensor(value)) hash = mix_tensor(w, hash, duramen_value_tensor(value));
  for (i = 0; i < duramen_value_count(value); ++i) {
    if (duramen_value_key(value, i)) hash = mix_value(w, hash, duramen_value_key(value, i));
    hash = mix_value(w, hash, duramen_value_item(value, i));
  }
  return hash;
}

static uint64_t mix_net(const struct world* w, uint64_t hash) {
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  size_t count = 0, stride = 0, i;
  const char* first;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER | DURAMEN_KIND_BUFFER | DURAMEN_KIND_MODULE;
  options.flags = DURAMEN_LIST_KEEP_DUPLICATES | DURAMEN_LIST_INCLUDE_NONE;
  OK(duramen_module_list(w->net, &options, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(first + i * stride);
    const uint32_t training = duramen_module_is_training(entry->module);
    hash = mix(hash, entry->name, entry->name_length);
    hash = mix(hash, &entry->kind, sizeof entry->kind);
    hash = mix(hash, &entry->flags, sizeof entry->flags);
    hash = mix(hash, &training, sizeof training);
    if (entry->tensor) hash = mix_tensor(w, hash, entry->tensor);
  }
  duramen_listing_release(listing);
  return hash;
}

uint64_t hash_of_world(const struct world* w) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  duramen_value* state = NULL;
  if (w->net) hash = mix_net(w, hash);
  if (!w->optimizer) return hash;
  OK(duramen_optimizer_state(w->optimizer, &state, ERROR));
  hash = mix_value(w, hash, state);
  duramen_value_release(state);
  return hash;
}
