#include "counting_host.h"

static void run(void* user, uint64_t count, duramen_runner_body body, void* body_user) {
  struct host* host = user;
  const int raises = ++host->jobs == host->at;
  uint64_t i;
  for (i = 0; i < count; ++i) {
    if (raises && i == count / 2) duramen_context_cancel(host->context);
    body(body_user, i);
  }
}

void host_begin(struct host* host) {
  duramen_runner runner = {0};
  duramen_context_options options = {0};
  memset(host, 0, sizeof *host);
  runner.struct_size = sizeof runner;
  runner.run = run;
  runner.user = host;
  options.struct_size = sizeof options;
  options.num_threads = 2;
  options.runner = &runner;
  OK(duramen_context_create(&options, &host->context, ERROR));
  OK(duramen_context_seed(host->context, 1, ERROR));
}

void host_arm(struct host* host, int job) {
  duramen_context_reset_cancel(host->context);
  host->jobs = 0;
  host->at = job;
}

int host_disarm(struct host* host) {
  const int came = duramen_context_is_cancelled(host->context) != 0;
  duramen_context_reset_cancel(host->context);
  host->at = 0;
  return came;
}
