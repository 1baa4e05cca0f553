/* Callbacks that change what the call that runs them is at work on, and modules that contain
 * themselves: an error or a result, never memory that is gone. */
#include "check.h"

static duramen_context* context;

static duramen_tensor* scalar(float value) { return new_tensor(context, &value, 0, NULL); }

static duramen_state_dict* state_of(const duramen_module* module) {
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  return dict;
}

/* Fills the caller's dict with new names, and takes out those that come later. */
static int32_t DURAMEN_CALL spoil_dict(void* user, duramen_module* module, duramen_state_dict* view,
                                       const char* prefix, size_t prefix_length,
                                       duramen_load_notes* notes, duramen_error** error) {
  duramen_state_dict* dict = user;
  duramen_tensor* one = scalar(1);
  int i;
  (void)module;
  (void)view;
  (void)prefix;
  (void)prefix_length;
  (void)notes;
  (void)error;
  for (i = 0; i < 200; ++i) {
    char name[32];
    snprintf(name, sizeof name, "new.%d", i);
    OK(duramen_state_dict_set_tensor(dict, name, SIZE_MAX, one, ERROR));
  }
  for (i = 0; i < 3; ++i)
    OK(duramen_state_dict_remove(dict,
                                 i == 0   ? "0.bias"
                                 : i == 1 ? "1.weight"
                                          : "1.bias",
                                 SIZE_MAX, ERROR));
  duramen_tensor_release(one);
  return 0;
}

static void hooks(void) {
  duramen_module* module = new_module(context, "Sequential(Linear(2, 2), Linear(2, 2))");
  duramen_module* first = NULL;
  duramen_state_dict *live = state_of(module), *dict = NULL;
  duramen_module_hook hook = {0};
  uint64_t id = 0;
  OK(duramen_state_dict_snapshot(context, live, &dict, ERROR));
  OK(duramen_module_get_submodule(module, "0", SIZE_MAX, &first, ERROR));
  hook.struct_size = sizeof hook;
  hook.before_load = spoil_dict;
  hook.user = dict;
  OK(duramen_module_add_hook(first, &hook, &id, ERROR));
  /* What the dict held when the load began counts. */
  OK(duramen_module_load_state_dict(context, module, dict, NULL, NULL, ERROR));
  CHECK(duramen_state_dict_count(dict) == 4 - 3 + 200);
  duramen_state_dict_release(dict);
  duramen_state_dict_release(live);
  duramen_module_release(first);
  duramen_module_release(module);
}

static int32_t DURAMEN_CALL spoil_names(void* user, const char* name, size_t name_length,
                                        duramen_string** out, duramen_error** error) {
  duramen_state_dict* dict = user;
  duramen_tensor* one = scalar(1);
  int i;
  (void)error;
  for (i = 0; i < 100; ++i) {
    char added[64];
    snprintf(added, sizeof added, "%zu.%d", name_length, i);
    OK(duramen_state_dict_set_tensor(dict, added, SIZE_MAX, one, ERROR));
  }
  OK(duramen_state_dict_remove(dict, name, name_length, ERROR));
  {
    char changed[64];
    snprintf(changed, sizeof changed, "x.%s", name);
    OK(duramen_string_create(changed, SIZE_MAX, out, ERROR));
  }
  duramen_tensor_release(one);
  return 0;
}

static void renames(void) {
  duramen_module* module = new_module(context, "Sequential(Linear(2, 2), Linear(2, 2))");
  duramen_state_dict *dict = state_of(module), *out = NULL;
  duramen_rename_rules* rules = NULL;
  duramen_tensor* bias = NULL;
  duramen_rename_callback callback = {0};
  OK(duramen_rename_rules_create(&rules, ERROR));
  callback.struct_size = sizeof callback;
  callback.name = "spoil";
  callback.name_length = 5;
  callback.rename = spoil_names;
  callback.user = dict;
  OK(duramen_rename_rules_add_callback(rules, &callback, ERROR));
  OK(duramen_state_dict_rename(dict, rules, &out, ERROR));
  CHECK(duramen_state_dict_count(out) == 4);
  OK(duramen_state_dict_get_tensor(out, "x.1.bias", SIZE_MAX, &bias, ERROR));
  duramen_tensor_release(bias);
  duramen_state_dict_release(out);
  duramen_rename_rules_release(rules);
  duramen_state_dict_release(dict);
  duramen_module_release(module);
}

static duramen_tensor* ones(void) {
  static const float kOnes[4] = {1, 1, 1, 1};
  static const int64_t kShape[2] = {2, 2};
  return new_tensor(context, kOnes, 2, kShape);
}

