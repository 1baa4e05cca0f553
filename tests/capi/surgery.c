/* Trees as a whole: values from another tree, freezing, ties, vectors, comparisons, digests. */
#include "check.h"

static const char kNet[] = "Sequential(Linear(2, 3), BatchNorm1d(3), Linear(3, 2))";

static void fill(duramen_context* context, duramen_module* net, double value) {
  duramen_tensor* vector = NULL;
  const int64_t shape[1] = {9 + 6 + 8};
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 1, value, &vector, ERROR));
  OK(duramen_module_unflatten(context, net, vector, 0, ERROR));
  duramen_tensor_release(vector);
}

static float first_value(const duramen_module* net, const char* path) {
  duramen_tensor* parameter = NULL;
  const void* data = NULL;
  float value;
  OK(duramen_module_get_parameter(net, path, SIZE_MAX, &parameter, ERROR));
  OK(duramen_tensor_data_const(parameter, &data, ERROR));
  value = *(const float*)data;
  duramen_tensor_release(parameter);
  return value;
}

static void blending(duramen_context* context) {
  duramen_module* target = new_module(context, kNet);
  duramen_module* source = new_module(context, kNet);
  duramen_module* other = new_module(context, "Sequential(Linear(2, 4), BatchNorm1d(3))");
  duramen_blend_options options;
  OK(duramen_blend_options_init(&options, sizeof options, ERROR));
  fill(context, target, 2);
  fill(context, source, 4);
  OK(duramen_module_lerp(context, target, source, 0.25, NULL, ERROR));
  CHECK(first_value(target, "0.weight") == 2.5F);
  options.include = "0.**";
  options.include_length = SIZE_MAX;
  options.buffers = DURAMEN_BUFFERS_SKIP;
  OK(duramen_module_copy_from(context, target, source, &options, ERROR));
  CHECK(first_value(target, "0.weight") == 4 && first_value(target, "2.weight") == 2.5F);
  options.buffers = 3;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_copy_from(context, target, source, &options, ERROR));
  FAILS(DURAMEN_E_INCOMPATIBLE, duramen_module_lerp(context, target, other, 0.5, NULL, ERROR));
  TEXT(
      "lerp: the trees do not fit each other: '0.weight' has another shape (expected [3, 2], got "
      "[4, 2]), and 3 more",
      duramen_error_message(last_error(), NULL));
  CHECK(duramen_load_report_count(duramen_error_load_report(last_error()),
                                  DURAMEN_LOAD_ITEM_SHAPE_MISMATCH) == 2);
  CHECK(first_value(target, "2.weight") == 2.5F);
  duramen_module_release(other);
  duramen_module_release(source);
  duramen_module_release(target);
}

