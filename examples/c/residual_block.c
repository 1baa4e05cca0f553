/* A module of one's own: a residual block with three children, used twice in a network that is
 * printed, copied and trained. */
#include <duramen/duramen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRY(call)                                                                 \
  do {                                                                            \
    if ((call) != DURAMEN_OK) return puts(duramen_error_message(error, NULL)), 1; \
  } while (0)

enum { kFeatures = 8, kRows = 32 };

/* What stands behind a block. Its layers are the module's and are not kept here. */
struct block {
  int64_t features;
};

/* out = the child of that name, applied to `in` */
static duramen_status run_child(duramen_context* context, const duramen_module* module,
                                const char* name, duramen_tensor* in, duramen_tensor** out,
                                duramen_error** error) {
  duramen_module* child = NULL;
  duramen_status status = duramen_module_get_submodule(module, name, SIZE_MAX, &child, error);
  *out = NULL;
  if (status == DURAMEN_OK) status = duramen_module_forward(context, child, in, out, error);
  duramen_module_release(child);
  return status;
}

/* x + fc2(relu(norm(fc1(x)))). A failed call's status and error are passed on as they are. */
static int32_t block_forward(void* user, duramen_context* context, duramen_module* module,
                             const duramen_value* arguments, const duramen_value* keywords,
                             duramen_value** out, duramen_error** error) {
  duramen_tensor *x = duramen_value_tensor(duramen_value_item(arguments, 0)), *t[5] = {NULL};
  duramen_status status = run_child(context, module, "fc1", x, &t[0], error);
  (void)user;
  (void)keywords;
  if (!status) status = run_child(context, module, "norm", t[0], &t[1], error);
  if (!status) status = duramen_relu(context, t[1], &t[2], error);
  if (!status) status = run_child(context, module, "fc2", t[2], &t[3], error);
  if (!status) status = duramen_add(context, x, t[3], &t[4], error);
  if (!status) status = duramen_value_create_tensor(t[4], out, error);
  for (int i = 0; i < 5; ++i) duramen_tensor_release(t[i]);
  return status;
}

static int32_t block_clone(void* user, duramen_context* context, const duramen_module* module,
                           void** out_user, duramen_error** error) {
  (void)context;
  (void)module;
  (void)error;
  *out_user = malloc(sizeof(struct block));
  if (!*out_user) return DURAMEN_E_NO_MEMORY;
  memcpy(*out_user, user, sizeof(struct block));
  return 0;
}

static int32_t block_repr(void* user, const duramen_module* module, duramen_string** out,
                          duramen_error** error) {
  const struct block* block = user;
  char text[40];
  (void)module;
  snprintf(text, sizeof text, "features=%d", (int)block->features);
  return duramen_string_create(text, SIZE_MAX, out, error);
}

static const duramen_module_class kBlockClass = {.struct_size = sizeof kBlockClass,
                                                 .name = "ResidualBlock",
                                                 .name_length = 13,
                                                 .forward = block_forward,
                                                 .clone = block_clone,
                                                 .extra_repr = block_repr,
                                                 .destroy = free};

static duramen_status add_child(duramen_context* context, duramen_module* module, const char* name,
                                const char* text, duramen_error** error) {
  duramen_module* child = NULL;
  duramen_status status = duramen_module_from_text(context, text, SIZE_MAX, &child, error);
  if (!status) status = duramen_module_register_child(module, name, SIZE_MAX, child, error);
  duramen_module_release(child);
  return status;
}

static duramen_status new_block(duramen_context* context, duramen_module** out,
                                duramen_error** error) {
  struct block* block = malloc(sizeof *block);
  duramen_status status = DURAMEN_E_NO_MEMORY;
  *out = NULL;
  if (!block) return status;
  block->features = kFeatures;
  status = duramen_module_create_custom(context, &kBlockClass, block, out, error);
  if (status) {
    free(block); /* still ours */
    return status;
  }
  status = add_child(context, *out, "fc1", "Linear(8, 16)", error);
  if (!status) status = add_child(context, *out, "norm", "BatchNorm1d(16)", error);
  if (!status) status = add_child(context, *out, "fc2", "Linear(16, 8)", error);
  return status;
}

