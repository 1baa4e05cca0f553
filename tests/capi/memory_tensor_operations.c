/* The operations of the out-of-memory test on tensors, values and files. */
#include "memory_world.h"

typedef duramen_status (*binary_op)(duramen_context*, duramen_tensor*, duramen_tensor*,
                                    duramen_tensor**, duramen_error**);
typedef duramen_status (*unary_op)(duramen_context*, duramen_tensor*, duramen_tensor**,
                                   duramen_error**);

/* Rank 9: nests that do not fit the usual places, large enough for the pool. */
static duramen_status deep_arithmetic(struct world* w, duramen_error** error) {
  static const binary_op kBinary[] = {duramen_add, duramen_sub, duramen_mul, duramen_div};
  static const unary_op kUnary[] = {duramen_neg, duramen_exp, duramen_relu, duramen_contiguous};
  duramen_tensor* out = NULL;
  duramen_status status = DURAMEN_OK;
  size_t i;
  for (i = 0; i < COUNT_OF(kBinary); ++i) {
    TRY(kBinary[i](w->context, w->deep[1], w->deep[2], &out, error));
    duramen_tensor_release(out);
    out = NULL;
  }
  for (i = 0; i < COUNT_OF(kUnary); ++i) {
    TRY(kUnary[i](w->context, w->deep[1], &out, error));
    duramen_tensor_release(out);
    out = NULL;
  }
release:
  duramen_tensor_release(out);
  return status;
}

static duramen_status deep_reductions(struct world* w, duramen_error** error) {
  static const int64_t kDims[3] = {1, 3, 6};
  duramen_tensor *sum = NULL, *mean = NULL, *columns = NULL, *largest = NULL;
  duramen_status status;
  TRY(duramen_sum(w->context, w->deep[1], NULL, 0, 0, &sum, error));
  TRY(duramen_mean(w->context, w->deep[1], kDims, 3, 1, &mean, error));
  TRY(duramen_sum(w->context, w->deep[0], kDims, 3, 0, &columns, error));
  TRY(duramen_argmax(w->context, w->deep[1], 8, 0, &largest, error));
release:
  duramen_tensor_release(largest);
  duramen_tensor_release(columns);
  duramen_tensor_release(mean);
  duramen_tensor_release(sum);
  return status;
}

static duramen_status deep_writing(struct world* w, duramen_error** error) {
  duramen_tensor *wide = NULL, *copy = NULL;
  duramen_status status;
  TRY(duramen_to_dtype(w->context, w->deep[1], DURAMEN_DTYPE_FLOAT64, &wide, error));
  TRY(duramen_tensor_clone(w->context, w->deep[1], &copy, error));
  TRY(duramen_tensor_copy_from(w->context, w->deep[1], wide, error));
  TRY(duramen_tensor_fill(w->context, w->deep[1], 1, error));
  TRY(duramen_tensor_fill_uniform(w->context, w->deep[1], 0, 1, error));
  TRY(duramen_tensor_fill_normal(w->context, w->deep[1], 0, 1, error));
  TRY(duramen_tensor_fill_from_text(w->context, w->deep[1], "trunc_normal_(a=1.5)", SIZE_MAX,
                                    error));
  TRY(duramen_tensor_fill_from_text(w->context, w->deep[0], "orthogonal_", SIZE_MAX, error));
release:
  duramen_tensor_release(copy);
  duramen_tensor_release(wide);
  return status;
}

static duramen_status init_by_options(struct world* w, duramen_error** error) {
  duramen_options* options = NULL;
  double gain = 0;
  duramen_status status;
  TRY(duramen_calculate_gain("calculate_gain('leaky_relu', 0.5)", SIZE_MAX, &gain, error));
  TRY(duramen_options_create(&options, error));
  TRY(duramen_options_set_float(options, "val", SIZE_MAX, gain, error));
  TRY(duramen_tensor_fill_from_options(w->context, w->deep[0], "constant_", SIZE_MAX, options,
                                       error));
release:
  duramen_options_release(options);
  return status;
}

/* A failure leaves the class as it was. */
static duramen_status class_kept(duramen_status status, const duramen_module* layer,
                                 const char* name) {
  if (status != DURAMEN_OK) TEXT(name, duramen_module_class_name(layer, NULL));
  return status;
}

static duramen_status parametrize_in_place(struct world* w, duramen_error** error) {
  duramen_module* layer = NULL;
  duramen_status status = DURAMEN_OK;
  TRY(duramen_module_get_submodule(w->net, "4", SIZE_MAX, &layer, error));
  TRY(duramen_module_parametrize(w->context, layer, "weight", SIZE_MAX, "utils.spectral_norm",
                                 SIZE_MAX, error));
release:
  duramen_module_release(layer);
  return status;
}

