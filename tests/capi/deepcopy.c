/* duramen_module_deepcopy from C: a copy that trains on its own, ties, cancel, cycles. */
#include "check.h"

static duramen_tensor* parameter(const duramen_module* module, const char* path) {
  duramen_tensor* found = NULL;
  OK(duramen_module_get_parameter(module, path, SIZE_MAX, &found, ERROR));
  duramen_tensor_release(found); /* the module holds it */
  return found;
}

static duramen_tensor* buffer(const duramen_module* module, const char* path) {
  duramen_tensor* found = NULL;
  OK(duramen_module_get_buffer(module, path, SIZE_MAX, &found, ERROR));
  duramen_tensor_release(found);
  return found;
}

static double first(const duramen_tensor* tensor) {
  static const int64_t kCorner[2] = {0, 0};
  double value = 0;
  OK(duramen_tensor_item(tensor, kCorner, duramen_tensor_rank(tensor), &value, ERROR));
  return value;
}

static void check_same_repr(const duramen_module* a, const duramen_module* b) {
  duramen_string *text_a = NULL, *text_b = NULL;
  OK(duramen_module_repr(a, &text_a, ERROR));
  OK(duramen_module_repr(b, &text_b, ERROR));
  TEXT(duramen_string_data(text_a, NULL), duramen_string_data(text_b, NULL));
  duramen_string_release(text_a);
  duramen_string_release(text_b);
}

/* One training forward and backward of the copy leaves the original as it was. */
static void copy_is_its_own(duramen_context* context) {
  static const float kInput[4] = {1, 2, 3, 5};
  static const int64_t kShape[2] = {2, 2};
  duramen_module* net = new_module(context, "Sequential(Linear(2, 3), BatchNorm1d(3), ReLU())");
  duramen_tensor *input = new_tensor(context, kInput, 2, kShape), *output = NULL, *loss = NULL;
  duramen_tensor* grad = NULL;
  duramen_module* copy = NULL;
  OK(duramen_module_train(net, 0, ERROR));
  OK(duramen_module_deepcopy(context, net, &copy, ERROR));
  CHECK(copy != net && duramen_module_is_training(copy) == 0);
  check_same_repr(net, copy);
  CHECK(parameter(net, "0.weight") != parameter(copy, "0.weight"));
  CHECK(first(parameter(net, "0.weight")) == first(parameter(copy, "0.weight")));
  OK(duramen_module_train(copy, 1, ERROR));
  OK(duramen_module_forward(context, copy, input, &output, ERROR));
  OK(duramen_mean(context, output, NULL, 0, 0, &loss, ERROR));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  OK(duramen_tensor_grad(parameter(net, "0.weight"), &grad, ERROR));
  CHECK(grad == NULL);
  CHECK(first(buffer(net, "1.num_batches_tracked")) == 0);
  CHECK(first(buffer(copy, "1.num_batches_tracked")) == 1);
  duramen_module_release(net);
  OK(duramen_module_forward(context, copy, input, &grad, ERROR));
  duramen_tensor_release(grad);
  duramen_tensor_release(loss);
  duramen_tensor_release(output);
  duramen_tensor_release(input);
  duramen_module_release(copy);
}

static void ties(duramen_context* context) {
  duramen_module* net = new_module(context, "Module()");
  duramen_module* layer = new_module(context, "Linear(2, 2, bias=False)");
  duramen_module *copy = NULL, *a = NULL, *b = NULL;
  duramen_tensor* weight = parameter(layer, "weight");
  OK(duramen_module_register_child(net, "a", SIZE_MAX, layer, ERROR));
  OK(duramen_module_register_child(net, "b", SIZE_MAX, layer, ERROR));
  OK(duramen_module_register_child(net, "none", SIZE_MAX, NULL, ERROR));
  OK(duramen_module_register_parameter(net, "w", SIZE_MAX, weight, ERROR));
  OK(duramen_tensor_set_requires_grad(weight, 0, ERROR));
  OK(duramen_module_deepcopy(context, net, &copy, ERROR));
  OK(duramen_module_get_submodule(copy, "a", SIZE_MAX, &a, ERROR));
  OK(duramen_module_get_submodule(copy, "b", SIZE_MAX, &b, ERROR));
  CHECK(a == b && a != layer);
  CHECK(parameter(copy, "w") == parameter(copy, "a.weight"));
  CHECK(duramen_tensor_requires_grad(parameter(copy, "w")) == 0);
  CHECK(duramen_tensor_is_parameter(parameter(copy, "w")) == 1);
  check_same_repr(net, copy);
  duramen_module_release(a);
  duramen_module_release(b);
  duramen_module_release(copy);
  duramen_module_release(layer);
  duramen_module_release(net);
}

static void refusals(duramen_context* context) {
  static const float kOne[1] = {1};
  static const int64_t kShape[1] = {1};
  duramen_module* net = new_module(context, "Linear(1, 1)");
  duramen_tensor *x = new_tensor(context, kOne, 1, kShape), *y = NULL;
  duramen_module* copy = NULL;
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_module_register_buffer(net, "last", SIZE_MAX, y, 1, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_deepcopy(context, net, &copy, ERROR));
  TEXT("RuntimeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  OK(duramen_module_remove(net, "last", SIZE_MAX, ERROR));
  duramen_context_cancel(context);
  FAILS(DURAMEN_E_CANCELLED, duramen_module_deepcopy(context, net, &copy, ERROR));
  CHECK(copy == NULL);
  duramen_context_reset_cancel(context);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(net);
}

/* The copy is a ring of its own, which its owner opens. */
static void cycle(duramen_context* context) {
  duramen_module* net = new_module(context, "Module()");
  duramen_module *copy = NULL, *below = NULL;
  OK(duramen_module_register_child(net, "me", SIZE_MAX, net, ERROR));
  OK(duramen_module_deepcopy(context, net, &copy, ERROR));
  OK(duramen_module_get_submodule(copy, "me", SIZE_MAX, &below, ERROR));
  CHECK(below == copy && copy != net);
  duramen_module_release(below);
  OK(duramen_module_remove(copy, "me", SIZE_MAX, ERROR));
  OK(duramen_module_remove(net, "me", SIZE_MAX, ERROR));
  duramen_module_release(copy);
  duramen_module_release(net);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_allocator_statistics statistics = {0};
  copy_is_its_own(context);
  ties(context);
  refusals(context);
  cycle(context);
  statistics.struct_size = sizeof statistics;
  OK(duramen_context_allocator_statistics(context, &statistics, ERROR));
  CHECK(statistics.blocks_in_use == 0);
  duramen_context_release(context);
  return finish();
}
