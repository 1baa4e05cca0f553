/* Files that fail when told: the program's own open, read, write and their kin, which the library
 * uses, on top of the kernel's. */
#ifndef FAILING_FILES_H
#define FAILING_FILES_H

enum file_failure {
  FILE_ERROR,       /* the call fails with an errno */
  FILE_SHORT,       /* a read or write does half of its work; other calls are as ever */
  FILE_ENDS,        /* a read finds the end of the file */
  FILE_CALLS,       /* of arm_files_call */
  FILE_KILL_BEFORE, /* the process is killed */
  FILE_KILL_HALF,   /* a write does half of its work, then the process is killed */
  FILE_KILL_AFTER
};

/* The call number `number` from now on (1 is the next one) fails so; `error` is for FILE_ERROR. */
void arm_files(enum file_failure failure, long number, int error);
/* The call number `number` calls back before it is made. */
void arm_files_call(long number, void (*call)(void* user), void* user);
/* All is well again. Returns the name of the call that failed or called back, or NULL. */
const char* disarm_files(void);

#endif