static duramen_status parametrized(struct world* w, duramen_error** error) {
  static const char* const kTexts[] = {"weight_norm(dim=1)", "spectral_norm",
                                       "utils.weight_norm(dim=1)", "utils.spectral_norm",
                                       "orthogonal"};
  const char* parametrized_name = NULL;
  duramen_module* layer = NULL;
  duramen_tensor* weight = NULL;
  duramen_status status = DURAMEN_OK;
  size_t i;
  for (i = 0; i < COUNT_OF(kTexts); ++i) {
    const uint32_t leave = i < 4;
    TRY(duramen_module_from_text(w->context, "Linear(3, 2)", SIZE_MAX, &layer, error));
    TRY(class_kept(duramen_module_parametrize(w->context, layer, "weight", SIZE_MAX, kTexts[i],
                                              SIZE_MAX, error),
                   layer, "Linear"));
    parametrized_name = i < 2 || i == 4 ? "ParametrizedLinear" : "Linear";
    if (leave) {
      TRY(duramen_module_get_parametrized(w->context, layer, "weight", SIZE_MAX, &weight, error));
    }
    if (i < 2) {
      TRY(duramen_module_set_parametrized(w->context, layer, "weight", SIZE_MAX, weight, error));
    }
    TRY(class_kept(
        duramen_module_remove_parametrizations(w->context, layer, "weight", SIZE_MAX, leave, error),
        layer, parametrized_name));
    duramen_tensor_release(weight);
    duramen_module_release(layer);
    weight = NULL;
    layer = NULL;
  }
release:
  duramen_tensor_release(weight);
  duramen_module_release(layer);
  return status;
}

static duramen_status prepared(struct world* w, duramen_error** error) {
  static const char* const kTexts[] = {"softmax(dim=8)", "log_softmax(dim=0)", "gelu",
                                       "sum(dim=[1, 3], keepdim=True)",
                                       "permute([8, 1, 0, 5, 4, 3, 2, 7, 6])"};
  duramen_op* op = NULL;
  duramen_tensor* out = NULL;
  duramen_status status = DURAMEN_OK;
  size_t i;
  for (i = 0; i < COUNT_OF(kTexts); ++i) {
    TRY(duramen_op_from_text(kTexts[i], SIZE_MAX, &op, error));
    TRY(duramen_op_apply_tensors(w->context, op, &w->deep[1], 1, &out, error));
    duramen_tensor_release(out);
    duramen_op_release(op);
    out = NULL;
    op = NULL;
  }
release:
  duramen_tensor_release(out);
  duramen_op_release(op);
  return status;
}

static duramen_status planes(struct world* w, duramen_error** error) {
  static const char kText[] =
      "Sequential(Conv2d(2, 4, 3, stride=2, padding=1, groups=2), MaxPool2d(2, 1), "
      "Conv2d(4, 3, 3, padding='same', padding_mode='reflect'), AdaptiveAvgPool2d((3, 2)))";
  static const int64_t kShape[] = {2, 2, 9, 8};
  duramen_module* net = NULL;
  duramen_tensor *x = NULL, *y = NULL, *loss = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, kText, SIZE_MAX, &net, error));
  TRY(duramen_tensor_full(w->context, DURAMEN_DTYPE_FLOAT32, kShape, 4, 0.5, &x, error));
  TRY(duramen_tensor_set_requires_grad(x, 1, error));
  TRY(duramen_module_forward(w->context, net, x, &y, error));
  TRY(duramen_sum(w->context, y, NULL, 0, 0, &loss, error));
  TRY(duramen_tensor_backward(w->context, loss, NULL, NULL, error));
release:
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(net);
  return status;
}

static duramen_status shapes_differ(struct world* w, duramen_error** error) {
  duramen_tensor* out = NULL;
  return duramen_add(w->context, w->deep[0], w->x, &out, error);
}

static duramen_status make_values(struct world* w, duramen_error** error) {
  duramen_value* made[10] = {NULL};
  duramen_string_list* names = NULL;
  const duramen_value* items[3];
  duramen_status status;
  size_t i;
  (void)w;
  TRY(duramen_value_create_text("a text that is not short at all", SIZE_MAX, &made[0], error));
  TRY(duramen_value_create_int(7, &made[1], error));
  TRY(duramen_value_create_big_int("123456789012345678901234567890", SIZE_MAX, &made[2], error));
  for (i = 0; i < 3; ++i) items[i] = made[i];
  TRY(duramen_value_create_list(items, 3, &made[3], error));
  TRY(duramen_value_create_tuple(items, 3, &made[4], error));
  TRY(duramen_value_create_dict(items, items, 3, &made[5], error));
  TRY(duramen_value_create_ordered_dict(items, items, 3, &made[6], error));
  TRY(duramen_value_create_bytes("bytes", 5, &made[7], error));
  TRY(duramen_value_create_dict(items, items, 1, &made[8], error));
  TRY(duramen_value_create_dict_with_attributes(items, items, 3, made[8], &made[9], error));
  TRY(duramen_value_item_names(made[9], &names, error));
release:
  duramen_string_list_release(names);
  for (i = 0; i < COUNT_OF(made); ++i) duramen_value_release(made[i]);
  return status;
}

