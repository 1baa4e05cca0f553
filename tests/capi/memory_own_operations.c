/* The operations of the out-of-memory test that run the caller's own modules and functions. Each
 * releases what it got before it returns. */
#include "memory_world.h"

static duramen_status deepcopy(struct world* w, duramen_error** error) {
  duramen_module* copy = NULL;
  const duramen_status status = duramen_module_deepcopy(w->context, w->net, &copy, error);
  duramen_module_release(copy);
  return status;
}

/* The copy of a ring, also one that was not finished, is not left closed. */
static duramen_status deepcopy_cycle(struct world* w, duramen_error** error) {
  duramen_module *ring = NULL, *copy = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "Sequential(Sequential(Linear(2, 2)), ReLU())", SIZE_MAX,
                               &ring, error));
  TRY(duramen_module_register_child(ring, "up", SIZE_MAX, ring, error));
  status = duramen_module_deepcopy(w->context, ring, &copy, error);
  OK(duramen_module_remove(ring, "up", SIZE_MAX, NULL));
  if (copy) OK(duramen_module_remove(copy, "up", SIZE_MAX, NULL));
release:
  duramen_module_release(copy);
  duramen_module_release(ring);
  return status;
}

/* Runs its child. `user` counts how many modules stand behind it. */
static int32_t run_child(void* user, duramen_context* context, duramen_module* module,
                         const duramen_value* arguments, const duramen_value* keywords,
                         duramen_value** out, duramen_error** error) {
  duramen_module* child = NULL;
  duramen_status status;
  (void)user;
  TRY(duramen_module_get_submodule(module, "net", SIZE_MAX, &child, error));
  TRY(duramen_module_call(context, child, arguments, keywords, out, error));
release:
  duramen_module_release(child);
  return status;
}

static int32_t clone_user(void* user, duramen_context* context, const duramen_module* module,
                          void** out_user, duramen_error** error) {
  (void)context;
  (void)module;
  long* users = user;
  (void)error;
  ++*users;
  *out_user = user;
  return 0;
}

static int32_t show(void* user, const duramen_module* module, duramen_string** out,
                    duramen_error** error) {
  (void)user;
  (void)module;
  return duramen_string_create("a text of some length or other", SIZE_MAX, out, error);
}

static int32_t get_state(void* user, const duramen_module* module, duramen_value** out,
                         duramen_error** error) {
  (void)user;
  (void)module;
  return duramen_value_create_text("a state of some length or other", SIZE_MAX, out, error);
}

static int32_t set_state(void* user, duramen_context* context, duramen_module* module,
                         const duramen_value* state, duramen_error** error) {
  (void)context;
  duramen_value* kept = NULL;
  (void)user;
  (void)module;
  (void)error;
  kept = duramen_value_retain(state);
  duramen_value_release(kept);
  return 0;
}

static void let_go(void* user) {
  long* users = user;
  --*users;
}

/* A class of which every user that is alive counts. */
static duramen_module_class own_class(void) {
  duramen_module_class type = {0};
  type.struct_size = sizeof type;
  type.name = "AClassWithANameThatIsNotShort";
  type.name_length = SIZE_MAX;
  type.clone = clone_user;
  type.destroy = let_go;
  return type;
}

/* A module of the caller's own with the world's net as its child. */
static duramen_status new_own(struct world* w, long* users, duramen_module** out,
                              duramen_error** error) {
  duramen_module_class type = own_class();
  duramen_status status;
  type.forward = run_child;
  type.extra_repr = show;
  type.get_extra_state = get_state;
  type.set_extra_state = set_state;
  TRY(duramen_module_create_custom(w->context, &type, users, out, error));
  ++*users;
  TRY(duramen_module_register_child(*out, "net", SIZE_MAX, w->net, error));
release:
  return status;
}

/* Every user has been destroyed, whatever happened. */
static duramen_status end_own(duramen_status status, const long* users, duramen_module* own) {
  duramen_module_release(own);
  return *users == 0 ? status : DURAMEN_E_INTERNAL;
}

