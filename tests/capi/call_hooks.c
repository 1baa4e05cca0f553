/* Hooks of calls: what they see, what they give, how they fail, how they end. */
#include "check.h"

/* What a hook is told, and what it answers with. */
struct listener {
  char said[1024];
  int32_t answer;            /* the status */
  duramen_value* value;      /* given anew by before_forward and after_forward, if any */
  duramen_value* dict;       /* keywords given anew */
  duramen_tensor* gradient;  /* given anew by before_backward and after_backward */
  duramen_module* no_tensor; /* given in place of a gradient */
  int destroyed;
};

static double item_of(const duramen_tensor* tensor) {
  double item = 0;
  OK(duramen_tensor_item(tensor, NULL, 0, &item, ERROR));
  return item;
}

static void say(struct listener* listener, const char* what, const duramen_value* value) {
  strcat(listener->said, what);
  if (duramen_value_kind(value) == DURAMEN_VALUE_TENSOR) {
    sprintf(listener->said + strlen(listener->said), " %g", item_of(duramen_value_tensor(value)));
  } else {
    strcat(listener->said, duramen_value_kind(value) == DURAMEN_VALUE_NONE ? " None" : " ...");
  }
  strcat(listener->said, ";");
}

static void say_grads(struct listener* listener, const char* what, duramen_tensor* const* grads,
                      size_t count) {
  size_t i;
  strcat(listener->said, what);
  for (i = 0; i < count; ++i) {
    char* end = listener->said + strlen(listener->said);
    if (grads[i]) {
      sprintf(end, " %g", item_of(grads[i]));
    } else {
      strcpy(end, " None");
    }
  }
  strcat(listener->said, ";");
}

static int32_t on_before(void* user, duramen_context* context, duramen_module* module,
                         const duramen_value* arguments, const duramen_value* keywords,
                         duramen_value** new_tuple, duramen_value** new_dict,
                         duramen_error** error) {
  struct listener* listener = user;
  (void)context;
  (void)error;
  CHECK(duramen_module_class_name(module, NULL) != NULL);
  CHECK(duramen_value_kind(arguments) == DURAMEN_VALUE_TUPLE && keywords == NULL);
  CHECK(*new_tuple == NULL && *new_dict == NULL);
  say(listener, "before", duramen_value_item(arguments, 0));
  *new_tuple = duramen_value_retain(listener->value);
  *new_dict = duramen_value_retain(listener->dict);
  return listener->answer;
}

static int32_t on_after(void* user, duramen_context* context, duramen_module* module,
                        const duramen_value* arguments, const duramen_value* keywords,
                        const duramen_value* output, duramen_value** replacement,
                        duramen_error** error) {
  struct listener* listener = user;
  (void)context;
  (void)module;
  (void)error;
  CHECK(duramen_value_kind(arguments) == DURAMEN_VALUE_TUPLE && keywords == NULL);
  say(listener, "after", output);
  *replacement = duramen_value_retain(listener->value);
  return listener->answer;
}

static void give_gradient(const struct listener* listener, duramen_tensor** replacement) {
  CHECK(*replacement == NULL);
  if (listener->no_tensor) {
    *replacement = (duramen_tensor*)(void*)duramen_module_retain(listener->no_tensor);
  } else {
    *replacement = duramen_tensor_retain(listener->gradient);
  }
}

static int32_t on_output_grads(void* user, duramen_context* context, duramen_module* module,
                               duramen_tensor* const* output_grads, size_t output_count,
                               duramen_tensor** replacements, duramen_error** error) {
  struct listener* listener = user;
  (void)context;
  (void)module;
  (void)error;
  say_grads(listener, "outputs", output_grads, output_count);
  give_gradient(listener, replacements);
  return listener->answer;
}

static int32_t on_input_grads(void* user, duramen_context* context, duramen_module* module,
                              duramen_tensor* const* input_grads, size_t input_count,
                              duramen_tensor* const* output_grads, size_t output_count,
                              duramen_tensor** replacements, duramen_error** error) {
  struct listener* listener = user;
  (void)context;
  (void)module;
  (void)error;
  say_grads(listener, "inputs", input_grads, input_count);
  say_grads(listener, "of", output_grads, output_count);
  give_gradient(listener, replacements);
  return listener->answer;
}

static void let_go(void* user) { ++((struct listener*)user)->destroyed; }
static duramen_call_hook hook_of(struct listener* listener) {
  duramen_call_hook hook = {0};
  memset(listener, 0, sizeof *listener);
  hook.struct_size = sizeof hook;
  hook.user = listener;
  hook.destroy = let_go;
  return hook;
}

