#include "recorded.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "require.h"

static const duramen_value* find(const duramen_checkpoint* file, const char* name) {
  return duramen_value_find(duramen_checkpoint_content(file), name, SIZE_MAX);
}

duramen_module* recorded_module(duramen_context* context, const duramen_checkpoint* file) {
  size_t length;
  const char* text = duramen_value_text(find(file, "architecture"), &length);
  duramen_module* module;
  duramen_state_dict* state;
  REQUIRE(duramen_module_from_text(context, text, length, &module, &error));
  REQUIRE(duramen_checkpoint_state_dict(context, file, "model", SIZE_MAX, &state, &error));
  REQUIRE(duramen_module_load_state_dict(context, module, state, NULL, NULL, &error));
  duramen_state_dict_release(state);
  return module;
}

static duramen_listing* list_parameters(const duramen_module* module) {
  duramen_list_options options = {0};
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  duramen_listing* listing;
  REQUIRE(duramen_module_list(module, &options, &listing, &error));
  return listing;
}

static const duramen_entry* entry_at(const duramen_listing* listing, size_t index, size_t* count) {
  size_t stride;
  const char* entries = (const char*)duramen_listing_entries(listing, count, &stride);
  return (const duramen_entry*)(entries + index * stride);
}

duramen_optimizer* recorded_optimizer(duramen_context* context, const duramen_checkpoint* file,
                                      const duramen_module* module) {
  duramen_listing* listing = list_parameters(module);
  size_t count, length;
  entry_at(listing, 0, &count);
  duramen_tensor** parameters = require_memory(count * sizeof(duramen_tensor*));
  for (size_t i = 0; i < count; ++i) parameters[i] = entry_at(listing, i, &count)->tensor;
  const char* text = duramen_value_text(find(file, "optimizer"), &length);
  duramen_optimizer* optimizer;
  REQUIRE(
      duramen_optimizer_from_text(context, text, length, parameters, count, &optimizer, &error));
  REQUIRE(duramen_optimizer_load_state(context, optimizer, find(file, "optimizer_state"), &error));
  free(parameters);
  duramen_listing_release(listing);
  return optimizer;
}

static double* elements(duramen_context* context, const duramen_tensor* tensor) {
  const size_t nbytes = (size_t)duramen_tensor_numel(tensor) * sizeof(double);
  double* out = require_memory(nbytes);
  REQUIRE(duramen_tensor_read(context, tensor, DURAMEN_DTYPE_FLOAT64, out, nbytes, &error));
  return out;
}

/* 1, or 0 with a line. */
static int is_near(duramen_context* context, const char* name,
                   const duramen_tensor* const three[3]) {
  const size_t count = (size_t)duramen_tensor_numel(three[0]);
  double *values[3], errors[2] = {0, 0}, largest = 0;
  for (int k = 0; k < 3; ++k) {
    if (!three[k] || (size_t)duramen_tensor_numel(three[k]) != count) {
      printf("%-24s is not recorded, or has another shape\n", name);
      return 0;
    }
  }
  for (int k = 0; k < 3; ++k) values[k] = elements(context, three[k]);
  int finite = 1;
  for (size_t i = 0; i < count; ++i) {
    finite &= isfinite(values[0][i]) != 0;
    largest = fmax(largest, fabs(values[2][i]));
    for (int k = 0; k < 2; ++k) errors[k] = fmax(errors[k], fabs(values[k][i] - values[2][i]));
  }
  for (int k = 0; k < 3; ++k) free(values[k]);
  const double last_place = largest > 0 ? ldexp(1, ilogb(largest) - 23) : 0;
  const int near = finite && errors[0] <= 2 * errors[1] + 2 * last_place;
  printf("%-24s off by %.1e, PyTorch by %.1e%s\n", name, errors[0], errors[1],
         near ? "" : ": too far");
  return near;
}

int recorded_agrees(duramen_context* context, const duramen_checkpoint* file, const char* name,
                    const duramen_tensor* ours) {
  const duramen_tensor* three[3] = {
      ours, duramen_value_tensor(duramen_value_find(find(file, "float32"), name, SIZE_MAX)),
      duramen_value_tensor(duramen_value_find(find(file, "float64"), name, SIZE_MAX))};
  return is_near(context, name, three);
}

int recorded_parameters_agree(duramen_context* context, const duramen_checkpoint* file,
                              const duramen_module* module) {
  duramen_listing* listing = list_parameters(module);
  const duramen_value* after[2] = {duramen_value_find(find(file, "float32"), "after", SIZE_MAX),
                                   duramen_value_find(find(file, "float64"), "after", SIZE_MAX)};
  size_t count;
  int agree = 1;
  entry_at(listing, 0, &count);
  for (size_t i = 0; i < count; ++i) {
    const duramen_entry* entry = entry_at(listing, i, &count);
    const duramen_tensor* three[3] = {entry->tensor};
    for (int k = 0; k < 2; ++k) {
      three[k + 1] =
          duramen_value_tensor(duramen_value_find(after[k], entry->name, entry->name_length));
    }
    agree &= is_near(context, entry->name, three);
  }
  duramen_listing_release(listing);
  return agree;
}
