// What all inputs have in common that are opened through the C header: handles, a look at every
// error, a hash of all that was read, and bounds of memory and sizes.
#pragma once

#include <duramen/duramen.h>

#include <cstdint>
#include <memory>

#include "fuzz/bounded_memory.hpp"
#include "fuzz/expect.hpp"

namespace duramen::fuzz {

constexpr uint64_t kMostBytes = uint64_t{1} << 20;

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
  // Whether the call worked. A refusal has a reason that a file can give (`also`: one more), in one
  // printable line.
  bool good(duramen_status status, duramen_status also = DURAMEN_OK) const {
    if (status == DURAMEN_OK) return true;
    EXPECT(status == DURAMEN_E_CORRUPT || status == DURAMEN_E_LIMIT ||
           status == DURAMEN_E_UNSUPPORTED || status == DURAMEN_E_NO_MEMORY ||
           status == DURAMEN_E_INVALID_ARGUMENT || status == DURAMEN_E_NOT_FOUND || status == also);
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

// All parts of a value; shared ones are visited each time, up to a number.
uint64_t hash_of(duramen_context* context, const duramen_value* value);
// All entries, whatever their order: safetensors has one of its own.
uint64_t hash_of(duramen_context* context, const duramen_state_dict* dict);

ContextHandle make_context(BoundedMemory& memory);
duramen_limits small_limits();
// Null when there is none.
DictHandle dict_of(duramen_context* context, const duramen_checkpoint* checkpoint);

}  // namespace duramen::fuzz
