/* Memory that runs out when told: the program's own malloc and its kin, which every library in the
 * process uses, on top of glibc's. */
#ifndef FAILING_MEMORY_H
#define FAILING_MEMORY_H

/* From now on the allocation number `first` (1 is the next one) fails, on whatever thread; with
 * `ever_after` all later ones too. */
void arm_memory(long first, int ever_after);
/* From now on the allocation number `first` calls back before it is made. */
void arm_memory_call(long first, void (*call)(void* user), void* user);
/* Memory is plentiful again. Returns whether an allocation failed, or called back, since. */
int disarm_memory(void);
/* How many allocations are to come until the one that fails, while armed. */
long allocations_left(void);
/* Blocks that were handed out and not given back, since the start. */
long live_blocks(void);

#endif
