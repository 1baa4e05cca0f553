/* Hooks of modules: what they see, what they give, how they fail, how they end. */
#include "check.h"

/* What a hook is told, and what it answers with. */
struct listener {
  char said[4096];
  int32_t answer;    /* the status */
  int with_error;    /* and an error object */
  void* replacement; /* one reference is given each time */
  int bad_kind;      /* the replacement is an object of another kind */
  int destroyed;
};

static void say(struct listener* listener, const char* what, const char* name, size_t length) {
  CHECK(name == NULL || strlen(name) == length);
  strncat(listener->said, what, 100);
  strncat(listener->said, name ? name : "", 100);
  strcat(listener->said, ";");
}

static int32_t answer(const struct listener* listener, duramen_error** error) {
  if (listener->with_error) {
    OK(duramen_error_create(listener->answer, "not today", SIZE_MAX, error));
  }
  return listener->answer;
}

static int32_t hear_tensor(struct listener* listener, const char* what, const char* name,
                           size_t length, duramen_tensor* tensor, duramen_tensor** replacement,
                           duramen_error** error) {
  say(listener, what, name, length);
  if (tensor == NULL) say(listener, "None", NULL, 0);
  CHECK(*replacement == NULL);
  if (listener->bad_kind) {
    *replacement = (duramen_tensor*)(void*)duramen_module_retain(listener->replacement);
  } else if (listener->replacement) {
    *replacement = duramen_tensor_retain(listener->replacement);
  }
  return answer(listener, error);
}

static int32_t on_parameter(void* user, duramen_module* module, const char* name, size_t length,
                            duramen_tensor* tensor, duramen_tensor** replacement,
                            duramen_error** error) {
  CHECK(duramen_module_class_name(module, NULL) != NULL);
  return hear_tensor(user, "parameter ", name, length, tensor, replacement, error);
}

static int32_t on_buffer(void* user, duramen_module* module, const char* name, size_t length,
                         duramen_tensor* tensor, duramen_tensor** replacement,
                         duramen_error** error) {
  (void)module;
  return hear_tensor(user, "buffer ", name, length, tensor, replacement, error);
}

static int32_t on_child(void* user, duramen_module* module, const char* name, size_t length,
                        duramen_module* child, duramen_module** replacement,
                        duramen_error** error) {
  struct listener* listener = user;
  (void)module;
  say(listener, child ? "child " : "no child ", name, length);
  if (listener->replacement) *replacement = duramen_module_retain(listener->replacement);
  return answer(listener, error);
}

static int32_t on_before_state(void* user, const duramen_module* module, const char* prefix,
                               size_t length, uint64_t flags, duramen_error** error) {
  (void)module;
  say(user, flags == DURAMEN_STATE_KEEP_VARS ? "before keeping " : "before ", prefix, length);
  return answer(user, error);
}

/* The key of the module's weight goes, another comes. */
static int32_t on_after_state(void* user, const duramen_module* module, duramen_state_dict* dict,
                              const char* prefix, size_t length, duramen_error** error) {
  char key[200];
  duramen_tensor* weight = NULL;
  int64_t version = 0;
  (void)module;
  say(user, "after ", prefix, length);
  sprintf(key, "%sweight", prefix);
  OK(duramen_state_dict_get_tensor(dict, key, SIZE_MAX, &weight, ERROR));
  OK(duramen_state_dict_remove(dict, key, SIZE_MAX, ERROR));
  sprintf(key, "%skernel", prefix);
  OK(duramen_state_dict_set_tensor(dict, key, SIZE_MAX, weight, ERROR));
  OK(duramen_state_dict_version(dict, "fc", SIZE_MAX, &version, ERROR));
  CHECK(version == 1);
  duramen_tensor_release(weight);
  return answer(user, error);
}

static duramen_load_notes* kept_notes;