static duramen_status own_forward(struct world* w, duramen_error** error) {
  long users = 0;
  duramen_module* own = NULL;
  duramen_tensor* output = NULL;
  duramen_string* text = NULL;
  duramen_status status;
  TRY(new_own(w, &users, &own, error));
  TRY(duramen_module_forward(w->context, own, w->x, &output, error));
  TRY(duramen_module_repr(own, &text, error));
release:
  duramen_string_release(text);
  duramen_tensor_release(output);
  return end_own(status, &users, own);
}

/* A forward that computes with the class below. */
static int32_t run_base(void* user, duramen_context* context, duramen_module* module,
                        const duramen_value* arguments, const duramen_value* keywords,
                        duramen_value** out, duramen_error** error) {
  (void)user;
  return duramen_module_call_base(context, module, arguments, keywords, out, error);
}

static duramen_status own_derived(struct world* w, duramen_error** error) {
  long users = 0;
  duramen_module_class type = own_class();
  duramen_module *own = NULL, *copy = NULL;
  duramen_tensor* output = NULL;
  duramen_string* text = NULL;
  duramen_status status;
  type.forward = run_base;
  TRY(duramen_module_deepcopy(w->context, w->net, &own, error));
  TRY(duramen_module_derive(own, &type, &users, error));
  ++users;
  TRY(duramen_module_forward(w->context, own, w->x, &output, error));
  TRY(duramen_module_extra_repr_base(own, &text, error));
  TRY(duramen_module_deepcopy(w->context, own, &copy, error));
release:
  duramen_string_release(text);
  duramen_tensor_release(output);
  duramen_module_release(copy);
  return end_own(status, &users, own);
}

static duramen_status own_deepcopy(struct world* w, duramen_error** error) {
  long users = 0;
  duramen_module *own = NULL, *copy = NULL;
  duramen_status status;
  TRY(new_own(w, &users, &own, error));
  TRY(duramen_module_deepcopy(w->context, own, &copy, error));
release:
  duramen_module_release(copy);
  return end_own(status, &users, own);
}

static duramen_status own_load(struct world* w, duramen_error** error) {
  long users = 0;
  duramen_module *own = NULL, *copy = NULL;
  duramen_state_dict* dict = NULL;
  duramen_status status;
  TRY(new_own(w, &users, &own, error));
  TRY(duramen_module_deepcopy(w->context, own, &copy, error));
  TRY(duramen_module_state_dict(own, NULL, 0, 0, &dict, error));
  TRY(duramen_module_load_state_dict(w->context, copy, dict, NULL, NULL, error));
release:
  duramen_state_dict_release(dict);
  duramen_module_release(copy);
  return end_own(status, &users, own);
}

static int32_t mark(void* user, duramen_module* module, const char* name, size_t name_length,
                    duramen_tensor* tensor, duramen_tensor** replacement, duramen_error** error) {
  (void)user;
  (void)name;
  (void)name_length;
  *replacement = duramen_tensor_retain(tensor);
  return duramen_module_register_buffer(module, "a_mask_of_the_parameter", SIZE_MAX, NULL, 0,
                                        error);
}

static int32_t keep_child(void* user, duramen_module* module, const char* name, size_t name_length,
                          duramen_module* child, duramen_module** replacement,
                          duramen_error** error) {
  (void)user;
  (void)module;
  (void)name;
  (void)name_length;
  (void)error;
  *replacement = duramen_module_retain(child);
  return 0;
}

