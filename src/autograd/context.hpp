// What a computation needs to know: allocator, threads, generator, grad mode, sinks, cancel flag.
// There is nothing else global, and no thread-local. Used by one thread at a time (cancel alone is
// safe from any), and again inside its own callbacks.
#pragma once

#include "base/cancel.hpp"
#include "base/counted.hpp"
#include "base/sinks.hpp"
#include "kernels/generator.hpp"
#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen {

struct ContextOptions {
  uint32_t num_threads = 1;
  uint64_t seed = 0;
  MemorySource memory;  // allocate null: the system's
  Runner runner;        // run null: our own pool
};

class Context final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("ctxt");

  explicit Context(const ContextOptions& options = {});
  ~Context() override;

  const Ref<Allocator>& allocator() const noexcept { return allocator_; }
  // Its jobs stop once the flag is raised, except inside an Uninterrupted.
  ThreadPool& pool() noexcept { return pool_; }
  Generator& generator() noexcept { return generator_; }
  CancelFlag& cancel() noexcept { return cancel_; }
  const CancelFlag& cancel() const noexcept { return cancel_; }

  bool grad_enabled() const noexcept { return grad_enabled_; }
  void set_grad_enabled(bool enabled) noexcept { grad_enabled_ = enabled; }

  // What a factory uses where no dtype is given, as torch.set_default_dtype. Requires: a floating
  // dtype.
  Dtype default_dtype() const noexcept { return default_dtype_; }
  void set_default_dtype(Dtype dtype) noexcept { default_dtype_ = dtype; }

  // Modules that are inside their forward, one in the other.
  uint32_t call_depth() const noexcept { return call_depth_; }
  void enter_call() noexcept { ++call_depth_; }
  void leave_call() noexcept { --call_depth_; }

  const LogSink& log() const noexcept { return log_; }
  const ProgressSink& progress() const noexcept { return progress_; }
  // Numbers the recorded operations, so that the backward walk has a fixed order.
  uint64_t next_node_number() noexcept { return ++node_count_; }

  // The old sink is never called again. What a sink needs is kept alive by its keeper, which the
  // context lets go when the sink is replaced.
  void set_log(LogSink sink, Ref<Counted> keeper = nullptr) noexcept {
    log_ = sink;
    log_keeper_ = std::move(keeper);
  }
  void set_progress(ProgressSink sink, Ref<Counted> keeper = nullptr) noexcept {
    progress_ = sink;
    progress_keeper_ = std::move(keeper);
  }

 private:
  Ref<Allocator> allocator_;
  CancelFlag cancel_;
  ThreadPool pool_;
  Generator generator_;
  bool grad_enabled_ = true;
  Dtype default_dtype_ = Dtype::float32;
  uint32_t call_depth_ = 0;
  uint64_t node_count_ = 0;
  LogSink log_;
  ProgressSink progress_;
  Ref<Counted> log_keeper_;
  Ref<Counted> progress_keeper_;
};

// Grad mode off for a scope.
class NoGrad {
 public:
  explicit NoGrad(Context& context) noexcept : context_(context), before_(context.grad_enabled()) {
    context_.set_grad_enabled(false);
  }
  ~NoGrad() { context_.set_grad_enabled(before_); }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  Context& context_;
  bool before_;
};

}  // namespace duramen
