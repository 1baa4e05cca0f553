/* Checkpoint files: PyTorch's .pt and .pth, .safetensors, and NumPy's .npy (one tensor); at level 2
 * also PyTorch's older forms (before the zip) and TorchScript, NumPy's .npz, llama.cpp's .gguf, the
 * index of a checkpoint in shards, and folders: PyTorch's distributed checkpoints (DCP), or one
 * that holds one of these.
 *
 * A file's format is told by its content, never by its name. Opening reads the index only; tensors
 * share the mapped file where its layout allows. No file can run code. Saving writes a temporary
 * sibling and renames it: the target is whole or untouched, and a file that the process may not
 * write to is not replaced. A process that is killed meanwhile leaves the sibling behind, called
 * .NAME.tmp. and 12 letters or digits; it is safe to remove once nobody saves there. Paths are
 * UTF-8. A refused file gives one line that names the file, the entry and the offset.
 */
#ifndef DURAMEN_CHECKPOINT_H
#define DURAMEN_CHECKPOINT_H

#include "state_dict.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An open file: its index, and a hold on its memory. Immutable. */
typedef struct duramen_checkpoint duramen_checkpoint;

/* What a file may claim before it is refused with LIMIT; zeros are safe defaults.
 *
 * The memory of what is not a tensor's data is bounded in proportion to the file's size, far above
 * what PyTorch's files need. */
typedef struct duramen_limits {
  uint32_t struct_size; /* sizeof(duramen_limits) */
  uint32_t max_depth;   /* of nested containers; safetensors always has the 3 that it needs */
  uint64_t max_entries;
  uint64_t max_header_bytes; /* of the index: a zip's directory, and its pickle */
  uint64_t max_tensor_bytes; /* logical bytes of one tensor */
  /* Logical bytes of all tensors; what is not a tensor's data may take as much memory, too. */
  uint64_t max_total_bytes;
} duramen_limits;

/* How to open; a set of bits. */
enum {
  /* Reads the file into memory instead of mapping it. */
  DURAMEN_OPEN_READ = 1,
  /* Checks the CRC-32 of every zip member; members that are not deflated on all threads of the
   * context. */
  DURAMEN_OPEN_VERIFY = 2,
  /* Blocks of GGUF's Q4_0 and Q8_0 become float32 tensors in memory; else they are opaque. Level 2.
   */
  DURAMEN_OPEN_DEQUANTIZE = 4
};

/* How to open; zero is the default of every field after the first. */
typedef struct duramen_open_options {
  uint32_t struct_size; /* sizeof(duramen_open_options) */
  uint32_t reserved;
  uint64_t flags; /* DURAMEN_OPEN_... */
  DURAMEN_NULLABLE const duramen_limits* limits;
} duramen_open_options;

/* File formats for saving; later levels may add numbers. */
enum {
  /* By the path's ending: .safetensors; .pt, .pth, .bin, .ckpt; .npy; .npz; .gguf; "/" for DCP. */
  DURAMEN_FORMAT_AUTOMATIC = 0,
  DURAMEN_FORMAT_SAFETENSORS = 1,
  DURAMEN_FORMAT_TORCH = 2,
  /* One tensor without a name: for duramen_value_save. */
  DURAMEN_FORMAT_NPY = 3,
  /* Level 2. */
  DURAMEN_FORMAT_NPZ = 4,
  DURAMEN_FORMAT_GGUF = 5,
  /* A folder: PyTorch's distributed checkpoint. */
  DURAMEN_FORMAT_DCP = 6
};

/* How much a save promises. */
enum {
  /* The file survives a power cut once the call has returned. */
  DURAMEN_DURABILITY_DURABLE = 0,
  /* The file is whole or untouched; it may take the system a while to write it. */
  DURAMEN_DURABILITY_ATOMIC = 1
};

