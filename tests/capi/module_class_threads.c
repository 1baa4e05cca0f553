/* A module of the caller's own, with a hook of calls, in eval mode on several threads, each with a
 * context of its own; and `destroy`, which comes on the thread of the last release. */
#include <pthread.h>

#include "check.h"

enum { kThreads = 4, kRounds = 200 };

struct user {
  long hooked;
  long forwards;
  long printed;
  int destroyed;
  pthread_t destroyed_on;
};

static int32_t forward(void* user, duramen_context* context, duramen_module* module,
                       const duramen_value* arguments, const duramen_value* keywords,
                       duramen_value** out, duramen_error** error) {
  struct user* own = user;
  duramen_module* child = NULL;
  duramen_status status = duramen_module_get_submodule(module, "child", SIZE_MAX, &child, error);
  if (!status) status = duramen_module_call(context, child, arguments, keywords, out, error);
  duramen_module_release(child);
  __atomic_add_fetch(&own->forwards, 1, __ATOMIC_RELAXED);
  return status;
}

static int32_t after_forward(void* user, duramen_context* context, duramen_module* module,
                             const duramen_value* arguments, const duramen_value* keywords,
                             const duramen_value* output, duramen_value** replacement,
                             duramen_error** error) {
  struct user* own = user;
  (void)context;
  (void)module;
  (void)arguments;
  (void)keywords;
  (void)output;
  (void)replacement;
  (void)error;
  __atomic_add_fetch(&own->hooked, 1, __ATOMIC_RELAXED);
  return 0;
}

static int32_t extra_repr(void* user, const duramen_module* module, duramen_string** out,
                          duramen_error** error) {
  struct user* own = user;
  (void)module;
  __atomic_add_fetch(&own->printed, 1, __ATOMIC_RELAXED);
  return duramen_string_create("shared", SIZE_MAX, out, error);
}

static int32_t get_extra_state(void* user, const duramen_module* module, duramen_value** out,
                               duramen_error** error) {
  (void)user;
  (void)module;
  return duramen_value_create_int(1, out, error);
}

static void destroy(void* user) {
  struct user* own = user;
  ++own->destroyed;
  own->destroyed_on = pthread_self();
}

static duramen_module* new_shared(duramen_context* context, struct user* user) {
  duramen_module_class type;
  duramen_call_hook hook = {0};
  uint64_t id = 0;
  duramen_module *module = NULL, *child = new_module(context, "Linear(2, 2)");
  memset(&type, 0, sizeof type);
  memset(user, 0, sizeof *user);
  type.struct_size = sizeof type;
  type.name = "Shared";
  type.name_length = SIZE_MAX;
  type.forward = forward;
  type.extra_repr = extra_repr;
  type.get_extra_state = get_extra_state;
  type.destroy = destroy;
  OK(duramen_module_create_custom(context, &type, user, &module, ERROR));
  OK(duramen_module_register_child(module, "child", SIZE_MAX, child, ERROR));
  OK(duramen_module_train(module, 0, ERROR));
  hook.struct_size = sizeof hook;
  hook.after_forward = after_forward;
  hook.user = user;
  OK(duramen_module_add_call_hook(child, &hook, &id, ERROR));
  duramen_module_release(child);
  return module;
}

struct job {
  duramen_module* module;
  duramen_context* context;
  duramen_tensor* x;
};

/* The slot for errors is the main thread's. */
static void* use(void* user) {
  const struct job* job = user;
  int i;
  for (i = 0; i < kRounds; ++i) {
    duramen_tensor* y = NULL;
    duramen_string* text = NULL;
    duramen_state_dict* dict = NULL;
    OK(duramen_module_forward(job->context, job->module, job->x, &y, NULL));
    OK(duramen_module_repr(job->module, &text, NULL));
    OK(duramen_module_state_dict(job->module, NULL, 0, 0, &dict, NULL));
    duramen_state_dict_release(dict);
    duramen_string_release(text);
    duramen_tensor_release(y);
  }
  return NULL;
}

static void* release(void* module) {
  duramen_module_release(module);
  return NULL;
}

int main(void) {
  duramen_context* context = new_context();
  struct user user;
  duramen_module* module = new_shared(context, &user);
  static const float kValues[2] = {1, 2};
  static const int64_t kShape[2] = {1, 2};
  struct job jobs[kThreads];
  pthread_t threads[kThreads];
  int i;
  for (i = 0; i < kThreads; ++i) {
    jobs[i].module = module;
    jobs[i].context = new_context();
    jobs[i].x = new_tensor(jobs[i].context, kValues, 2, kShape);
  }
  for (i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, use, &jobs[i]) == 0);
  for (i = 0; i < kThreads; ++i) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    duramen_tensor_release(jobs[i].x);
    duramen_context_release(jobs[i].context);
  }
  CHECK(user.hooked == kThreads * kRounds);
  CHECK(user.forwards == kThreads * kRounds && user.printed == kThreads * kRounds);
  CHECK(user.destroyed == 0);
  CHECK(pthread_create(&threads[0], NULL, release, module) == 0);
  CHECK(pthread_join(threads[0], NULL) == 0);
  CHECK(user.destroyed == 1 && pthread_equal(user.destroyed_on, threads[0]));
  duramen_context_release(context);
  return finish();
}
