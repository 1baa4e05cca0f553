#include "fuzz/checkpoint_walk.hpp"

#include <cstring>

namespace duramen::fuzz {
namespace {

constexpr int kMostVisits = 20000;

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

}  // namespace

uint64_t hash_of(duramen_context* context, const duramen_value* value) {
  Hash hash;
  int visits = 0;
  add_value(context, value, hash, visits);
  return hash.value();
}

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

DictHandle dict_of(duramen_context* context, const duramen_checkpoint* checkpoint) {
  duramen_state_dict* dict = nullptr;
  ErrorSlot error;
  const bool good = error.good(
      duramen_checkpoint_state_dict(context, checkpoint, nullptr, 0, &dict, error.out()));
  EXPECT(good == (dict != nullptr));
  return DictHandle(dict);
}

}  // namespace duramen::fuzz
