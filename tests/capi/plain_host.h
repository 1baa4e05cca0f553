/* A caller's memory, threads, log and progress that do the least: what a test hands over when only
 * their being there counts. */
#ifndef PLAIN_HOST_H
#define PLAIN_HOST_H

#include <duramen/duramen.h>

duramen_allocator plain_allocator(void);
/* Runs the pieces one after the other, on the thread that asks. */
duramen_runner plain_runner(void);
duramen_log_sink silent_log(void);
duramen_progress_sink silent_progress(void);

#endif
