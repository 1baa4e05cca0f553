/* A process that is killed at every call of a save: the target is the old file or the new one, and
 * what is left beside it is known by its name and in nobody's way. */
#define _POSIX_C_SOURCE 200112L
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_files.h"
#include "file_world.h"

struct target {
  const char* folder;
  const char* name;
  char path[4096];
  int32_t durability;
  double old_value; /* -1: there is no old file */
};

/* Returns whether the child was killed, rather than done. */
static int save_and_die(duramen_context* context, const duramen_state_dict* dict,
                        const struct target* target, enum file_failure failure, long number) {
  int how = 0;
  const pid_t child = fork();
  if (child == 0) {
    arm_files(failure, number, 0);
    _exit(save_dict(context, dict, target->path, target->durability, NULL) == DURAMEN_OK ? 0 : 1);
  }
  CHECK(child > 0 && waitpid(child, &how, 0) == child);
  if (WIFSIGNALED(how)) CHECK(WTERMSIG(how) == SIGKILL);
  if (!WIFSIGNALED(how)) CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  return WIFSIGNALED(how);
}

static void prepare(duramen_context* context, const struct target* target) {
  remove_files(target->folder, NULL);
  if (target->old_value >= 0) {
    duramen_state_dict* dict = new_dict(context, target->old_value);
    OK(save_dict(context, dict, target->path, DURAMEN_DURABILITY_ATOMIC, ERROR));
    duramen_state_dict_release(dict);
  }
}

/* Returns how often the child was killed before the target was the new file, and after. */
static void sweep(duramen_context* context, const struct target* target, enum file_failure failure,
                  long* before, long* after) {
  duramen_state_dict* dict = new_dict(context, 2);
  int is_killed = 1;
  long number;
  for (number = 1; is_killed; ++number) {
    double value;
    size_t leftovers;
    prepare(context, target);
    is_killed = save_and_die(context, dict, target, failure, number);
    value = value_of_file(context, target->path);
    leftovers = count_leftovers(target->folder, target->name);
    CHECK(value == 2 || (is_killed && value == target->old_value));
    CHECK(leftovers <= (is_killed && value != 2 ? 1u : 0u));
    CHECK(count_files(target->folder) == leftovers + (value >= 0));
    *(value == 2 ? after : before) += 1;
    OK(save_dict(context, dict, target->path, DURAMEN_DURABILITY_ATOMIC, ERROR));
    CHECK(value_of_file(context, target->path) == 2);
    CHECK(count_files(target->folder) == leftovers + 1);
  }
  duramen_state_dict_release(dict);
}

static void every_kind(duramen_context* context, struct target* target) {
  static const enum file_failure kKinds[] = {FILE_KILL_BEFORE, FILE_KILL_HALF, FILE_KILL_AFTER};
  long before = 0, after = 0;
  size_t i;
  for (i = 0; i < COUNT_OF(kKinds); ++i) sweep(context, target, kKinds[i], &before, &after);
  CHECK(before > 20 && after > 6);
  printf("%s: killed %ld times before the new file was there, %ld times after\n", target->name,
         before, after);
}

int main(void) {
  static const char* const kNames[] = {"a.pt", "a.safetensors", "a.npy"};
  duramen_context* context = new_context();
  struct target target;
  size_t i;
  target.folder = make_folder("killed_saves");
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    target.name = kNames[i];
    snprintf(target.path, sizeof target.path, "%s/%s", target.folder, target.name);
    for (target.durability = 0; target.durability < 2; ++target.durability) {
      target.old_value = target.durability == DURAMEN_DURABILITY_DURABLE ? 1 : -1;
      every_kind(context, &target);
    }
  }
  remove_files(target.folder, NULL);
  duramen_context_release(context);
  return finish();
}