/* Hooks reach what comes below, and what a copy has. */
static duramen_status registration_hooks(struct world* w, duramen_error** error) {
  long users = 0;
  duramen_module_hook hook = {0};
  duramen_module *root = NULL, *inner = NULL, *copy = NULL;
  duramen_tensor* weight = NULL;
  duramen_status status;
  uint64_t id = 0;
  hook.struct_size = sizeof hook;
  hook.register_parameter = mark;
  hook.register_child = keep_child;
  hook.user = &users;
  hook.destroy = let_go;
  TRY(duramen_module_from_text(w->context, "Sequential(ReLU())", SIZE_MAX, &root, error));
  TRY(duramen_module_from_text(w->context, "Sequential(Linear(1, 1))", SIZE_MAX, &inner, error));
  TRY(duramen_module_add_hook(root, &hook, &id, error));
  ++users;
  TRY(duramen_module_register_child(root, "inner", SIZE_MAX, inner, error));
  TRY(duramen_module_get_parameter(inner, "0.weight", SIZE_MAX, &weight, error));
  TRY(duramen_module_register_parameter(inner, "tied", SIZE_MAX, weight, error));
  TRY(duramen_module_deepcopy(w->context, root, &copy, error));
  TRY(duramen_module_remove(root, "inner", SIZE_MAX, error));
  TRY(duramen_module_register_parameter(root, "tied", SIZE_MAX, weight, error));
  TRY(duramen_module_remove_hook(root, id, error));
release:
  duramen_tensor_release(weight);
  duramen_module_release(copy);
  duramen_module_release(inner);
  return end_own(status, &users, root);
}

static int32_t same_inputs(void* user, duramen_context* context, duramen_module* module,
                           const duramen_value* arguments, const duramen_value* keywords,
                           duramen_value** new_tuple, duramen_value** new_dict,
                           duramen_error** error) {
  duramen_value* argument = duramen_value_retain((duramen_value*)duramen_value_item(arguments, 0));
  const duramen_value* const items[1] = {argument};
  const duramen_status status = duramen_value_create_tuple(items, 1, new_tuple, error);
  (void)user;
  (void)context;
  (void)module;
  (void)keywords;
  (void)new_dict;
  duramen_value_release(argument);
  return status;
}

static int32_t same_output(void* user, duramen_context* context, duramen_module* module,
                           const duramen_value* arguments, const duramen_value* keywords,
                           const duramen_value* output, duramen_value** replacement,
                           duramen_error** error) {
  (void)user;
  (void)context;
  (void)module;
  (void)arguments;
  (void)keywords;
  return duramen_value_create_tensor(duramen_value_tensor(output), replacement, error);
}

static int32_t double_outputs(void* user, duramen_context* context, duramen_module* module,
                              duramen_tensor* const* output_grads, size_t output_count,
                              duramen_tensor** replacements, duramen_error** error) {
  (void)user;
  (void)module;
  (void)output_count;
  return duramen_add(context, output_grads[0], output_grads[0], &replacements[0], error);
}

static int32_t double_inputs(void* user, duramen_context* context, duramen_module* module,
                             duramen_tensor* const* input_grads, size_t input_count,
                             duramen_tensor* const* output_grads, size_t output_count,
                             duramen_tensor** replacements, duramen_error** error) {
  (void)output_grads;
  (void)output_count;
  return double_outputs(user, context, module, input_grads, input_count, replacements, error);
}

/* Everything is given anew, in the forward and in the backward. */
static duramen_status call_hooks(struct world* w, duramen_error** error) {
  long users = 0;
  duramen_call_hook hook = {0};
  duramen_module* layer = NULL;
  duramen_tensor *x = NULL, *y = NULL;
  duramen_status status;
  uint64_t id = 0;
  hook.struct_size = sizeof hook;
  hook.before_forward = same_inputs;
  hook.after_forward = same_output;
  hook.before_backward = double_outputs;
  hook.after_backward = double_inputs;
  hook.user = &users;
  hook.destroy = let_go;
  TRY(duramen_module_from_text(w->context, "Linear(1, 1)", SIZE_MAX, &layer, error));
  TRY(duramen_module_add_call_hook(layer, &hook, &id, error));
  ++users;
  TRY(duramen_module_get_parameter(layer, "weight", SIZE_MAX, &x, error));
  TRY(duramen_module_forward(w->context, layer, x, &y, error));
  TRY(duramen_tensor_backward(w->context, y, NULL, NULL, error));
release:
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  return end_own(status, &users, layer);
}

