/* What the examples do when a call fails: say what was wrong in one line, and end. */
#ifndef EXAMPLES_REQUIRE_H
#define EXAMPLES_REQUIRE_H

#include <duramen/duramen.h>

/* Ends the program unless the status is OK; releases the error. */
void require(duramen_status status, duramen_error* error, const char* what);

/* malloc that ends the program where there is no memory. */
void* require_memory(size_t nbytes);

/* Every call returns a status, and takes `&error` last. */
#define REQUIRE(call)                     \
  do {                                    \
    duramen_error* error = NULL;          \
    const duramen_status status = (call); \
    require(status, error, #call);        \
  } while (0)

#endif