static duramen_tensor* scalar(duramen_context* context, float value, int requires_grad) {
  static const int64_t kShape[2] = {1, 1};
  duramen_tensor* out = new_tensor(context, &value, 2, kShape);
  OK(duramen_tensor_set_requires_grad(out, requires_grad, ERROR));
  return out;
}

static duramen_value* value_of(duramen_tensor* tensor) {
  duramen_value* out = NULL;
  OK(duramen_value_create_tensor(tensor, &out, ERROR));
  return out;
}

/* y = 3 x, in a container. */
static duramen_module* new_net(duramen_context* context, duramen_module** layer) {
  duramen_module* net = new_module(context, "Sequential(Linear(1, 1, bias=False))");
  duramen_tensor *plain = scalar(context, 3, 0), *weight = NULL;
  OK(duramen_parameter_create(plain, 1, &weight, ERROR));
  OK(duramen_module_get_submodule(net, "0", SIZE_MAX, layer, ERROR));
  OK(duramen_module_register_parameter(*layer, "weight", SIZE_MAX, weight, ERROR));
  duramen_tensor_release(weight);
  duramen_tensor_release(plain);
  return net;
}

static void order_and_values(duramen_context* context) {
  struct listener inner, outer;
  duramen_call_hook hook = hook_of(&inner);
  duramen_module *layer = NULL, *net = new_net(context, &layer);
  duramen_tensor *x = scalar(context, 2, 1), *y = NULL, *grad = NULL;
  uint64_t id = 0, first = 0;
  hook.before_forward = on_before;
  hook.after_forward = on_after;
  hook.before_backward = on_output_grads;
  hook.after_backward = on_input_grads;
  OK(duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  hook = hook_of(&outer);
  hook.flags = DURAMEN_CALL_HOOK_FIRST;
  hook.after_forward = on_after;
  OK(duramen_module_add_call_hook(layer, &hook, &first, ERROR));
  CHECK(id != first);
  CHECK(duramen_module_has_call_hooks(layer) == 1 && duramen_module_has_call_hooks(net) == 0);
  CHECK(duramen_module_has_call_hooks(NULL) == 0);
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_tensor_backward(context, y, NULL, NULL, ERROR));
  TEXT("before 2;after 6;outputs 1;inputs 3;of 1;", inner.said);
  TEXT("after 6;", outer.said);
  OK(duramen_module_remove_hook(layer, first, ERROR));
  CHECK(outer.destroyed == 1);
  duramen_tensor_release(y);

  inner.said[0] = '\0';
  inner.gradient = scalar(context, 10, 0);
  inner.value = value_of(x); /* of the input, and in place of the output */
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_tensor_backward(context, y, NULL, NULL, ERROR));
  TEXT("before 2;after 6;outputs 1;", inner.said);
  OK(duramen_tensor_grad(x, &grad, ERROR));
  CHECK(item_of(grad) == 3 + 10); /* past the module, whose inputs nothing reached */
  duramen_value_release(inner.value);
  duramen_tensor_release(inner.gradient);
  duramen_tensor_release(grad);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(layer);
  CHECK(inner.destroyed == 0);
  duramen_module_release(net);
  CHECK(inner.destroyed == 1);
}

