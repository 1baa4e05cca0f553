/* Cancel reaches the call that is running: it fails and hands nothing out, or, once it has begun to
 * change what the caller sees, runs through.
 *
 * The caller's runner raises it at a chosen job, so that the place is the same in every run; where
 * the work is no job of the pool, another thread does.
 */
#define _POSIX_C_SOURCE 200112L /* nanosleep */

#include <pthread.h>
#include <time.h>

#include "counting_host.h"

enum { kSide = 512, kCount = kSide * kSide };

static duramen_tensor* filled(duramen_context* context, double value) {
  const int64_t shape[2] = {kSide, kSide};
  duramen_tensor* tensor = NULL;
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 2, value, &tensor, ERROR));
  return tensor;
}

/* Whether every element of a contiguous float32 tensor has that value. */
static int all_are(const duramen_tensor* tensor, float value) {
  const void* data = NULL;
  int64_t i;
  OK(duramen_tensor_data_const(tensor, &data, ERROR));
  for (i = 0; i < duramen_tensor_numel(tensor); ++i) {
    if (((const float*)data)[i] != value) return 0;
  }
  return 1;
}

static duramen_state_dict* state_of(const duramen_module* module) {
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  return dict;
}

static uint64_t hash_of(const duramen_module* module) {
  duramen_state_dict* dict = state_of(module);
  duramen_listing* listing = NULL;
  size_t count = 0, stride = 0, i, k;
  uint64_t hash = 1469598103934665603u;
  const char* first;
  OK(duramen_state_dict_list(dict, NULL, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(first + i * stride);
    const void* data = NULL;
    OK(duramen_tensor_data_const(entry->tensor, &data, ERROR));
    for (k = 0; k < entry->nbytes; ++k)
      hash = (hash ^ ((const unsigned char*)data)[k]) * 1099511628211u;
  }
  duramen_listing_release(listing);
  duramen_state_dict_release(dict);
  return hash;
}

/* ---- what makes something new stops -------------------------------------------------------- */

static void stops_operators(struct host* host) {
  const int64_t dims[1] = {0};
  duramen_tensor *x = filled(host->context, 1), *out = NULL;
  host_arm(host, 1);
  FAILS(DURAMEN_E_CANCELLED, duramen_exp(host->context, x, &out, ERROR));
  CHECK(out == NULL && host->jobs == 1);
  host_arm(host, 1);
  FAILS(DURAMEN_E_CANCELLED, duramen_matmul(host->context, x, x, &out, ERROR));
  CHECK(out == NULL && host->jobs == 1);
  host_arm(host, 1);
  FAILS(DURAMEN_E_CANCELLED, duramen_sum(host->context, x, dims, 1, 0, &out, ERROR));
  CHECK(out == NULL && host->jobs == 1);
  CHECK(host_disarm(host));
  OK(duramen_exp(host->context, x, &out, ERROR));
  duramen_tensor_release(out);
  duramen_tensor_release(x);
}

static const char kDeep[] =
    "Sequential(Linear(512, 512), Linear(512, 512), Linear(512, 512), Linear(512, 512))";

static void stops_forward(struct host* host) {
  duramen_module* module = new_module(host->context, kDeep);
  duramen_tensor *x = filled(host->context, 1), *out = NULL;
  const uint64_t before = hash_of(module);
  int whole;
  host_arm(host, 0);
  OK(duramen_module_forward(host->context, module, x, &out, ERROR));
  duramen_tensor_release(out);
  whole = host->jobs;
  out = NULL;
  host_arm(host, 2);
  FAILS(DURAMEN_E_CANCELLED, duramen_module_forward(host->context, module, x, &out, ERROR));
  CHECK(out == NULL && host->jobs == 2 && whole > 2);
  CHECK(host_disarm(host));
  CHECK(hash_of(module) == before);
  duramen_tensor_release(x);
  duramen_module_release(module);
}

/* The running statistics and their counter: all of a batch or nothing. */
static void stops_batch_norm(struct host* host) {
  duramen_module* module = new_module(host->context, "BatchNorm1d(512)");
  duramen_tensor *x = filled(host->context, 3), *out = NULL;
  const uint64_t before = hash_of(module);
  host_arm(host, 1);
  FAILS(DURAMEN_E_CANCELLED, duramen_module_forward(host->context, module, x, &out, ERROR));
  CHECK(host_disarm(host) && out == NULL);
  CHECK(hash_of(module) == before);
  OK(duramen_module_forward(host->context, module, x, &out, ERROR));
  CHECK(hash_of(module) != before);
  duramen_tensor_release(out);
  duramen_tensor_release(x);
  duramen_module_release(module);
}

static void stops_conversion(struct host* host) {
  duramen_module* module = new_module(host->context, kDeep);
  const uint64_t before = hash_of(module);
  host_arm(host, 3);
  FAILS(DURAMEN_E_CANCELLED,
        duramen_module_to_dtype(host->context, module, DURAMEN_DTYPE_FLOAT64, ERROR));
  CHECK(host_disarm(host) && host->jobs == 3);
  CHECK(hash_of(module) == before);
  duramen_module_release(module);
}

static duramen_tensor* loss_of(struct host* host, duramen_module* module, duramen_tensor* input) {
  duramen_tensor *out = NULL, *loss = NULL;
  OK(duramen_module_forward(host->context, module, input, &out, ERROR));
  OK(duramen_sum(host->context, out, NULL, 0, 0, &loss, ERROR));
  duramen_tensor_release(out);
  return loss;
}

static duramen_tensor* parameter_of(const duramen_module* module, const char* path) {
  duramen_tensor* parameter = NULL;
  OK(duramen_module_get_parameter(module, path, SIZE_MAX, &parameter, ERROR));
  return parameter;
}

static int has_gradient(const duramen_module* module, const char* path) {
  duramen_tensor *parameter = parameter_of(module, path), *grad = NULL;
  OK(duramen_tensor_grad(parameter, &grad, ERROR));
  duramen_tensor_release(grad);
  duramen_tensor_release(parameter);
  return grad != NULL;
}

static void stops_backward(struct host* host) {
  duramen_module* module = new_module(host->context, kDeep);
  duramen_tensor *x = filled(host->context, 1), *loss = loss_of(host, module, x);
  host_arm(host, 4);
  FAILS(DURAMEN_E_CANCELLED, duramen_tensor_backward(host->context, loss, NULL, NULL, ERROR));
  CHECK(host_disarm(host) && host->jobs == 4);
  CHECK(!has_gradient(module, "0.weight") && !has_gradient(module, "3.weight"));
  duramen_tensor_release(loss);
  loss = loss_of(host, module, x);
  OK(duramen_tensor_backward(host->context, loss, NULL, NULL, ERROR));
  CHECK(has_gradient(module, "0.weight") && has_gradient(module, "3.weight"));
  duramen_tensor_release(loss);
  duramen_tensor_release(x);
  duramen_module_release(module);
}

/* ---- what changes the caller's data runs through ------------------------------------------- */

static void copies_through(struct host* host) {
  duramen_tensor *target = filled(host->context, 1), *source = filled(host->context, 2);
  host_arm(host, 1);
  OK(duramen_tensor_copy_from(host->context, target, source, ERROR));
  CHECK(host_disarm(host) && all_are(target, 2));
  duramen_tensor_release(source);
  duramen_tensor_release(target);
}

static void writes_over_through(struct host* host) {
  duramen_module* module = new_module(host->context, "ReLU(inplace=True)");
  duramen_tensor *x = filled(host->context, -1), *out = NULL;
  host_arm(host, 2);
  OK(duramen_module_forward(host->context, module, x, &out, ERROR));
  CHECK(host_disarm(host) && all_are(x, 0));
  duramen_tensor_release(out);
  duramen_tensor_release(x);
  duramen_module_release(module);
}

static void loads_through(struct host* host) {
  duramen_module* from = new_module(host->context, kDeep);
  duramen_module* to = new_module(host->context, kDeep);
  duramen_state_dict* dict = state_of(from);
  const uint64_t before = hash_of(to);
  duramen_context_cancel(host->context);
  FAILS(DURAMEN_E_CANCELLED,
        duramen_module_load_state_dict(host->context, to, dict, NULL, NULL, ERROR));
  CHECK(hash_of(to) == before);
  host_arm(host, 2);
  OK(duramen_module_load_state_dict(host->context, to, dict, NULL, NULL, ERROR));
  CHECK(host_disarm(host) && host->jobs == 4);
  CHECK(hash_of(to) == hash_of(from));
  duramen_state_dict_release(dict);
  duramen_module_release(to);
  duramen_module_release(from);
}

static duramen_tensor* new_parameter(struct host* host) {
  duramen_tensor *data = filled(host->context, 3), *grad = filled(host->context, 1), *out = NULL;
  OK(duramen_parameter_create(data, 1, &out, ERROR));
  OK(duramen_tensor_set_grad(out, grad, ERROR));
  duramen_tensor_release(grad);
  duramen_tensor_release(data);
  return out;
}

static void steps_through(struct host* host) {
  duramen_tensor* parameters[2];
  duramen_optimizer* optimizer = NULL;
  parameters[0] = new_parameter(host);
  parameters[1] = new_parameter(host);
  OK(duramen_optimizer_from_text(host->context, "SGD(lr=1, momentum=0.5)", SIZE_MAX, parameters, 2,
                                 &optimizer, ERROR));
  duramen_context_cancel(host->context);
  FAILS(DURAMEN_E_CANCELLED, duramen_optimizer_step(host->context, optimizer, ERROR));
  CHECK(all_are(parameters[0], 3) && all_are(parameters[1], 3));
  host_arm(host, 1);
  OK(duramen_optimizer_step(host->context, optimizer, ERROR));
  CHECK(host_disarm(host) && host->jobs == 2);
  CHECK(all_are(parameters[0], 2) && all_are(parameters[1], 2));
  duramen_optimizer_release(optimizer);
  duramen_tensor_release(parameters[1]);
  duramen_tensor_release(parameters[0]);
}

/* Gradients that are there are added to: in all leaves or in none. */
static void accumulates_through(struct host* host) {
  duramen_tensor *a = new_parameter(host), *b = new_parameter(host);
  duramen_tensor *ones = filled(host->context, 1), *sum = NULL, *grad = NULL;
  OK(duramen_add(host->context, a, b, &sum, ERROR));
  host_arm(host, 1);
  OK(duramen_tensor_backward(host->context, sum, ones, NULL, ERROR));
  CHECK(host_disarm(host) && host->jobs == 2);
  OK(duramen_tensor_grad(a, &grad, ERROR));
  CHECK(all_are(grad, 2));
  duramen_tensor_release(grad);
  OK(duramen_tensor_grad(b, &grad, ERROR));
  CHECK(all_are(grad, 2));
  duramen_tensor_release(grad);
  duramen_tensor_release(sum);
  duramen_tensor_release(ones);
  duramen_tensor_release(b);
  duramen_tensor_release(a);
}

/* ---- work that is no job of the pool, cancelled from another thread ------------------------ */

static void* cancel_soon(void* context) {
  const struct timespec pause = {0, 5000000};
  nanosleep(&pause, NULL);
  duramen_context_cancel(context);
  return NULL;
}

static void generator_state(duramen_context* context, uint8_t* out) {
  size_t count = 0;
  OK(duramen_context_generator_state(context, out, 5056, &count, ERROR));
}

/* Nothing is built, and nothing was drawn. */
static void stops_initialisation(duramen_context* context) {
  uint8_t before[5056], after[5056];
  pthread_t thread;
  duramen_module* module = NULL;
  generator_state(context, before);
  CHECK(pthread_create(&thread, NULL, cancel_soon, context) == 0);
  FAILS(DURAMEN_E_CANCELLED,
        duramen_module_from_text(context, "Sequential(Linear(9, 9), Linear(6000, 6000))", SIZE_MAX,
                                 &module, ERROR));
  CHECK(pthread_join(thread, NULL) == 0 && module == NULL);
  duramen_context_reset_cancel(context);
  generator_state(context, after);
  CHECK(memcmp(before, after, sizeof before) == 0);
}

static void stops_large_product(duramen_context* context) {
  const int64_t shape[2] = {3072, 3072};
  pthread_t thread;
  duramen_tensor *x = NULL, *out = NULL;
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 2, 1, &x, ERROR));
  CHECK(pthread_create(&thread, NULL, cancel_soon, context) == 0);
  FAILS(DURAMEN_E_CANCELLED, duramen_matmul(context, x, x, &out, ERROR));
  CHECK(pthread_join(thread, NULL) == 0 && out == NULL);
  duramen_context_reset_cancel(context);
  duramen_tensor_release(x);
}

int main(void) {
  struct host host;
  host_begin(&host);
  stops_operators(&host);
  stops_forward(&host);
  stops_batch_norm(&host);
  stops_conversion(&host);
  stops_backward(&host);
  copies_through(&host);
  writes_over_through(&host);
  loads_through(&host);
  steps_through(&host);
  accumulates_through(&host);
  stops_initialisation(host.context);
  stops_large_product(host.context);
  duramen_context_release(host.context);
  return finish();
}
