/* What the operations of the out-of-memory test work on, made anew for each attempt. */
#ifndef MEMORY_WORLD_H
#define MEMORY_WORLD_H

#include "check.h"

struct world {
  duramen_context* context;
  duramen_module* net; /* layers, many parameters, deep tensors, a tie */
  duramen_tensor* x;
  duramen_tensor* target;
  duramen_tensor* output; /* with its graph */
  duramen_tensor* loss;
  duramen_tensor* deep[3];  /* of rank 9: dense, permuted, broadcast */
  duramen_state_dict* dict; /* of another net of the same form */
  const char* optimizer_text;
  duramen_optimizer* optimizer;
  duramen_value* state; /* of another optimizer */
};

/* What a world has beside context and net, and how its context computes. */
enum {
  WITH_DICT = 1,
  WITH_PARAMETER_FOR_BUFFER = 2, /* in the dict */
  WITH_DEEP = 4,
  WITH_GRADS = 8,
  WITH_GRAPH = 16, /* x, output and loss */
  WITH_OPTIMIZER = 32,
  TWO_THREADS = 64,
  OWN_RUNNER = 128,
  OWN_MEMORY = 256,
  NO_NET = 512,
  WITH_ADAMW = 1024 /* as the optimizer, instead of SGD */
};

/* An operation: what it runs, on what, and what it promises. */
struct operation {
  const char* name;
  int with;
  int keeps;               /* all or nothing: a failure leaves the world as it was */
  duramen_status expected; /* when there is memory enough */
  duramen_status (*run)(struct world* w, duramen_error** error);
};

/* Inside an operation: its cleanup follows the label `release`. */
#define TRY(call)                           \
  do {                                      \
    status = (call);                        \
    if (status != DURAMEN_OK) goto release; \
  } while (0)

extern const struct operation kModuleOperations[];
extern const size_t kModuleOperationCount;
extern const struct operation kTensorOperations[];
extern const size_t kTensorOperationCount;
extern const struct operation kOwnOperations[];
extern const size_t kOwnOperationCount;
extern const struct operation kOperatorOperations[];
extern const size_t kOperatorOperationCount;
extern const struct operation kObjectOperations[];
extern const size_t kObjectOperationCount;
extern const struct operation kContainerOperations[];
extern const size_t kContainerOperationCount;
extern const struct operation kSurgeryOperations[];
extern const size_t kSurgeryOperationCount;
extern const struct operation kStreamOperations[];
extern const size_t kStreamOperationCount;

/* All of them. */
size_t operation_count(void);
const struct operation* operation_at(size_t index);

struct world make_world(int with);
void release_world(struct world* w);
/* Names, identities, dtypes, flags, values and gradients of the net, and the optimizer's state. */
uint64_t hash_of_world(const struct world* w);
/* An optimizer over the parameters of the net. */
duramen_status new_optimizer(struct world* w, duramen_optimizer** out, duramen_error** error);

#endif