/* A module that runs itself. */
static void cycles(void) {
  duramen_module *parallel = new_module(context, "DataParallel(Linear(2, 2))"), *inner = NULL;
  duramen_module* linear = new_module(context, "Linear(2, 2)");
  duramen_tensor *x = ones(), *y = NULL;
  OK(duramen_module_get_submodule(parallel, "module", SIZE_MAX, &inner, ERROR));
  OK(duramen_module_parametrize(context, inner, "weight", SIZE_MAX, "weight_norm", SIZE_MAX,
                                ERROR));
  OK(duramen_module_forward(context, parallel, x, &y, ERROR));
  duramen_tensor_release(y);
  OK(duramen_module_assign_module(parallel, "module", SIZE_MAX, parallel, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_forward(context, parallel, x, &y, ERROR));
  OK(duramen_module_remove(parallel, "module", SIZE_MAX, ERROR));
  duramen_module_release(inner);
  OK(duramen_module_parametrize(context, linear, "weight", SIZE_MAX, "weight_norm", SIZE_MAX,
                                ERROR));
  OK(duramen_module_get_submodule(linear, "parametrizations.weight", SIZE_MAX, &inner, ERROR));
  OK(duramen_module_register_child(inner, "1", SIZE_MAX, linear, ERROR));
  CHECK(duramen_module_forward(context, linear, x, &y, ERROR) != DURAMEN_OK);
  OK(duramen_module_remove(inner, "1", SIZE_MAX, ERROR));
  OK(duramen_module_forward(context, linear, x, &y, ERROR));
  duramen_tensor_release(y);
  duramen_module_release(inner);
  duramen_module_release(linear);
  duramen_module_release(parallel);
  duramen_tensor_release(x);
}

/* Parts that are missing, and parts whose shape is not known. */
static void incomplete(void) {
  duramen_module *linear = new_module(context, "Linear(2, 2)"), *part = NULL;
  duramen_module* lazy = new_module(context, "LazyLinear(2)");
  duramen_tensor *x = ones(), *y = NULL;
  OK(duramen_module_parametrize(context, linear, "weight", SIZE_MAX, "spectral_norm", SIZE_MAX,
                                ERROR));
  OK(duramen_module_get_submodule(linear, "parametrizations.weight.0", SIZE_MAX, &part, ERROR));
  OK(duramen_module_remove(part, "_u", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_forward(context, linear, x, &y, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_pack(context, lazy, 0, &y, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_parametrize(context, lazy, "weight", SIZE_MAX,
                                                    "weight_norm", SIZE_MAX, ERROR));
  OK(duramen_module_forward(context, lazy, x, &y, ERROR));
  duramen_tensor_release(y);
  duramen_module_release(part);
  duramen_module_release(lazy);
  duramen_module_release(linear);
  duramen_tensor_release(x);
}

/* Comes amid an edit of its parent, and may not; still no memory that is gone is touched. */
static void DURAMEN_CALL spoil_parent(void* user) {
  duramen_module *parent = user, *child = new_module(context, "ReLU()");
  duramen_listing* listing = NULL;
  OK(duramen_module_list(parent, NULL, &listing, ERROR));
  OK(duramen_module_register_child(parent, "late", SIZE_MAX, child, ERROR));
  duramen_listing_release(listing);
  duramen_module_release(child);
}

static void edits(void) {
  int i;
  for (i = 0; i < 3; ++i) {
    duramen_module* parent = new_module(context, "ModuleDict({'a': Linear(2, 2), 'b': ReLU()})");
    duramen_module *child = NULL, *other = new_module(context, "ReLU()");
    duramen_module_hook hook = {0};
    uint64_t id = 0;
    OK(duramen_module_get_submodule(parent, "a", SIZE_MAX, &child, ERROR));
    hook.struct_size = sizeof hook;
    hook.before_load = spoil_dict;
    hook.user = parent;
    hook.destroy = spoil_parent;
    OK(duramen_module_add_hook(child, &hook, &id, ERROR));
    duramen_module_release(child);
    if (i == 0) OK(duramen_module_remove(parent, "a", SIZE_MAX, ERROR));
    if (i == 1) OK(duramen_container_clear(parent, ERROR));
    if (i == 2) OK(duramen_module_register_child(parent, "a", SIZE_MAX, other, ERROR));
    OK(duramen_module_get_submodule(parent, "late", SIZE_MAX, &child, ERROR));
    duramen_module_release(child);
    duramen_module_release(other);
    duramen_module_release(parent);
  }
}

int main(void) {
  context = new_context();
  hooks();
  renames();
  cycles();
  incomplete();
  edits();
  duramen_context_release(context);
  return finish();
}
