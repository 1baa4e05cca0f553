/* Modules, operators and optimizers from options: the same registry as text, the same results. */
#include "check.h"

static duramen_options* new_options(void) {
  duramen_options* options = NULL;
  OK(duramen_options_create(&options, ERROR));
  return options;
}

static void expect_repr(const char* expected, const duramen_module* module) {
  duramen_string* repr = NULL;
  OK(duramen_module_repr(module, &repr, ERROR));
  TEXT(expected, duramen_string_data(repr, NULL));
  duramen_string_release(repr);
}

static duramen_module* create(duramen_context* context, const char* type,
                              const duramen_options* options) {
  duramen_module* module = NULL;
  OK(duramen_module_create(context, type, SIZE_MAX, options, &module, ERROR));
  return module;
}

static void layer(duramen_context* context) {
  duramen_options* options = new_options();
  duramen_module* module = NULL;
  duramen_tensor* weight = NULL;
  OK(duramen_options_set_int(options, "in_features", SIZE_MAX, 7, ERROR));
  OK(duramen_options_set_int(options, "in_features", SIZE_MAX, 4, ERROR)); /* replaces */
  OK(duramen_options_set_int(options, "out_features", SIZE_MAX, 3, ERROR));
  OK(duramen_options_set_bool(options, "bias", SIZE_MAX, 0, ERROR));
  OK(duramen_options_set_text(options, "dtype", SIZE_MAX, "float64", SIZE_MAX, ERROR));
  OK(duramen_options_set_none(options, "device", SIZE_MAX, ERROR));
  module = create(context, "torch.nn.Linear", options);
  expect_repr("Linear(in_features=4, out_features=3, bias=False)", module);
  OK(duramen_module_get_parameter(module, "weight", SIZE_MAX, &weight, ERROR));
  CHECK(duramen_tensor_dtype(weight) == DURAMEN_DTYPE_FLOAT64);
  duramen_tensor_release(weight);
  duramen_module_release(module);
  duramen_options_release(options);
}

/* The same draws as a text. */
static void same_values(duramen_context* context) {
  duramen_options* options = new_options();
  duramen_module* a = NULL;
  duramen_module* b = NULL;
  duramen_tensor* weights[2] = {NULL, NULL};
  double values[2] = {1, 2};
  int i;
  OK(duramen_options_set_int(options, "in_features", SIZE_MAX, 1, ERROR));
  OK(duramen_options_set_int(options, "out_features", SIZE_MAX, 1, ERROR));
  OK(duramen_context_seed(context, 5, ERROR));
  a = create(context, "Linear", options);
  OK(duramen_context_seed(context, 5, ERROR));
  b = new_module(context, "Linear(1, 1)");
  OK(duramen_module_get_parameter(a, "weight", SIZE_MAX, &weights[0], ERROR));
  OK(duramen_module_get_parameter(b, "weight", SIZE_MAX, &weights[1], ERROR));
  for (i = 0; i < 2; ++i) {
    OK(duramen_tensor_item(weights[i], NULL, 0, &values[i], ERROR));
    duramen_tensor_release(weights[i]);
  }
  CHECK(values[0] == values[1]);
  duramen_module_release(a);
  duramen_module_release(b);
  duramen_options_release(options);
}

