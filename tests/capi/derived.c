/* Classes of the caller's own that are derived from the library's: names, callbacks, what of the
 * class below stays, copies, refusals. */
#include "check.h"

struct user {
  int forwards;
  int live;
};

static int32_t show_and_let_go(void* user, const duramen_module* module, duramen_string** out,
                               duramen_error** error) {
  (void)user;
  (void)error;
  duramen_module_release((duramen_module*)(uintptr_t)module);
  *out = NULL;
  return -2000;
}

static int32_t give_state_and_let_go(void* user, const duramen_module* module, duramen_value** out,
                                     duramen_error** error) {
  (void)user;
  (void)out;
  (void)error;
  duramen_module_release((duramen_module*)(uintptr_t)module);
  return -2000;
}

/* Twice what the class below computes. */
static int32_t forward(void* user, duramen_context* context, duramen_module* module,
                       const duramen_value* arguments, const duramen_value* keywords,
                       duramen_value** out, duramen_error** error) {
  struct user* seen = user;
  duramen_value* base = NULL;
  duramen_tensor* doubled = NULL;
  int32_t status = duramen_module_call_base(context, module, arguments, keywords, &base, error);
  ++seen->forwards;
  if (!status) {
    duramen_tensor* once = duramen_value_tensor(base);
    status = duramen_add(context, once, once, &doubled, error);
  }
  if (!status) status = duramen_value_create_tensor(doubled, out, error);
  duramen_tensor_release(doubled);
  duramen_value_release(base);
  return status;
}

static int32_t clone(void* user, duramen_context* context, const duramen_module* module,
                     void** out_user, duramen_error** error) {
  (void)context;
  (void)module;
  struct user* seen = user;
  (void)error;
  ++seen->live;
  *out_user = user;
  return 0;
}

static int32_t extra_repr(void* user, const duramen_module* module, duramen_string** out,
                          duramen_error** error) {
  (void)user;
  (void)module;
  return duramen_string_create("twice", SIZE_MAX, out, error);
}

static void destroy(void* user) {
  struct user* seen = user;
  --seen->live;
}

static duramen_module_class class_of(const char* name) {
  duramen_module_class type;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = name;
  type.name_length = SIZE_MAX;
  type.clone = clone;
  type.destroy = destroy;
  return type;
}

static duramen_module* derived(duramen_context* context, const char* text,
                               const duramen_module_class* type, struct user* user) {
  duramen_module* module = new_module(context, text);
  OK(duramen_module_derive(module, type, user, ERROR));
  ++user->live;
  return module;
}

static void prints(const duramen_module* module, const char* expected) {
  duramen_string* text = NULL;
  OK(duramen_module_repr(module, &text, ERROR));
  TEXT(expected, duramen_string_data(text, NULL));
  duramen_string_release(text);
}

static double sum_of(duramen_context* context, duramen_module* module, duramen_tensor* x) {
  duramen_tensor *y = NULL, *sum = NULL;
  double value = 0;
  OK(duramen_module_forward(context, module, x, &y, ERROR));
  OK(duramen_sum(context, y, NULL, 0, 0, &sum, ERROR));
  OK(duramen_tensor_item(sum, NULL, 0, &value, ERROR));
  duramen_tensor_release(sum);
  duramen_tensor_release(y);
  return value;
}

/* A container runs the caller's forward, a copy too. */
static void runs(duramen_context* context) {
  static const int64_t kShape[2] = {1, 1};
  static const float kThree[1] = {3};
  struct user user = {0, 0};
  duramen_module_class type = class_of("Doubled");
  duramen_module *identity = NULL, *net = new_module(context, "Sequential()"), *copy = NULL;
  duramen_tensor* x = new_tensor(context, kThree, 2, kShape);
  type.forward = forward;
  type.extra_repr = extra_repr;
  identity = derived(context, "Identity()", &type, &user);
  OK(duramen_container_append(net, identity, ERROR));
  CHECK(sum_of(context, identity, x) == 6 && sum_of(context, net, x) == 6 && user.forwards == 2);
  prints(net, "Sequential(\n  (0): Doubled(twice)\n)");
  TEXT("Doubled", duramen_module_class_name(identity, NULL));
  OK(duramen_module_deepcopy(context, net, &copy, ERROR));
  CHECK(user.live == 2 && sum_of(context, copy, x) == 6);
  prints(copy, "Sequential(\n  (0): Doubled(twice)\n)");
  FAILS(DURAMEN_E_STATE, duramen_module_derive(identity, &type, &user, ERROR));
  TEXT("derive: the module is of a class of the caller's own, Doubled",
       duramen_error_message(last_error(), NULL));
  duramen_module_release(copy);
  duramen_module_release(net);
  duramen_module_release(identity);
  duramen_tensor_release(x);
  CHECK(user.live == 0);
}

