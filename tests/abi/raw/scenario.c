/* The same few calls in every language: compatibility, a module, its listing read by the stride, a
 * tensor, an error. */
#include <duramen/duramen.h>
#include <stdio.h>

static const char kText[] = "Sequential(Linear(2, 3), Linear(3, 1))";

static int list(const duramen_module* module) {
  duramen_list_options options = {0};
  duramen_listing* listing = NULL;
  size_t count = 0, stride = 0, i;
  const char* at;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  if (duramen_module_list(module, &options, &listing, NULL)) return 1;
  at = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(at + i * stride);
    printf("%s %s %d %d\n", entry->name, duramen_dtype_name(entry->dtype), (int)entry->shape[0],
           (int)entry->nbytes);
  }
  duramen_listing_release(listing);
  return 0;
}

int main(void) {
  const int64_t shape[2] = {4, 2};
  duramen_context* context = NULL;
  duramen_module *module = NULL, *none = NULL;
  duramen_tensor *x = NULL, *y = NULL;
  duramen_error* error = NULL;
  duramen_status status;
  double item = 0;
  if (duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, NULL)) return 1;
  if (duramen_context_create(NULL, &context, NULL)) return 1;
  if (duramen_module_from_text(context, kText, SIZE_MAX, &module, NULL) || list(module)) return 1;
  if (duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 2, 0.5, &x, NULL)) return 1;
  if (duramen_add(context, x, x, &y, NULL) || duramen_tensor_item(y, shape, 0, &item, NULL) == 0)
    return 1;
  duramen_tensor_release(x);
  x = NULL;
  if (duramen_sum(context, y, NULL, 0, 0, &x, NULL) || duramen_tensor_item(x, NULL, 0, &item, NULL))
    return 1;
  printf("%d\n", (int)item);
  status = duramen_module_from_text(context, "Linaer(1, 1)", SIZE_MAX, &none, &error);
  printf("%d %s %s\n", (int)status, duramen_status_name(status),
         duramen_error_detail(error, "nearest", SIZE_MAX, NULL));
  duramen_error_release(error);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(module);
  duramen_context_release(context);
  return 0;
}
