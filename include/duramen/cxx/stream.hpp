// Checkpoints beside paths, and written tensor by tensor: stream.h in C++.
#ifndef DURAMEN_CXX_STREAM_HPP
#define DURAMEN_CXX_STREAM_HPP

#include <duramen/stream.h>

#include "checkpoint.hpp"

namespace DURAMEN_CXX {

namespace detail {

template <class Body>
int32_t DURAMEN_CALL write_piece(void* body, const void* data, size_t nbytes,
                                 duramen_error** error) {
  return guarded(error, [&] { return (*static_cast<Body*>(body))(data, nbytes); });
}
template <class Body>
int32_t DURAMEN_CALL read_piece(void* body, uint64_t offset, void* buffer, size_t nbytes,
                                duramen_error** error) {
  return guarded(error, [&] { return (*static_cast<Body*>(body))(offset, buffer, nbytes); });
}

}  // namespace detail

// A file that is in memory, used in place; `owner` is kept until the last tensor is gone.
inline Result<Checkpoint> view_checkpoint(ContextRef context, const void* data, size_t nbytes,
                                          std::shared_ptr<const void> owner,
                                          const OpenOptions& how = {}) {
  auto held = std::make_unique<std::shared_ptr<const void>>(std::move(owner));
  const detail::RawOpenOptions options(how);
  return make<Checkpoint>([&](auto** out, auto** error) {
    const duramen_status status = duramen_checkpoint_view_memory(
        context.get(), data, nbytes, held.get(), detail::destroy<std::shared_ptr<const void>>,
        options.get(), out, error);
    if (status == DURAMEN_OK) (void)held.release();
    return status;
  });
}

// A file, pipe or socket by its descriptor, which stays the caller's.
inline Result<Checkpoint> open_descriptor(ContextRef context, int descriptor,
                                          const OpenOptions& how = {}) {
  const detail::RawOpenOptions options(how);
  return make<Checkpoint>([&](auto** out, auto** error) {
    return duramen_checkpoint_open_descriptor(context.get(), descriptor, options.get(), out, error);
  });
}

// A file of `nbytes` bytes that `read(offset, buffer, nbytes)` gives.
template <class Body>
Result<Checkpoint> open_checkpoint(ContextRef context, uint64_t nbytes, Body read,
                                   const OpenOptions& how = {}) {
  const detail::RawOpenOptions options(how);
  return make<Checkpoint>([&](auto** out, auto** error) {
    return duramen_checkpoint_open_callback(context.get(), detail::read_piece<Body>, &read, nbytes,
                                            options.get(), out, error);
  });
}

namespace detail {

inline SaveOptions save_as(int32_t format) noexcept {
  SaveOptions how;
  how.format = format;
  return how;
}

}  // namespace detail

// A state dict or a value as the bytes of a file (DURAMEN_FORMAT_…): a value of bytes.
inline Result<Value> to_bytes(ContextRef context, StateDictRef dict, int32_t format) {
  const duramen_save_options options = detail::save_as(format).raw();
  return make<Value>([&](auto** out, auto** error) {
    return duramen_state_dict_to_bytes(context.get(), dict.get(), &options, out, error);
  });
}
inline Result<Value> to_bytes(ContextRef context, ValueRef value,
                              int32_t format = DURAMEN_FORMAT_TORCH) {
  const duramen_save_options options = detail::save_as(format).raw();
  return make<Value>([&](auto** out, auto** error) {
    return duramen_value_to_bytes(context.get(), value.get(), &options, out, error);
  });
}

// The same bytes in pieces to `write(data, nbytes)`.
template <class Body>
Result<void> write_to(ContextRef context, StateDictRef dict, int32_t format, Body write) {
  const duramen_save_options options = detail::save_as(format).raw();
  return call([&](duramen_error** error) {
    return duramen_state_dict_write_callback(context.get(), dict.get(), detail::write_piece<Body>,
                                             &write, &options, error);
  });
}
template <class Body>
Result<void> write_to(ContextRef context, ValueRef value, int32_t format, Body write) {
  const duramen_save_options options = detail::save_as(format).raw();
  return call([&](duramen_error** error) {
    return duramen_value_write_callback(context.get(), value.get(), detail::write_piece<Body>,
                                        &write, &options, error);
  });
}

// The same bytes to a descriptor, from where that is positioned; it stays open.
inline Result<void> write_to_descriptor(ContextRef context, StateDictRef dict, int32_t format,
                                        int descriptor) {
  const duramen_save_options options = detail::save_as(format).raw();
  return call([&](duramen_error** error) {
    return duramen_state_dict_write_descriptor(context.get(), dict.get(), descriptor, &options,
                                               error);
  });
}
inline Result<void> write_to_descriptor(ContextRef context, ValueRef value, int32_t format,
                                        int descriptor) {
  const duramen_save_options options = detail::save_as(format).raw();
  return call([&](duramen_error** error) {
    return duramen_value_write_descriptor(context.get(), value.get(), descriptor, &options, error);
  });
}

// A text of a .safetensors file's metadata; true when the whole file was written anew.
inline Result<bool> set_file_metadata(ContextRef context, std::string_view path,
                                      std::string_view key, std::string_view text) {
  const auto body = [&](uint32_t* rewritten, duramen_error** error) {
    return duramen_checkpoint_set_metadata(context.get(), path.data(), path.size(), key.data(),
                                           key.size(), text.data(), text.size(), rewritten, error);
  };
  return detail::then(read(uint32_t{0}, body), [](uint32_t rewritten) { return rewritten != 0; });
}

// Several at once, all or none: a dict of texts to texts, or to None, which removes the key.
inline Result<bool> edit_file_metadata(ContextRef context, std::string_view path, ValueRef texts) {
  const auto body = [&](uint32_t* rewritten, duramen_error** error) {
    return duramen_checkpoint_edit_metadata(context.get(), path.data(), path.size(), texts.get(),
                                            rewritten, error);
  };
  return detail::then(read(uint32_t{0}, body), [](uint32_t rewritten) { return rewritten != 0; });
}

class TensorStreamRef : public Ref<duramen_tensor_stream, duramen_tensor_stream_retain,
                                   duramen_tensor_stream_release> {
 public:
  using Ref::Ref;

  // All of them before the first write().
  Result<void> declare(std::string_view name, Dtype dtype, const Sizes& shape) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_stream_declare(raw_, name.data(), name.size(), number(dtype),
                                           shape.data(), shape.rank(), error);
    });
  }
  Result<void> set_metadata(std::string_view key, std::string_view text) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_stream_set_metadata(raw_, key.data(), key.size(), text.data(),
                                                text.size(), error);
    });
  }
  // In any order.
  Result<void> write(ContextRef context, std::string_view name, TensorRef tensor) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_stream_write(context.get(), raw_, name.data(), name.size(),
                                         tensor.get(), error);
    });
  }
  Result<void> finish(ContextRef context) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_stream_finish(context.get(), raw_, error);
    });
  }
};

// A .safetensors or a .pt that is written tensor by tensor; without finish() nothing is left.
class TensorStream : public Owned<TensorStreamRef> {
 public:
  using Owned::Owned;
  TensorStream(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  static Result<TensorStream> create(std::string_view path) {
    return make<TensorStream>([&](auto** out, auto** error) {
      return duramen_tensor_stream_create(path.data(), path.size(), nullptr, out, error);
    });
  }
  static TensorStream adopt(duramen_tensor_stream* raw) noexcept { return Owned::adopt(raw); }
};

}  // namespace DURAMEN_CXX

#endif