/* What the class does not have is that of the one below. */
static void keeps_the_rest(duramen_context* context) {
  struct user user = {0, 0};
  duramen_module_class type = class_of("Mine");
  duramen_module *norm = NULL, *list = NULL, *relu = new_module(context, "ReLU()"), *copy = NULL;
  duramen_state_dict* dict = NULL;
  duramen_string* text = NULL;
  int64_t version = 0;
  norm = derived(context, "BatchNorm1d(2, eps=0.5)", &type, &user);
  OK(duramen_module_extra_repr_base(norm, &text, ERROR));
  TEXT("2, eps=0.5, momentum=0.1, affine=True, bias=True, track_running_stats=True",
       duramen_string_data(text, NULL));
  duramen_string_release(text);
  text = NULL;
  prints(norm, "Mine(2, eps=0.5, momentum=0.1, affine=True, bias=True, track_running_stats=True)");
  OK(duramen_module_state_dict(norm, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_version(dict, "", 0, &version, ERROR));
  CHECK(version == 2);
  /* A dict of old without the counter loads as into any BatchNorm. */
  OK(duramen_state_dict_set_version(dict, "", 0, 1, ERROR));
  OK(duramen_state_dict_remove(dict, "num_batches_tracked", SIZE_MAX, ERROR));
  OK(duramen_module_load_state_dict(context, norm, dict, NULL, NULL, ERROR));
  OK(duramen_state_dict_remove(dict, "weight", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, norm, dict, NULL, NULL, ERROR));
  CONTAINS("the state dict does not fit Mine:", duramen_error_message(last_error(), NULL));
  duramen_state_dict_release(dict);
  type.version = 7;
  list = derived(context, "ModuleList()", &type, &user);
  OK(duramen_container_append(list, relu, ERROR));
  OK(duramen_container_append(list, relu, ERROR));
  prints(list, "Mine(\n  (0-1): 2 x ReLU()\n)");
  OK(duramen_module_state_dict(list, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_version(dict, "", 0, &version, ERROR));
  CHECK(version == 7);
  duramen_state_dict_release(dict);
  OK(duramen_container_slice(list, 0, 1, 1, &copy, ERROR));
  prints(copy, "ModuleList(\n  (0): ReLU()\n)");
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_text(list, &text, ERROR));
  duramen_module_release(copy);
  duramen_module_release(list);
  duramen_module_release(relu);
  duramen_module_release(norm);
  CHECK(user.live == 0);
}

static void lazy_and_parametrized(duramen_context* context) {
  static const int64_t kShape[2] = {1, 1};
  static const float kThree[1] = {3};
  struct user user = {0, 0};
  duramen_module_class type = class_of("Mine");
  duramen_module *module = NULL, *other = new_module(context, "Linear(1, 1)");
  duramen_tensor* x = new_tensor(context, kThree, 2, kShape);
  duramen_state_dict* dict = NULL;
  int64_t version = 0;
  type.forward = forward;
  type.version = 7;
  module = derived(context, "LazyLinear(2)", &type, &user);
  (void)sum_of(context, module, x);
  TEXT("Linear", duramen_module_class_name(module, NULL));
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_version(dict, "", 0, &version, ERROR));
  CHECK(version == 1); /* the plain class's again */
  duramen_state_dict_release(dict);
  CHECK(user.live == 0 && user.forwards == 1);
  duramen_module_release(module);
  module = derived(context, "Linear(1, 1)", &type, &user);
  OK(duramen_module_parametrize(context, module, "weight", SIZE_MAX, "weight_norm", SIZE_MAX,
                                ERROR));
  TEXT("ParametrizedMine", duramen_module_class_name(module, NULL));
  (void)sum_of(context, module, x);
  CHECK(user.forwards == 2);
  OK(duramen_module_remove_parametrizations(context, module, "weight", SIZE_MAX, 1, ERROR));
  TEXT("Mine", duramen_module_class_name(module, NULL));
  OK(duramen_module_parametrize(context, other, "weight", SIZE_MAX, "weight_norm", SIZE_MAX,
                                ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_derive(other, &type, &user, ERROR));
  type.name = "";
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_derive(other, &type, &user, ERROR));
  duramen_module_release(other);
  duramen_module_release(module);
  duramen_tensor_release(x);
  CHECK(user.live == 0);
}