/* How to save; zero is the default of every field after the first. */
typedef struct duramen_save_options {
  uint32_t struct_size; /* sizeof(duramen_save_options) */
  int32_t format;       /* DURAMEN_FORMAT_... */
  int32_t durability;   /* DURAMEN_DURABILITY_... */
  uint32_t alignment;   /* safetensors: the data starts at a multiple of this and of 8; a power of
                           two up to 2^20, or 0 */
  /* Level 2. 0: one file. Else a state dict goes into several of at most so many bytes of tensors
   * (a larger tensor has one of its own), with an index, which is written last. */
  uint64_t max_shard_bytes;
} duramen_save_options;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_open_options_init(
    duramen_open_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Fills the limits with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_limits_init(
    duramen_limits* limits, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_save_options_init(
    duramen_save_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Opens a file; at level 2 also an index with its shards, and a folder that is one checkpoint.
 *
 * The mapping lives as long as the checkpoint and every tensor that came from it; so does one open
 * descriptor of a single file, which a save reads elements from. A file that
 * another process may cut short meanwhile must be opened with DURAMEN_OPEN_READ: touching what is
 * gone from a mapping ends the process.
 * Fails: IO, CORRUPT, LIMIT, UNSUPPORTED (a format or a class that is refused), CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_checkpoint_open(duramen_context* context, const char* path, size_t path_length,
                        DURAMEN_NULLABLE const duramen_open_options* options,
                        duramen_checkpoint** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Opens a file that is in memory already; the bytes are copied.
 *
 * Fails: CORRUPT, LIMIT, UNSUPPORTED, CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_checkpoint_from_memory(duramen_context* context, const void* data, size_t nbytes,
                               DURAMEN_NULLABLE const duramen_open_options* options,
                               duramen_checkpoint** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The format: "safetensors", "torch", "npy", "npz", "gguf" or "dcp", terminated; NULL for NULL.
 *
 * Shards have that of their files. *length (may be NULL) receives the number of bytes. Threads:
 * any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_checkpoint_format(DURAMEN_NULLABLE const duramen_checkpoint* checkpoint,
                          DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* What the file says of itself, as text, terminated; NULL where it says nothing.
 *
 * Keys: "version" of the format, "byteorder" ("little", "big"), "protocol" of a .pt's pickle,
 * "storage_alignment" that a .pt names; at level 2 "container" of a torch file ("zip",
 * "torchscript", "legacy", "tar"), "alignment" of a .gguf, the number of "shards" with "warnings"
 * of what their index should not have said, and the number of a DCP's "files". *length (may be
 * NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_checkpoint_property(DURAMEN_NULLABLE const duramen_checkpoint* checkpoint, const char* key,
                            size_t key_length, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* Everything that the file holds, as one value; NULL for NULL, and when memory runs out.
 *
 * Tensors that no strides describe (sparse, quantized, on the meta device, wrappers) and objects of
 * unknown classes are opaque values; a bytearray is read as bytes. The content of an .npy file is
 * its tensor. Threads: any. Since: level 1. */
DURAMEN_API const duramen_value* DURAMEN_CALL
duramen_checkpoint_content(DURAMEN_NULLABLE const duramen_checkpoint* checkpoint) DURAMEN_NOEXCEPT;

/* A state dict of the file; its tensors share the file's memory.
 *
 * `select` is a dotted path to a nested dict, longest key first; NULL or "" is the root.
 * Fails: NOT_FOUND with the detail "nearest"; CORRUPT, CANCELLED; INVALID_ARGUMENT where two
 * entries would have one name; UNSUPPORTED for a name with a NUL or that is not UTF-8; LIMIT where
 * the names are longer than 256 MiB together. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_checkpoint_state_dict(duramen_context* context, const duramen_checkpoint* checkpoint,
                              DURAMEN_NULLABLE const char* select, size_t select_length,
                              duramen_state_dict** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Saves a state dict.
 *
 * Fails: IO; INVALID_ARGUMENT for an ending that tells no format, or ties in safetensors;
 * UNSUPPORTED for what the format cannot hold; STATE for a lazy tensor without a shape yet; LIMIT
 * for a header or a pickle larger than readers take; CANCELLED. The target is untouched then, but
 * for one case: IO with the detail "saved" when only the folder could not be synchronised. Threads:
 * context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_save(
    duramen_context* context, const duramen_state_dict* dict, const char* path, size_t path_length,
    DURAMEN_NULLABLE const duramen_save_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

/* Saves any value in a .pt or a DCP folder (nested dicts, lists, numbers, tensors), or a tensor in
 * an .npy.
 *
 * Fails: IO; UNSUPPORTED for a format or a value that cannot be saved; CANCELLED. The target is
 * untouched then, but for the case that duramen_state_dict_save names.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_save(
    duramen_context* context, const duramen_value* value, const char* path, size_t path_length,
    DURAMEN_NULLABLE const duramen_save_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same checkpoint; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_checkpoint* DURAMEN_CALL
duramen_checkpoint_retain(DURAMEN_NULLABLE const duramen_checkpoint* checkpoint) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_checkpoint_release(DURAMEN_NULLABLE duramen_checkpoint* checkpoint) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
