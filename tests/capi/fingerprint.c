#include "fingerprint.h"

/* FNV-1a. */
static void add_bytes(uint64_t* hash, const void* data, size_t size) {
  const unsigned char* bytes = data;
  size_t i;
  for (i = 0; i < size; ++i) *hash = (*hash ^ bytes[i]) * 1099511628211u;
}

static void add_number(uint64_t* hash, uint64_t number) { add_bytes(hash, &number, sizeof number); }

static void add_tensor(uint64_t* hash, const duramen_tensor* tensor, size_t nbytes) {
  const void* data = NULL;
  add_number(hash, (uint64_t)(uintptr_t)tensor);
  add_number(hash, duramen_tensor_storage_id(tensor));
  add_number(hash, duramen_tensor_version(tensor));
  OK(duramen_tensor_data_const(tensor, &data, NULL));
  if (nbytes > 0) add_bytes(hash, data, nbytes);
}

static void add_entry(uint64_t* hash, const duramen_entry* entry) {
  duramen_tensor* grad = NULL;
  add_bytes(hash, entry->name, (size_t)entry->name_length + 1);
  add_number(hash, entry->kind);
  add_number(hash, entry->flags);
  add_number(hash, (uint64_t)entry->dtype);
  add_number(hash, entry->first_index);
  add_number(hash, entry->rank);
  if (entry->rank > 0) add_bytes(hash, entry->shape, entry->rank * sizeof entry->shape[0]);
  if (entry->kind == DURAMEN_KIND_MODULE) {
    add_number(hash, (uint64_t)(uintptr_t)entry->module);
    add_number(hash, duramen_module_is_training(entry->module));
  }
  if (!entry->tensor) return;
  add_tensor(hash, entry->tensor, (size_t)entry->nbytes);
  OK(duramen_tensor_grad(entry->tensor, &grad, NULL));
  if (grad) add_tensor(hash, grad, (size_t)entry->nbytes);
  duramen_tensor_release(grad);
}

uint64_t fingerprint(const duramen_module* module) {
  duramen_list_options options = {0};
  duramen_listing* listing = NULL;
  duramen_string* text = NULL;
  size_t count = 0, stride = 0, i, length = 0;
  uint64_t hash = 14695981039346656037u;
  const char *first, *repr;
  OK(duramen_list_options_init(&options, sizeof options, NULL));
  options.kinds = DURAMEN_KIND_MODULE | DURAMEN_KIND_PARAMETER | DURAMEN_KIND_BUFFER;
  options.flags = DURAMEN_LIST_KEEP_DUPLICATES | DURAMEN_LIST_INCLUDE_NONE;
  OK(duramen_module_list(module, &options, &listing, NULL));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    add_entry(&hash, (const duramen_entry*)(const void*)(first + i * stride));
  }
  OK(duramen_module_repr(module, &text, NULL));
  repr = duramen_string_data(text, &length);
  add_bytes(&hash, repr, length);
  duramen_string_release(text);
  duramen_listing_release(listing);
  return hash;
}