static duramen_status make_error(struct world* w, duramen_error** error) {
  duramen_error* made = NULL;
  duramen_status status =
      duramen_error_create(-1000, "a message that is not short", SIZE_MAX, &made);
  (void)w;
  (void)error;
  duramen_error_release(made);
  return status;
}

static duramen_status save(struct world* w, const char* name, duramen_error** error) {
  duramen_save_options options = {0};
  options.struct_size = sizeof options;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  return duramen_state_dict_save(w->context, w->dict, scratch_path(name), SIZE_MAX, &options,
                                 error);
}

static duramen_status open_file(struct world* w, const char* name, uint64_t flags_of_open,
                                duramen_error** error) {
  duramen_checkpoint* checkpoint = NULL;
  duramen_state_dict* dict = NULL;
  duramen_open_options options = {0};
  duramen_status status;
  options.struct_size = sizeof options;
  options.flags = flags_of_open;
  TRY(duramen_checkpoint_open(w->context, scratch_path(name), SIZE_MAX, &options, &checkpoint,
                              error));
  TRY(duramen_checkpoint_state_dict(w->context, checkpoint, NULL, 0, &dict, error));
release:
  duramen_state_dict_release(dict);
  duramen_checkpoint_release(checkpoint);
  return status;
}

/* The format has no ties. */
static duramen_status save_safetensors(struct world* w, duramen_error** error) {
  duramen_status status;
  TRY(duramen_state_dict_remove(w->dict, "d", SIZE_MAX, error));
  TRY(duramen_state_dict_remove(w->dict, "deep_buffer", SIZE_MAX, error));
  TRY(save(w, "memory.safetensors", error));
release:
  return status;
}

static duramen_status save_torch(struct world* w, duramen_error** error) {
  return save(w, "memory.pt", error);
}

static duramen_status open_safetensors(struct world* w, duramen_error** error) {
  return open_file(w, "memory.safetensors", 0, error);
}

static duramen_status open_torch(struct world* w, duramen_error** error) {
  return open_file(w, "memory.pt", DURAMEN_OPEN_READ | DURAMEN_OPEN_VERIFY, error);
}

static duramen_status open_nothing(struct world* w, duramen_error** error) {
  return open_file(w, "not there.safetensors", 0, error);
}

static duramen_status open_garbage(struct world* w, duramen_error** error) {
  static const char kHeader[] = "\x10\0\0\0\0\0\0\0{\"a\": {\"b\": [1}}";
  duramen_checkpoint* checkpoint = NULL;
  return duramen_checkpoint_from_memory(w->context, kHeader, sizeof kHeader - 1, NULL, &checkpoint,
                                        error);
}

const struct operation kTensorOperations[] = {
    {"rank 9", NO_NET | WITH_DEEP | TWO_THREADS, 1, DURAMEN_OK, deep_arithmetic},
    {"rank 9, own runner", NO_NET | WITH_DEEP | OWN_RUNNER, 1, DURAMEN_OK, deep_arithmetic},
    {"reduce rank 9", NO_NET | WITH_DEEP | TWO_THREADS, 1, DURAMEN_OK, deep_reductions},
    {"reduce rank 9, own runner", NO_NET | WITH_DEEP | OWN_RUNNER, 1, DURAMEN_OK, deep_reductions},
    {"write rank 9", NO_NET | WITH_DEEP | TWO_THREADS, 0, DURAMEN_OK, deep_writing},
    {"parametrize in place", 0, 1, DURAMEN_OK, parametrize_in_place},
    {"parametrized", NO_NET, 1, DURAMEN_OK, parametrized},
    {"init by options", NO_NET | WITH_DEEP, 0, DURAMEN_OK, init_by_options},
    {"prepared operators", NO_NET | WITH_DEEP | TWO_THREADS, 1, DURAMEN_OK, prepared},
    {"convolution and pooling", NO_NET | TWO_THREADS, 1, DURAMEN_OK, planes},
    {"convolution and pooling, own memory", NO_NET | OWN_MEMORY, 1, DURAMEN_OK, planes},
    {"shapes that differ", WITH_GRAPH | WITH_DEEP, 1, DURAMEN_E_SHAPE_MISMATCH, shapes_differ},
    {"values", NO_NET, 1, DURAMEN_OK, make_values},
    {"an error", NO_NET, 1, DURAMEN_OK, make_error},
    {"save .safetensors", WITH_DICT, 1, DURAMEN_OK, save_safetensors},
    {"save .pt", WITH_DICT, 1, DURAMEN_OK, save_torch},
    {"open .safetensors", NO_NET, 1, DURAMEN_OK, open_safetensors},
    {"open .pt", NO_NET, 1, DURAMEN_OK, open_torch},
    {"open nothing", NO_NET, 1, DURAMEN_E_IO, open_nothing},
    {"open garbage", NO_NET, 1, DURAMEN_E_CORRUPT, open_garbage},
};

const size_t kTensorOperationCount = COUNT_OF(kTensorOperations);
