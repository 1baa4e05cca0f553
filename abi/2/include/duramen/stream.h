/* Checkpoints that are not one file at a path: read from memory in place, from a descriptor or from
 * a callback; saved to memory, to a descriptor or to a callback; and written tensor by tensor.
 *
 * Everything that checkpoint.h says of formats, limits and errors goes for these, too. Since there
 * is no name, a save has to name its format.
 */
#ifndef DURAMEN_STREAM_H
#define DURAMEN_STREAM_H

#include "checkpoint.h"

#if DURAMEN_TARGET_API_LEVEL >= 2

#ifdef __cplusplus
extern "C" {
#endif

/* Gives the bytes from `offset` on, in any order of offsets: fills all of `buffer`. It returns as
 * every callback that can fail (base.h). */
typedef int32_t(DURAMEN_CALL* duramen_read_at)(void* user, uint64_t offset, void* buffer,
                                               size_t nbytes, duramen_error** error);

/* Takes the next bytes, all of them. It returns as every callback that can fail (base.h). */
typedef int32_t(DURAMEN_CALL* duramen_write)(void* user, const void* data, size_t nbytes,
                                             duramen_error** error);

/* Opens a file that is in memory, and uses the memory in place as a mapping is used: nothing is
 * copied where the layout allows.
 *
 * `destroy` is called for `user` once, when the checkpoint and every tensor that came from it are
 * gone; never when the call fails. The memory must not change until then. With DURAMEN_OPEN_READ
 * it is copied, and given back when the call returns.
 * Fails: CORRUPT, LIMIT, UNSUPPORTED, CANCELLED.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_view_memory(
    duramen_context* context, const void* data, size_t nbytes, DURAMEN_NULLABLE void* user,
    DURAMEN_NULLABLE duramen_destroy destroy, DURAMEN_NULLABLE const duramen_open_options* options,
    duramen_checkpoint** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Opens a file by its descriptor, from its first byte on, wherever it is positioned; maps it, or
 * reads it with DURAMEN_OPEN_READ. The descriptor stays the caller's and may be closed afterwards.
 *
 * A descriptor of a pipe or a socket, blocking or not, is read to its end, into memory: at most
 * max_total_bytes, or 1 TiB. The call waits for what is to come, and cancel reaches it there.
 * Fails: IO, CORRUPT, LIMIT, UNSUPPORTED, CANCELLED.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_open_descriptor(
    duramen_context* context, int32_t descriptor,
    DURAMEN_NULLABLE const duramen_open_options* options, duramen_checkpoint** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Opens a file of `nbytes` bytes that a callback gives.
 *
 * The callback is called on this thread, in pieces of up to 1 MiB, and not after the call has
 * returned; all bytes are read into memory, which is taken at once: more than max_total_bytes are
 * refused before (LIMIT), and the limit's default is none.
 * Fails: as the callback does; CORRUPT, LIMIT, UNSUPPORTED, CANCELLED.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_open_callback(
    duramen_context* context, duramen_read_at read, DURAMEN_NULLABLE void* user, uint64_t nbytes,
    DURAMEN_NULLABLE const duramen_open_options* options, duramen_checkpoint** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* A state dict as the bytes of a file: *out is a value of bytes.
 *
 * Takes memory for the whole file once.
 * Fails: as duramen_state_dict_save; INVALID_ARGUMENT when the options name no format.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_to_bytes(
    duramen_context* context, const duramen_state_dict* dict, const duramen_save_options* options,
    duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Any value as the bytes of a file, as duramen_value_save: *out is a value of bytes.
 *
 * Fails: as duramen_value_save; INVALID_ARGUMENT when the options name no format.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_to_bytes(
    duramen_context* context, const duramen_value* value, const duramen_save_options* options,
    duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Writes a state dict to a descriptor, from where that is positioned: a file, a pipe, a socket.
 *
 * It is neither closed nor synchronised, and a failure may leave a part there. Where a pipe or a
 * socket is full, blocking or not, the call waits for its reader, and cancel reaches it there.
 * Fails: as duramen_state_dict_to_bytes; IO.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_write_descriptor(
    duramen_context* context, const duramen_state_dict* dict, int32_t descriptor,
    const duramen_save_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

/* Writes any value to a descriptor, as duramen_state_dict_write_descriptor.
 *
 * Fails: as duramen_value_to_bytes; IO.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_write_descriptor(
    duramen_context* context, const duramen_value* value, int32_t descriptor,
    const duramen_save_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

/* Hands the bytes of a state dict's file to a callback, in order, in pieces of up to 1 MiB, on this
 * thread.
 *
 * Fails: as the callback does, and as duramen_state_dict_to_bytes.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_write_callback(
    duramen_context* context, const duramen_state_dict* dict, duramen_write write,
    DURAMEN_NULLABLE void* user, const duramen_save_options* options,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Hands the bytes of a value's file to a callback, as duramen_state_dict_write_callback.
 *
 * Fails: as the callback does, and as duramen_value_to_bytes.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_write_callback(
    duramen_context* context, const duramen_value* value, duramen_write write,
    DURAMEN_NULLABLE void* user, const duramen_save_options* options,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a text of a .safetensors file's metadata; NULL removes the key.
 *
 * Where the header's padding has room, only the header is written anew, in place (a power cut in
 * that moment may spoil it); else the whole file, as a durable save does. *rewritten (may be NULL)
 * receives 1 for the whole file, 0 for the header alone.
 * Fails: IO, CORRUPT, LIMIT, CANCELLED; UNSUPPORTED for a file of another format.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_set_metadata(
    duramen_context* context, const char* path, size_t path_length, const char* key,
    size_t key_length, DURAMEN_NULLABLE const char* text, size_t text_length,
    DURAMEN_NULLABLE uint32_t* rewritten, duramen_error** error) DURAMEN_NOEXCEPT;

/* Changes several texts of a .safetensors file's metadata, all or none: `texts` is a dict of texts
 * to texts, or to None, which removes the key. Otherwise as duramen_checkpoint_set_metadata.
 *
 * Fails: as duramen_checkpoint_set_metadata; INVALID_ARGUMENT for a value of another kind.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_checkpoint_edit_metadata(
    duramen_context* context, const char* path, size_t path_length, const duramen_value* texts,
    DURAMEN_NULLABLE uint32_t* rewritten, duramen_error** error) DURAMEN_NOEXCEPT;

/* A checkpoint that is written tensor by tensor, so that a model need never be whole in memory: the
 * names, dtypes and shapes first, then the elements, in any order. One writer. The target is whole
 * or untouched; a stream that is released without a finish leaves nothing. */
typedef struct duramen_tensor_stream duramen_tensor_stream;

/* Begins a stream to a .safetensors or a .pt, by the options or the path's ending. Nothing is made
 * on the disk before the first elements are written.
 *
 * Fails: INVALID_ARGUMENT for an ending that tells no format; UNSUPPORTED for another format, and
 * for shards.
 * Threads: any. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_stream_create(
    const char* path, size_t path_length, DURAMEN_NULLABLE const duramen_save_options* options,
    duramen_tensor_stream** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Says that there will be a tensor.
 *
 * Fails: ALREADY_EXISTS for a name that is there; INVALID_ARGUMENT for a negative size; LIMIT;
 * STATE once elements were written.
 * Threads: writer. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_stream_declare(
    duramen_tensor_stream* stream, const char* name, size_t name_length, duramen_dtype dtype,
    DURAMEN_NULLABLE const int64_t* shape, size_t rank, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a text of the metadata, which a .safetensors holds; UNSUPPORTED for another format.
 *
 * Fails: STATE once elements were written.
 * Threads: writer. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_stream_set_metadata(
    duramen_tensor_stream* stream, const char* key, size_t key_length, const char* text,
    size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* Writes the elements of a declared tensor; `tensor` may go as soon as the call returns.
 *
 * The first call checks all that was declared against the format and makes the file.
 * Fails: NOT_FOUND; SHAPE_MISMATCH, DTYPE_MISMATCH when it is not as declared; ALREADY_EXISTS for
 * one that was written; UNSUPPORTED and INVALID_ARGUMENT for what the format cannot hold, IO and
 * CANCELLED, after which the stream is over (STATE).
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_stream_write(
    duramen_context* context, duramen_tensor_stream* stream, const char* name, size_t name_length,
    const duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts the file in its place, as a save does; the stream is over then.
 *
 * Fails: STATE while a declared tensor is missing, and when the stream is over; IO, CANCELLED.
 * Threads: context. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_stream_finish(duramen_context* context, duramen_tensor_stream* stream,
                             duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same stream; NULL for NULL. Threads: any. Since: level 2. */
DURAMEN_API DURAMEN_OWN duramen_tensor_stream* DURAMEN_CALL
duramen_tensor_stream_retain(DURAMEN_NULLABLE duramen_tensor_stream* stream) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 2. */
DURAMEN_API void DURAMEN_CALL
duramen_tensor_stream_release(DURAMEN_NULLABLE duramen_tensor_stream* stream) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif

#endif
