/* A save whose every call to the system fails, one after the other: the error names the file and
 * the cause, the old file stays whole, nothing lies beside it, and no descriptor stays open. */
#define _POSIX_C_SOURCE 200112L
#include <errno.h>
#include <unistd.h>

#include "failing_files.h"
#include "file_world.h"

struct target {
  const char* folder;
  const char* name;
  char path[4096];
  int32_t durability;
};

static const char* const kNames[] = {"a.pt", "a.safetensors", "a.npy"};

static void complain(const struct target* target, const char* call, long number, int error) {
  fprintf(stderr, "  %s, %s, call %ld: %s: %s\n", target->name,
          target->durability == DURAMEN_DURABILITY_DURABLE ? "durable" : "atomic", number,
          call ? call : "none", strerror(error));
}

/* After the call that failed: what is there, and what was said. */
static int is_right(duramen_context* context, const struct target* target, duramen_status status,
                    int error, size_t descriptors) {
  const char* message = duramen_error_message(last_error(), NULL);
  const char* cause = strerror(error);
  const int is_saved = status == DURAMEN_OK || (message && strstr(message, ": saved, but"));
  const int is_told =
      status == DURAMEN_OK || (status == DURAMEN_E_IO && message && strstr(message, target->path) &&
                               strstr(message, cause) && !strchr(message, '\n'));
  const int is_tidy = count_files(target->folder) == 1 && count_descriptors() == descriptors;
  return is_told && is_tidy && value_of_file(context, target->path) == (is_saved ? 2 : 1);
}

/* Returns how many calls a save makes. */
static long sweep(duramen_context* context, const struct target* target, int error) {
  duramen_state_dict* before = new_dict(context, 1);
  duramen_state_dict* after = new_dict(context, 2);
  long number, refused = 0;
  for (number = 1;; ++number) {
    const char* call;
    duramen_status status;
    size_t descriptors;
    remove_files(target->folder, NULL);
    OK(save_dict(context, before, target->path, DURAMEN_DURABILITY_ATOMIC, ERROR));
    descriptors = count_descriptors();
    arm_files(FILE_ERROR, number, error);
    status = save_dict(context, after, target->path, target->durability, ERROR);
    call = disarm_files();
    refused += status != DURAMEN_OK;
    if (!is_right(context, target, status, error, descriptors)) {
      check_true(0, "a save that fails", __FILE__, __LINE__);
      check_status(DURAMEN_OK, status, "the save", __FILE__, __LINE__);
      complain(target, call, number, error);
    }
    if (!call) break;
  }
  CHECK(number > 12);
  CHECK(error == EINTR ? refused == 0 : refused > 6);
  duramen_state_dict_release(after);
  duramen_state_dict_release(before);
  return number - 1;
}

static void cancel(void* context) { duramen_context_cancel(context); }

/* Cancel comes at any of those calls: it stops the save, or the file is the new one. */
static void cancelled(duramen_context* context, const struct target* target) {
  duramen_state_dict* before = new_dict(context, 1);
  duramen_state_dict* after = new_dict(context, 2);
  const char* call = "";
  long number, stopped = 0;
  for (number = 1; call; ++number) {
    duramen_status status;
    OK(save_dict(context, before, target->path, DURAMEN_DURABILITY_ATOMIC, ERROR));
    arm_files_call(number, cancel, context);
    status = save_dict(context, after, target->path, target->durability, ERROR);
    call = disarm_files();
    duramen_context_reset_cancel(context);
    CHECK(status == DURAMEN_OK || (call && status == DURAMEN_E_CANCELLED));
    CHECK(value_of_file(context, target->path) == (status == DURAMEN_OK ? 2 : 1));
    CHECK(count_files(target->folder) == 1);
    stopped += status != DURAMEN_OK;
  }
  CHECK(stopped > 3 && stopped < number - 2);
  duramen_state_dict_release(after);
  duramen_state_dict_release(before);
}

/* A disk takes less than it was given: it is given the rest. */
static void short_writes(duramen_context* context, const struct target* target) {
  duramen_state_dict* dict = new_dict(context, 2);
  const char* call = "";
  long number;
  for (number = 1; call; ++number) {
    arm_files(FILE_SHORT, number, 0);
    OK(save_dict(context, dict, target->path, target->durability, ERROR));
    call = disarm_files();
    CHECK(value_of_file(context, target->path) == 2);
    CHECK(count_files(target->folder) == 1);
  }
  duramen_state_dict_release(dict);
}

/* Places where nothing can be written. */
static void no_places(duramen_context* context, const struct target* target) {
  duramen_state_dict* dict = new_dict(context, 3);
  const size_t descriptors = count_descriptors();
  remove_files(target->folder, NULL);
  CHECK(symlink("/dev/full", target->path) == 0);
  FAILS(DURAMEN_E_IO, save_dict(context, dict, target->path, 0, ERROR));
  CONTAINS("the target is not a regular file", duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, save_dict(context, dict, "", 0, ERROR));
  FAILS(DURAMEN_E_IO, save_dict(context, dict, "/proc/self/none.pt", 0, ERROR));
  CONTAINS("/proc/self/none.pt: save: ", duramen_error_message(last_error(), NULL));
  CHECK(count_descriptors() == descriptors && count_files(target->folder) == 1);
  duramen_state_dict_release(dict);
}

int main(void) {
  static const int kErrors[] = {EIO, ENOSPC, EDQUOT, EINTR};
  duramen_context* context = new_context();
  struct target target;
  size_t i, k;
  long calls = 0;
  target.folder = make_folder("failing_saves");
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    target.name = kNames[i];
    snprintf(target.path, sizeof target.path, "%s/%s", target.folder, target.name);
    for (target.durability = 0; target.durability < 2; ++target.durability) {
      for (k = 0; k < COUNT_OF(kErrors); ++k) calls += sweep(context, &target, kErrors[k]);
      short_writes(context, &target);
      cancelled(context, &target);
    }
  }
  no_places(context, &target);
  remove_files(target.folder, NULL);
  duramen_context_release(context);
  printf("%ld calls failed\n", calls);
  return finish();
}
