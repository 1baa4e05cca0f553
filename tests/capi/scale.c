/* Trees of a size that nobody draws: a million parameters in memory that grows with their number,
 * and chains of modules that no call follows by recursion. */
#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

#include "check.h"

/* Bytes a parameter, beside its elements' 64-byte block: objects, names, the map and its index. */
#define MOST_BYTES 300

static size_t used_memory(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

/* `count` parameters of one element, a thousand a module. */
static duramen_module* wide_tree(duramen_context* context, int count) {
  const int64_t shape[1] = {1};
  duramen_module *root = new_module(context, "Module()"), *part = NULL;
  int i;
  for (i = 0; i < count; ++i) {
    duramen_tensor *data = NULL, *parameter = NULL;
    char name[16];
    if (i % 1000 == 0) {
      duramen_module_release(part);
      part = new_module(context, "Module()");
      sprintf(name, "m%d", i / 1000);
      OK(duramen_module_register_child(root, name, SIZE_MAX, part, ERROR));
    }
    sprintf(name, "p%d", i % 1000);
    OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 1, 1, &data, ERROR));
    OK(duramen_parameter_create(data, 1, &parameter, ERROR));
    OK(duramen_module_register_parameter(part, name, SIZE_MAX, parameter, ERROR));
    duramen_tensor_release(parameter);
    duramen_tensor_release(data);
  }
  duramen_module_release(part);
  return root;
}

/* Bytes a parameter, of the tree and of what is made from it. */
static double bytes_each(duramen_context* context, int count) {
  const size_t before = used_memory();
  duramen_module* tree = wide_tree(context, count);
  const size_t with_tree = used_memory();
  duramen_listing* listing = NULL;
  duramen_state_dict* state = NULL;
  size_t listed = 0, stride = 0, with_listing, with_state;
  OK(duramen_module_list(tree, NULL, &listing, ERROR));
  with_listing = used_memory();
  OK(duramen_module_state_dict(tree, NULL, 0, 0, &state, ERROR));
  with_state = used_memory();
  duramen_listing_entries(listing, &listed, &stride);
  CHECK(listed == (size_t)count && duramen_state_dict_count(state) == (size_t)count);
  OK(duramen_module_load_state_dict(context, tree, state, NULL, NULL, ERROR));
  printf("%d parameters: %.0f bytes each, %.0f in a listing, %.0f in a state dict\n", count,
         (double)(with_tree - before) / count, (double)(with_listing - with_tree) / count,
         (double)(with_state - with_listing) / count);
  CHECK((double)(with_listing - with_tree) <= 300.0 * count);
  CHECK((double)(with_state - with_listing) <= 300.0 * count);
  duramen_state_dict_release(state);
  duramen_listing_release(listing);
  duramen_module_release(tree);
  return (double)(with_tree - before) / count;
}

static void million(duramen_context* context) {
  const double few = bytes_each(context, 125 * 1000);
  const double many = bytes_each(context, 1000 * 1000);
  CHECK(many <= few * 1.15);
  CHECK(many - 64 <= MOST_BYTES);
}

/* A Linear below `depth` times Sequential. */
static duramen_module* deep_tree(duramen_context* context, int depth) {
  duramen_module* top = new_module(context, "Linear(2, 2)");
  int i;
  for (i = 0; i < depth; ++i) {
    duramen_module* above = NULL;
    OK(duramen_module_create(context, "Sequential", SIZE_MAX, NULL, &above, ERROR));
    OK(duramen_module_register_child(above, "0", 1, top, ERROR));
    duramen_module_release(top);
    top = above;
  }
  return top;
}

static char* deep_path(int depth, const char* last) {
  char* path = malloc(2 * (size_t)depth + strlen(last) + 1);
  int i;
  if (!path) exit(1);
  for (i = 0; i < depth; ++i) memcpy(path + 2 * i, "0.", 2);
  strcpy(path + 2 * (size_t)depth, last);
  return path;
}

static int32_t DURAMEN_CALL count_visit(void* user, duramen_module* module, duramen_error** error) {
  (void)module;
  (void)error;
  ++*(long*)user;
  return 0;
}

static void very_deep(duramen_context* context) {
  enum { kDepth = 100 * 1000 };
  duramen_module *tree = deep_tree(context, kDepth), *copy = NULL;
  duramen_listing* listing = NULL;
  duramen_tensor *weight = NULL, *vector = NULL;
  char* path = deep_path(kDepth, "weight");
  uint64_t frozen = 0;
  size_t count = 0, stride = 0;
  long visited = 0;
  OK(duramen_module_list(tree, NULL, &listing, ERROR));
  TEXT(path, duramen_listing_entries(listing, &count, &stride)->name);
  CHECK(count == 2);
  duramen_listing_release(listing);
  OK(duramen_module_get_parameter(tree, path, SIZE_MAX, &weight, ERROR));
  OK(duramen_module_apply(tree, count_visit, &visited, ERROR));
  CHECK(visited == kDepth + 1);
  OK(duramen_module_train(tree, 0, ERROR));
  OK(duramen_module_deepcopy(context, tree, &copy, ERROR));
  OK(duramen_module_freeze(tree, "**.weight", SIZE_MAX, NULL, 0, &frozen, ERROR));
  CHECK(frozen == 1);
  OK(duramen_module_lerp(context, tree, copy, 0.5, NULL, ERROR));
  OK(duramen_module_pack(context, tree, 0, &vector, ERROR));
  CHECK(duramen_tensor_numel(vector) == 6);
  OK(duramen_module_untie(context, tree, path, SIZE_MAX, NULL, ERROR));
  duramen_tensor_release(vector);
  duramen_tensor_release(weight);
  duramen_module_release(copy);
  duramen_module_release(tree);
  free(path);
}

static void deep(duramen_context* context) {
  enum { kDepth = 10 * 1000 };
  duramen_module *tree = deep_tree(context, kDepth), *other = deep_tree(context, kDepth);
  duramen_listing* listing = NULL;
  duramen_state_dict* state = NULL;
  duramen_load_report* report = NULL;
  duramen_list_options options = {0};
  size_t count = 0, stride = 0;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER | DURAMEN_KIND_MODULE;
  OK(duramen_module_list(tree, &options, &listing, ERROR));
  duramen_listing_entries(listing, &count, &stride);
  CHECK(count == kDepth + 3);
  duramen_listing_release(listing);
  OK(duramen_module_state_dict(tree, NULL, 0, 0, &state, ERROR));
  OK(duramen_module_load_state_dict(context, other, state, NULL, &report, ERROR));
  CHECK(duramen_load_report_loaded(report) == 2);
  duramen_load_report_release(report);
  duramen_state_dict_release(state);
  duramen_module_release(other);
  duramen_module_release(tree);
}

int main(void) {
  duramen_context* context = new_context();
  million(context);
  very_deep(context);
  deep(context);
  duramen_context_release(context);
  return finish();
}
