/* Differentiable functions of the caller's own: values and gradients, what is saved, every way for
 * a callback to fail, who destroys what. */
#include "check.h"

/* y = x * x * k; what the callbacks do instead. */
enum {
  COMPUTE,
  FORWARD_OWN,
  FORWARD_ERROR,
  FORWARD_NOTHING,
  FORWARD_CANCEL,
  FORWARD_AGAIN, /* applies itself */
  SAVE_OUTPUT,
  BACKWARD_OWN,
  BACKWARD_ERROR,
  BACKWARD_INNER,
  BACKWARD_NOTHING, /* no gradient */
  BACKWARD_CANCEL,
  BACKWARD_SHORT,  /* a gradient of another shape */
  BACKWARD_LARGE,  /* one that the input was broadcast to */
  BACKWARD_DOUBLE, /* of another dtype */
  BACKWARD_AGAIN   /* walks a graph of its own */
};

struct square {
  int mode;
  int destroyed;
  int backwards;
  uint32_t grad_mode; /* in forward */
  uint32_t needs[3];
  duramen_function_state* kept; /* of a forward that fails */
};

static int32_t hand_over(int32_t status, duramen_error** error) {
  const duramen_status made = duramen_error_create(status, "a reason", SIZE_MAX, error);
  return made == DURAMEN_OK ? status : made;
}

static duramen_function_type square_type(void);

static int32_t compute(duramen_context* context, duramen_function_state* state, duramen_tensor* x,
                       int saves_output, duramen_tensor** out, duramen_error** error) {
  duramen_value* power = NULL;
  int32_t status = duramen_mul(context, x, x, out, error);
  if (!status) status = duramen_value_create_int(2, &power, error);
  if (!status) status = duramen_function_state_set_value(state, power, error);
  if (!status) {
    status = duramen_function_state_save_tensor(state, saves_output ? *out : x, error);
  }
  if (!status) status = duramen_function_state_save_tensor(state, NULL, error);
  duramen_value_release(power);
  return status;
}

static int32_t forward(void* user, duramen_context* context, duramen_function_state* state,
                       duramen_tensor* const* inputs, size_t input_count, duramen_tensor** outputs,
                       size_t output_count, duramen_error** error) {
  struct square* square = user;
  const duramen_function_type type = square_type();
  duramen_tensor* none = NULL;
  CHECK(input_count == 1 || input_count == 2);
  CHECK(output_count == 1);
  square->grad_mode = duramen_context_grad_enabled(context);
  square->needs[0] = duramen_function_state_needs_input_grad(state, 0);
  square->needs[1] = duramen_function_state_needs_input_grad(state, 1);
  square->needs[2] = duramen_function_state_needs_input_grad(state, 2);
  CHECK(duramen_function_state_saved_tensor(state, 0, &none, NULL) == DURAMEN_E_STATE);
  switch (square->mode) {
    case FORWARD_OWN:
      outputs[0] = duramen_tensor_retain(inputs[0]);
      square->kept = duramen_function_state_retain(state);
      return -2000;
    case FORWARD_ERROR:
      return hand_over(-2000, error);
    case FORWARD_NOTHING:
      return 0;
    case FORWARD_CANCEL:
      duramen_context_cancel(context);
      outputs[0] = duramen_tensor_retain(inputs[0]);
      return 0;
    case FORWARD_AGAIN:
      return duramen_function_apply(context, &type, user, inputs, input_count, outputs, error);
    default:
      return compute(context, state, inputs[0], square->mode == SAVE_OUTPUT, outputs, error);
  }
}

/* 2 * x * dy, x being what was saved first. */
static int32_t differentiate(duramen_context* context, duramen_function_state* state,
                             duramen_tensor* dy, duramen_tensor** dx, duramen_error** error) {
  duramen_tensor *x = NULL, *none = NULL, *a = NULL;
  duramen_value* power = NULL;
  int32_t status = duramen_function_state_saved_tensor(state, 0, &x, error);
  if (!status) status = duramen_function_state_saved_tensor(state, 1, &none, error);
  CHECK(none == NULL);
  if (!status) status = duramen_function_state_value(state, &power, error);
  if (!status) CHECK(duramen_value_int(power) == 2);
  if (!status)
    CHECK(duramen_function_state_saved_tensor(state, 2, &none, NULL) == DURAMEN_E_NOT_FOUND);
  if (!status) status = duramen_mul(context, x, dy, &a, error);
  if (!status) status = duramen_add(context, a, a, dx, error);
  duramen_value_release(power);
  duramen_tensor_release(a);
  duramen_tensor_release(x);
  return status;
}

