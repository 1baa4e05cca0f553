#define _GNU_SOURCE /* syscall */
#include "failing_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int armed;
static enum file_failure kind;
static long left;
static int failure_number;
static const char* failed;
static void (*callback)(void* user);
static void* callback_user;

void arm_files(enum file_failure failure, long number, int error) {
  kind = failure;
  left = number;
  failure_number = error;
  failed = NULL;
  armed = 1;
}

void arm_files_call(long number, void (*call)(void* user), void* user) {
  callback = call;
  callback_user = user;
  arm_files(FILE_CALLS, number, 0);
}

const char* disarm_files(void) {
  armed = 0;
  return failed;
}

/* Whether this call is the one. */
static int is_next(const char* name) {
  if (!armed || --left != 0) return 0;
  failed = name;
  if (kind == FILE_CALLS) callback(callback_user);
  return 1;
}

static void die(void) { kill(getpid(), SIGKILL); }

/* The common way: an error, or death before or after the call. */
#define CALL(name, ...)                          \
  const int is_hit = is_next(name);              \
  long result;                                   \
  if (is_hit && kind == FILE_ERROR) {            \
    errno = failure_number;                      \
    return -1;                                   \
  }                                              \
  if (is_hit && kind == FILE_KILL_BEFORE) die(); \
  result = syscall(__VA_ARGS__);                 \
  if (is_hit && kind >= FILE_KILL_HALF) die()

/* Seen by the library, whatever the build's default is. */
#pragma GCC visibility push(default)

int open(const char* path, int flags, ...) {
  va_list arguments;
  int mode;
  va_start(arguments, flags);
  mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
  va_end(arguments);
  {
    CALL("open", SYS_openat, AT_FDCWD, path, flags, mode);
    return (int)result;
  }
}

int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  int mode;
  va_start(arguments, flags);
  mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
  va_end(arguments);
  {
    CALL("openat", SYS_openat, folder, path, flags, mode);
    return (int)result;
  }
}

/* The descriptor is gone all the same, as with Linux. */
int close(int descriptor) {
  const int is_hit = is_next("close");
  long result;
  if (is_hit && kind == FILE_KILL_BEFORE) die();
  result = syscall(SYS_close, descriptor);
  if (is_hit && kind >= FILE_KILL_HALF) die();
  if (!is_hit || kind != FILE_ERROR) return (int)result;
  errno = failure_number;
  return -1;
}

int fstat(int descriptor, struct stat* status) {
  CALL("fstat", SYS_newfstatat, descriptor, "", status, AT_EMPTY_PATH);
  return (int)result;
}

int fstatat(int folder, const char* path, struct stat* status, int flags) {
  CALL("fstatat", SYS_newfstatat, folder, path, status, flags);
  return (int)result;
}

int faccessat(int folder, const char* path, int mode, int flags) {
  CALL("faccessat", SYS_faccessat, folder, path, mode);
  (void)flags; /* the real and the effective user are one here */
  return (int)result;
}

ssize_t readlink(const char* path, char* buffer, size_t capacity) {
  CALL("readlink", SYS_readlinkat, AT_FDCWD, path, buffer, capacity);
  return result;
}

ssize_t getrandom(void* buffer, size_t nbytes, unsigned flags) {
  CALL("getrandom", SYS_getrandom, buffer, nbytes, flags);
  return result;
}

int fchmod(int descriptor, mode_t mode) {
  CALL("fchmod", SYS_fchmod, descriptor, mode);
  return (int)result;
}

int fchown(int descriptor, uid_t user, gid_t group) {
  CALL("fchown", SYS_fchown, descriptor, user, group);
  return (int)result;
}

int fsync(int descriptor) {
  CALL("fsync", SYS_fsync, descriptor);
  return (int)result;
}

int renameat(int folder, const char* from, int other, const char* to) {
  CALL("renameat", SYS_renameat, folder, from, other, to);
  return (int)result;
}

int linkat(int folder, const char* from, int other, const char* to, int flags) {
  CALL("linkat", SYS_linkat, folder, from, other, to, flags);
  return (int)result;
}

int unlinkat(int folder, const char* path, int flags) {
  CALL("unlinkat", SYS_unlinkat, folder, path, flags);
  return (int)result;
}

int mkdir(const char* path, mode_t mode) {
  CALL("mkdir", SYS_mkdirat, AT_FDCWD, path, mode);
  return (int)result;
}

int rmdir(const char* path) {
  CALL("rmdir", SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
  return (int)result;
}

void* mmap(void* place, size_t nbytes, int protection, int flags, int descriptor, off_t offset) {
  if (is_next("mmap") && kind == FILE_ERROR) {
    errno = failure_number;
    return MAP_FAILED;
  }
  return (void*)syscall(SYS_mmap, place, nbytes, protection, flags, descriptor, offset);
}

/* How much of a read or write is done. */
static size_t part_of(size_t nbytes, int is_hit) {
  return is_hit && (kind == FILE_SHORT || kind == FILE_KILL_HALF) ? (nbytes + 1) / 2 : nbytes;
}

/* Whether a read is to be done; else *result is what it returns. */
static int may_read(int is_hit, ssize_t* result) {
  *result = kind == FILE_ERROR ? -1 : 0;
  if (is_hit && kind == FILE_ERROR) errno = failure_number;
  return !is_hit || (kind != FILE_ERROR && kind != FILE_ENDS);
}

ssize_t read(int descriptor, void* buffer, size_t nbytes) {
  const int is_hit = is_next("read");
  ssize_t result;
  if (!may_read(is_hit, &result)) return result;
  return syscall(SYS_read, descriptor, buffer, part_of(nbytes, is_hit));
}

ssize_t pread(int descriptor, void* buffer, size_t nbytes, off_t offset) {
  const int is_hit = is_next("pread");
  ssize_t result;
  if (!may_read(is_hit, &result)) return result;
  return syscall(SYS_pread64, descriptor, buffer, part_of(nbytes, is_hit), offset);
}

ssize_t write(int descriptor, const void* buffer, size_t nbytes) {
  const int is_hit = is_next("write");
  long result;
  if (is_hit && kind == FILE_ERROR) {
    errno = failure_number;
    return -1;
  }
  if (is_hit && kind == FILE_KILL_BEFORE) die();
  result = syscall(SYS_write, descriptor, buffer, part_of(nbytes, is_hit));
  if (is_hit && kind >= FILE_KILL_HALF) die();
  return result;
}

#pragma GCC visibility pop