/* The other way. */
static int32_t on_before_load(void* user, duramen_module* module, duramen_state_dict* dict,
                              const char* prefix, size_t length, duramen_load_notes* notes,
                              duramen_error** error) {
  char key[200];
  duramen_tensor* weight = NULL;
  (void)module;
  say(user, "load ", prefix, length);
  CHECK(duramen_state_dict_count(dict) == 2);
  sprintf(key, "%skernel", prefix);
  OK(duramen_state_dict_get_tensor(dict, key, SIZE_MAX, &weight, ERROR));
  OK(duramen_state_dict_remove(dict, key, SIZE_MAX, ERROR));
  sprintf(key, "%sweight", prefix);
  OK(duramen_state_dict_set_tensor(dict, key, SIZE_MAX, weight, ERROR));
  duramen_tensor_release(weight);
  OK(duramen_load_notes_add(notes, DURAMEN_LOAD_ITEM_MISSING, "nothing", SIZE_MAX, ERROR));
  return answer(user, error);
}

static int32_t on_after_load(void* user, duramen_module* module, const char* prefix, size_t length,
                             duramen_load_notes* notes, duramen_error** error) {
  duramen_string_list* names = NULL;
  (void)module;
  say(user, "loaded ", prefix, length);
  OK(duramen_load_notes_list(notes, DURAMEN_LOAD_ITEM_MISSING, &names, ERROR));
  CHECK(duramen_string_list_count(names) == 1);
  TEXT("nothing", duramen_string_list_item(names, 0, NULL));
  duramen_string_list_release(names);
  OK(duramen_load_notes_remove(notes, DURAMEN_LOAD_ITEM_MISSING, "nothing", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_load_notes_remove(notes, DURAMEN_LOAD_ITEM_MISSING, "nothing", SIZE_MAX, ERROR));
  OK(duramen_load_notes_add(notes, DURAMEN_LOAD_ITEM_FAILED, "a line", SIZE_MAX, ERROR));
  OK(duramen_load_notes_clear(notes, DURAMEN_LOAD_ITEM_FAILED, ERROR));
  duramen_load_notes_release(kept_notes);
  kept_notes = duramen_load_notes_retain(notes);
  return answer(user, error);
}

static void let_go(void* user) { ++((struct listener*)user)->destroyed; }
static duramen_module_hook hook_of(struct listener* listener) {
  duramen_module_hook hook = {0};
  memset(listener, 0, sizeof *listener);
  hook.struct_size = sizeof hook;
  hook.user = listener;
  hook.destroy = let_go;
  return hook;
}

/* Linear as "fc" in a plain module. */
static duramen_module* new_net(duramen_context* context, duramen_module** fc) {
  duramen_module* net = new_module(context, "Module()");
  *fc = new_module(context, "Linear(1, 1)");
  OK(duramen_module_register_child(net, "fc", SIZE_MAX, *fc, ERROR));
  return net;
}

static duramen_tensor* new_parameter(duramen_context* context, float value) {
  static const int64_t kShape[1] = {1};
  duramen_tensor *plain = new_tensor(context, &value, 1, kShape), *parameter = NULL;
  OK(duramen_parameter_create(plain, 1, &parameter, ERROR));
  duramen_tensor_release(plain);
  return parameter;
}

static duramen_tensor* parameter_of(const duramen_module* module, const char* path) {
  duramen_tensor* tensor = NULL;
  OK(duramen_module_get_parameter(module, path, SIZE_MAX, &tensor, ERROR));
  duramen_tensor_release(tensor); /* the module has it */
  return tensor;
}

static void registrations(duramen_context* context) {
  struct listener listener;
  duramen_module_hook hook = hook_of(&listener);
  duramen_module *fc = NULL, *net = new_net(context, &fc), *child = NULL, *other = NULL;
  duramen_tensor *p = new_parameter(context, 1), *q = new_parameter(context, 2), *plain = NULL;
  uint64_t id = 0;
  child = new_module(context, "ReLU()");
  hook.register_parameter = on_parameter;
  hook.register_buffer = on_buffer;
  OK(duramen_module_add_hook(net, &hook, &id, ERROR));
  CHECK(id != 0);
  OK(duramen_module_register_parameter(net, "p", SIZE_MAX, p, ERROR));
  OK(duramen_module_register_parameter(fc, "none", SIZE_MAX, NULL, ERROR));
  OK(duramen_module_register_buffer(fc, "b", SIZE_MAX, NULL, 1, ERROR));
  OK(duramen_module_register_child(net, "c", SIZE_MAX, child, ERROR));
  OK(duramen_module_assign_tensor(child, "late", SIZE_MAX, q, ERROR));
  TEXT("parameter p;buffer b;None;parameter late;", listener.said);
  listener.replacement = q;
  OK(duramen_module_register_parameter(fc, "weight", SIZE_MAX, p, ERROR));
  CHECK(parameter_of(fc, "weight") == q);

  OK(duramen_tensor_detach(context, p, &plain, ERROR));
  listener.replacement = plain;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_register_parameter(fc, "bias", SIZE_MAX, p, ERROR));
  TEXT("TypeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  CHECK(parameter_of(fc, "bias") != p);
  listener.replacement = child;
  listener.bad_kind = 1;
  FAILS(DURAMEN_E_BAD_HANDLE, duramen_module_register_parameter(fc, "x", SIZE_MAX, p, ERROR));
  duramen_module_release(child); /* what is no tensor was not taken */
  OK(duramen_module_remove_hook(net, id, ERROR));
  CHECK(listener.destroyed == 1);
  FAILS(DURAMEN_E_NOT_FOUND, duramen_module_remove_hook(net, id, ERROR));

  hook = hook_of(&listener);
  hook.register_child = on_child;
  OK(duramen_module_add_hook(net, &hook, &id, ERROR));
  listener.replacement = child;
  OK(duramen_module_register_child(net, "n", SIZE_MAX, NULL, ERROR));
  OK(duramen_module_assign_module(net, "n", SIZE_MAX, fc, ERROR));
  TEXT("no child n;child n;", listener.said);
  OK(duramen_module_get_submodule(net, "n", SIZE_MAX, &other, ERROR));
  CHECK(other == child);
  duramen_tensor_release(plain);
  duramen_tensor_release(q);
  duramen_tensor_release(p);
  duramen_module_release(other);
  duramen_module_release(child);
  duramen_module_release(fc);
  CHECK(listener.destroyed == 0);
  duramen_module_release(net);
  CHECK(listener.destroyed == 1);
}

static void failures(duramen_context* context) {
  struct listener listener;
  duramen_module_hook hook = hook_of(&listener);
  duramen_module *fc = NULL, *net = new_net(context, &fc);
  duramen_tensor* p = new_parameter(context, 1);
  uint64_t id = 7;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_add_hook(net, &hook, &id, ERROR));
  CHECK(id == 0);
  hook.register_parameter = on_parameter;
  hook.reserved = 1;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_add_hook(net, &hook, &id, ERROR));
  hook.reserved = 0;
  hook.struct_size = 8;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_add_hook(net, &hook, &id, ERROR));
  CHECK(listener.destroyed == 0);
  hook.struct_size = sizeof hook;
  OK(duramen_module_add_hook(net, &hook, &id, ERROR));
  listener.answer = -2000;
  FAILS(-2000, duramen_module_register_parameter(fc, "p", SIZE_MAX, p, ERROR));
  TEXT("register_parameter: stopped by the register_parameter hook of Linear",
       duramen_error_message(last_error(), NULL));
  listener.with_error = 1;
  listener.replacement = p; /* is released */
  FAILS(-2000, duramen_module_register_parameter(fc, "p", SIZE_MAX, p, ERROR));
  TEXT("not today", duramen_error_message(last_error(), NULL));
  listener.with_error = 0;
  listener.answer = 5;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_register_parameter(fc, "p", SIZE_MAX, p, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_module_remove(fc, "p", SIZE_MAX, ERROR));
  duramen_tensor_release(p);
  duramen_module_release(fc);
  duramen_module_release(net);
  CHECK(listener.destroyed == 1);
}

