#define _GNU_SOURCE
#include "file_world.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum { kElements = 100000 };

duramen_state_dict* new_dict(duramen_context* context, double value) {
  static const int64_t kLong[1] = {kElements};
  static const int64_t kShort[2] = {2, 3};
  static const char* const kNames[] = {"first", "short", "last"};
  duramen_state_dict* dict = NULL;
  size_t i;
  OK(duramen_state_dict_create(&dict, ERROR));
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    duramen_tensor* tensor = NULL;
    OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, i == 1 ? kShort : kLong, i == 1 ? 2 : 1,
                           value, &tensor, ERROR));
    OK(duramen_state_dict_set_tensor(dict, kNames[i], SIZE_MAX, tensor, ERROR));
    duramen_tensor_release(tensor);
  }
  return dict;
}

/* The first of the dict's tensors, which is all that an .npy holds. */
static duramen_status save_first(duramen_context* context, const duramen_state_dict* dict,
                                 const char* path, const duramen_save_options* options,
                                 duramen_error** error) {
  duramen_value* first = NULL;
  duramen_status status = duramen_state_dict_get_value(dict, "first", SIZE_MAX, &first, error);
  if (status == DURAMEN_OK)
    status = duramen_value_save(context, first, path, SIZE_MAX, options, error);
  duramen_value_release(first);
  return status;
}

duramen_status save_dict(duramen_context* context, const duramen_state_dict* dict, const char* path,
                         int32_t durability, duramen_error** error) {
  duramen_save_options options = {0};
  const size_t length = strlen(path);
  options.struct_size = sizeof options;
  options.durability = durability;
  if (length > 4 && strcmp(path + length - 4, ".npy") == 0)
    return save_first(context, dict, path, &options, error);
  return duramen_state_dict_save(context, dict, path, SIZE_MAX, &options, error);
}

static double value_of_tensor(const duramen_tensor* tensor) {
  const void* data = NULL;
  int64_t i;
  if (!tensor || duramen_tensor_data_const(tensor, &data, NULL)) return -2;
  for (i = 1; i < duramen_tensor_numel(tensor); ++i) {
    if (((const float*)data)[i] != ((const float*)data)[0]) return -2;
  }
  return ((const float*)data)[0];
}

double value_of_checkpoint(duramen_context* context, const duramen_checkpoint* checkpoint) {
  duramen_state_dict* dict = NULL;
  duramen_listing* listing = NULL;
  const char* entries;
  size_t count = 0, stride = 0, i;
  double value = -2;
  if (strcmp(duramen_checkpoint_format(checkpoint, NULL), "npy") == 0)
    return value_of_tensor(duramen_value_tensor(duramen_checkpoint_content(checkpoint)));
  if (duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR)) return -2;
  OK(duramen_state_dict_list(dict, NULL, &listing, ERROR));
  entries = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(entries + i * stride);
    const double one = value_of_tensor(entry->tensor);
    value = i == 0 || one == value ? one : -2;
  }
  duramen_listing_release(listing);
  duramen_state_dict_release(dict);
  return count == 3 ? value : -2;
}

double value_of_file(duramen_context* context, const char* path) {
  duramen_checkpoint* checkpoint = NULL;
  duramen_open_options options = {0};
  double value;
  if (access(path, F_OK) != 0) return -1;
  options.struct_size = sizeof options;
  options.flags = DURAMEN_OPEN_READ | DURAMEN_OPEN_VERIFY;
  if (duramen_checkpoint_open(context, path, SIZE_MAX, &options, &checkpoint, ERROR)) return -2;
  value = value_of_checkpoint(context, checkpoint);
  duramen_checkpoint_release(checkpoint);
  return value;
}

const char* make_folder(const char* name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s.%ld", scratch_path(name), (long)getpid());
  mkdir(path, 0777);
  remove_files(path, NULL);
  return path;
}

static int is_leftover(const char* name, const char* target) {
  const size_t length = strlen(target);
  return name[0] == '.' && strncmp(name + 1, target, length) == 0 &&
         strncmp(name + 1 + length, ".tmp.", 5) == 0 && strlen(name + length + 6) == 12 &&
         strspn(name + length + 6, "0123456789abcdefghijklmnopqrstuv") == 12;
}

/* How many files there are, or leftovers of a target. */
static size_t walk_folder(const char* folder, const char* target, int remove_them) {
  DIR* open_folder = opendir(folder);
  struct dirent* entry;
  size_t count = 0;
  CHECK(open_folder != NULL);
  while (open_folder && (entry = readdir(open_folder)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (target && !is_leftover(entry->d_name, target)) continue;
    ++count;
    if (remove_them) CHECK(unlinkat(dirfd(open_folder), entry->d_name, 0) == 0);
  }
  if (open_folder) closedir(open_folder);
  return count;
}

size_t count_files(const char* folder) { return walk_folder(folder, NULL, 0); }

size_t count_leftovers(const char* folder, const char* target) {
  return walk_folder(folder, target, 0);
}

void remove_files(const char* folder, const char* target) { walk_folder(folder, target, 1); }

size_t count_descriptors(void) { return count_files("/proc/self/fd"); }
