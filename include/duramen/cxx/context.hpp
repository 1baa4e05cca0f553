// The context: what a computation needs to know. One thread at a time.
#ifndef DURAMEN_CXX_CONTEXT_HPP
#define DURAMEN_CXX_CONTEXT_HPP

#include <cstdint>

#include "dtype.hpp"
#include "handle.hpp"

namespace duramen {

class ContextRef : public Ref<duramen_context, duramen_context_retain, duramen_context_release> {
 public:
  using Ref::Ref;

  uint32_t num_threads() const noexcept { return duramen_context_num_threads(raw_); }
  // As torch.manual_seed.
  void seed(uint64_t seed) const {
    call([&](duramen_error** error) { return duramen_context_seed(raw_, seed, error); });
  }
  bool grad_enabled() const noexcept { return duramen_context_grad_enabled(raw_) != 0; }
  void set_grad_enabled(bool enabled) const {
    call([&](duramen_error** error) {
      return duramen_context_set_grad_enabled(raw_, enabled ? 1 : 0, error);
    });
  }
  Dtype default_dtype() const noexcept {
    return static_cast<Dtype>(duramen_context_default_dtype(raw_));
  }
  void set_default_dtype(Dtype dtype) const {
    call([&](duramen_error** error) {
      return duramen_context_set_default_dtype(raw_, number(dtype), error);
    });
  }
  // From any thread: the running call, and all later ones, throw Cancelled until reset.
  void cancel() const noexcept { duramen_context_cancel(raw_); }
  void reset_cancel() const noexcept { duramen_context_reset_cancel(raw_); }
  bool is_cancelled() const noexcept { return duramen_context_is_cancelled(raw_) != 0; }
  // Gives memory that is kept for reuse back to the system.
  void trim() const {
    call([&](duramen_error** error) { return duramen_context_trim(raw_, error); });
  }
};

class Context : public Owned<ContextRef> {
 public:
  // A context with `num_threads` threads (the calling one counts) and a seed.
  explicit Context(uint64_t seed = 0, uint32_t num_threads = 1) {
    duramen_context_options options = {};
    options.struct_size = sizeof options;
    options.num_threads = num_threads;
    options.seed = seed;
    create(options);
  }
  // With an allocator, a runner or a log of the caller's own.
  explicit Context(const duramen_context_options& options) { create(options); }

 private:
  void create(const duramen_context_options& options) {
    call([&](duramen_error** error) { return duramen_context_create(&options, &raw_, error); });
  }
};

// Switches recording off, and back to what it was at the end of the scope, as torch.no_grad().
class NoGrad {
 public:
  explicit NoGrad(ContextRef context) : context_(context), before_(context.grad_enabled()) {
    context_.set_grad_enabled(false);
  }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;
  ~NoGrad() {
    // Fails only for a handle that is none.
    [[maybe_unused]] const duramen_status status =
        duramen_context_set_grad_enabled(context_.get(), before_ ? 1 : 0, nullptr);
  }

 private:
  Owned<ContextRef> context_;
  bool before_;
};

}  // namespace duramen

#endif
