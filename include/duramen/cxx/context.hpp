// The context: what a computation needs to know. One thread at a time.
#ifndef DURAMEN_CXX_CONTEXT_HPP
#define DURAMEN_CXX_CONTEXT_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "dtype.hpp"
#include "handle.hpp"
#include "span.hpp"

namespace DURAMEN_CXX {

// Where messages go: a level (DURAMEN_LOG_…) and one line of text. What it throws is dropped.
using Log = std::function<void(int32_t level, std::string_view message)>;
// Hears how far a long operation is; an Error stops it.
using Progress =
    std::function<Result<void>(std::string_view operation, uint64_t done, uint64_t total)>;

namespace detail {

inline void DURAMEN_CALL log_message(void* user, int32_t level, const char* message,
                                     size_t length) noexcept {
  duramen_error* dropped = nullptr;
  guarded(&dropped, [&]() -> Result<void> {
    (*static_cast<const Log*>(user))(level, {message, length});
    return done();
  });
  duramen_error_release(dropped);
}
inline int32_t DURAMEN_CALL tell_progress(void* user, const char* operation, size_t length,
                                          uint64_t done, uint64_t total, duramen_error** error) {
  return guarded(error, [&] {
    return (*static_cast<const Progress*>(user))({operation, length}, done, total);
  });
}
template <class T>
void DURAMEN_CALL destroy(void* user) {
  delete static_cast<T*>(user);
}

}  // namespace detail

class ContextRef : public Ref<duramen_context, duramen_context_retain, duramen_context_release> {
 public:
  using Ref::Ref;

  uint32_t num_threads() const noexcept { return duramen_context_num_threads(raw_); }
  uint64_t initial_seed() const noexcept { return duramen_context_initial_seed(raw_); }
  // As torch.manual_seed.
  Result<void> seed(uint64_t seed) const {
    return call([&](duramen_error** error) { return duramen_context_seed(raw_, seed, error); });
  }
  bool grad_enabled() const noexcept { return duramen_context_grad_enabled(raw_) != 0; }
  Result<void> set_grad_enabled(bool enabled) const {
    return call([&](duramen_error** error) {
      return duramen_context_set_grad_enabled(raw_, enabled ? 1 : 0, error);
    });
  }
  Dtype default_dtype() const noexcept {
    return static_cast<Dtype>(duramen_context_default_dtype(raw_));
  }
  Result<void> set_default_dtype(Dtype dtype) const {
    return call([&](duramen_error** error) {
      return duramen_context_set_default_dtype(raw_, number(dtype), error);
    });
  }
  // From any thread: the running call, and all later ones, throw Cancelled until reset.
  void cancel() const noexcept { duramen_context_cancel(raw_); }
  void reset_cancel() const noexcept { duramen_context_reset_cancel(raw_); }
  bool is_cancelled() const noexcept { return duramen_context_is_cancelled(raw_) != 0; }
  // The bytes of torch.get_rng_state().
  Result<std::vector<uint8_t>> generator_state() const {
    return read(std::vector<uint8_t>(8192), [&](auto* out, duramen_error** error) {
      size_t nbytes = 0;
      const duramen_status status =
          duramen_context_generator_state(raw_, out->data(), out->size(), &nbytes, error);
      out->resize(nbytes < out->size() ? nbytes : out->size());
      return status;
    });
  }
  Result<void> set_generator_state(Span<const uint8_t> state) const {
    return call([&](duramen_error** error) {
      return duramen_context_set_generator_state(raw_, state.data(), state.size(), error);
    });
  }
  // An empty function makes the context silent.
  Result<void> set_log(Log log) const {
    auto held = log ? std::make_unique<Log>(std::move(log)) : nullptr;
    duramen_log_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.log = detail::log_message;
    sink.user = held.get();
    sink.destroy = detail::destroy<Log>;
    return call([&](duramen_error** error) {
      return given(duramen_context_set_log(raw_, held ? &sink : nullptr, error), held);
    });
  }
  // An empty function takes the one before away.
  Result<void> set_progress(Progress progress) const {
    auto held = progress ? std::make_unique<Progress>(std::move(progress)) : nullptr;
    duramen_progress_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.progress = detail::tell_progress;
    sink.user = held.get();
    sink.destroy = detail::destroy<Progress>;
    return call([&](duramen_error** error) {
      return given(duramen_context_set_progress(raw_, held ? &sink : nullptr, error), held);
    });
  }
  Result<duramen_allocator_statistics> memory() const {
    duramen_allocator_statistics out = {};
    out.struct_size = sizeof out;
    return read(out, [&](duramen_allocator_statistics* numbers, duramen_error** error) {
      return duramen_context_allocator_statistics(raw_, numbers, error);
    });
  }
  // One line: vendor, version and threading of the BLAS.
  Result<std::string> blas_info() const {
    return make_text(
        [&](auto** out, auto** error) { return duramen_context_blas_info(raw_, out, error); });
  }
  // Gives memory that is kept for reuse back to the system.
  Result<void> trim() const {
    return call([&](duramen_error** error) { return duramen_context_trim(raw_, error); });
  }

