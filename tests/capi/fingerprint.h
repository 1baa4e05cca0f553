/* One number for all that a module tree is: classes, training flags, names with their None entries,
 * kinds, dtypes, shapes, flags, which objects are the same, versions of the memory, bytes and
 * gradients. A call that must change nothing leaves it as it was. The error of the last call stays.
 */
#ifndef FINGERPRINT_H
#define FINGERPRINT_H

#include "check.h"

uint64_t fingerprint(const duramen_module* module);

#endif
