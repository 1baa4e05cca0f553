/* libduramen: PyTorch module trees, state dicts, checkpoints and CPU autograd behind a stable C
 * ABI.
 *
 * This header includes all others; each of them also stands alone. Five sentences to remember:
 *
 *  1. Every call that can fail returns a status; its last parameter, the error, may be NULL;
 *     otherwise it is set to NULL at entry and, on failure, to an error object that the caller
 *     releases. On failure every other output is NULL or 0 (the one exception: the count of a
 *     buffer that was too small).
 *  2. A handle that comes back through an out-pointer is yours to release; what is returned
 *     directly, and a tensor's data pointer, is lent by its owner (NULL or 0 for a NULL owner). An
 *     unmarked pointer has the default of its kind; only what differs is marked (base.h).
 *  3. Text is UTF-8 with a length; SIZE_MAX stands for the length of a terminated string.
 *  4. A handle is the object: the same object is always the same pointer. Owners hold what is below
 *     them (module, child, tensor, storage, allocator), never what is above. Retain and release are
 *     atomic and allowed on any thread; a deleter runs where the last release happens.
 *  5. Whatever computes, copies or touches files takes a context; a context is used by one thread
 *     at a time; nothing else is bound to one. A module has many readers (eval forward, listing,
 *     state_dict) or one writer; immutable objects are shared freely.
 *
 * The fields at the end of each comment:
 *   Fails:    the codes that are particular to the call; base.h has those of every call.
 *   Threads:  any      from any thread at any time;
 *             reader   many threads at once, while nobody writes to the object;
 *             writer   nobody else uses the object meanwhile;
 *             context  the calling thread has the context to itself; further objects are read,
 *                      or written where the text says so.
 *   Since:    the API level that brought it.
 */
#ifndef DURAMEN_DURAMEN_H
#define DURAMEN_DURAMEN_H

#include "autograd.h"
#include "base.h"
#include "call_hooks.h"
#include "checkpoint.h"
#include "compare.h"
#include "containers.h"
#include "context.h"
#include "dlpack.h"
#include "dtype.h"
#include "error.h"
#include "file_entries.h"
#include "function.h"
#include "init.h"
#include "listing.h"
#include "load.h"
#include "module.h"
#include "module_class.h"
#include "module_hooks.h"
#include "module_text.h"
#include "op.h"
#include "optimizer.h"
#include "options.h"
#include "parametrize.h"
#include "rename.h"
#include "state_dict.h"
#include "stream.h"
#include "surgery.h"
#include "tensor.h"
#include "text.h"
#include "value.h"

#endif
