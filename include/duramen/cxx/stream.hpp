// Checkpoints beside paths, and written tensor by tensor: stream.h in C++.
#ifndef DURAMEN_CXX_STREAM_HPP
#define DURAMEN_CXX_STREAM_HPP

#include <duramen/stream.h>

#include "state_dict.hpp"

namespace duramen {

namespace detail {

inline duramen_save_options save_format(int32_t format) noexcept {
  duramen_save_options options = {};
  options.struct_size = sizeof options;
  options.format = format;
  return options;
}
inline void DURAMEN_CALL release_memory(void* owner) {
  delete static_cast<std::shared_ptr<const void>*>(owner);
}
template <class Body>
int32_t DURAMEN_CALL write_piece(void* body, const void* data, size_t nbytes,
                                 duramen_error** error) {
  return guarded(error, [&] { (*static_cast<Body*>(body))(data, nbytes); });
}
template <class Body>
int32_t DURAMEN_CALL read_piece(void* body, uint64_t offset, void* buffer, size_t nbytes,
                                duramen_error** error) {
  return guarded(error, [&] { (*static_cast<Body*>(body))(offset, buffer, nbytes); });
}

}  // namespace detail

// A file that is in memory, used in place; `owner` is kept until the last tensor is gone.
inline Checkpoint view_checkpoint(ContextRef context, const void* data, size_t nbytes,
                                  std::shared_ptr<const void> owner) {
  auto held = std::make_unique<std::shared_ptr<const void>>(std::move(owner));
  Checkpoint file = make<Checkpoint>([&](auto** out, auto** error) {
    return duramen_checkpoint_view_memory(context.get(), data, nbytes, held.get(),
                                          detail::release_memory, nullptr, out, error);
  });
  (void)held.release();
  return file;
}

// A file, pipe or socket by its descriptor, which stays the caller's.
inline Checkpoint open_descriptor(ContextRef context, int descriptor) {
  return make<Checkpoint>([&](auto** out, auto** error) {
    return duramen_checkpoint_open_descriptor(context.get(), descriptor, nullptr, out, error);
  });
}

// A file of `nbytes` bytes that `read(offset, buffer, nbytes)` gives.
template <class Body>
Checkpoint open_checkpoint(ContextRef context, uint64_t nbytes, Body read) {
  return make<Checkpoint>([&](auto** out, auto** error) {
    return duramen_checkpoint_open_callback(context.get(), detail::read_piece<Body>, &read, nbytes,
                                            nullptr, out, error);
  });
}

// A state dict as the bytes of a file (DURAMEN_FORMAT_...): a value of bytes.
inline Value to_bytes(ContextRef context, StateDictRef dict, int32_t format) {
  const duramen_save_options options = detail::save_format(format);
  return make<Value>([&](auto** out, auto** error) {
    return duramen_state_dict_to_bytes(context.get(), dict.get(), &options, out, error);
  });
}

// The same bytes in pieces to `write(data, nbytes)`.
template <class Body>
void write_to(ContextRef context, StateDictRef dict, int32_t format, Body write) {
  const duramen_save_options options = detail::save_format(format);
  call([&](duramen_error** error) {
    return duramen_state_dict_write_callback(context.get(), dict.get(), detail::write_piece<Body>,
                                             &write, &options, error);
  });
}

// A text of a .safetensors file's metadata; true when the whole file was written anew.
inline bool set_file_metadata(ContextRef context, std::string_view path, std::string_view key,
                              std::string_view text) {
  uint32_t rewritten = 0;
  call([&](duramen_error** error) {
    return duramen_checkpoint_set_metadata(context.get(), path.data(), path.size(), key.data(),
                                           key.size(), text.data(), text.size(), &rewritten, error);
  });
  return rewritten != 0;
}

class TensorStreamRef : public Ref<duramen_tensor_stream, duramen_tensor_stream_retain,
                                   duramen_tensor_stream_release> {
 public:
  using Ref::Ref;

  // All of them before the first write().
  void declare(std::string_view name, Dtype dtype, const Sizes& shape) const {
    call([&](duramen_error** error) {
      return duramen_tensor_stream_declare(raw_, name.data(), name.size(), number(dtype),
                                           shape.data(), shape.rank(), error);
    });
  }
  void set_metadata(std::string_view key, std::string_view text) const {
    call([&](duramen_error** error) {
      return duramen_tensor_stream_set_metadata(raw_, key.data(), key.size(), text.data(),
                                                text.size(), error);
    });
  }
  // In any order.
  void write(ContextRef context, std::string_view name, TensorRef tensor) const {
    call([&](duramen_error** error) {
      return duramen_tensor_stream_write(context.get(), raw_, name.data(), name.size(),
                                         tensor.get(), error);
    });
  }
  void finish(ContextRef context) const {
    call([&](duramen_error** error) {
      return duramen_tensor_stream_finish(context.get(), raw_, error);
    });
  }
};

// A .safetensors or a .pt that is written tensor by tensor; without finish() nothing is left.
class TensorStream : public Owned<TensorStreamRef> {
 public:
  using Owned::Owned;
  static TensorStream create(std::string_view path) {
    return make<TensorStream>([&](auto** out, auto** error) {
      return duramen_tensor_stream_create(path.data(), path.size(), nullptr, out, error);
    });
  }
  static TensorStream adopt(duramen_tensor_stream* raw) noexcept {
    return TensorStream(Owned::adopt(raw));
  }

 private:
  explicit TensorStream(Owned owned) noexcept : Owned(std::move(owned)) {}
};

}  // namespace duramen

#endif
