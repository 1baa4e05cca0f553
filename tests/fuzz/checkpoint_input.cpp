#include "fuzz/checkpoint_input.hpp"

#include <duramen/duramen.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/bounded_memory.hpp"
#include "fuzz/expect.hpp"

namespace duramen::fuzz {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 20;
constexpr int kMostVisits = 20000;

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
template <class T, auto release>
using Handle = std::unique_ptr<T, Release<release>>;

using ContextHandle = Handle<duramen_context, duramen_context_release>;
using CheckpointHandle = Handle<duramen_checkpoint, duramen_checkpoint_release>;
using DictHandle = Handle<duramen_state_dict, duramen_state_dict_release>;
using TensorHandle = Handle<duramen_tensor, duramen_tensor_release>;
using ListingHandle = Handle<duramen_listing, duramen_listing_release>;

// The error of one call: looked at when the status says that there is one.
class ErrorSlot {
 public:
  ErrorSlot() = default;
  ErrorSlot(const ErrorSlot&) = delete;
  ErrorSlot& operator=(const ErrorSlot&) = delete;
  ~ErrorSlot() { duramen_error_release(error_); }

  duramen_error** out() { return &error_; }
  // Whether the call worked. A refusal has a reason that the file can give, in one printable line.
  bool good(duramen_status status) const {
    if (status == DURAMEN_OK) return true;
    EXPECT(status == DURAMEN_E_CORRUPT || status == DURAMEN_E_LIMIT ||
           status == DURAMEN_E_UNSUPPORTED || status == DURAMEN_E_NO_MEMORY ||
           status == DURAMEN_E_INVALID_ARGUMENT || status == DURAMEN_E_NOT_FOUND);
    EXPECT(duramen_error_status(error_) == status);
    size_t length = 0;
    const char* message = duramen_error_message(error_, &length);
    EXPECT(length > 0 && length < 2000);
    for (size_t i = 0; i < length; ++i) EXPECT(static_cast<unsigned char>(message[i]) >= 0x20);
    return false;
  }

 private:
  duramen_error* error_ = nullptr;
};

class Hash {
 public:
  void add(const void* bytes, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      value_ = (value_ ^ static_cast<const unsigned char*>(bytes)[i]) * 0x100000001b3u;
    }
  }
  template <class T>
  void add_number(T number) {
    add(&number, sizeof number);
  }
  void add_text(const char* text, size_t length) {
    add_number(length);
    if (text != nullptr) add(text, length);
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325u;
};

// Logical elements, whatever the strides: equal before and after a round trip.
void add_tensor(duramen_context* context, const duramen_tensor* tensor, Hash& hash) {
  int64_t shape[64] = {};
  size_t rank = 0;
  ErrorSlot error;
  if (!error.good(duramen_tensor_shape(tensor, shape, 64, &rank, error.out()))) return;
  hash.add_number(duramen_tensor_dtype(tensor));
  hash.add(shape, rank * sizeof(int64_t));
  const uint64_t nbytes = duramen_tensor_nbytes(tensor);
  EXPECT(nbytes <= kMostBytes);
  duramen_tensor* made = nullptr;
  ErrorSlot copied;
  if (!copied.good(
          duramen_contiguous(context, const_cast<duramen_tensor*>(tensor), &made, copied.out()))) {
    return;
  }
  const TensorHandle whole(made);
  const void* elements = nullptr;
  ErrorSlot read;
  EXPECT(read.good(duramen_tensor_data_const(whole.get(), &elements, read.out())));
  hash.add(elements, nbytes);
}

// Depth is bounded by the reader; shared parts are visited each time, up to a number.
void add_value(duramen_context* context, const duramen_value* value, Hash& hash, int& visits) {
  if (++visits > kMostVisits) return;
  const int32_t kind = duramen_value_kind(value);
  hash.add_number(kind);
  hash.add_number(duramen_value_bool(value));
  hash.add_number(duramen_value_int(value));
  hash.add_number(duramen_value_float(value));
  hash.add_number(duramen_value_imag(value));
  size_t length = 0;
  const char* text = duramen_value_text(value, &length);
  hash.add_text(text, length);
  length = 0;
  const void* bytes = duramen_value_bytes(value, &length);
  hash.add_text(static_cast<const char*>(bytes), length);
  if (const duramen_tensor* tensor = duramen_value_tensor(value)) add_tensor(context, tensor, hash);
  duramen_value_class_name(value, nullptr);
  if (const duramen_value* attributes = duramen_value_attributes(value)) {
    add_value(context, attributes, hash, visits);
  }
  const size_t count = duramen_value_count(value);
  hash.add_number(count);
  for (size_t i = 0; i < count && visits <= kMostVisits; ++i) {
    if (const duramen_value* key = duramen_value_key(value, i)) {
      add_value(context, key, hash, visits);
    }
    if (const duramen_value* item = duramen_value_item(value, i)) {
      add_value(context, item, hash, visits);
    }
  }
}

uint64_t hash_of(duramen_context* context, const duramen_value* value) {
  Hash hash;
  int visits = 0;
  add_value(context, value, hash, visits);
  return hash.value();
}

// Whatever the order: safetensors has one of its own.
uint64_t hash_of(duramen_context* context, const duramen_state_dict* dict) {
  duramen_listing* made = nullptr;
  ErrorSlot error;
  if (!error.good(duramen_state_dict_list(dict, nullptr, &made, error.out()))) return 0;
  const ListingHandle listing(made);
  size_t count = 0;
  size_t stride = 0;
  const auto* entries =
      reinterpret_cast<const char*>(duramen_listing_entries(listing.get(), &count, &stride));
  EXPECT(count == duramen_state_dict_count(dict));
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const auto* entry = reinterpret_cast<const duramen_entry*>(entries + i * stride);
    EXPECT(std::strlen(entry->name) == entry->name_length);
    Hash hash;
    hash.add_text(entry->name, entry->name_length);
    if (entry->tensor != nullptr) add_tensor(context, entry->tensor, hash);
    sum += hash.value();
  }
  return sum;
}

