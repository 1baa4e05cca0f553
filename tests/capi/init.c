/* torch.nn.init from text and from options. */
#include "check.h"

static const int64_t kShape[2] = {3, 2};

static duramen_tensor* ones(duramen_context* context) {
  duramen_tensor* out = NULL;
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, kShape, 2, 1, &out, ERROR));
  return out;
}

static void expect_values(duramen_context* context, const duramen_tensor* tensor,
                          const float* expected) {
  float values[6] = {0};
  OK(duramen_tensor_read(context, tensor, DURAMEN_DTYPE_FLOAT32, values, sizeof values, ERROR));
  CHECK(memcmp(values, expected, sizeof values) == 0);
}

static void fixed_values(duramen_context* context) {
  static const float kEye[6] = {1, 0, 0, 1, 0, 0};
  static const float kHalves[6] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
  duramen_tensor* tensor = ones(context);
  OK(duramen_tensor_fill_from_text(context, tensor, "eye_", SIZE_MAX, ERROR));
  expect_values(context, tensor, kEye);
  OK(duramen_tensor_fill_from_text(context, tensor, "torch.nn.init.constant_(0.5)", SIZE_MAX,
                                   ERROR));
  expect_values(context, tensor, kHalves);
  duramen_tensor_release(tensor);
}

/* Text and options draw the same, into a parameter too. */
static void by_options(duramen_context* context) {
  duramen_tensor *data = ones(context), *tensor = NULL;
  duramen_options* options = NULL;
  float values[6] = {0};
  OK(duramen_parameter_create(data, 1, &tensor, ERROR));
  OK(duramen_options_create(&options, ERROR));
  OK(duramen_options_set_float(options, "a", SIZE_MAX, 0.2, ERROR));
  OK(duramen_options_set_text(options, "mode", SIZE_MAX, "fan_out", SIZE_MAX, ERROR));
  OK(duramen_context_seed(context, 3, ERROR));
  OK(duramen_tensor_fill_from_text(context, tensor, "kaiming_uniform_(0.2, 'fan_out')", SIZE_MAX,
                                   ERROR));
  OK(duramen_tensor_read(context, tensor, DURAMEN_DTYPE_FLOAT32, values, sizeof values, ERROR));
  OK(duramen_tensor_fill_from_text(context, tensor, "zeros_()", SIZE_MAX, ERROR));
  OK(duramen_context_seed(context, 3, ERROR));
  OK(duramen_tensor_fill_from_options(context, tensor, "kaiming_uniform_", SIZE_MAX, options,
                                      ERROR));
  expect_values(context, tensor, values);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_tensor_fill_from_options(context, tensor, "normal_", SIZE_MAX, options, ERROR));
  OK(duramen_tensor_fill_from_options(context, tensor, "normal_", SIZE_MAX, NULL, ERROR));
  CHECK(duramen_tensor_requires_grad(tensor));
  duramen_options_release(options);
  duramen_tensor_release(tensor);
  duramen_tensor_release(data);
}

static void gains(void) {
  double gain = 0;
  OK(duramen_calculate_gain("calculate_gain('selu')", SIZE_MAX, &gain, ERROR));
  CHECK(gain == 0.75);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_calculate_gain("relu", SIZE_MAX, &gain, ERROR));
  CHECK(gain == 0);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_calculate_gain("calculate_gain('cube')", SIZE_MAX, &gain, ERROR));
  TEXT("calculate_gain: Unsupported nonlinearity cube", duramen_error_message(last_error(), NULL));
  TEXT("ValueError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
}

static void refusals(duramen_context* context) {
  static const float kOnes[6] = {1, 1, 1, 1, 1, 1};
  duramen_tensor *tensor = ones(context), *fixed = NULL;
  duramen_import_options import = {0};
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_tensor_fill_from_text(context, tensor, "kaiming_unifrom_()", SIZE_MAX, ERROR));
  TEXT("kaiming_uniform_", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_tensor_fill_from_text(context, tensor, "normal_(stdev=2)", SIZE_MAX, ERROR));
  TEXT("TypeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_tensor_fill_from_text(context, tensor, "dirac_", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_tensor_fill_from_text(context, tensor, "3", SIZE_MAX, ERROR));
  expect_values(context, tensor, kOnes);
  import.struct_size = sizeof import;
  import.mode = DURAMEN_IMPORT_VIEW_CONST;
  import.dtype = DURAMEN_DTYPE_FLOAT32;
  import.rank = 2;
  import.shape = kShape;
  import.data = kOnes;
  import.nbytes = sizeof kOnes;
  OK(duramen_tensor_import(context, &import, &fixed, ERROR));
  FAILS(DURAMEN_E_READ_ONLY,
        duramen_tensor_fill_from_text(context, fixed, "orthogonal_", SIZE_MAX, ERROR));
  duramen_tensor_release(fixed);
  duramen_tensor_release(tensor);
}

int main(void) {
  duramen_context* context = new_context();
  fixed_values(context);
  by_options(context);
  gains();
  refusals(context);
  duramen_context_release(context);
  return finish();
}