/* Ones of the shape (3), or (rows, 3). */
static int32_t give_ones(duramen_context* context, int64_t rows, duramen_dtype dtype,
                         duramen_tensor** out, duramen_error** error) {
  int64_t shape[2] = {0, 3};
  shape[0] = rows;
  return duramen_tensor_full(context, dtype, rows ? shape : shape + 1, rows ? 2 : 1, 1, out, error);
}

/* Of the shape (2). */
static int32_t give_short(duramen_context* context, duramen_tensor** out, duramen_error** error) {
  static const int64_t kShape[1] = {2};
  return duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, kShape, 1, out, error);
}

/* A graph of its own, and back, while another is walked. */
static int32_t walk_again(duramen_context* context, duramen_tensor* dy, duramen_tensor** dx,
                          duramen_error** error) {
  duramen_tensor *leaf = NULL, *y = NULL, *sum = NULL;
  int32_t status = duramen_parameter_create(dy, 1, &leaf, error);
  if (!status) status = duramen_context_set_grad_enabled(context, 1, error);
  if (!status) status = duramen_mul(context, leaf, leaf, &y, error);
  if (!status) status = duramen_sum(context, y, NULL, 0, 0, &sum, error);
  if (!status) status = duramen_tensor_backward(context, sum, NULL, NULL, error);
  if (!status) status = duramen_context_set_grad_enabled(context, 0, error);
  if (!status) status = duramen_tensor_grad(leaf, dx, error);
  duramen_tensor_release(sum);
  duramen_tensor_release(y);
  duramen_tensor_release(leaf);
  return status;
}

static int32_t backward(void* user, duramen_context* context, duramen_function_state* state,
                        duramen_tensor* const* output_grads, size_t output_count,
                        duramen_tensor** input_grads, size_t input_count, duramen_error** error) {
  struct square* square = user;
  duramen_tensor* none = NULL;
  ++square->backwards;
  CHECK(output_count == 1 && (input_count == 1 || input_count == 2));
  CHECK(duramen_context_grad_enabled(context) == 0);
  CHECK(duramen_function_state_save_tensor(state, NULL, NULL) == DURAMEN_E_STATE);
  switch (square->mode) {
    case BACKWARD_OWN:
      input_grads[0] = duramen_tensor_retain(output_grads[0]);
      return -2000;
    case BACKWARD_ERROR:
      return hand_over(-2000, error);
    case BACKWARD_INNER:
      return duramen_select(context, output_grads[0], 9, 0, &none, error);
    case BACKWARD_NOTHING:
      return 0;
    case BACKWARD_CANCEL:
      duramen_context_cancel(context);
      return 0;
    case BACKWARD_SHORT:
      return give_short(context, &input_grads[0], error);
    case BACKWARD_LARGE:
      return give_ones(context, 2, DURAMEN_DTYPE_FLOAT32, &input_grads[0], error);
    case BACKWARD_DOUBLE:
      return give_ones(context, 0, DURAMEN_DTYPE_FLOAT64, &input_grads[0], error);
    case BACKWARD_AGAIN:
      return walk_again(context, output_grads[0], &input_grads[0], error);
    default:
      return differentiate(context, state, output_grads[0], &input_grads[0], error);
  }
}

static void destroy(void* user) {
  struct square* square = user;
  ++square->destroyed;
}

static duramen_function_type square_type(void) {
  duramen_function_type type;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = "SquareBackward, and more";
  type.name_length = 14;
  type.forward = forward;
  type.backward = backward;
  type.destroy = destroy;
  return type;
}

static duramen_tensor* new_leaf(duramen_context* context, uint32_t requires_grad) {
  static const float kValues[3] = {1, -2, 3};
  static const int64_t kShape[1] = {3};
  duramen_tensor *data = new_tensor(context, kValues, 1, kShape), *leaf = NULL;
  OK(duramen_parameter_create(data, requires_grad, &leaf, ERROR));
  duramen_tensor_release(data);
  return leaf;
}

/* -1e9 where there is no gradient. */
static double grad_at(const duramen_tensor* leaf, int64_t place) {
  duramen_tensor* grad = NULL;
  double value = -1e9;
  OK(duramen_tensor_grad(leaf, &grad, ERROR));
  if (grad) OK(duramen_tensor_item(grad, &place, 1, &value, ERROR));
  duramen_tensor_release(grad);
  return value;
}

/* sum(f(x)), whose gradient is that of f. */
static duramen_tensor* apply(duramen_context* context, struct square* square, duramen_tensor* x) {
  const duramen_function_type type = square_type();
  duramen_tensor *y = NULL, *sum = NULL;
  OK(duramen_function_apply(context, &type, square, &x, 1, &y, ERROR));
  GRAD_FN(duramen_tensor_is_leaf(y) ? NULL : "SquareBackward", y);
  OK(duramen_sum(context, y, NULL, 0, 0, &sum, ERROR));
  duramen_tensor_release(y);
  return sum;
}