ContextHandle make_context(BoundedMemory& memory) {
  duramen_allocator allocator = {};
  allocator.struct_size = sizeof allocator;
  allocator.alloc = BoundedMemory::allocate;
  allocator.free = BoundedMemory::release;
  allocator.user = &memory;
  duramen_context_options options = {};
  options.struct_size = sizeof options;
  options.allocator = &allocator;
  duramen_context* context = nullptr;
  ErrorSlot error;
  EXPECT(error.good(duramen_context_create(&options, &context, error.out())));
  return ContextHandle(context);
}

duramen_limits small_limits() {
  duramen_limits limits = {};
  limits.struct_size = sizeof limits;
  limits.max_tensor_bytes = kMostBytes;
  limits.max_total_bytes = kMostBytes;
  return limits;
}

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
    EXPECT(hash_of(context, duramen_checkpoint_content(again.get())) == hash);
  }
  ::unlink(path.c_str());
}

DictHandle dict_of(duramen_context* context, const duramen_checkpoint* checkpoint) {
  duramen_state_dict* dict = nullptr;
  ErrorSlot error;
  const bool good = error.good(
      duramen_checkpoint_state_dict(context, checkpoint, nullptr, 0, &dict, error.out()));
  EXPECT(good == (dict != nullptr));
  return DictHandle(dict);
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

void read_dict(duramen_context* context, const duramen_checkpoint* checkpoint) {
  if (const DictHandle dict = dict_of(context, checkpoint)) hash_of(context, dict.get());
}

}  // namespace

void read_checkpoint(const uint8_t* data, size_t size) {
  BoundedMemory memory;
  const ContextHandle context = make_context(memory);
  const CheckpointHandle checkpoint = open_bytes(context.get(), data, size);
  if (!checkpoint) return;
  hash_of(context.get(), duramen_checkpoint_content(checkpoint.get()));
  read_dict(context.get(), checkpoint.get());
}

void try_checkpoint(const uint8_t* data, size_t size, const char* ending) {
  BoundedMemory memory;
  const ContextHandle context = make_context(memory);
  const CheckpointHandle checkpoint = open_bytes(context.get(), data, size);
  if (!checkpoint) return;
  const duramen_value* content = duramen_checkpoint_content(checkpoint.get());
  try_content(context.get(), content, ".pt");
  try_content(context.get(), content, ".npy");
  const DictHandle dict = dict_of(context.get(), checkpoint.get());
  if (dict) try_dict(context.get(), dict.get(), ending);
}

}  // namespace duramen::fuzz
