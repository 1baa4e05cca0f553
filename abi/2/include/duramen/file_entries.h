/* What a checkpoint holds, without its tensors: names, shapes and places, and single tensors.
 *
 * Looking into a .safetensors file costs its index only: no tensor object is made for what is
 * listed, and no element is touched. Of the other formats the tensors are there since opening.
 */
#ifndef DURAMEN_FILE_ENTRIES_H
#define DURAMEN_FILE_ENTRIES_H

#include "checkpoint.h"

#if DURAMEN_TARGET_API_LEVEL >= 2

#ifdef __cplusplus
extern "C" {
#endif

/* What a file holds under one name, without a tensor object. */
typedef struct duramen_file_entry {
  const char* name; /* terminated */
  uint64_t name_length;
  /* NULL for rank 0 and for what is no tensor. */
  DURAMEN_NULLABLE const int64_t* shape DURAMEN_LEN(rank);
  /* In elements; NULL: the elements lie side by side in C order. */
  DURAMEN_NULLABLE const int64_t* strides DURAMEN_LEN(rank);
  uint64_t nbytes; /* of the logical elements */
  /* Where the elements lie in the file, as they are (bools as the file's own bytes, which may be
   * others than 0 and 1); UINT64_MAX where they do not, or where that is not known. */
  uint64_t offset;
  uint64_t first_storage_index; /* of the first entry on the same storage; else its own */
  DURAMEN_NULLABLE const duramen_value* value; /* what is no tensor; else NULL */
  duramen_dtype dtype;                         /* DURAMEN_DTYPE_INVALID for what is no tensor */
  uint32_t rank;
} duramen_file_entry;

/* The metadata text under a key, terminated; NULL where there is none. Lent by the checkpoint.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 2. */
DURAMEN_API const char* DURAMEN_CALL
duramen_checkpoint_metadata(DURAMEN_NULLABLE const duramen_checkpoint* checkpoint, const char* key,
                            size_t key_length, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The metadata keys, in order: of a .safetensors file, of an index of shards, of a .gguf.
 *
 * Threads: any. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_checkpoint_metadata_keys(const duramen_checkpoint* checkpoint, duramen_string_list** out,
                                 duramen_error** error) DURAMEN_NOEXCEPT;

/* What the file holds, in its own order and under the names that its state dict has.
 *
 * *out receives the first of *count entries, *stride the number of bytes between the starts of two:
 * more than sizeof(duramen_file_entry) where the library is newer than the header. They are lent
 * until the checkpoint is released. Of a .safetensors file no tensor is made and no element is
 * touched: this is the way to look into a file with very many. The entries of a nested dict are
 * those whose names start with its path and a dot ("model.").
 * Fails: INVALID_ARGUMENT where two entries would have one name; UNSUPPORTED for a name with a NUL
 * or that is not UTF-8; LIMIT where the names are longer than 256 MiB together. Threads: any.
 * Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_entries(
    const duramen_checkpoint* checkpoint, DURAMEN_BORROW const duramen_file_entry** out,
    size_t* count, size_t* stride, duramen_error** error) DURAMEN_NOEXCEPT;

/* The tensor of a name; the same object each time, also in the file's state dict.
 *
 * Makes no other tensor where the file is a .safetensors. It shares the file's memory, so that of a
 * slice (duramen_slice) only what is read is touched; bools are looked at, and elements that are
 * misaligned for their type copied, all at once.
 * Fails: NOT_FOUND with the detail "nearest"; DTYPE_MISMATCH for what is no tensor;
 * INVALID_ARGUMENT, UNSUPPORTED and LIMIT as duramen_checkpoint_entries; CANCELLED.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_tensor(
    duramen_context* context, const duramen_checkpoint* checkpoint, const char* name,
    size_t name_length, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif

#endif
