/* State dicts and loads: order, versions, live views, reports; a load that fails changes nothing.
 */
#include "check.h"

static uint64_t hash_of(duramen_context* context, const duramen_module* module) {
  duramen_state_dict* dict = NULL;
  duramen_listing* listing = NULL;
  size_t count = 0, stride = 0, i, k;
  uint64_t hash = 1469598103934665603u;
  const char* first;
  (void)context;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_list(dict, NULL, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(first + i * stride);
    const void* data = NULL;
    OK(duramen_tensor_data_const(entry->tensor, &data, ERROR));
    for (k = 0; k < entry->nbytes; ++k) {
      hash = (hash ^ ((const unsigned char*)data)[k]) * 1099511628211u;
    }
  }
  duramen_listing_release(listing);
  duramen_state_dict_release(dict);
  return hash;
}

static duramen_state_dict* state_of(const duramen_module* module) {
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  return dict;
}

static void views(duramen_context* context, duramen_module* module) {
  duramen_state_dict* dict = state_of(module);
  duramen_state_dict* frozen = NULL;
  duramen_tensor *live = NULL, *copied = NULL, *parameter = NULL;
  double value = 0;
  OK(duramen_state_dict_snapshot(context, dict, &frozen, ERROR));
  OK(duramen_module_get_parameter(module, "0.bias", SIZE_MAX, &parameter, ERROR));
  OK(duramen_context_set_grad_enabled(context, 0, ERROR));
  OK(duramen_tensor_fill(context, parameter, 42, ERROR));
  OK(duramen_context_set_grad_enabled(context, 1, ERROR));
  OK(duramen_state_dict_get_tensor(dict, "0.bias", SIZE_MAX, &live, ERROR));
  OK(duramen_state_dict_get_tensor(frozen, "0.bias", SIZE_MAX, &copied, ERROR));
  CHECK(live != parameter && duramen_tensor_requires_grad(live) == 0);
  CHECK(duramen_tensor_storage_id(live) == duramen_tensor_storage_id(parameter));
  CHECK(duramen_tensor_storage_id(copied) != duramen_tensor_storage_id(parameter));
  {
    const int64_t index[1] = {-1};
    OK(duramen_tensor_item(live, index, 1, &value, ERROR));
    CHECK(value == 42);
    OK(duramen_tensor_item(copied, index, 1, &value, ERROR));
    CHECK(value != 42);
  }
  duramen_tensor_release(live);
  duramen_tensor_release(copied);
  duramen_tensor_release(parameter);
  duramen_state_dict_release(frozen);
  duramen_state_dict_release(dict);
}