static int32_t before_state(void* user, const duramen_module* module, const char* prefix,
                            size_t prefix_length, uint64_t flags, duramen_error** error) {
  (void)user;
  (void)module;
  (void)prefix;
  (void)prefix_length;
  (void)flags;
  (void)error;
  return 0;
}

static int32_t after_state(void* user, const duramen_module* module, duramen_state_dict* dict,
                           const char* prefix, size_t prefix_length, duramen_error** error) {
  (void)user;
  (void)module;
  (void)prefix_length;
  return duramen_state_dict_set_version(dict, prefix, SIZE_MAX, 7, error);
}

static int32_t before_load(void* user, duramen_module* module, duramen_state_dict* dict,
                           const char* prefix, size_t prefix_length, duramen_load_notes* notes,
                           duramen_error** error) {
  duramen_status status;
  (void)user;
  (void)module;
  (void)prefix;
  (void)prefix_length;
  TRY(duramen_state_dict_set_version(dict, "a path of some length or other", SIZE_MAX, 7, error));
  TRY(duramen_load_notes_add(notes, DURAMEN_LOAD_ITEM_MISSING, "a name of some length or other",
                             SIZE_MAX, error));
release:
  return status;
}

static int32_t after_load(void* user, duramen_module* module, const char* prefix,
                          size_t prefix_length, duramen_load_notes* notes, duramen_error** error) {
  duramen_string_list* names = NULL;
  duramen_status status;
  (void)user;
  (void)module;
  (void)prefix;
  (void)prefix_length;
  TRY(duramen_load_notes_list(notes, DURAMEN_LOAD_ITEM_MISSING, &names, error));
  TRY(duramen_load_notes_remove(notes, DURAMEN_LOAD_ITEM_MISSING, "a name of some length or other",
                                SIZE_MAX, error));
  TRY(duramen_load_notes_clear(notes, DURAMEN_LOAD_ITEM_MISSING, error));
release:
  duramen_string_list_release(names);
  return status;
}

/* Of the net itself: what fails leaves it as it was. */
static duramen_status state_hooks(struct world* w, duramen_error** error) {
  duramen_module_hook hook = {0};
  duramen_state_dict *dict = NULL, *all = NULL;
  duramen_status status;
  uint64_t id = 0;
  hook.struct_size = sizeof hook;
  hook.before_state_dict = before_state;
  hook.after_state_dict = after_state;
  hook.before_load = before_load;
  hook.after_load = after_load;
  TRY(duramen_module_add_hook(w->net, &hook, &id, error));
  TRY(duramen_module_state_dict(w->net, "x.", SIZE_MAX, 0, &dict, error));
  TRY(duramen_state_dict_create(&all, error));
  TRY(duramen_module_add_state_dict(w->net, all, "x.", SIZE_MAX, 0, error));
  TRY(duramen_module_load_state_dict(w->context, w->net, w->dict, NULL, NULL, error));
release:
  if (id != 0) OK(duramen_module_remove_hook(w->net, id, NULL));
  duramen_state_dict_release(all);
  duramen_state_dict_release(dict);
  return status;
}

static int32_t square(void* user, duramen_context* context, duramen_function_state* state,
                      duramen_tensor* const* inputs, size_t input_count, duramen_tensor** outputs,
                      size_t output_count, duramen_error** error) {
  duramen_value* two = NULL;
  duramen_status status;
  (void)user;
  (void)input_count;
  (void)output_count;
  TRY(duramen_value_create_int(2, &two, error));
  TRY(duramen_function_state_set_value(state, two, error));
  TRY(duramen_function_state_save_tensor(state, inputs[0], error));
  TRY(duramen_function_state_save_tensor(state, NULL, error));
  TRY(duramen_mul(context, inputs[0], inputs[0], &outputs[0], error));
release:
  duramen_value_release(two);
  return status;
}

