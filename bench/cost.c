/* What calls cost, in C: a line of JSON with medians in nanoseconds, as each binding's program
 * prints it (vs_bindings.py).
 *
 * listing_20000_ns: one listing of the parameters and buffers of 4,000 BatchNorm1d(1), its 20,000
 * entries visited. forward_mlp_ns: Sequential(Linear(64, 64), ReLU(), Linear(64, 10)) of one row in
 * eval mode, nothing recorded, one thread.
 */
#include <duramen/duramen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { kLayers = 4000, kListings = 41, kForwards = 41, kBatch = 500 };

static void require(duramen_status status, const duramen_error* error) {
  if (status == DURAMEN_OK) return;
  fprintf(stderr, "cost: %s\n", duramen_error_message(error, NULL));
  exit(1);
}

static double now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}
static double median(double* samples, size_t count) {
  qsort(samples, count, sizeof *samples, compare);
  return samples[count / 2];
}

static duramen_module* module_of(duramen_context* context, const char* text) {
  duramen_module* module;
  duramen_error* error = NULL;
  require(duramen_module_from_text(context, text, SIZE_MAX, &module, &error), error);
  return module;
}

static duramen_module* make_tree(duramen_context* context) {
  static char text[kLayers * 20] = "Sequential(";
  for (int i = 0; i < kLayers; ++i) strcat(text, i ? ", BatchNorm1d(1)" : "BatchNorm1d(1)");
  strcat(text, ")");
  return module_of(context, text);
}

/* The bytes of all names, so that every entry is looked at. */
static uint64_t list_once(const duramen_module* tree) {
  duramen_listing* listing;
  duramen_error* error = NULL;
  require(duramen_module_list(tree, NULL, &listing, &error), error);
  size_t count, stride;
  const char* at = (const char*)duramen_listing_entries(listing, &count, &stride);
  uint64_t bytes = 0;
  for (; count > 0; --count, at += stride) bytes += ((const duramen_entry*)at)->name_length;
  duramen_listing_release(listing);
  return bytes;
}

static double listing_ns(duramen_context* context) {
  duramen_module* tree = make_tree(context);
  double samples[kListings];
  for (int i = -2; i < kListings; ++i) {
    const double before = now_ns();
    if (list_once(tree) != 302450) exit(1);
    if (i >= 0) samples[i] = now_ns() - before;
  }
  duramen_module_release(tree);
  return median(samples, kListings);
}

static void forward_once(duramen_context* context, duramen_module* model, duramen_tensor* x) {
  duramen_tensor* y;
  duramen_error* error = NULL;
  require(duramen_module_forward(context, model, x, &y, &error), error);
  duramen_tensor_release(y);
}

static double forward_ns(duramen_context* context) {
  duramen_module* model = module_of(context, "Sequential(Linear(64, 64), ReLU(), Linear(64, 10))");
  const int64_t shape[] = {1, 64};
  duramen_tensor* x;
  duramen_error* error = NULL;
  require(duramen_module_train(model, 0, &error), error);
  require(duramen_context_set_grad_enabled(context, 0, &error), error);
  require(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 2, 1, &x, &error), error);
  double samples[kForwards];
  for (int i = -2; i < kForwards; ++i) {
    const double before = now_ns();
    for (int k = 0; k < kBatch; ++k) forward_once(context, model, x);
    if (i >= 0) samples[i] = (now_ns() - before) / kBatch;
  }
  duramen_tensor_release(x);
  duramen_module_release(model);
  return median(samples, kForwards);
}

int main(void) {
  duramen_context* context;
  duramen_error* error = NULL;
  require(duramen_context_create(NULL, &context, &error), error);
  const double listing = listing_ns(context);
  printf("{\"listing_20000_ns\": %.0f, \"forward_mlp_ns\": %.0f}\n", listing, forward_ns(context));
  duramen_context_release(context);
  return 0;
}