static void names(const duramen_module* module) {
  duramen_state_dict* dict = NULL;
  duramen_string_list* paths = NULL;
  duramen_listing* listing = NULL;
  const duramen_entry* entry;
  size_t count = 0, stride = 0;
  int64_t version = 0;
  OK(duramen_module_state_dict(module, "net.", SIZE_MAX, 0, &dict, ERROR));
  CHECK(duramen_state_dict_count(dict) == 7);
  OK(duramen_state_dict_list(dict, NULL, &listing, ERROR));
  entry = duramen_listing_entries(listing, &count, &stride);
  TEXT("net.0.weight", entry->name);
  CHECK(entry->kind == DURAMEN_KIND_PARAMETER && entry->module == NULL);
  duramen_listing_release(listing);
  OK(duramen_state_dict_strip_prefix(dict, "net.", SIZE_MAX, ERROR));
  OK(duramen_state_dict_version(dict, "1", SIZE_MAX, &version, ERROR));
  CHECK(version == 2 && duramen_state_dict_has_versions(dict) == 1);
  FAILS(DURAMEN_E_NOT_FOUND, duramen_state_dict_version(dict, "9", SIZE_MAX, &version, ERROR));
  CHECK(version == 0);
  OK(duramen_state_dict_version_paths(dict, &paths, ERROR));
  CHECK(duramen_string_list_count(paths) == 3);
  CHECK(duramen_string_list_item(paths, 3, NULL) == NULL);
  duramen_string_list_release(paths);
  OK(duramen_state_dict_set_metadata(dict, "who", SIZE_MAX, "me", SIZE_MAX, ERROR));
  {
    duramen_string* text = NULL;
    OK(duramen_state_dict_metadata(dict, "who", SIZE_MAX, &text, ERROR));
    TEXT("me", duramen_string_data(text, NULL));
    duramen_string_release(text);
  }
  OK(duramen_state_dict_remove(dict, "0.weight", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_state_dict_remove(dict, "0.weight", SIZE_MAX, ERROR));
  duramen_state_dict_release(dict);
}

/* One missing, one unexpected, one of another shape: strict fails, and every byte stays. */
static void all_or_nothing(duramen_context* context, duramen_module* module) {
  duramen_module* other = new_module(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  duramen_state_dict* dict = state_of(other);
  duramen_tensor* wrong = NULL;
  duramen_load_report* report = NULL;
  const duramen_load_report* lent;
  duramen_string* message = NULL;
  duramen_load_options options = {0};
  const int64_t shape[2] = {5, 4};
  uint64_t before = hash_of(context, module);
  size_t rank = 0;
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, shape, 2, &wrong, ERROR));
  OK(duramen_state_dict_set_tensor(dict, "0.weight", SIZE_MAX, wrong, ERROR));
  OK(duramen_state_dict_set_tensor(dict, "0.wieght", SIZE_MAX, wrong, ERROR));
  OK(duramen_state_dict_remove(dict, "1.bias", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, module, dict, NULL, &report, ERROR));
  CHECK(report == NULL);
  CHECK(hash_of(context, module) == before);
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, module, dict, NULL, NULL, ERROR));
  CHECK(strchr(duramen_error_message(last_error(), NULL), '\n') == NULL);
  TEXT("RuntimeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  lent = duramen_error_load_report(last_error());
  CHECK(duramen_load_report_count(lent, DURAMEN_LOAD_ITEM_MISSING) == 1);
  CHECK(duramen_load_report_count(lent, DURAMEN_LOAD_ITEM_UNEXPECTED) == 1);
  CHECK(duramen_load_report_count(lent, DURAMEN_LOAD_ITEM_SHAPE_MISMATCH) == 1);
  CHECK(duramen_load_report_count(lent, 0) >= 3);
  OK(duramen_load_report_torch_message(lent, 1, &message, NULL));
  CONTAINS("Error(s) in loading state_dict for Sequential:\n\t",
           duramen_string_data(message, NULL));
  CONTAINS("size mismatch for 0.weight", duramen_string_data(message, NULL));
  duramen_string_release(message);
  options.struct_size = sizeof options;
  options.policy = DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED;
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, module, dict, &options, &report, ERROR));
  CHECK(hash_of(context, module) == before);
  OK(duramen_module_match(module, dict, &options, &report, ERROR));
  CHECK(duramen_load_report_expected_shape(report, 1000, &rank) == NULL && rank == 0);
  duramen_load_report_release(report);
  options.policy |= DURAMEN_LOAD_SKIP_MISMATCHED;
  OK(duramen_module_load_state_dict(context, module, dict, &options, &report, ERROR));
  CHECK(hash_of(context, module) != before);
  CHECK(duramen_load_report_loaded(report) > 0);
  duramen_load_report_release(report);
  duramen_tensor_release(wrong);
  duramen_state_dict_release(dict);
  duramen_module_release(other);
}

static void strict_load(duramen_context* context, duramen_module* module) {
  duramen_module* other = new_module(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  duramen_state_dict* dict = state_of(other);
  duramen_load_report* report = NULL;
  duramen_string* message = NULL;
  duramen_tensor *before = NULL, *after = NULL;
  OK(duramen_module_get_parameter(module, "0.weight", SIZE_MAX, &before, ERROR));
  OK(duramen_module_load_state_dict(context, module, dict, NULL, &report, ERROR));
  OK(duramen_module_get_parameter(module, "0.weight", SIZE_MAX, &after, ERROR));
  CHECK(before == after);
  CHECK(hash_of(context, module) == hash_of(context, other));
  CHECK(duramen_load_report_count(report, 0) == 0 && duramen_load_report_loaded(report) == 7);
  OK(duramen_load_report_torch_message(report, 1, &message, ERROR));
  TEXT("", duramen_string_data(message, NULL));
  duramen_string_release(message);
  duramen_load_report_release(report);
  duramen_tensor_release(before);
  duramen_tensor_release(after);
  duramen_state_dict_release(dict);
  duramen_module_release(other);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_module* module = new_module(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  views(context, module);
  names(module);
  all_or_nothing(context, module);
  strict_load(context, module);
  duramen_module_release(module);
  duramen_context_release(context);
  return finish();
}
