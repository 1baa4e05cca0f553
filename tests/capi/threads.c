/* Many readers of one eval module, each with a context of its own; trainings side by side; cancel
 * from another thread. */
#include <pthread.h>

#include "check.h"

enum { kThreads = 4, kRounds = 50 };

static duramen_module* shared;
static const float kValues[8] = {1, -2, 3, -4, 5, -6, 7, -8};
static const int64_t kShape[2] = {2, 4};

/* As new_tensor, without the slot for errors that all checks share. */
static duramen_tensor* read_only_input(duramen_context* context) {
  duramen_import_options options = {0};
  duramen_tensor* tensor = NULL;
  options.struct_size = sizeof options;
  options.mode = DURAMEN_IMPORT_VIEW_CONST;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = 2;
  options.shape = kShape;
  options.data = kValues;
  options.nbytes = sizeof kValues;
  return duramen_tensor_import(context, &options, &tensor, NULL) == DURAMEN_OK ? tensor : NULL;
}

/* Runs on several threads, so it reports by its result instead of by the checks. */
static void* read_module(void* user) {
  double* sum = user;
  int round;
  duramen_context* context = NULL;
  if (duramen_context_create(NULL, &context, NULL) != DURAMEN_OK) return NULL;
  for (round = 0; round < kRounds; ++round) {
    duramen_tensor *input = read_only_input(context), *output = NULL, *total = NULL;
    duramen_state_dict* dict = NULL;
    duramen_listing* listing = NULL;
    double value = 0;
    if (duramen_module_forward(context, shared, input, &output, NULL) != DURAMEN_OK) return NULL;
    if (duramen_sum(context, output, NULL, 0, 0, &total, NULL) != DURAMEN_OK) return NULL;
    if (duramen_tensor_item(total, NULL, 0, &value, NULL) != DURAMEN_OK) return NULL;
    if (duramen_module_list(shared, NULL, &listing, NULL) != DURAMEN_OK) return NULL;
    if (duramen_module_state_dict(shared, NULL, 0, 0, &dict, NULL) != DURAMEN_OK) return NULL;
    if (round > 0 && value != *sum) return NULL;
    *sum = value;
    duramen_state_dict_release(dict);
    duramen_listing_release(listing);
    duramen_tensor_release(total);
    duramen_tensor_release(output);
    duramen_tensor_release(input);
  }
  duramen_context_release(context);
  return user;
}

static void readers(duramen_context* context) {
  pthread_t threads[kThreads];
  double sums[kThreads] = {0};
  int i;
  shared = new_module(context, "Sequential(Linear(4, 8), BatchNorm1d(8), ReLU(), Linear(8, 3))");
  OK(duramen_module_train(shared, 0, ERROR));
  for (i = 0; i < kThreads; ++i)
    CHECK(pthread_create(&threads[i], NULL, read_module, &sums[i]) == 0);
  for (i = 0; i < kThreads; ++i) {
    void* result = NULL;
    CHECK(pthread_join(threads[i], &result) == 0);
    CHECK(result == &sums[i] && sums[i] == sums[0]);
  }
  duramen_module_release(shared);
}

