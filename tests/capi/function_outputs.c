/* Differentiable functions of the caller's own: several inputs and outputs, zeros and NULLs for
 * gradients, structs that are refused, long chains, releases inside callbacks. */
#include "check.h"

/* Takes a and b; gives a + b, a itself, and a tensor of integers. */
struct fork {
  duramen_tensor* released; /* by backward, when not NULL */
  int destroyed;
  double seen[3]; /* the first element of each gradient that backward got; -1 for NULL */
};

static int32_t forward(void* user, duramen_context* context, duramen_function_state* state,
                       duramen_tensor* const* inputs, size_t input_count, duramen_tensor** outputs,
                       size_t output_count, duramen_error** error) {
  static const int64_t kShape[1] = {2};
  const int32_t status = duramen_add(context, inputs[0], inputs[1], &outputs[0], error);
  (void)user;
  (void)state;
  CHECK(input_count == 2 && output_count == 3);
  if (status) return status;
  outputs[1] = duramen_tensor_retain(inputs[0]);
  return duramen_tensor_zeros(context, DURAMEN_DTYPE_INT64, kShape, 1, &outputs[2], error);
}

static int32_t backward(void* user, duramen_context* context, duramen_function_state* state,
                        duramen_tensor* const* output_grads, size_t output_count,
                        duramen_tensor** input_grads, size_t input_count, duramen_error** error) {
  struct fork* fork = user;
  size_t i;
  (void)context;
  CHECK(output_count == 3 && input_count == 2);
  for (i = 0; i < output_count; ++i) {
    int32_t status = 0;
    const int64_t place = 0;
    fork->seen[i] = -1;
    if (!output_grads[i]) continue;
    status = duramen_tensor_item(output_grads[i], &place, 1, &fork->seen[i], error);
    if (status) return status;
  }
  duramen_tensor_release(fork->released);
  for (i = 0; i < input_count; ++i) { /* also where it is not wanted, which is no mistake */
    input_grads[i] = duramen_tensor_retain(output_grads[0]);
  }
  CHECK(duramen_function_state_needs_input_grad(state, 0) == 1);
  CHECK(duramen_function_state_needs_input_grad(state, 1) == 0);
  return 0;
}

static void destroy(void* user) {
  struct fork* fork = user;
  ++fork->destroyed;
}

static duramen_function_type fork_type(void) {
  duramen_function_type type;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.output_count = 3;
  type.name = "ForkBackward";
  type.name_length = SIZE_MAX;
  type.forward = forward;
  type.backward = backward;
  type.destroy = destroy;
  return type;
}

static duramen_tensor* new_pair(duramen_context* context, uint32_t requires_grad) {
  static const float kValues[2] = {1, 2};
  static const int64_t kShape[1] = {2};
  duramen_tensor *data = new_tensor(context, kValues, 1, kShape), *leaf = NULL;
  OK(duramen_parameter_create(data, requires_grad, &leaf, ERROR));
  duramen_tensor_release(data);
  return leaf;
}

/* Walks back from one output; what backward gets for the others depends on the flag. */
static void outputs(duramen_context* context, uint64_t flags, size_t from) {
  struct fork fork = {NULL, 0, {0, 0, 0}};
  duramen_function_type type = fork_type();
  duramen_tensor *inputs[2], *loss = NULL, *grad = NULL, *output = NULL;
  duramen_value* all = NULL;
  const double expected_grad = from == 0 || flags ? 1 : 0;
  double value = -1;
  const int64_t place = 0;
  type.flags = flags;
  inputs[0] = new_pair(context, 1);
  inputs[1] = new_pair(context, 0);
  OK(duramen_function_apply_many(context, &type, &fork, inputs, 2, &all, ERROR));
  CHECK(duramen_value_kind(all) == DURAMEN_VALUE_TUPLE && duramen_value_count(all) == 3);
  output = duramen_value_tensor(duramen_value_item(all, 1));
  CHECK(output != inputs[0]); /* another tensor over the same memory */
  CHECK(duramen_tensor_storage_id(output) == duramen_tensor_storage_id(inputs[0]));
  GRAD_FN("ForkBackward", output);
  CHECK(!duramen_tensor_requires_grad(duramen_value_tensor(duramen_value_item(all, 2))));
  output = duramen_value_tensor(duramen_value_item(all, from));
  OK(duramen_sum(context, output, NULL, 0, 0, &loss, ERROR));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  CHECK(fork.seen[from] == 1);
  CHECK(fork.seen[1 - from] == (flags ? -1 : 0) && fork.seen[2] == (flags ? -1 : 0));
  OK(duramen_tensor_grad(inputs[1], &grad, ERROR));
  CHECK(grad == NULL);
  OK(duramen_tensor_grad(inputs[0], &grad, ERROR));
  CHECK((grad == NULL) == (flags && from == 1)); /* NULL was passed on */
  if (grad) {
    OK(duramen_tensor_item(grad, &place, 1, &value, ERROR));
    CHECK(value == expected_grad);
  }
  duramen_tensor_release(grad);
  duramen_tensor_release(loss);
  CHECK(fork.destroyed == 0);
  duramen_value_release(all);
  CHECK(fork.destroyed == 1);
  duramen_tensor_release(inputs[1]);
  duramen_tensor_release(inputs[0]);
}

