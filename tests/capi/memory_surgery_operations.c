/* The operations of the out-of-memory test on whole trees: values from another tree, flags, ties,
 * vectors, comparisons. */
#include "memory_world.h"

static duramen_status blend(struct world* w, uint32_t buffers, duramen_error** error) {
  duramen_blend_options options = {0};
  duramen_module* source = NULL;
  duramen_status status;
  options.struct_size = sizeof options;
  options.buffers = buffers;
  options.exclude = "nothing is called so, at length";
  options.exclude_length = SIZE_MAX;
  TRY(duramen_module_deepcopy(w->context, w->net, &source, error));
  TRY(duramen_module_set_requires_grad(source, 0, error));
  TRY(duramen_module_lerp(w->context, source, w->net, 0.25, &options, error));
  TRY(duramen_module_copy_from(w->context, w->net, source, &options, error));
release:
  duramen_module_release(source);
  return status;
}

static duramen_status blend_copying(struct world* w, duramen_error** error) {
  return blend(w, DURAMEN_BUFFERS_COPY, error);
}

static duramen_status blend_all(struct world* w, duramen_error** error) {
  return blend(w, DURAMEN_BUFFERS_LERP, error);
}

/* Two parameters of the target on one memory: the results are made beside it first. */
static duramen_status blend_overlapping(struct world* w, duramen_error** error) {
  duramen_module* source = NULL;
  duramen_tensor* c = NULL;
  duramen_tensor* twin = NULL;
  duramen_status status;
  TRY(duramen_module_deepcopy(w->context, w->net, &source, error));
  TRY(duramen_module_get_parameter(w->net, "c", SIZE_MAX, &c, error));
  TRY(duramen_parameter_create(c, 1, &twin, error));
  status = duramen_module_register_parameter(w->net, "e", SIZE_MAX, twin, error);
  if (status != DURAMEN_OK) goto release;
  status = duramen_module_lerp(w->context, w->net, source, 0.5, NULL, error);
release:
  duramen_tensor_release(twin);
  duramen_tensor_release(c);
  duramen_module_release(source);
  return status;
}

static duramen_status blend_misfit(struct world* w, duramen_error** error) {
  duramen_module* other = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "Sequential(Linear(4, 5), BatchNorm1d(6))", SIZE_MAX,
                               &other, error));
  TRY(duramen_module_lerp(w->context, w->net, other, 0.1, NULL, error));
release:
  duramen_module_release(other);
  return status;
}

static duramen_status freeze(struct world* w, duramen_error** error) {
  return duramen_module_freeze(w->net, "deep_*|**.weight|a pattern that is long enough", SIZE_MAX,
                               "deep_b", SIZE_MAX, NULL, error);
}

static duramen_status unfreeze(struct world* w, duramen_error** error) {
  size_t count = 0;
  return duramen_module_unfreeze(w->net, NULL, 0, NULL, 0, &count, error);
}

static duramen_status tie(struct world* w, duramen_error** error) {
  return duramen_module_tie(w->net, "e", SIZE_MAX, "f", SIZE_MAX, error);
}

static duramen_status tie_misfit(struct world* w, duramen_error** error) {
  return duramen_module_tie(w->net, "4.weight", SIZE_MAX, "0.weight", SIZE_MAX, error);
}

static duramen_status untie(struct world* w, duramen_error** error) {
  uint32_t changed = 0;
  return duramen_module_untie(w->context, w->net, "d", SIZE_MAX, &changed, error);
}

static duramen_status flatten(struct world* w, duramen_error** error) {
  duramen_tensor *values = NULL, *grads = NULL;
  duramen_status status;
  TRY(duramen_module_flatten(w->context, w->net, 0, &values, error));
  TRY(duramen_module_flatten(w->context, w->net, DURAMEN_FLAT_GRADIENTS, &grads, error));
release:
  duramen_tensor_release(grads);
  duramen_tensor_release(values);
  return status;
}