static void failures(duramen_context* context) {
  struct listener listener;
  duramen_call_hook hook = hook_of(&listener);
  duramen_module *layer = NULL, *net = new_net(context, &layer);
  duramen_tensor *x = scalar(context, 2, 1), *y = NULL;
  uint64_t id = 7;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  CHECK(id == 0);
  hook.before_forward = on_before;
  hook.flags = 64;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  hook.flags = 0;
  hook.struct_size = 8;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  hook.struct_size = sizeof hook;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_add_call_hook(layer, NULL, &id, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_add_call_hook(layer, &hook, NULL, ERROR));
  CHECK(listener.destroyed == 0);

  OK(duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  listener.answer = -2000;
  listener.value = value_of(x); /* is released */
  FAILS(-2000, duramen_module_forward(context, net, x, &y, ERROR));
  TEXT("forward: stopped by the before_forward hook of Linear",
       duramen_error_message(last_error(), NULL));
  listener.answer = 0;
  listener.dict = listener.value;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_forward(context, net, x, &y, ERROR));
  CONTAINS("expected dict, got tensor", duramen_error_message(last_error(), NULL));
  duramen_value_release(listener.value);
  listener.dict = listener.value = NULL;
  OK(duramen_module_remove_hook(layer, id, ERROR));

  hook = hook_of(&listener);
  hook.before_backward = on_output_grads;
  OK(duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  listener.answer = -2000;
  FAILS(-2000, duramen_tensor_backward(context, y, NULL, NULL, ERROR));
  TEXT("backward: stopped by the before_backward hook of Linear",
       duramen_error_message(last_error(), NULL));
  listener.answer = 0;
  listener.no_tensor = net;
  FAILS(DURAMEN_E_BAD_HANDLE, duramen_tensor_backward(context, y, NULL, NULL, ERROR));
  duramen_module_release(net); /* what is no tensor was not taken */
  listener.no_tensor = NULL;
  OK(duramen_tensor_backward(context, y, NULL, NULL, ERROR));
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(layer);
  duramen_module_release(net);
  CHECK(listener.destroyed == 1);
}

/* after_forward hears of a call that failed. */
static void always(duramen_context* context) {
  static const int64_t kShape[1] = {3};
  static const float kValues[3] = {0, 0, 0};
  struct listener listener;
  duramen_call_hook hook = hook_of(&listener);
  duramen_module* layer = new_module(context, "Linear(1, 1)");
  duramen_tensor *x = new_tensor(context, kValues, 1, kShape), *y = NULL;
  uint64_t id = 0;
  hook.flags = DURAMEN_CALL_HOOK_ALWAYS;
  hook.after_forward = on_after;
  OK(duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  listener.answer = -2000;
  FAILS(DURAMEN_E_SHAPE_MISMATCH, duramen_module_forward(context, layer, x, &y, ERROR));
  TEXT("after None;", listener.said);
  duramen_tensor_release(x);
  duramen_module_release(layer);
}

/* A hook that runs its module again, and removes itself. */
struct meddler {
  uint64_t id;
  int runs;
};

static int32_t meddle(void* user, duramen_context* context, duramen_module* module,
                      const duramen_value* arguments, const duramen_value* keywords,
                      const duramen_value* output, duramen_value** replacement,
                      duramen_error** error) {
  struct meddler* meddler = user;
  ++meddler->runs;
  if (meddler->runs == 3) OK(duramen_module_remove_hook(module, meddler->id, ERROR));
  (void)output;
  return duramen_module_call(context, module, arguments, keywords, replacement, error);
}

static int32_t call_again(void* user, duramen_context* context, duramen_module* module,
                          const duramen_value* arguments, const duramen_value* keywords,
                          duramen_value** new_tuple, duramen_value** new_dict,
                          duramen_error** error) {
  duramen_value* output = NULL;
  const duramen_status status =
      duramen_module_call(context, module, arguments, keywords, &output, error);
  (void)user;
  (void)new_tuple;
  (void)new_dict;
  duramen_value_release(output);
  return status;
}

static void re_entry(duramen_context* context) {
  struct meddler meddler = {0, 0};
  duramen_call_hook hook = {0};
  duramen_module *layer = NULL, *net = new_net(context, &layer);
  duramen_tensor *x = scalar(context, 2, 1), *y = NULL;
  uint64_t id = 0;
  hook.struct_size = sizeof hook;
  hook.after_forward = meddle;
  hook.user = &meddler;
  OK(duramen_module_add_call_hook(layer, &hook, &meddler.id, ERROR));
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  CHECK(meddler.runs == 3 && item_of(y) == 6);
  duramen_tensor_release(y);
  hook.after_forward = NULL;
  hook.before_forward = call_again;
  OK(duramen_module_add_call_hook(layer, &hook, &id, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_forward(context, net, x, &y, ERROR));
  TEXT("RecursionError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  duramen_tensor_release(x);
  duramen_module_release(layer);
  duramen_module_release(net);
}

static void copies(duramen_context* context) {
  struct listener listener;
  duramen_call_hook hook = hook_of(&listener);
  duramen_module *layer = NULL, *net = new_net(context, &layer), *copy = NULL;
  duramen_tensor *x = scalar(context, 2, 0), *y = NULL;
  uint64_t id = 0;
  hook.before_forward = on_before;
  OK(duramen_module_add_call_hook(net, &hook, &id, ERROR));
  OK(duramen_module_deepcopy(context, net, &copy, ERROR));
  OK(duramen_module_remove_hook(net, id, ERROR));
  CHECK(listener.destroyed == 0);
  duramen_module_release(layer);
  duramen_module_release(net);
  OK(duramen_module_forward(context, copy, x, &y, ERROR));
  TEXT("before 2;", listener.said);
  OK(duramen_module_remove_hook(copy, id, ERROR));
  CHECK(listener.destroyed == 1);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(copy);
}

int main(void) {
  duramen_context* context = new_context();
  order_and_values(context);
  failures(context);
  always(context);
  re_entry(context);
  copies(context);
  duramen_context_release(context);
  return finish();
}
