#include "fuzz/checkpoint_input.hpp"

#include <duramen/duramen.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "fuzz/checkpoint_walk.hpp"

namespace duramen::fuzz {
namespace {

CheckpointHandle open_bytes(duramen_context* context, const uint8_t* data, size_t size) {
  const duramen_limits limits = small_limits();
  duramen_open_options options = {};
  options.struct_size = sizeof options;
  options.limits = &limits;
  options.flags = size % 2 == 0 ? DURAMEN_OPEN_VERIFY : 0;
  duramen_checkpoint* made = nullptr;
  ErrorSlot error;
  const bool good =
      error.good(duramen_checkpoint_from_memory(context, data, size, &options, &made, error.out()));
  EXPECT(good == (made != nullptr));
  return CheckpointHandle(made);
}

// What the library wrote it can read.
CheckpointHandle open_saved(duramen_context* context, const std::string& path) {
  duramen_open_options options = {};
  options.struct_size = sizeof options;
  options.flags = DURAMEN_OPEN_VERIFY | DURAMEN_OPEN_READ;
  duramen_checkpoint* made = nullptr;
  ErrorSlot error;
  const duramen_status status =
      duramen_checkpoint_open(context, path.data(), path.size(), &options, &made, error.out());
  EXPECT(error.good(status) || status == DURAMEN_E_NO_MEMORY);
  return CheckpointHandle(made);
}

std::string scratch_file(const char* ending) {
  const char* folder = std::getenv("DURAMEN_TEST_SCRATCH");
  return std::string(folder != nullptr ? folder : "/tmp") + "/fuzz." + std::to_string(getpid()) +
         ending;
}

duramen_save_options save_options() {
  duramen_save_options options = {};
  options.struct_size = sizeof options;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  return options;
}

void try_content(duramen_context* context, const duramen_value* content, const char* ending) {
  const uint64_t hash = hash_of(context, content);
  const std::string path = scratch_file(ending);
  const duramen_save_options options = save_options();
  ErrorSlot error;
  if (!error.good(
          duramen_value_save(context, content, path.data(), path.size(), &options, error.out()))) {
    return;
  }
  if (const CheckpointHandle again = open_saved(context, path)) {
    const duramen_value* same = duramen_checkpoint_content(again.get());
    EXPECT(same == nullptr || hash_of(context, same) == hash);
  }
  ::unlink(path.c_str());
}

void try_dict(duramen_context* context, const duramen_state_dict* dict, const char* ending) {
  const uint64_t hash = hash_of(context, dict);
  const std::string path = scratch_file(ending);
  const duramen_save_options options = save_options();
  ErrorSlot error;
  if (!error.good(duramen_state_dict_save(context, dict, path.data(), path.size(), &options,
                                          error.out()))) {
    return;
  }
  if (const CheckpointHandle again = open_saved(context, path)) {
    const DictHandle same = dict_of(context, again.get());
    EXPECT(same == nullptr || hash_of(context, same.get()) == hash);
  }
  ::unlink(path.c_str());
}

// What is listed without tensors is what the tensors are.
void read_entries(duramen_context* context, const duramen_checkpoint* checkpoint) {
  constexpr size_t kMostTensors = 16;
  const duramen_file_entry* first = nullptr;
  size_t count = 0, stride = 0;
  ErrorSlot listed;
  if (!listed.good(duramen_checkpoint_entries(checkpoint, &first, &count, &stride, listed.out()))) {
    return;
  }
  for (size_t i = 0; i < std::min(count, kMostTensors); ++i) {
    const auto& entry = *reinterpret_cast<const duramen_file_entry*>(
        reinterpret_cast<const char*>(first) + i * stride);
    EXPECT(entry.name[entry.name_length] == '\0' && entry.first_storage_index <= i);
    duramen_tensor* made = nullptr;
    ErrorSlot error;
    if (!error.good(duramen_checkpoint_tensor(context, checkpoint, entry.name, entry.name_length,
                                              &made, error.out()),
                    DURAMEN_E_DTYPE_MISMATCH)) {
      continue;
    }
    const TensorHandle tensor(made);
    EXPECT(duramen_tensor_dtype(made) == entry.dtype && duramen_tensor_rank(made) == entry.rank);
    EXPECT(duramen_tensor_nbytes(made) == entry.nbytes);
  }
}

void read_dict(duramen_context* context, const duramen_checkpoint* checkpoint) {
  if (const DictHandle dict = dict_of(context, checkpoint)) hash_of(context, dict.get());
}

}  // namespace

void read_checkpoint(const uint8_t* data, size_t size) {
  BoundedMemory memory;
  const ContextHandle context = make_context(memory);
  const CheckpointHandle checkpoint = open_bytes(context.get(), data, size);
  if (!checkpoint) return;
  read_entries(context.get(), checkpoint.get());
  const duramen_value* content = duramen_checkpoint_content(checkpoint.get());
  if (content) hash_of(context.get(), content);  // else memory ran out
  read_dict(context.get(), checkpoint.get());
}

void try_checkpoint(const uint8_t* data, size_t size, const char* ending) {
  BoundedMemory memory;
  const ContextHandle context = make_context(memory);
  const CheckpointHandle checkpoint = open_bytes(context.get(), data, size);
  if (!checkpoint) return;
  const duramen_value* content = duramen_checkpoint_content(checkpoint.get());
  if (content) {
    try_content(context.get(), content, ".pt");
    try_content(context.get(), content, ".npy");
  }
  const DictHandle dict = dict_of(context.get(), checkpoint.get());
  if (dict) try_dict(context.get(), dict.get(), ending);
}

}  // namespace duramen::fuzz