static duramen_status unflatten(struct world* w, uint64_t flags, duramen_error** error) {
  duramen_tensor* vector = NULL;
  int64_t shape[1];
  size_t rank = 0;
  duramen_status status;
  TRY(duramen_module_flatten(w->context, w->net, DURAMEN_FLAT_COPY, &vector, error));
  TRY(duramen_tensor_shape(vector, shape, 1, &rank, error));
  duramen_tensor_release(vector);
  vector = NULL;
  TRY(duramen_tensor_full(w->context, DURAMEN_DTYPE_FLOAT64, shape, 1, 3, &vector, error));
  TRY(duramen_module_unflatten(w->context, w->net, vector, flags, error));
release:
  duramen_tensor_release(vector);
  return status;
}

static duramen_status unflatten_values(struct world* w, duramen_error** error) {
  return unflatten(w, 0, error);
}

static duramen_status unflatten_gradients(struct world* w, duramen_error** error) {
  return unflatten(w, DURAMEN_FLAT_GRADIENTS, error);
}

static duramen_status pack(struct world* w, duramen_error** error) {
  duramen_tensor* vector = NULL;
  const duramen_status status = duramen_module_pack(w->context, w->net, 0, &vector, error);
  duramen_tensor_release(vector);
  return status;
}

static duramen_status compare(struct world* w, duramen_error** error) {
  duramen_state_dict *dict = NULL, *changed = NULL;
  duramen_list_options options = {0};
  duramen_diff* diff = NULL;
  duramen_string *json = NULL, *digest = NULL;
  uint32_t matches = 0;
  duramen_status status;
  options.struct_size = sizeof options;
  options.include = "**";
  options.include_length = 2;
  TRY(duramen_pattern_match("**.weight|a pattern that is long enough", SIZE_MAX, "0.weight",
                            SIZE_MAX, &matches, error));
  TRY(duramen_module_state_dict(w->net, NULL, 0, 0, &dict, error));
  TRY(duramen_state_dict_copy(dict, &changed, error));
  TRY(duramen_state_dict_remove(changed, "0.weight", SIZE_MAX, error));
  TRY(duramen_state_dict_set_tensor(changed, "deep_a", SIZE_MAX, w->deep[0], error));
  TRY(duramen_state_dict_set_tensor(changed, "deep_b", SIZE_MAX, w->deep[1], error));
  TRY(duramen_state_dict_diff(w->context, dict, changed, NULL, &diff, error));
  TRY(duramen_diff_json(diff, &json, error));
  TRY(duramen_state_dict_digest(w->context, changed, &options, &digest, error));
release:
  duramen_string_release(digest);
  duramen_string_release(json);
  duramen_diff_release(diff);
  duramen_state_dict_release(changed);
  duramen_state_dict_release(dict);
  return status;
}

const struct operation kSurgeryOperations[] = {
    {"values from another tree", WITH_GRADS, 1, DURAMEN_OK, blend_copying},
    {"values and buffers from another tree", TWO_THREADS, 1, DURAMEN_OK, blend_all},
    {"values into shared memory", 0, 0, DURAMEN_OK, blend_overlapping},
    {"values from a tree that differs", 0, 1, DURAMEN_E_INCOMPATIBLE, blend_misfit},
    {"freeze", 0, 1, DURAMEN_OK, freeze},
    {"unfreeze", 0, 1, DURAMEN_OK, unfreeze},
    {"tie", 0, 1, DURAMEN_OK, tie},
    {"tie of two shapes", 0, 1, DURAMEN_E_SHAPE_MISMATCH, tie_misfit},
    {"untie", WITH_GRADS, 1, DURAMEN_OK, untie},
    {"flatten", WITH_GRADS, 1, DURAMEN_OK, flatten},
    {"unflatten", WITH_GRADS, 1, DURAMEN_OK, unflatten_values},
    {"unflatten gradients", WITH_GRADS, 1, DURAMEN_OK, unflatten_gradients},
    {"pack", WITH_GRADS, 1, DURAMEN_OK, pack},
    {"compare", WITH_DEEP, 1, DURAMEN_OK, compare},
};

const size_t kSurgeryOperationCount = COUNT_OF(kSurgeryOperations);