static void gradients(duramen_context* context) {
  static const int kModes[] = {COMPUTE,         SAVE_OUTPUT,    BACKWARD_LARGE,
                               BACKWARD_DOUBLE, BACKWARD_AGAIN, BACKWARD_NOTHING};
  static const double kSecond[] = {-4, 8, 2, 1, 2, -1e9}; /* of the second element */
  size_t i;
  for (i = 0; i < COUNT_OF(kModes); ++i) {
    struct square square = {0};
    duramen_tensor *x = new_leaf(context, 1), *sum = NULL;
    square.mode = kModes[i];
    sum = apply(context, &square, x);
    CHECK(square.grad_mode == 0 && duramen_context_grad_enabled(context) == 1);
    CHECK(square.needs[0] == 1 && square.needs[1] == 0 && square.needs[2] == 0);
    OK(duramen_tensor_backward(context, sum, NULL, NULL, ERROR));
    CHECK(grad_at(x, 1) == kSecond[i]);
    CHECK(square.destroyed == 0);
    duramen_tensor_release(sum);
    CHECK(square.destroyed == 1 && square.backwards == 1);
    duramen_tensor_release(x);
  }
}

/* Without a graph, or with one that nobody walks, `destroy` comes as well. */
static void unwalked(duramen_context* context) {
  struct square square = {0};
  duramen_tensor *x = new_leaf(context, 0), *sum = apply(context, &square, x);
  CHECK(square.destroyed == 1 && duramen_tensor_requires_grad(sum) == 0);
  duramen_tensor_release(sum);
  OK(duramen_tensor_set_requires_grad(x, 1, ERROR));
  OK(duramen_context_set_grad_enabled(context, 0, ERROR));
  sum = apply(context, &square, x);
  OK(duramen_context_set_grad_enabled(context, 1, ERROR));
  CHECK(square.destroyed == 2 && duramen_tensor_requires_grad(sum) == 0);
  duramen_tensor_release(sum);
  sum = apply(context, &square, x);
  duramen_tensor_release(x);
  CHECK(square.destroyed == 2 && square.backwards == 0);
  duramen_tensor_release(sum);
  CHECK(square.destroyed == 3 && square.backwards == 0);
}

