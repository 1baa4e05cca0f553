/* Sized structs: zero is the default; sizes 0, smaller, equal, larger with a zero and a set tail.
 */
#include "check.h"

struct longer_options {
  duramen_load_options known;
  uint64_t later;
};

static void lengths(const duramen_module* module, const duramen_state_dict* dict) {
  struct longer_options options;
  duramen_load_report* report = NULL;
  memset(&options, 0, sizeof options);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_match(module, dict, &options.known, &report, ERROR));
  CHECK(report == NULL);
  options.known.struct_size = sizeof options.known - 1;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_match(module, dict, &options.known, &report, ERROR));
  options.known.struct_size = sizeof options.known;
  OK(duramen_module_match(module, dict, &options.known, &report, ERROR));
  duramen_load_report_release(report);
  options.known.struct_size = sizeof options;
  OK(duramen_module_match(module, dict, &options.known, &report, ERROR));
  duramen_load_report_release(report);
  options.later = 1;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_match(module, dict, &options.known, &report, ERROR));
  CHECK(report == NULL);
  options.later = 0;
  options.known.policy = (uint64_t)1 << 40;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_match(module, dict, &options.known, &report, ERROR));
}

/* A field without a meaning must be 0, so that it can be given one. */
static void reserved(const duramen_module* module, const duramen_state_dict* dict) {
  duramen_load_options options;
  duramen_load_report* report = NULL;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.reserved = 99;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_match(module, dict, &options, &report, ERROR));
  TEXT("options: reserved is not 0 (got 99)", duramen_error_message(last_error(), NULL));
  options.reserved = 0;
  options.struct_size = 65537; /* nothing may be read behind a size like this */
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_match(module, dict, &options, &report, ERROR));
  CHECK(report == NULL);
}

static void threads(void) {
  duramen_context_options options;
  duramen_context* context = NULL;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.num_threads = 1025;
  FAILS(DURAMEN_E_LIMIT, duramen_context_create(&options, &context, ERROR));
  options.num_threads = 1024; /* none starts before there is work */
  OK(duramen_context_create(&options, &context, ERROR));
  CHECK(duramen_context_num_threads(context) == 1024);
  duramen_context_release(context);
}

static void initialised(void) {
  duramen_import_options options;
  duramen_import_options zero;
  memset(&options, 0xA5, sizeof options);
  memset(&zero, 0, sizeof zero);
  zero.struct_size = sizeof zero;
  OK(duramen_import_options_init(&options, sizeof options, ERROR));
  CHECK(memcmp(&options, &zero, sizeof zero) == 0);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_import_options_init(&options, 4, ERROR));
}

static void buffers(duramen_context* context) {
  static const float kValues[6] = {1, 2, 3, 4, 5, 6};
  static const int64_t kShape[2] = {2, 3};
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  int64_t shape[3] = {-7, -7, -7};
  size_t rank = 99;
  FAILS(DURAMEN_E_BUFFER_TOO_SMALL, duramen_tensor_shape(tensor, NULL, 0, &rank, ERROR));
  CHECK(rank == 2);
  FAILS(DURAMEN_E_BUFFER_TOO_SMALL, duramen_tensor_shape(tensor, shape, 1, &rank, ERROR));
  CHECK(rank == 2 && shape[0] == 2 && shape[1] == -7);
  OK(duramen_tensor_shape(tensor, shape, 2, &rank, ERROR));
  CHECK(rank == 2 && shape[1] == 3 && shape[2] == -7);
  OK(duramen_tensor_strides(tensor, shape, 3, &rank, ERROR));
  CHECK(rank == 2 && shape[0] == 3 && shape[1] == 1 && shape[2] == -7);
  duramen_tensor_release(tensor);
}

static void generator(duramen_context* context) {
  static uint8_t state[5056];
  size_t nbytes = 0;
  double first = 0, again = 0;
  duramen_tensor* tensor = NULL;
  FAILS(DURAMEN_E_BUFFER_TOO_SMALL,
        duramen_context_generator_state(context, NULL, 0, &nbytes, ERROR));
  CHECK(nbytes == sizeof state);
  OK(duramen_context_generator_state(context, state, sizeof state, &nbytes, ERROR));
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT64, NULL, 0, 0, &tensor, ERROR));
  OK(duramen_tensor_fill_normal(context, tensor, 0, 1, ERROR));
  OK(duramen_tensor_item(tensor, NULL, 0, &first, ERROR));
  OK(duramen_context_set_generator_state(context, state, sizeof state, ERROR));
  OK(duramen_tensor_fill_normal(context, tensor, 0, 1, ERROR));
  OK(duramen_tensor_item(tensor, NULL, 0, &again, ERROR));
  CHECK(first == again && first != 0);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_context_set_generator_state(context, state, 17, ERROR));
  duramen_tensor_release(tensor);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_module* module = new_module(context, "Linear(2, 2)");
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  lengths(module, dict);
  reserved(module, dict);
  threads();
  initialised();
  buffers(context);
  generator(context);
  duramen_state_dict_release(dict);
  duramen_module_release(module);
  duramen_context_release(context);
  return finish();
}