/* The caller's last handle of the graph goes while it is walked. */
static void released_inside(duramen_context* context) {
  struct fork fork = {NULL, 0, {0, 0, 0}};
  const duramen_function_type type = fork_type();
  duramen_tensor *inputs[2], *loss = NULL, *output = NULL;
  duramen_value* all = NULL;
  inputs[0] = new_pair(context, 1);
  inputs[1] = new_pair(context, 0);
  OK(duramen_function_apply_many(context, &type, &fork, inputs, 2, &all, ERROR));
  output = duramen_value_tensor(duramen_value_item(all, 0));
  OK(duramen_sum(context, output, NULL, 0, 0, &loss, ERROR));
  duramen_value_release(all);
  fork.released = loss;
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  CHECK(fork.destroyed == 1);
  duramen_tensor_release(inputs[1]);
  duramen_tensor_release(inputs[0]);
}

static int32_t negate(void* user, duramen_context* context, duramen_function_state* state,
                      duramen_tensor* const* inputs, size_t input_count, duramen_tensor** outputs,
                      size_t output_count, duramen_error** error) {
  const int32_t status = duramen_function_state_save_tensor(state, inputs[0], error);
  (void)user;
  (void)input_count;
  (void)output_count;
  return status ? status : duramen_neg(context, inputs[0], &outputs[0], error);
}

static int32_t negate_back(void* user, duramen_context* context, duramen_function_state* state,
                           duramen_tensor* const* output_grads, size_t output_count,
                           duramen_tensor** input_grads, size_t input_count,
                           duramen_error** error) {
  (void)user;
  (void)state;
  (void)output_count;
  (void)input_count;
  return duramen_neg(context, output_grads[0], &input_grads[0], error);
}

/* Neither walking nor letting go of a long chain takes much of the stack. */
static void long_chains(duramen_context* context, int walks) {
  duramen_function_type type;
  duramen_tensor *x = new_pair(context, 1), *at = duramen_tensor_retain(x), *sum = NULL;
  int i;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = "NegateBackward";
  type.name_length = SIZE_MAX;
  type.forward = negate;
  type.backward = negate_back;
  for (i = 0; i < 20000; ++i) {
    duramen_tensor* next = NULL;
    OK(duramen_function_apply(context, &type, NULL, &at, 1, &next, ERROR));
    duramen_tensor_release(at);
    at = next;
  }
  OK(duramen_sum(context, at, NULL, 0, 0, &sum, ERROR));
  duramen_tensor_release(at);
  if (walks) OK(duramen_tensor_backward(context, sum, NULL, NULL, ERROR));
  duramen_tensor_release(sum);
  duramen_tensor_release(x);
}

/* Walks what the walk outside has still to come to, and keeps it. */
static int32_t walk_other(void* user, duramen_context* context, duramen_function_state* state,
                          duramen_tensor* const* output_grads, size_t output_count,
                          duramen_tensor** input_grads, size_t input_count, duramen_error** error) {
  duramen_backward_options options = {0};
  int32_t status;
  options.struct_size = sizeof options;
  options.flags = DURAMEN_BACKWARD_RETAIN_GRAPH;
  status = duramen_tensor_backward(context, user, NULL, &options, error);
  if (status) return status;
  return negate_back(user, context, state, output_grads, output_count, input_grads, input_count,
                     error);
}