static int32_t square_back(void* user, duramen_context* context, duramen_function_state* state,
                           duramen_tensor* const* output_grads, size_t output_count,
                           duramen_tensor** input_grads, size_t input_count,
                           duramen_error** error) {
  duramen_tensor *x = NULL, *half = NULL;
  duramen_value* two = NULL;
  duramen_status status;
  (void)user;
  (void)output_count;
  (void)input_count;
  TRY(duramen_function_state_value(state, &two, error));
  TRY(duramen_function_state_saved_tensor(state, 0, &x, error));
  TRY(duramen_mul(context, x, output_grads[0], &half, error));
  TRY(duramen_add(context, half, half, &input_grads[0], error));
release:
  duramen_value_release(two);
  duramen_tensor_release(half);
  duramen_tensor_release(x);
  return status;
}

static duramen_function_type square_type(void) {
  duramen_function_type type = {0};
  type.struct_size = sizeof type;
  type.name = "AFunctionWithANameThatIsNotShort";
  type.name_length = SIZE_MAX;
  type.forward = square;
  type.backward = square_back;
  type.destroy = let_go;
  return type;
}

/* The net's output, squared, and back through both. */
static duramen_status function(struct world* w, duramen_error** error) {
  long users = 1;
  const duramen_function_type type = square_type();
  duramen_tensor *output = NULL, *loss = NULL;
  duramen_string* name = NULL;
  duramen_status status;
  status = duramen_function_apply(w->context, &type, &users, &w->output, 1, &output, error);
  if (status != DURAMEN_OK) return users == 1 ? status : DURAMEN_E_INTERNAL;
  TRY(duramen_tensor_grad_fn_name(output, &name, error));
  TRY(duramen_mean(w->context, output, NULL, 0, 0, &loss, error));
  TRY(duramen_tensor_backward(w->context, loss, NULL, NULL, error));
release:
  duramen_string_release(name);
  duramen_tensor_release(loss);
  duramen_tensor_release(output);
  return users == 0 ? status : DURAMEN_E_INTERNAL;
}

static duramen_status function_of_many(struct world* w, duramen_error** error) {
  long users = 1;
  const duramen_function_type type = square_type();
  duramen_value* outputs = NULL;
  const duramen_status status =
      duramen_function_apply_many(w->context, &type, &users, &w->output, 1, &outputs, error);
  duramen_value_release(outputs);
  return users == (status != DURAMEN_OK) ? status : DURAMEN_E_INTERNAL;
}

const struct operation kOwnOperations[] = {
    {"deep copy", WITH_GRADS, 1, DURAMEN_OK, deepcopy},
    {"deep copy, two threads", TWO_THREADS, 1, DURAMEN_OK, deepcopy},
    {"deep copy of a ring", NO_NET, 1, DURAMEN_OK, deepcopy_cycle},
    {"own module", WITH_GRAPH, 0, DURAMEN_OK, own_forward},
    {"deep copy of an own module", 0, 1, DURAMEN_OK, own_deepcopy},
    {"a class that is derived from another", WITH_GRAPH, 0, DURAMEN_OK, own_derived},
    {"own module: load", 0, 1, DURAMEN_OK, own_load},
    {"registration hooks", 0, 1, DURAMEN_OK, registration_hooks},
    {"hooks of calls", 0, 1, DURAMEN_OK, call_hooks},
    {"hooks of state dicts and loads", WITH_DICT, 1, DURAMEN_OK, state_hooks},
    {"own function", WITH_GRAPH, 1, DURAMEN_OK, function},
    {"own function of many outputs", WITH_GRAPH, 1, DURAMEN_OK, function_of_many},
};

const size_t kOwnOperationCount = COUNT_OF(kOwnOperations);