/* The last reference goes inside a callback: the call has one of its own. */
static void released_inside(duramen_context* context) {
  static const char kName[] = "AClassWhoseNameIsLongerThanWhatAStringHolds";
  struct user user = {0, 0};
  duramen_module_class type = class_of(kName);
  duramen_module* module = NULL;
  duramen_string* text = NULL;
  duramen_state_dict* dict = NULL;
  type.extra_repr = show_and_let_go;
  type.get_extra_state = give_state_and_let_go;
  module = derived(context, "Linear(1, 1)", &type, &user);
  FAILS(-2000, duramen_module_repr(module, &text, ERROR));
  CONTAINS(kName, duramen_error_message(last_error(), NULL));
  module = derived(context, "Linear(1, 1)", &type, &user);
  FAILS(-2000, duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  CONTAINS(kName, duramen_error_message(last_error(), NULL));
  CHECK(user.live == 0);
}

/* Edits the container that it is in. */
struct editor {
  duramen_context* context;
  duramen_module* container;
  int removes;
};

static duramen_status edit(const struct editor* editor, duramen_error** error) {
  duramen_module* child = NULL;
  duramen_status status;
  if (editor->removes) {
    return duramen_container_remove_slice(editor->container, 1, INT64_MAX, 1, error);
  }
  status = duramen_module_from_text(editor->context, "Linear(1, 1)", SIZE_MAX, &child, error);
  if (!status) status = duramen_container_append(editor->container, child, error);
  duramen_module_release(child);
  return status;
}

static int32_t edit_and_forward(void* user, duramen_context* context, duramen_module* module,
                                const duramen_value* arguments, const duramen_value* keywords,
                                duramen_value** out, duramen_error** error) {
  int32_t status = edit(user, error);
  if (!status) status = duramen_module_call_base(context, module, arguments, keywords, out, error);
  return status;
}

static int32_t edit_and_give_state(void* user, const duramen_module* module, duramen_value** out,
                                   duramen_error** error) {
  const int32_t status = edit(user, error);
  (void)module;
  return status ? status : duramen_value_create_int(1, out, error);
}

static void edits_what_is_walked(duramen_context* context) {
  static const int64_t kShape[2] = {1, 1};
  static const float kThree[1] = {3};
  duramen_tensor *x = new_tensor(context, kThree, 2, kShape), *y = NULL;
  struct editor editor = {context, NULL, 0};
  int i;
  for (i = 0; i < 4; ++i) {
    duramen_module* net = new_module(context, "Sequential(Identity(), Identity(), Identity())");
    duramen_module* child = new_module(context, "Identity()");
    duramen_state_dict* dict = NULL;
    duramen_module_class type;
    memset(&type, 0, sizeof type);
    type.struct_size = sizeof type;
    type.name = "Editor";
    type.name_length = SIZE_MAX;
    if (i < 2) type.forward = edit_and_forward;
    if (i >= 2) type.get_extra_state = edit_and_give_state;
    editor.container = net;
    editor.removes = i % 2;
    OK(duramen_module_derive(child, &type, &editor, ERROR));
    OK(duramen_container_set(net, 0, child, ERROR));
    if (i < 2) {
      FAILS(DURAMEN_E_STATE, duramen_module_forward(context, net, x, &y, ERROR));
      TEXT("RuntimeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
    } else {
      OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
      duramen_state_dict_release(dict);
    }
    duramen_module_release(child);
    duramen_module_release(net);
  }
  duramen_tensor_release(x);
}

int main(void) {
  duramen_context* context = new_context();
  edits_what_is_walked(context);
  runs(context);
  keeps_the_rest(context);
  lazy_and_parametrized(context);
  released_inside(context);
  duramen_context_release(context);
  return finish();
}