 private:
  // What the library has taken over is let go.
  template <class Held>
  static duramen_status given(duramen_status status, Held& held) noexcept {
    if (status == DURAMEN_OK) (void)held.release();
    return status;
  }
};

class Context : public Owned<ContextRef> {
 public:
  using Owned::Owned;
  Context(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle

  // A context with `num_threads` threads (the calling one counts) and a seed.
  static Result<Context> create(uint64_t seed = 0, uint32_t num_threads = 1) {
    duramen_context_options options = {};
    options.struct_size = sizeof options;
    options.num_threads = num_threads;
    options.seed = seed;
    return create(options);
  }
  // With an allocator, a runner or a log of the caller's own.
  static Result<Context> create(const duramen_context_options& options) {
    return make<Context>(
        [&](auto** out, auto** error) { return duramen_context_create(&options, out, error); });
  }
#ifndef DURAMEN_NO_EXCEPTIONS
  explicit Context(uint64_t seed = 0, uint32_t num_threads = 1)
      : Context(create(seed, num_threads)) {}
  explicit Context(const duramen_context_options& options) : Context(create(options)) {}
#endif
  static Context adopt(duramen_context* raw) noexcept { return Owned::adopt(raw); }
};

// Switches recording off (or on), and back to what it was at the end of the scope, as
// torch.no_grad(). An empty handle is left alone.
class NoGrad {
 public:
  explicit NoGrad(ContextRef context, bool enabled = false) noexcept
      : context_(context), before_(context.grad_enabled()) {
    set(enabled);
  }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;
  ~NoGrad() { set(before_); }

 private:
  // Fails only for a handle that is none.
  void set(bool enabled) noexcept {
    [[maybe_unused]] const duramen_status status =
        duramen_context_set_grad_enabled(context_.get(), enabled ? 1 : 0, nullptr);
  }

  Owned<ContextRef> context_;
  bool before_;
};

// ---- the library ----
inline std::string_view version() noexcept { return duramen_version_string(); }
inline uint32_t api_level() noexcept { return duramen_api_level(); }
// "safetensors", "torch", "npz", …: the list stands in base.h.
inline bool has_feature(std::string_view name) noexcept {
  return duramen_feature_supported(name.data(), name.size()) != 0;
}
// Whether the library that is loaded has what these headers promise. Unsupported.
inline Result<void> check_compat() {
  return call([](duramen_error** error) {
    return duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, error);
  });
}
// How the library was built and what it chose on this machine, as JSON.
inline Result<std::string> build_info() {
  return make_text([](auto** out, auto** error) { return duramen_build_info(out, error); });
}
// Every type that a text can name, with its arguments, as JSON.
inline Result<std::string> registry() {
  return make_text([](auto** out, auto** error) { return duramen_registry_describe(out, error); });
}

}  // namespace DURAMEN_CXX

#endif