/* A training of its own: context, pool, module, optimizer. Writes the last loss. */
static void* train(void* user) {
  static const int64_t kBatch[2] = {256, 64};
  double* loss_value = user;
  duramen_context_options options = {0};
  duramen_context* context = NULL;
  duramen_module* net;
  duramen_optimizer* optimizer = NULL;
  duramen_tensor *x = NULL, *parameters[2] = {NULL, NULL};
  int step;
  options.struct_size = sizeof options;
  options.num_threads = 2;
  options.seed = 5;
  OK(duramen_context_create(&options, &context, ERROR));
  net = new_module(context, "Linear(64, 300)");
  OK(duramen_module_get_parameter(net, "weight", SIZE_MAX, &parameters[0], ERROR));
  OK(duramen_module_get_parameter(net, "bias", SIZE_MAX, &parameters[1], ERROR));
  OK(duramen_optimizer_from_text(context, "SGD(lr=0.01, momentum=0.9)", SIZE_MAX, parameters, 2,
                                 &optimizer, ERROR));
  OK(duramen_tensor_empty(context, DURAMEN_DTYPE_FLOAT32, kBatch, 2, &x, ERROR));
  OK(duramen_tensor_fill_normal(context, x, 0, 1, ERROR));
  for (step = 0; step < 10; ++step) {
    duramen_tensor *y = NULL, *square = NULL, *loss = NULL;
    OK(duramen_optimizer_zero_grad(optimizer, 1, ERROR));
    OK(duramen_module_forward(context, net, x, &y, ERROR));
    OK(duramen_mul(context, y, y, &square, ERROR));
    OK(duramen_mean(context, square, NULL, 0, 0, &loss, ERROR));
    OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
    OK(duramen_optimizer_step(context, optimizer, ERROR));
    OK(duramen_tensor_item(loss, NULL, 0, loss_value, ERROR));
    duramen_tensor_release(loss);
    duramen_tensor_release(square);
    duramen_tensor_release(y);
  }
  duramen_tensor_release(x);
  duramen_tensor_release(parameters[1]);
  duramen_tensor_release(parameters[0]);
  duramen_optimizer_release(optimizer);
  duramen_module_release(net);
  duramen_context_release(context);
  error_slot();
  return user;
}

/* Two contexts at once, each with a pool: they never see each other. */
static void trainers(void) {
  pthread_t threads[2];
  double alone = 0, losses[2] = {0, 0};
  int i;
  train(&alone);
  for (i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, train, &losses[i]) == 0);
  for (i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(alone > 0 && losses[0] == alone && losses[1] == alone);
}

static void* cancel(void* context) {
  duramen_context_cancel(context);
  return NULL;
}

static void cancelling(duramen_context* context) {
  pthread_t thread;
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  duramen_tensor* out = NULL;
  CHECK(pthread_create(&thread, NULL, cancel, context) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(duramen_context_is_cancelled(context) == 1);
  FAILS(DURAMEN_E_CANCELLED, duramen_relu(context, tensor, &out, ERROR));
  FAILS(DURAMEN_E_CANCELLED, duramen_relu(context, tensor, &out, ERROR));
  CHECK(out == NULL);
  duramen_context_reset_cancel(context);
  OK(duramen_relu(context, tensor, &out, ERROR));
  duramen_tensor_release(out);
  duramen_tensor_release(tensor);
}

/* The last release may happen on another thread. */
static void* release_there(void* tensor) {
  duramen_tensor_release(tensor);
  return NULL;
}

static void released_elsewhere(duramen_context* context) {
  pthread_t thread;
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  CHECK(pthread_create(&thread, NULL, release_there, tensor) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
}

/* The caller's threads in place of the pool: here, none at all. */
static int runs;
static void run_inline(void* user, uint64_t count, duramen_runner_body body, void* body_user) {
  uint64_t i;
  (void)user;
  ++runs;
  for (i = 0; i < count; ++i) body(body_user, i);
}

static void runner(void) {
  duramen_runner own = {0};
  duramen_context_options options = {0};
  duramen_context* context = NULL;
  duramen_tensor *big = NULL, *out = NULL;
  const int64_t shape[2] = {512, 512};
  own.struct_size = sizeof own;
  own.run = run_inline;
  options.struct_size = sizeof options;
  options.num_threads = 4;
  options.runner = &own;
  OK(duramen_context_create(&options, &context, ERROR));
  CHECK(duramen_context_num_threads(context) == 4);
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 2, 1, &big, ERROR));
  OK(duramen_matmul(context, big, big, &out, ERROR));
  duramen_tensor_release(out);
  OK(duramen_exp(context, big, &out, ERROR));
  CHECK(runs > 0);
  duramen_tensor_release(out);
  duramen_tensor_release(big);
  duramen_context_release(context);
}

int main(void) {
  duramen_context* context = new_context();
  readers(context);
  trainers();
  cancelling(context);
  released_elsewhere(context);
  runner();
  duramen_context_release(context);
  return finish();
}
