/* Opening a file whose every call to the system fails, one after the other; a file that is cut
 * short or replaced while it is open. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_files.h"
#include "file_world.h"

static const char* const kNames[] = {"a.pt", "a.safetensors", "a.npy"};

static duramen_status open_with(duramen_context* context, const char* path, uint64_t flags,
                                duramen_checkpoint** out, duramen_error** error) {
  duramen_open_options options = {0};
  options.struct_size = sizeof options;
  options.flags = flags;
  return duramen_checkpoint_open(context, path, SIZE_MAX, &options, out, error);
}

/* The value of the file, or -3 for a refusal that is as it should be. */
static double try_to_read(duramen_context* context, const char* path, uint64_t flags,
                          const char* cause) {
  duramen_checkpoint* checkpoint = NULL;
  const duramen_status status = open_with(context, path, flags, &checkpoint, ERROR);
  double value;
  if (status == DURAMEN_OK) {
    value = value_of_checkpoint(context, checkpoint);
    duramen_checkpoint_release(checkpoint);
    return value;
  }
  check_status(DURAMEN_E_IO, status, "open", __FILE__, __LINE__);
  CONTAINS(path, duramen_error_message(last_error(), NULL));
  CONTAINS(cause, duramen_error_message(last_error(), NULL));
  TEXT(path, duramen_error_detail(last_error(), "file", SIZE_MAX, NULL));
  CHECK(checkpoint == NULL);
  return -3;
}

static void sweep(duramen_context* context, const char* path, uint64_t flags, int error) {
  const size_t descriptors = count_descriptors();
  const char* call = "";
  long number, refused = 0;
  for (number = 1; call; ++number) {
    double value;
    arm_files(FILE_ERROR, number, error);
    value = try_to_read(context, path, flags, strerror(error));
    call = disarm_files();
    refused += value == -3;
    CHECK(value == 1 || (call && value == -3));
    CHECK(count_descriptors() == descriptors);
  }
  CHECK(error == EINTR ? refused == 0 : refused >= 2);
}

/* Half of what was asked for is no error; an end before the end is. */
static void short_reads(duramen_context* context, const char* path) {
  const char* call = "";
  long number, refused = 0;
  for (number = 1; call; ++number) {
    arm_files(FILE_SHORT, number, 0);
    CHECK(try_to_read(context, path, DURAMEN_OPEN_READ, "") == 1);
    call = disarm_files();
    arm_files(FILE_ENDS, number, 0);
    refused += try_to_read(context, path, DURAMEN_OPEN_READ, "the file became shorter") == -3;
    disarm_files();
  }
  CHECK(refused == 1);
}

/* Who has a file open keeps what was there, mapped or read. */
static void replaced(duramen_context* context, const char* path) {
  duramen_checkpoint *mapped = NULL, *whole = NULL;
  duramen_state_dict* dict = new_dict(context, 5);
  OK(open_with(context, path, 0, &mapped, ERROR));
  OK(open_with(context, path, DURAMEN_OPEN_READ, &whole, ERROR));
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  CHECK(value_of_checkpoint(context, mapped) == 1 && value_of_checkpoint(context, whole) == 1);
  CHECK(value_of_file(context, path) == 5);
  CHECK(unlink(path) == 0);
  CHECK(value_of_checkpoint(context, mapped) == 1);
  duramen_checkpoint_release(whole);
  duramen_checkpoint_release(mapped);
  duramen_state_dict_release(dict);
}

/* Whether a child that opened the file so could still read it when it had been cut short. */
static int survives_cut(duramen_context* context, const char* path, uint64_t flags) {
  int how = 0;
  const pid_t child = fork();
  if (child == 0) {
    const struct rlimit none = {0, 0};
    duramen_checkpoint* checkpoint = NULL;
    setrlimit(RLIMIT_CORE, &none);
    if (freopen("/dev/null", "w", stderr) == NULL) _exit(3); /* a sanitizer's report */
    if (open_with(context, path, flags, &checkpoint, NULL) != DURAMEN_OK) _exit(3);
    if (truncate(path, 0) != 0) _exit(3);
    _exit(value_of_checkpoint(context, checkpoint) == 1 ? 0 : 2);
  }
  CHECK(child > 0 && waitpid(child, &how, 0) == child);
  CHECK(!WIFEXITED(how) || WEXITSTATUS(how) != 3);
  return WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

/* The promise of the header: read, it is safe; mapped, touching what is gone ends the process. */
static void cut_short(duramen_context* context, const char* path) {
  duramen_state_dict* dict = new_dict(context, 1);
  CHECK(survives_cut(context, path, DURAMEN_OPEN_READ));
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  CHECK(!survives_cut(context, path, 0));
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  duramen_state_dict_release(dict);
}

int main(void) {
  static const int kErrors[] = {EIO, EMFILE, ENOMEM, EINTR};
  duramen_context* context = new_context();
  const char* folder = make_folder("failing_reads");
  size_t i, k;
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    duramen_state_dict* dict = new_dict(context, 1);
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, kNames[i]);
    OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
    for (k = 0; k < COUNT_OF(kErrors); ++k) {
      sweep(context, path, 0, kErrors[k]);
      sweep(context, path, DURAMEN_OPEN_READ, kErrors[k]);
    }
    short_reads(context, path);
    cut_short(context, path);
    replaced(context, path);
    duramen_state_dict_release(dict);
  }
  remove_files(folder, NULL);
  duramen_context_release(context);
  return finish();
}
