#include "memory_world.h"

struct table {
  const struct operation* first;
  const size_t* count;
};

static const struct table kTables[] = {
    {kModuleOperations, &kModuleOperationCount},
    {kTensorOperations, &kTensorOperationCount},
    {kOperatorOperations, &kOperatorOperationCount},
    {kObjectOperations, &kObjectOperationCount},
    {kOwnOperations, &kOwnOperationCount},
    {kContainerOperations, &kContainerOperationCount},
    {kSurgeryOperations, &kSurgeryOperationCount},
    {kStreamOperations, &kStreamOperationCount},
};

size_t operation_count(void) {
  size_t count = 0, i;
  for (i = 0; i < COUNT_OF(kTables); ++i) count += *kTables[i].count;
  return count;
}

const struct operation* operation_at(size_t index) {
  const struct table* table = kTables;
  while (index >= *table->count) index -= *table++->count;
  return table->first + index;
}