static void twice(duramen_context* context) {
  struct square square = {0};
  duramen_backward_options options = {0};
  duramen_tensor *x = new_leaf(context, 1), *sum = apply(context, &square, x);
  options.struct_size = sizeof options;
  options.flags = DURAMEN_BACKWARD_RETAIN_GRAPH;
  OK(duramen_tensor_backward(context, sum, NULL, &options, ERROR));
  OK(duramen_tensor_backward(context, sum, NULL, NULL, ERROR));
  CHECK(grad_at(x, 1) == -8);
  FAILS(DURAMEN_E_STATE, duramen_tensor_backward(context, sum, NULL, NULL, ERROR));
  CONTAINS("SquareBackward: Trying to backward through the graph a second time",
           duramen_error_message(last_error(), NULL));
  duramen_tensor_release(sum);
  sum = apply(context, &square, x);
  OK(duramen_tensor_set_requires_grad(x, 0, ERROR));
  OK(duramen_tensor_fill(context, x, 1, ERROR));
  OK(duramen_tensor_set_requires_grad(x, 1, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_tensor_backward(context, sum, NULL, NULL, ERROR));
  CONTAINS("modified by an inplace operation", duramen_error_message(last_error(), NULL));
  duramen_tensor_release(sum);
  duramen_tensor_release(x);
}

static void failures_of_forward(duramen_context* context) {
  static const struct {
    int mode;
    duramen_status status;
    const char* message;
  } kCases[] = {
      {FORWARD_OWN, -2000, "apply: stopped by the forward callback of SquareBackward"},
      {FORWARD_ERROR, -2000, "a reason"},
      {FORWARD_NOTHING, DURAMEN_E_INVALID_ARGUMENT,
       "apply: the forward callback of SquareBackward gave no output 0"},
      {FORWARD_CANCEL, DURAMEN_E_CANCELLED, "apply: cancelled"},
      {FORWARD_AGAIN, DURAMEN_E_LIMIT, "SquareBackward: functions are nested too deeply"},
  };
  const duramen_function_type type = square_type();
  size_t i;
  for (i = 0; i < COUNT_OF(kCases); ++i) {
    struct square square = {0};
    duramen_tensor *x = new_leaf(context, 1), *y = NULL;
    square.mode = kCases[i].mode;
    FAILS(kCases[i].status, duramen_function_apply(context, &type, &square, &x, 1, &y, ERROR));
    CONTAINS(kCases[i].message, duramen_error_message(last_error(), NULL));
    CHECK(y == NULL && square.destroyed == 0 && duramen_context_grad_enabled(context) == 1);
    CHECK((square.kept != NULL) == (kCases[i].mode == FORWARD_OWN));
    if (square.kept)
      FAILS(DURAMEN_E_STATE, duramen_function_state_save_tensor(square.kept, x, ERROR));
    duramen_function_state_release(square.kept);
    duramen_context_reset_cancel(context);
    duramen_tensor_release(x);
  }
}

/* Nothing is added to any gradient, also not to that of another branch. */
static void failures_of_backward(duramen_context* context) {
  static const struct {
    int mode;
    duramen_status status;
    const char* message;
  } kCases[] = {
      {BACKWARD_OWN, -2000, "backward: stopped by the backward callback of SquareBackward"},
      {BACKWARD_ERROR, -2000, "a reason"},
      {BACKWARD_INNER, DURAMEN_E_INVALID_ARGUMENT, "select: "},
      {BACKWARD_CANCEL, DURAMEN_E_CANCELLED, "backward: cancelled"},
      {BACKWARD_SHORT, DURAMEN_E_SHAPE_MISMATCH,
       "Function SquareBackward returned an invalid gradient at index 0 - got [2] but expected "
       "shape compatible with [3]"},
  };
  size_t i;
  for (i = 0; i < COUNT_OF(kCases); ++i) {
    struct square square = {0};
    duramen_tensor *x = new_leaf(context, 1), *other = new_leaf(context, 1), *sum = NULL;
    duramen_tensor *scaled = NULL, *loss = NULL;
    square.mode = kCases[i].mode;
    sum = apply(context, &square, x);
    OK(duramen_mul(context, sum, other, &scaled, ERROR));
    OK(duramen_sum(context, scaled, NULL, 0, 0, &loss, ERROR));
    FAILS(kCases[i].status, duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
    CONTAINS(kCases[i].message, duramen_error_message(last_error(), NULL));
    CHECK(grad_at(x, 0) == -1e9 && grad_at(other, 0) == -1e9);
    CHECK(duramen_context_grad_enabled(context) == 1);
    duramen_context_reset_cancel(context);
    duramen_tensor_release(loss);
    duramen_tensor_release(scaled);
    duramen_tensor_release(sum);
    CHECK(square.destroyed == 1);
    duramen_tensor_release(other);
    duramen_tensor_release(x);
  }
}

static int32_t give_input(void* user, duramen_context* context, duramen_function_state* state,
                          duramen_tensor* const* inputs, size_t input_count,
                          duramen_tensor** outputs, size_t output_count, duramen_error** error) {
  (void)user;
  (void)context;
  (void)state;
  (void)input_count;
  (void)output_count;
  (void)error;
  outputs[0] = duramen_tensor_retain(inputs[0]);
  return 0;
}

/* An output with the memory of an input is not written over: the input would have the new values
 * and its old history. */
static void in_place(duramen_context* context) {
  static const float kValues[2] = {-1, 2};
  static const int64_t kShape[1] = {2}, kFirst[1] = {0};
  duramen_function_type type = square_type();
  duramen_module* relu = new_module(context, "ReLU(inplace=True)");
  duramen_tensor *x = new_tensor(context, kValues, 1, kShape), *y = NULL, *z = NULL;
  double first = 0;
  type.forward = give_input;
  type.destroy = NULL;
  OK(duramen_tensor_set_requires_grad(x, 1, ERROR));
  OK(duramen_function_apply(context, &type, NULL, &x, 1, &y, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_forward(context, relu, y, &z, ERROR));
  TEXT(
      "forward: ReLU: Output 0 of SquareBackward is a view and is being modified inplace (expected "
      "a clone of it)",
      duramen_error_message(last_error(), NULL));
  OK(duramen_tensor_item(x, kFirst, 1, &first, ERROR));
  CHECK(first == -1);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(relu);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_allocator_statistics statistics = {0};
  gradients(context);
  unwalked(context);
  twice(context);
  failures_of_forward(context);
  failures_of_backward(context);
  in_place(context);
  error_slot();
  statistics.struct_size = sizeof statistics;
  OK(duramen_context_allocator_statistics(context, &statistics, ERROR));
  CHECK(statistics.blocks_in_use == 0);
  duramen_context_release(context);
  return finish();
}
