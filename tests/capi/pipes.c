/* Checkpoints through pipes and sockets whose other end lets them wait, blocking and not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"

enum { kNumel = 1 << 19, kPatience = 60 }; /* 2 MiB, more than a pipe or a socket holds; seconds */

static int is_old_system; /* that has no write which does not wait; set while one thread runs */

#pragma GCC visibility push(default)
/* In place of the system's. */
ssize_t pwritev2(int descriptor, const struct iovec* pieces, int count, off_t offset, int flags) {
  if (is_old_system) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return syscall(SYS_pwritev2, descriptor, pieces, count, (long)offset, -1L, flags);
}
#pragma GCC visibility pop

static duramen_state_dict* large_dict(duramen_context* context) {
  const int64_t shape[1] = {kNumel};
  duramen_state_dict* dict = NULL;
  duramen_tensor* tensor = NULL;
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 1, 3, &tensor, ERROR));
  OK(duramen_state_dict_create(&dict, ERROR));
  OK(duramen_state_dict_set_tensor(dict, "weight", SIZE_MAX, tensor, ERROR));
  duramen_tensor_release(tensor);
  return dict;
}

/* ends[0] is to be read from. */
static void connect_ends(int sockets, int flags, int ends[2]) {
  int i;
  CHECK((sockets ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                 : pipe2(ends, O_CLOEXEC)) == 0);
  for (i = 0; i < 2; ++i) CHECK(fcntl(ends[i], F_SETFL, fcntl(ends[i], F_GETFL) | flags) == 0);
}

/* One end, worked on by a thread with a context of its own. */
struct worker {
  pthread_t thread;
  duramen_context* context;
  int descriptor;
  duramen_status status;
  duramen_checkpoint* file;
};

static void* read_all(void* argument) {
  struct worker* self = argument;
  self->status =
      duramen_checkpoint_open_descriptor(self->context, self->descriptor, NULL, &self->file, NULL);
  return NULL;
}

static void* write_all(void* argument) {
  struct worker* self = argument;
  duramen_state_dict* dict = large_dict(self->context);
  duramen_save_options options = {0};
  options.struct_size = sizeof options;
  options.format = DURAMEN_FORMAT_SAFETENSORS;
  self->status =
      duramen_state_dict_write_descriptor(self->context, dict, self->descriptor, &options, NULL);
  duramen_state_dict_release(dict);
  error_slot();
  return NULL;
}

static void start(struct worker* worker, void* (*work)(void*), int descriptor) {
  worker->context = new_context();
  worker->descriptor = descriptor;
  worker->status = 1;
  worker->file = NULL;
  CHECK(pthread_create(&worker->thread, NULL, work, worker) == 0);
}

static void finish_worker(struct worker* worker) {
  duramen_checkpoint_release(worker->file);
  duramen_context_release(worker->context);
  close(worker->descriptor);
}

static void close_writer(struct worker* writer) {
  pthread_join(writer->thread, NULL);
  CHECK(writer->status == DURAMEN_OK);
  finish_worker(writer);
}

static void whole(int sockets, int flags) {
  struct worker reader, writer;
  duramen_state_dict *expected, *dict = NULL;
  int ends[2];
  connect_ends(sockets, flags, ends);
  start(&reader, read_all, ends[0]);
  start(&writer, write_all, ends[1]);
  close_writer(&writer);
  pthread_join(reader.thread, NULL);
  CHECK(reader.status == DURAMEN_OK && reader.file != NULL);
  if (reader.file) {
    duramen_diff* diff = NULL;
    expected = large_dict(reader.context);
    OK(duramen_checkpoint_state_dict(reader.context, reader.file, NULL, 0, &dict, ERROR));
    OK(duramen_state_dict_diff(reader.context, expected, dict, NULL, &diff, ERROR));
    CHECK(duramen_diff_equal_count(diff) == 1);
    duramen_diff_release(diff);
    duramen_state_dict_release(dict);
    duramen_state_dict_release(expected);
  }
  finish_worker(&reader);
}

/* Nothing more comes, and the other end stays open. What was written tells that the call runs: all
 * of it has no room. */
static void cancelled_reader(int sockets) {
  static const char kBytes[4 * kNumel];
  struct worker reader;
  int ends[2];
  size_t done = 0;
  connect_ends(sockets, 0, ends);
  start(&reader, read_all, ends[0]);
  while (done < sizeof kBytes) {
    const ssize_t count = write(ends[1], kBytes + done, sizeof kBytes - done);
    CHECK(count > 0);
    if (count <= 0) break;
    done += (size_t)count;
  }
  duramen_context_cancel(reader.context);
  pthread_join(reader.thread, NULL);
  CHECK(reader.status == DURAMEN_E_CANCELLED && reader.file == NULL);
  finish_worker(&reader);
  close(ends[1]);
}

/* Nobody reads more than the first byte, and that end stays open. */
static void cancelled_writer(int sockets) {
  struct worker writer;
  int ends[2];
  char first;
  connect_ends(sockets, 0, ends);
  start(&writer, write_all, ends[1]);
  CHECK(read(ends[0], &first, 1) == 1);
  duramen_context_cancel(writer.context);
  pthread_join(writer.thread, NULL);
  CHECK(writer.status == DURAMEN_E_CANCELLED);
  finish_worker(&writer);
  close(ends[0]);
}

/* The wrong end of a pipe is an error at once: nothing would ever come of waiting. */
static void wrong_ends(void) {
  duramen_context* context = new_context();
  duramen_state_dict* dict = large_dict(context);
  duramen_checkpoint* file = NULL;
  duramen_save_options options = {0};
  int ends[2];
  options.struct_size = sizeof options;
  options.format = DURAMEN_FORMAT_TORCH;
  connect_ends(0, 0, ends);
  FAILS(DURAMEN_E_IO, duramen_state_dict_write_descriptor(context, dict, ends[0], &options, ERROR));
  FAILS(DURAMEN_E_IO, duramen_checkpoint_open_descriptor(context, ends[1], NULL, &file, ERROR));
  CHECK(file == NULL);
  close(ends[0]);
  close(ends[1]);
  FAILS(DURAMEN_E_IO, duramen_state_dict_write_descriptor(context, dict, ends[1], &options, ERROR));
  duramen_state_dict_release(dict);
  duramen_context_release(context);
}

int main(void) {
  int i;
  alarm(kPatience); /* a call that nothing reaches ends the program */
  for (i = 0; i < 4; ++i) {
    const int sockets = i % 2;
    is_old_system = i / 2;
    whole(sockets, 0);
    whole(sockets, O_NONBLOCK);
    cancelled_reader(sockets);
    cancelled_writer(sockets);
  }
  error_slot();
  wrong_ends();
  return finish();
}