static void states(duramen_context* context) {
  struct listener listener;
  duramen_module_hook hook = hook_of(&listener);
  duramen_module *fc = NULL, *net = new_net(context, &fc);
  duramen_state_dict *dict = NULL, *all = NULL;
  duramen_string_list* names = NULL;
  duramen_load_report* report = NULL;
  uint64_t id = 0;
  hook.before_state_dict = on_before_state;
  hook.after_state_dict = on_after_state;
  hook.before_load = on_before_load;
  hook.after_load = on_after_load;
  OK(duramen_module_add_hook(fc, &hook, &id, ERROR));
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
  TEXT("before fc.;after fc.;", listener.said);
  OK(duramen_module_match(net, dict, NULL, &report, ERROR));
  CHECK(duramen_load_report_loaded(report) == 2 && duramen_load_report_count(report, 0) == 0);
  OK(duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  TEXT("before fc.;after fc.;load fc.;loaded fc.;load fc.;loaded fc.;", listener.said);
  FAILS(DURAMEN_E_STATE,
        duramen_load_notes_list(kept_notes, DURAMEN_LOAD_ITEM_MISSING, &names, ERROR));
  CHECK(names == NULL);
  FAILS(DURAMEN_E_STATE, duramen_load_notes_clear(kept_notes, DURAMEN_LOAD_ITEM_MISSING, ERROR));
  duramen_load_notes_release(kept_notes);
  kept_notes = NULL;

  listener.answer = -2000;
  listener.said[0] = '\0';
  FAILS(-2000, duramen_module_state_dict(net, NULL, 0, DURAMEN_STATE_KEEP_VARS, &all, ERROR));
  CHECK(all == NULL);
  FAILS(-2000, duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  TEXT("load_state_dict: stopped by the before_load hook of Linear",
       duramen_error_message(last_error(), NULL));
  TEXT("before keeping fc.;load fc.;", listener.said);
  OK(duramen_state_dict_create(&all, ERROR));
  OK(duramen_state_dict_set_version(all, "", 0, 3, ERROR));
  FAILS(-2000, duramen_module_add_state_dict(net, all, "a.", SIZE_MAX, 0, ERROR));
  CHECK(duramen_state_dict_count(all) == 0);
  listener.answer = 0;
  duramen_load_report_release(report);
  duramen_state_dict_release(all);
  duramen_state_dict_release(dict);
  duramen_module_release(fc);
  duramen_module_release(net);
  CHECK(listener.destroyed == 1);
}

static void destinations(duramen_context* context) {
  static const char* const kNames[] = {"x", "anet.fc.weight", "anet.fc.bias", "b.weight", "b.bias"};
  duramen_module *fc = NULL, *inner = new_net(context, &fc), *net = new_module(context, "Module()");
  duramen_state_dict* all = NULL;
  duramen_listing* listing = NULL;
  const duramen_entry* entries;
  int64_t version = 0;
  size_t count = 0, stride = 0, i;
  OK(duramen_module_register_child(net, "net", SIZE_MAX, inner, ERROR));
  OK(duramen_state_dict_create(&all, ERROR));
  OK(duramen_state_dict_set_tensor(all, "x", SIZE_MAX, parameter_of(fc, "bias"), ERROR));
  OK(duramen_module_add_state_dict(net, all, "a", SIZE_MAX, 0, ERROR));
  CHECK(duramen_state_dict_has_versions(all) == 0);
  OK(duramen_state_dict_set_version(all, "", 0, 3, ERROR));
  OK(duramen_module_add_state_dict(fc, all, "b.", SIZE_MAX, 0, ERROR));
  OK(duramen_state_dict_version(all, "b", SIZE_MAX, &version, ERROR));
  CHECK(version == 1);
  OK(duramen_state_dict_version(all, "", SIZE_MAX, &version, ERROR));
  CHECK(version == 3);
  OK(duramen_state_dict_list(all, NULL, &listing, ERROR));
  entries = duramen_listing_entries(listing, &count, &stride);
  CHECK(count == COUNT_OF(kNames));
  for (i = 0; i < count && i < COUNT_OF(kNames); ++i) TEXT(kNames[i], entries[i].name);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_add_state_dict(fc, all, "b.", SIZE_MAX, 64, ERROR));
  duramen_listing_release(listing);
  duramen_state_dict_release(all);
  duramen_module_release(net);
  duramen_module_release(inner);
  duramen_module_release(fc);
}

static void copies(duramen_context* context) {
  struct listener listener;
  duramen_module_hook hook = hook_of(&listener);
  duramen_module *fc = NULL, *net = new_net(context, &fc), *copy = NULL, *below = NULL;
  uint64_t id = 0;
  hook.register_buffer = on_buffer;
  OK(duramen_module_add_hook(net, &hook, &id, ERROR));
  OK(duramen_module_deepcopy(context, net, &copy, ERROR));
  OK(duramen_module_get_submodule(copy, "fc", SIZE_MAX, &below, ERROR));
  duramen_module_release(net);
  OK(duramen_module_register_buffer(fc, "a", SIZE_MAX, NULL, 1, ERROR));
  OK(duramen_module_register_buffer(below, "b", SIZE_MAX, NULL, 1, ERROR));
  TEXT("buffer b;None;", listener.said);
  CHECK(listener.destroyed == 0);
  OK(duramen_module_remove_hook(copy, id, ERROR));
  CHECK(listener.destroyed == 1);
  duramen_module_release(below);
  duramen_module_release(copy);
  duramen_module_release(fc);
}

/* A hook that uses the library in every way on the module that it is called for. */
static int32_t meddle(void* user, duramen_module* module, duramen_state_dict* dict,
                      const char* prefix, size_t length, duramen_load_notes* notes,
                      duramen_error** error) {
  duramen_context* context = user;
  duramen_module_hook other = {0};
  struct listener unused;
  duramen_listing* listing = NULL;
  duramen_state_dict* state = NULL;
  uint64_t id = 0;
  (void)prefix;
  (void)length;
  (void)notes;
  OK(duramen_module_list(module, NULL, &listing, ERROR));
  OK(duramen_module_state_dict(module, NULL, 0, 0, &state, ERROR));
  other = hook_of(&unused);
  other.before_load = on_before_load;
  other.destroy = NULL;
  OK(duramen_module_add_hook(module, &other, &id, ERROR));
  OK(duramen_module_remove_hook(module, id, ERROR));
  OK(duramen_module_to_dtype(context, module, DURAMEN_DTYPE_FLOAT64, ERROR));
  duramen_state_dict_release(state);
  duramen_listing_release(listing);
  return duramen_module_load_state_dict(context, module, dict, NULL, NULL, error);
}

static void re_entry(duramen_context* context) {
  duramen_module_hook hook = {0};
  duramen_module* net = new_module(context, "Linear(1, 1)");
  duramen_state_dict *live = NULL, *dict = NULL;
  uint64_t id = 0;
  hook.struct_size = sizeof hook;
  hook.before_load = meddle;
  hook.user = context;
  OK(duramen_module_state_dict(net, NULL, 0, 0, &live, ERROR));
  OK(duramen_state_dict_snapshot(context, live, &dict, ERROR));
  OK(duramen_module_add_hook(net, &hook, &id, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  TEXT("RecursionError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  OK(duramen_module_remove_hook(net, id, ERROR));
  duramen_state_dict_release(dict);
  duramen_state_dict_release(live);
  duramen_module_release(net);
}

/* A module of the caller's own. */
struct keeper {
  int64_t state;
  int replaces; /* set_extra_state registers another buffer */
  duramen_tensor* buffer;
};

static int32_t get_state(void* user, const duramen_module* module, duramen_value** out,
                         duramen_error** error) {
  (void)module;
  return duramen_value_create_int(((struct keeper*)user)->state, out, error);
}

static int32_t set_state(void* user, duramen_context* context, duramen_module* module,
                         const duramen_value* state, duramen_error** error) {
  (void)context;
  struct keeper* keeper = user;
  keeper->state = duramen_value_int(state);
  if (!keeper->replaces) return 0;
  return duramen_module_register_buffer(module, "b", SIZE_MAX, keeper->buffer, 1, error);
}

static int32_t clone_keeper(void* user, duramen_context* context, const duramen_module* module,
                            void** out_user, duramen_error** error) {
  CHECK(context && module && *error == NULL);
  *out_user = user;
  return 0;
}

static int32_t count_keys(void* user, duramen_module* module, duramen_state_dict* dict,
                          const char* prefix, size_t length, duramen_load_notes* notes,
                          duramen_error** error) {
  duramen_value* state = NULL;
  (void)module;
  (void)notes;
  (void)error;
  say(user, "load ", prefix, length);
  CHECK(duramen_state_dict_count(dict) == 2);
  OK(duramen_state_dict_get_value(dict, "_extra_state", SIZE_MAX, &state, ERROR));
  duramen_value_release(state);
  return 0;
}

static void own_modules(duramen_context* context) {
  static const float kOne[1] = {1}, kTwo[1] = {2};
  static const int64_t kShape[1] = {1};
  struct listener listener;
  struct keeper keeper = {5, 0, NULL};
  duramen_module_hook hook = hook_of(&listener);
  duramen_module_class type = {0};
  duramen_module *own = NULL, *copy = NULL;
  duramen_tensor* one = new_tensor(context, kOne, 1, kShape);
  duramen_state_dict *dict = NULL, *plain = NULL;
  uint64_t id = 0;
  keeper.buffer = new_tensor(context, kTwo, 1, kShape);
  type.struct_size = sizeof type;
  type.name = "Keeper";
  type.name_length = SIZE_MAX;
  type.get_extra_state = get_state;
  type.set_extra_state = set_state;
  type.clone = clone_keeper;
  OK(duramen_module_create_custom(context, &type, &keeper, &own, ERROR));
  hook.register_buffer = on_buffer;
  hook.before_load = count_keys;
  OK(duramen_module_add_hook(own, &hook, &id, ERROR));
  OK(duramen_module_register_buffer(own, "b", SIZE_MAX, one, 1, ERROR));
  OK(duramen_module_state_dict(own, NULL, 0, 0, &plain, ERROR));
  OK(duramen_state_dict_snapshot(context, plain, &dict, ERROR));
  OK(duramen_module_deepcopy(context, own, &copy, ERROR));
  keeper.state = 6;
  OK(duramen_module_load_state_dict(context, copy, dict, NULL, NULL, ERROR));
  CHECK(keeper.state == 5);
  OK(duramen_module_register_buffer(copy, "c", SIZE_MAX, NULL, 1, ERROR));
  TEXT("buffer b;load ;buffer c;None;", listener.said);

  /* After the hooks nothing may be exchanged any more: the state comes back. */
  keeper.state = 6;
  keeper.replaces = 1;
  FAILS(DURAMEN_E_STATE, duramen_module_load_state_dict(context, own, dict, NULL, NULL, ERROR));
  CHECK(keeper.state == 6);
  duramen_state_dict_release(plain);
  duramen_state_dict_release(dict);
  duramen_module_release(copy);
  duramen_module_release(own);
  CHECK(listener.destroyed == 1);
  duramen_tensor_release(one);
  duramen_tensor_release(keeper.buffer);
}

int main(void) {
  duramen_context* context = new_context();
  registrations(context);
  failures(context);
  states(context);
  destinations(context);
  copies(context);
  re_entry(context);
  own_modules(context);
  error_slot();
  duramen_context_release(context);
  return finish();
}