/* Two blocks between two layers. */
static duramen_status new_network(duramen_context* context, duramen_module** out,
                                  duramen_error** error) {
  duramen_module *first = NULL, *second = NULL;
  duramen_scope* scope = NULL;
  duramen_status status = new_block(context, &first, error);
  if (!status) status = new_block(context, &second, error);
  if (!status) status = duramen_scope_create(&scope, error);
  if (!status) status = duramen_scope_set_module(scope, "first", SIZE_MAX, first, error);
  if (!status) status = duramen_scope_set_module(scope, "second", SIZE_MAX, second, error);
  if (!status) {
    duramen_text_options options = {.struct_size = sizeof options, .scope = scope};
    status = duramen_module_from_text_with(context,
                                           "Sequential(Linear(2, 8), first, second, Linear(8, 1))",
                                           SIZE_MAX, &options, out, NULL, error);
  }
  duramen_scope_release(scope);
  duramen_module_release(second);
  duramen_module_release(first);
  return status;
}

/* Points on a grid and the product of their coordinates. */
static duramen_status new_data(duramen_context* context, duramen_tensor** x, duramen_tensor** y,
                               duramen_error** error) {
  float points[kRows][2], products[kRows][1];
  const int64_t two_wide[] = {kRows, 2}, one_wide[] = {kRows, 1};
  duramen_import_options options = {
      .struct_size = sizeof options, .dtype = DURAMEN_DTYPE_FLOAT32, .rank = 2};
  duramen_status status;
  for (int i = 0; i < kRows; ++i) {
    const int column = i % 8, row = i / 8;
    points[i][0] = (float)column / 4 - 1;
    points[i][1] = (float)row / 2 - 1;
    products[i][0] = points[i][0] * points[i][1];
  }
  options.shape = two_wide;
  options.data = points;
  options.nbytes = sizeof points;
  status = duramen_tensor_import(context, &options, x, error);
  if (status) return status;
  options.shape = one_wide;
  options.data = products;
  options.nbytes = sizeof products;
  return duramen_tensor_import(context, &options, y, error);
}

static duramen_status new_optimizer(duramen_context* context, const duramen_module* net,
                                    duramen_optimizer** out, duramen_error** error) {
  duramen_list_options options = {.struct_size = sizeof options, .kinds = DURAMEN_KIND_PARAMETER};
  duramen_tensor* parameters[32];
  duramen_listing* list = NULL;
  size_t count = 0, stride = 0;
  duramen_status status = duramen_module_list(net, &options, &list, error);
  const char* entry = (const char*)duramen_listing_entries(list, &count, &stride);
  for (size_t i = 0; i < count && i < 32; ++i, entry += stride) {
    parameters[i] = ((const duramen_entry*)entry)->tensor;
  }
  if (!status) {
    status = duramen_optimizer_from_text(context, "SGD(lr=0.05, momentum=0.9)", SIZE_MAX,
                                         parameters, count, out, error);
  }
  duramen_listing_release(list);
  return status;
}

int main(void) {
  duramen_context* context;
  duramen_error* error;
  duramen_module *net, *copy;
  duramen_tensor *x, *y, *output, *loss;
  duramen_optimizer* sgd;
  duramen_string* text;
  double value = 0;

  TRY(duramen_context_create(NULL, &context, &error));
  TRY(new_network(context, &net, &error));
  TRY(new_data(context, &x, &y, &error));
  TRY(duramen_module_repr(net, &text, &error));
  puts(duramen_string_data(text, NULL));
  duramen_string_release(text);
  TRY(duramen_module_deepcopy(context, net, &copy, &error));
  TRY(new_optimizer(context, net, &sgd, &error));
  for (int step = 0; step <= 200; ++step) {
    TRY(duramen_optimizer_zero_grad(sgd, 1, &error));
    TRY(duramen_module_forward(context, net, x, &output, &error));
    TRY(duramen_mse_loss(context, output, y, DURAMEN_REDUCTION_MEAN, &loss, &error));
    TRY(duramen_tensor_item(loss, NULL, 0, &value, &error));
    if (step % 100 == 0) printf("step %d  loss %.4f\n", step, value);
    TRY(duramen_tensor_backward(context, loss, NULL, NULL, &error));
    TRY(duramen_optimizer_step(context, sgd, &error));
    duramen_tensor_release(output);
    duramen_tensor_release(loss);
  }
  TRY(duramen_module_forward(context, copy, x, &output, &error));
  TRY(duramen_mse_loss(context, output, y, DURAMEN_REDUCTION_MEAN, &loss, &error));
  TRY(duramen_tensor_item(loss, NULL, 0, &value, &error));
  printf("the copy, which was not trained: %.4f\n", value);

  duramen_tensor_release(loss);
  duramen_tensor_release(output);
  duramen_optimizer_release(sgd);
  duramen_module_release(copy);
  duramen_module_release(net);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_context_release(context);
  return 0;
}