static void freezing(duramen_context* context) {
  duramen_module* net = new_module(context, kNet);
  size_t count = 9;
  OK(duramen_module_freeze(net, NULL, 0, "2.*", SIZE_MAX, &count, ERROR));
  CHECK(count == 4);
  OK(duramen_module_unfreeze(net, "**.bias", SIZE_MAX, NULL, 0, &count, ERROR));
  CHECK(count == 3);
  OK(duramen_module_freeze(net, "none", 4, NULL, 0, NULL, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_freeze(net, "\377", 1, NULL, 0, &count, ERROR));
  CHECK(count == 0);
  duramen_module_release(net);
}

static void ties(duramen_context* context) {
  duramen_module* net = new_module(context, "Sequential(Embedding(5, 3), Linear(3, 5))");
  duramen_tensor *one = NULL, *other = NULL;
  uint32_t changed = 7;
  OK(duramen_module_tie(net, "1.weight", SIZE_MAX, "0.weight", SIZE_MAX, ERROR));
  OK(duramen_module_get_parameter(net, "0.weight", SIZE_MAX, &one, ERROR));
  OK(duramen_module_get_parameter(net, "1.weight", SIZE_MAX, &other, ERROR));
  CHECK(one == other);
  duramen_tensor_release(other);
  OK(duramen_module_untie(context, net, "1.weight", SIZE_MAX, &changed, ERROR));
  CHECK(changed == 1);
  OK(duramen_module_get_parameter(net, "1.weight", SIZE_MAX, &other, ERROR));
  CHECK(one != other);
  OK(duramen_module_untie(context, net, "1.weight", SIZE_MAX, &changed, ERROR));
  CHECK(changed == 0);
  FAILS(DURAMEN_E_SHAPE_MISMATCH,
        duramen_module_tie(net, "1.bias", SIZE_MAX, "0.weight", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_tie(net, "1.bias", SIZE_MAX, "2.weight", SIZE_MAX, ERROR));
  TEXT("AttributeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  duramen_tensor_release(other);
  duramen_tensor_release(one);
  duramen_module_release(net);
}

static void vectors(duramen_context* context) {
  duramen_module* net = new_module(context, kNet);
  duramen_tensor *all = NULL, *block = NULL, *again = NULL;
  const void *a = NULL, *b = NULL;
  OK(duramen_module_flatten(context, net, 0, &all, ERROR));
  CHECK(duramen_tensor_numel(all) == 23);
  OK(duramen_module_pack(context, net, 0, &block, ERROR));
  OK(duramen_module_flatten(context, net, 0, &again, ERROR));
  OK(duramen_tensor_data_const(block, &a, ERROR));
  OK(duramen_tensor_data_const(again, &b, ERROR));
  CHECK(a == b);
  OK(duramen_tensor_data_const(all, &b, ERROR));
  CHECK(a != b && memcmp(a, b, 23 * sizeof(float)) == 0);
  duramen_tensor_release(again);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_flatten(context, net, 8, &again, ERROR));
  CHECK(again == NULL);
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_pack(context, net, DURAMEN_FLAT_GRADIENTS, &again, ERROR));
  OK(duramen_module_freeze(net, "0.*", SIZE_MAX, NULL, 0, NULL, ERROR));
  FAILS(DURAMEN_E_SHAPE_MISMATCH,
        duramen_module_unflatten(context, net, all, DURAMEN_FLAT_TRAINABLE, ERROR));
  TEXT("[14]", duramen_error_detail(last_error(), "expected", SIZE_MAX, NULL));
  TEXT("[23]", duramen_error_detail(last_error(), "actual", SIZE_MAX, NULL));
  duramen_tensor_release(block);
  duramen_tensor_release(all);
  duramen_module_release(net);
}

static void comparing(duramen_context* context) {
  duramen_module* one = new_module(context, kNet);
  duramen_module* other = new_module(context, kNet);
  duramen_state_dict *a = NULL, *b = NULL;
  duramen_diff* diff = NULL;
  duramen_string *json = NULL, *first = NULL, *second = NULL;
  duramen_list_options options = {0};
  const duramen_difference* entry;
  size_t count = 0, stride = 0;
  fill(context, one, 1);
  fill(context, other, 3);
  OK(duramen_module_state_dict(one, NULL, 0, 0, &a, ERROR));
  OK(duramen_module_state_dict(other, NULL, 0, 0, &b, ERROR));
  options.struct_size = sizeof options;
  options.include = "0.*|1.running_mean";
  options.include_length = SIZE_MAX;
  OK(duramen_state_dict_diff(context, a, b, &options, &diff, ERROR));
  entry = duramen_diff_entries(diff, &count, &stride);
  CHECK(count == 2 && stride >= sizeof *entry && duramen_diff_equal_count(diff) == 1);
  TEXT("0.weight", entry->name);
  CHECK(entry->what == DURAMEN_DIFF_ELEMENTS && entry->different == 6);
  CHECK(entry->has_distance == 1 && entry->distance == 2);
  CHECK(entry->a_rank == 2 && entry->b_shape[0] == 3);
  OK(duramen_diff_json(diff, &json, ERROR));
  CONTAINS("\"max_abs\": 2.0", duramen_string_data(json, NULL));
  duramen_string_release(json);
  duramen_diff_release(diff);
  OK(duramen_state_dict_digest(context, a, NULL, &first, ERROR));
  OK(duramen_module_copy_from(context, other, one, NULL, ERROR));
  OK(duramen_state_dict_digest(context, b, NULL, &second, ERROR));
  TEXT(duramen_string_data(first, NULL), duramen_string_data(second, NULL));
  CHECK(strlen(duramen_string_data(first, NULL)) == 32);
  OK(duramen_state_dict_diff(context, a, b, NULL, &diff, ERROR));
  CHECK(duramen_diff_entries(diff, &count, NULL) == NULL && count == 0);
  CHECK(duramen_diff_entries(diff, NULL, &stride) == NULL && stride == 0);
  CHECK(duramen_diff_entries(diff, &count, &stride) == NULL && count == 0);
  duramen_diff_release(diff);
  duramen_string_release(second);
  duramen_string_release(first);
  duramen_state_dict_release(b);
  duramen_state_dict_release(a);
  duramen_module_release(other);
  duramen_module_release(one);
}

int main(void) {
  duramen_context* context = new_context();
  blending(context);
  freezing(context);
  ties(context);
  vectors(context);
  comparing(context);
  duramen_context_release(context);
  return finish();
}
