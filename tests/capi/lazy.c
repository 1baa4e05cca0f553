/* Lazy modules from C: listed without a shape, refused where values are needed, initialized by an
 * input. */
#include "check.h"

static void before_its_input(duramen_context* context, const duramen_module* lazy) {
  int64_t shape[2];
  size_t rank = 0, count = 0, stride = 0;
  duramen_listing* listing = NULL;
  duramen_state_dict* dict = NULL;
  duramen_tensor* sum = NULL;
  const duramen_entry* entry;
  OK(duramen_module_list(lazy, NULL, &listing, ERROR));
  entry = duramen_listing_entries(listing, &count, &stride);
  CHECK(count == 2);
  CHECK((entry->flags & DURAMEN_ENTRY_UNINITIALIZED) != 0);
  CHECK((entry->flags & DURAMEN_ENTRY_REQUIRES_GRAD) != 0);
  CHECK(entry->rank == 0 && entry->shape == NULL && entry->nbytes == 0);
  CHECK(entry->dtype == DURAMEN_DTYPE_FLOAT32);
  FAILS(DURAMEN_E_STATE, duramen_tensor_shape(entry->tensor, shape, 2, &rank, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_add(context, entry->tensor, entry->tensor, &sum, ERROR));
  OK(duramen_module_state_dict(lazy, NULL, 0, 0, &dict, ERROR));
  FAILS(DURAMEN_E_STATE,
        duramen_state_dict_save(context, dict, "lazy.safetensors", SIZE_MAX, NULL, ERROR));
  duramen_state_dict_release(dict);
  duramen_listing_release(listing);
}

/* Nor is it written as an empty one inside a value. */
static void inside_a_value(duramen_context* context, const duramen_module* lazy) {
  duramen_state_dict* dict = NULL;
  duramen_value *value = NULL, *bytes = NULL;
  duramen_save_options options = {0};
  options.struct_size = sizeof options;
  options.format = DURAMEN_FORMAT_TORCH;
  OK(duramen_module_state_dict(lazy, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_to_value(dict, &value, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_value_save(context, value, "lazy.pt", SIZE_MAX, NULL, ERROR));
  TEXT("weight", duramen_error_detail(last_error(), "entry", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_STATE, duramen_value_save(context, value, "lazy/", SIZE_MAX, NULL, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_value_to_bytes(context, value, &options, &bytes, ERROR));
  CHECK(bytes == NULL);
  duramen_value_release(value);
  duramen_state_dict_release(dict);
}

static void initialized(duramen_context* context, duramen_module* lazy) {
  static const int64_t kSizes[2] = {5, 2};
  int64_t shape[2] = {0, 0};
  size_t rank = 0;
  duramen_tensor *input = NULL, *weight = NULL;
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, kSizes, 2, &input, ERROR));
  OK(duramen_module_get_parameter(lazy, "weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_module_initialize_parameters(context, lazy, input, ERROR));
  TEXT("Linear", duramen_module_class_name(lazy, NULL));
  OK(duramen_tensor_shape(weight, shape, 2, &rank, ERROR));
  CHECK(rank == 2 && shape[0] == 3 && shape[1] == 2);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_initialize_parameters(context, lazy, input, ERROR));
  duramen_tensor_release(weight);
  duramen_tensor_release(input);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_module* lazy = new_module(context, "LazyLinear(3)");
  before_its_input(context, lazy);
  inside_a_value(context, lazy);
  initialized(context, lazy);
  duramen_module_release(lazy);
  duramen_context_release(context);
  return finish();
}
