#include "require.h"

#include <stdio.h>
#include <stdlib.h>

void require(duramen_status status, duramen_error* error, const char* what) {
  if (status == DURAMEN_OK) return;
  const char* message = duramen_error_message(error, NULL);
  fprintf(stderr, "%s: %s\n", what, message ? message : duramen_status_name(status));
  duramen_error_release(error);
  exit(1);
}

void* require_memory(size_t nbytes) {
  void* memory = malloc(nbytes);
  if (!memory) require(DURAMEN_E_NO_MEMORY, NULL, "malloc");
  return memory;
}