static void numbers(duramen_context* context) {
  duramen_options* options = new_options();
  duramen_module* module = NULL;
  OK(duramen_options_set_float(options, "p", SIZE_MAX, 0.1, ERROR));
  module = create(context, "Dropout", options);
  expect_repr("Dropout(p=0.1, inplace=False)", module);
  duramen_module_release(module);
  OK(duramen_options_set_float(options, "p", SIZE_MAX, 1.5, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create(context, "Dropout", SIZE_MAX, options, &module, ERROR));
  TEXT("Dropout: dropout probability has to be between 0 and 1, but got 1.5",
       duramen_error_message(last_error(), NULL));
  CHECK(duramen_error_detail(last_error(), "column", SIZE_MAX, NULL) == NULL);
  CHECK(module == NULL);
  duramen_options_release(options);
}

static void containers(duramen_context* context) {
  duramen_module* linear = new_module(context, "Linear(2, 2)");
  duramen_options* list = new_options();
  duramen_options* dict = new_options();
  duramen_module* module = NULL;
  OK(duramen_options_add_module(list, "args", SIZE_MAX, NULL, 0, linear, ERROR));
  OK(duramen_options_add_module(list, "args", SIZE_MAX, NULL, 0, NULL, ERROR));
  OK(duramen_options_add_module(list, "args", SIZE_MAX, NULL, 0, linear, ERROR));
  module = create(context, "Sequential", list);
  expect_repr(
      "Sequential(\n  (0): Linear(in_features=2, out_features=2, bias=True)\n  (1): None\n"
      "  (2): Linear(in_features=2, out_features=2, bias=True)\n)",
      module);
  duramen_module_release(module);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_options_add_module(list, "args", SIZE_MAX, "key", SIZE_MAX, linear, ERROR));
  OK(duramen_options_add_module(dict, "args", SIZE_MAX, "first", SIZE_MAX, linear, ERROR));
  OK(duramen_options_add_module(dict, "modules", SIZE_MAX, "key", SIZE_MAX, linear, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create(context, "ModuleDict", SIZE_MAX, dict, &module, ERROR));
  TEXT("args", duramen_error_detail(last_error(), "argument", SIZE_MAX, NULL));
  duramen_options_release(dict);
  dict = new_options();
  OK(duramen_options_add_module(dict, "args", SIZE_MAX, "first", SIZE_MAX, linear, ERROR));
  module = create(context, "Sequential", dict);
  expect_repr("Sequential(\n  (first): Linear(in_features=2, out_features=2, bias=True)\n)",
              module);
  duramen_module_release(module);
  OK(duramen_options_set_module(dict, "args", SIZE_MAX, linear, ERROR));
  module = create(context, "Sequential", dict);
  expect_repr("Sequential(\n  (0): Linear(in_features=2, out_features=2, bias=True)\n)", module);
  duramen_module_release(module);
  duramen_module_release(linear);
  duramen_options_release(list);
  duramen_options_release(dict);
}

static void dictionaries(duramen_context* context) {
  duramen_module* relu = new_module(context, "ReLU()");
  duramen_options* options = new_options();
  duramen_module* module = NULL;
  OK(duramen_options_add_module(options, "modules", SIZE_MAX, "b", SIZE_MAX, relu, ERROR));
  OK(duramen_options_add_module(options, "modules", SIZE_MAX, "a", SIZE_MAX, relu, ERROR));
  module = create(context, "ModuleDict", options);
  expect_repr("ModuleDict(\n  (b): ReLU()\n  (a): ReLU()\n)", module);
  duramen_module_release(module);
  module = create(context, "ModuleDict", NULL);
  expect_repr("ModuleDict()", module);
  duramen_module_release(module);
  duramen_module_release(relu);
  duramen_options_release(options);
}

static void refused(duramen_context* context) {
  duramen_options* options = new_options();
  duramen_module* module = NULL;
  duramen_value* bytes = NULL;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_create(context, "Linaer", SIZE_MAX, NULL, &module, ERROR));
  TEXT("Linear", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create(context, "Linear", SIZE_MAX, NULL, &module, ERROR));
  TEXT("in_features", duramen_error_detail(last_error(), "argument", SIZE_MAX, NULL));
  OK(duramen_options_set_int(options, "in_feature", SIZE_MAX, 3, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create(context, "Linear", SIZE_MAX, options, &module, ERROR));
  TEXT("in_features", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  TEXT("TypeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  duramen_options_release(options);
  options = new_options();
  OK(duramen_options_set_text(options, "in_features", SIZE_MAX, "four", SIZE_MAX, ERROR));
  OK(duramen_options_set_int(options, "out_features", SIZE_MAX, 3, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create(context, "Linear", SIZE_MAX, options, &module, ERROR));
  TEXT("in_features", duramen_error_detail(last_error(), "argument", SIZE_MAX, NULL));
  TEXT("str", duramen_error_detail(last_error(), "actual", SIZE_MAX, NULL));
  OK(duramen_value_create_bytes("x", 1, &bytes, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_options_set_value(options, "in_features", SIZE_MAX, bytes, ERROR));
  duramen_value_release(bytes);
  duramen_options_release(options);
}

/* A loss with a weight, which the options hold. */
static void tensors(duramen_context* context) {
  static const float kValues[2] = {1, 2};
  static const int64_t kShape[1] = {2};
  duramen_tensor* weight = new_tensor(context, kValues, 1, kShape);
  duramen_options* options = new_options();
  duramen_module* loss = NULL;
  duramen_tensor* buffer = NULL;
  OK(duramen_options_set_tensor(options, "weight", SIZE_MAX, weight, ERROR));
  OK(duramen_options_set_text(options, "reduction", SIZE_MAX, "sum", SIZE_MAX, ERROR));
  loss = create(context, "CrossEntropyLoss", options);
  OK(duramen_module_get_buffer(loss, "weight", SIZE_MAX, &buffer, ERROR));
  CHECK(buffer == weight);
  duramen_tensor_release(buffer);
  duramen_tensor_release(weight);
  duramen_module_release(loss);
  duramen_options_release(options);
}

static void operators(duramen_context* context) {
  static const float kValues[4] = {1, 2, 3, 4};
  static const int64_t kShape[2] = {2, 2};
  static const int64_t kDims[2] = {0, 1};
  static const int64_t kSizes[2] = {1, 4};
  duramen_tensor* x = new_tensor(context, kValues, 2, kShape);
  duramen_tensor* sum = NULL;
  duramen_options* options = new_options();
  duramen_op* op = NULL;
  double value = 0;
  OK(duramen_options_set_ints(options, "dim", SIZE_MAX, kDims, 2, ERROR));
  OK(duramen_op_create("sum", SIZE_MAX, options, &op, ERROR));
  TEXT("sum", duramen_op_name(op, NULL));
  OK(duramen_op_apply_tensors(context, op, &x, 1, &sum, ERROR));
  OK(duramen_tensor_item(sum, NULL, 0, &value, ERROR));
  CHECK(value == 10);
  duramen_op_release(op);
  duramen_tensor_release(sum);
  duramen_options_release(options);
  options = new_options(); /* a list under the name of a variadic parameter is spread */
  OK(duramen_options_set_ints(options, "sizes", SIZE_MAX, kSizes, 2, ERROR));
  OK(duramen_op_create("reshape", SIZE_MAX, options, &op, ERROR));
  OK(duramen_op_apply_tensors(context, op, &x, 1, &sum, ERROR));
  CHECK(duramen_tensor_numel(sum) == 4);
  duramen_op_release(op);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_op_create("summ", SIZE_MAX, NULL, &op, ERROR));
  TEXT("sum", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  CHECK(op == NULL);
  duramen_tensor_release(sum);
  duramen_tensor_release(x);
  duramen_options_release(options);
}

static void optimizers(duramen_context* context) {
  duramen_module* module = new_module(context, "Linear(2, 2)");
  duramen_options* options = new_options();
  duramen_optimizer* optimizer = NULL;
  duramen_tensor* weight = NULL;
  duramen_value* momentum = NULL;
  OK(duramen_module_get_parameter(module, "weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_options_set_float(options, "lr", SIZE_MAX, 0.1, ERROR));
  OK(duramen_options_set_float(options, "momentum", SIZE_MAX, 0.9, ERROR));
  OK(duramen_optimizer_create(context, "SGD", SIZE_MAX, options, &weight, 1, &optimizer, ERROR));
  OK(duramen_optimizer_get_option(optimizer, 0, "momentum", SIZE_MAX, &momentum, ERROR));
  CHECK(duramen_value_float(momentum) == 0.9);
  duramen_value_release(momentum);
  duramen_optimizer_release(optimizer);
  OK(duramen_options_set_float(options, "lr", SIZE_MAX, -1, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_optimizer_create(context, "SGD", SIZE_MAX, options, &weight, 1, &optimizer, ERROR));
  TEXT("ValueError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  CHECK(optimizer == NULL);
  duramen_tensor_release(weight);
  duramen_module_release(module);
  duramen_options_release(options);
}

/* Lists, tuples and dicts of values; nesting without measure is refused. */
static void values(duramen_context* context) {
  duramen_options* options = new_options();
  duramen_value* items[2] = {NULL, NULL};
  duramen_value* value = NULL;
  duramen_op* op = NULL;
  duramen_tensor* x = NULL;
  duramen_tensor* out = NULL;
  static const float kOne[1] = {1};
  static const int64_t kShape[3] = {1, 1, 1};
  int i;
  OK(duramen_value_create_int(0, &items[0], ERROR));
  OK(duramen_value_create_int(2, &items[1], ERROR));
  OK(duramen_options_set_list(options, "dim", SIZE_MAX, (const duramen_value* const*)items, 2,
                              ERROR));
  OK(duramen_op_create("sum", SIZE_MAX, options, &op, ERROR));
  x = new_tensor(context, kOne, 3, kShape);
  OK(duramen_op_apply_tensors(context, op, &x, 1, &out, ERROR));
  CHECK(duramen_tensor_rank(out) == 1);
  duramen_tensor_release(out);
  duramen_tensor_release(x);
  duramen_op_release(op);
  OK(duramen_value_create_tuple((const duramen_value* const*)items, 2, &value, ERROR));
  OK(duramen_options_set_value(options, "dim", SIZE_MAX, value, ERROR));
  OK(duramen_op_create("sum", SIZE_MAX, options, &op, ERROR));
  duramen_op_release(op);
  for (i = 0; i < 300; ++i) {
    duramen_value* outer = NULL;
    OK(duramen_value_create_list((const duramen_value* const*)&value, 1, &outer, ERROR));
    duramen_value_release(value);
    value = outer;
  }
  FAILS(DURAMEN_E_LIMIT, duramen_options_set_value(options, "dim", SIZE_MAX, value, ERROR));
  duramen_value_release(value);
  duramen_value_release(items[0]);
  duramen_value_release(items[1]);
  duramen_options_release(options);
}

int main(void) {
  duramen_context* context = new_context();
  layer(context);
  same_values(context);
  numbers(context);
  containers(context);
  dictionaries(context);
  refused(context);
  tensors(context);
  operators(context);
  optimizers(context);
  values(context);
  duramen_context_release(context);
  return finish();
}