/* loss = sum(relu(x * x)) - sum(x), whose first part is walked twice, once inside a callback. */
static void walked_inside(duramen_context* context) {
  duramen_function_type type;
  duramen_tensor *x = new_pair(context, 1), *grad = NULL, *t[6] = {NULL};
  double value = 0;
  const int64_t place = 1;
  size_t i;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = "NegateBackward";
  type.name_length = SIZE_MAX;
  type.forward = negate;
  type.backward = walk_other;
  OK(duramen_mul(context, x, x, &t[0], ERROR));
  OK(duramen_relu(context, t[0], &t[1], ERROR));
  OK(duramen_sum(context, t[1], NULL, 0, 0, &t[2], ERROR));
  OK(duramen_sum(context, x, NULL, 0, 0, &t[3], ERROR));
  OK(duramen_function_apply(context, &type, t[2], &t[3], 1, &t[4], ERROR));
  OK(duramen_add(context, t[2], t[4], &t[5], ERROR));
  OK(duramen_tensor_backward(context, t[5], NULL, NULL, ERROR));
  OK(duramen_tensor_grad(x, &grad, ERROR));
  OK(duramen_tensor_item(grad, &place, 1, &value, ERROR));
  CHECK(value == 2 * 2 + 2 * 2 - 1);
  duramen_tensor_release(grad);
  for (i = 0; i < COUNT_OF(t); ++i) duramen_tensor_release(t[i]);
  duramen_tensor_release(x);
}

/* A struct that is refused: the user stays the caller's. */
static void refused(duramen_context* context) {
  struct {
    duramen_function_type known;
    uint64_t later;
  } longer;
  struct fork fork = {NULL, 0, {0, 0, 0}};
  duramen_tensor *inputs[2], *out = NULL;
  duramen_value* all = NULL;
  inputs[0] = inputs[1] = new_pair(context, 1);
  memset(&longer, 0, sizeof longer);
  longer.known = fork_type();
#define REFUSED(status) \
  FAILS(status, duramen_function_apply_many(context, &longer.known, &fork, inputs, 2, &all, ERROR))
  longer.known.struct_size = 0;
  REFUSED(DURAMEN_E_INVALID_ARGUMENT);
  longer.known.struct_size = sizeof longer.known - 1;
  REFUSED(DURAMEN_E_INVALID_ARGUMENT);
  longer.known.struct_size = sizeof longer;
  longer.later = 1;
  REFUSED(DURAMEN_E_UNSUPPORTED);
  longer.later = 0;
  longer.known.flags = 2;
  REFUSED(DURAMEN_E_UNSUPPORTED);
  longer.known.flags = 0;
  longer.known.output_count = 65537;
  REFUSED(DURAMEN_E_LIMIT);
  longer.known.output_count = 3;
  longer.known.name = "";
  REFUSED(DURAMEN_E_INVALID_ARGUMENT);
  longer.known.name = "ForkBackward";
  longer.known.forward = NULL;
  REFUSED(DURAMEN_E_INVALID_ARGUMENT);
  longer.known.forward = forward;
#undef REFUSED
  CHECK(all == NULL);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_function_apply(context, &longer.known, &fork, inputs, 2, &out, ERROR));
  CHECK(out == NULL && fork.destroyed == 0);
  longer.known.backward = NULL;
  OK(duramen_function_apply_many(context, &longer.known, &fork, inputs, 2, &all, ERROR));
  OK(duramen_sum(context, duramen_value_tensor(duramen_value_item(all, 0)), NULL, 0, 0, &out,
                 ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_tensor_backward(context, out, NULL, NULL, ERROR));
  TEXT("NotImplementedError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  duramen_tensor_release(out);
  duramen_value_release(all);
  CHECK(fork.destroyed == 1);
  duramen_tensor_release(inputs[0]);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_allocator_statistics statistics = {0};
  outputs(context, 0, 0);
  outputs(context, 0, 1);
  outputs(context, DURAMEN_FUNCTION_NULL_GRADS, 0);
  outputs(context, DURAMEN_FUNCTION_NULL_GRADS, 1);
  released_inside(context);
  walked_inside(context);
  long_chains(context, 1);
  long_chains(context, 0);
  refused(context);
  error_slot();
  statistics.struct_size = sizeof statistics;
  OK(duramen_context_allocator_statistics(context, &statistics, ERROR));
  CHECK(statistics.blocks_in_use == 0);
  duramen_context_release(context);
  return finish();
}
