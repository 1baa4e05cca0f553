/* What the tests of failing files share: state dicts with one value, what a file holds, what is in
 * a folder. */
#ifndef FILE_WORLD_H
#define FILE_WORLD_H

#include "check.h"

/* Tensors that are larger than what a save gathers, so that there are several writes; all elements
 * are `value`. */
duramen_state_dict* new_dict(duramen_context* context, double value);
/* By the path's ending; an .npy gets the first tensor alone. */
duramen_status save_dict(duramen_context* context, const duramen_state_dict* dict, const char* path,
                         int32_t durability, duramen_error** error);
/* The value that every element of the file has, read whole and checked; -1 when there is no file,
 * -2 when there is anything else. */
double value_of_file(duramen_context* context, const char* path);
/* The same of an open file. */
double value_of_checkpoint(duramen_context* context, const duramen_checkpoint* checkpoint);

/* An empty folder of that name among the test's output; static storage until the next call. */
const char* make_folder(const char* name);
/* Files in the folder, and those of them whose name is .TARGET.tmp. and 12 letters or digits. */
size_t count_files(const char* folder);
size_t count_leftovers(const char* folder, const char* target);
/* Removes the files that are leftovers of `target`; NULL: all. */
void remove_files(const char* folder, const char* target);
size_t count_descriptors(void);

#endif
