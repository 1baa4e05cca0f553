#include <cstddef>

#include "file_options.hpp"
#include "handles.hpp"
#include "io/checkpoint.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

// The library's entries are read in place.
static_assert(sizeof(io::FileEntry) == sizeof(duramen_file_entry));
static_assert(offsetof(io::FileEntry, name) == offsetof(duramen_file_entry, name));
static_assert(offsetof(io::FileEntry, name_length) == offsetof(duramen_file_entry, name_length));
static_assert(offsetof(io::FileEntry, shape) == offsetof(duramen_file_entry, shape));
static_assert(offsetof(io::FileEntry, strides) == offsetof(duramen_file_entry, strides));
static_assert(offsetof(io::FileEntry, nbytes) == offsetof(duramen_file_entry, nbytes));
static_assert(offsetof(io::FileEntry, offset) == offsetof(duramen_file_entry, offset));
static_assert(offsetof(io::FileEntry, first_storage_index) ==
              offsetof(duramen_file_entry, first_storage_index));
static_assert(offsetof(io::FileEntry, value) == offsetof(duramen_file_entry, value));
static_assert(offsetof(io::FileEntry, dtype) == offsetof(duramen_file_entry, dtype));
static_assert(offsetof(io::FileEntry, rank) == offsetof(duramen_file_entry, rank));

const char* duramen_checkpoint_metadata(const duramen_checkpoint* checkpoint, const char* key,
                                        size_t key_length, size_t* length) noexcept {
  const io::Checkpoint* core = peek(checkpoint);
  return text_under(core ? &core->metadata() : nullptr, key, key_length, length);
}

duramen_status duramen_checkpoint_metadata_keys(const duramen_checkpoint* checkpoint,
                                                duramen_string_list** out,
                                                duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return names_of(object(checkpoint, "checkpoint").metadata()); });
}

duramen_status duramen_checkpoint_entries(const duramen_checkpoint* checkpoint,
                                          const duramen_file_entry** out, size_t* count,
                                          size_t* stride, duramen_error** error) noexcept {
  clear(out);
  clear(count);
  clear(stride);
  return guard(error, __func__, [&] {
    required(out, "out");
    required(count, "count");
    required(stride, "stride");
    const auto& list = object(checkpoint, "checkpoint").entries().list();
    *out = reinterpret_cast<const duramen_file_entry*>(list.data());
    *count = list.size();
    *stride = sizeof(io::FileEntry);
  });
}

duramen_status duramen_checkpoint_tensor(duramen_context* context,
                                         const duramen_checkpoint* checkpoint, const char* name,
                                         size_t name_length, duramen_tensor** out,
                                         duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return object(checkpoint, "checkpoint")
        .tensor(name_argument(name, name_length, "name"), services_of(core).cancel);
  });
}
