// Runs numbered chunks of work on the calling thread and the context's workers.
//
// Chunks are claimed one by one from an atomic counter, so a late or descheduled worker never holds
// up the caller. Which chunks there are must depend on the shape of the work only, never on the
// thread count, so results do not either. The workers start on first use and are joined by the
// destructor. With the caller's runner the chunks run on its threads instead.
//
// A body must not call back into the pool, and it does not allocate: it should have nothing to
// throw, since what the chunks wrote stays. If one throws all the same, run() throws that when all
// have returned, whatever thread it was.
//
// A pool with a cancel flag asks it before each chunk: once that stops, the chunks that are left
// are skipped and the job throws, so what it wrote to is incomplete. A kernel that writes to memory
// which the caller can see runs inside an Uninterrupted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/cancel.hpp"
#include "base/function_ref.hpp"
#include "kernels/blas.hpp"

namespace duramen {

// The caller's threads: run(user, count, body, body_user) calls body(body_user, i) once for each i
// in [0, count), on any threads, and returns when all have returned. Calls that it leaves out are
// made up for by the pool.
struct Runner {
  void (*run)(void* user, uint64_t count, void (*body)(void* body_user, uint64_t index),
              void* body_user) = nullptr;
  void* user = nullptr;
  void (*destroy)(void* user) = nullptr;
};

class ThreadPool {
 public:
  // num_threads counts the caller: 1 means no workers at all. The flag outlives the pool; without
  // one nothing stops.
  explicit ThreadPool(uint32_t num_threads, const CancelFlag* cancel = nullptr);
  // Takes over runner.user.
  ThreadPool(const Runner& runner, uint32_t num_threads, const CancelFlag* cancel = nullptr);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  uint32_t num_threads() const noexcept { return num_threads_; }
  const kernels::BlasLibrary& blas() const noexcept { return blas_; }
  // Memory for one kernel at a time, 64-byte aligned, kept for the next. Throws std::bad_alloc.
  void* scratch(size_t nbytes);
  // Between parts of a kernel that are no jobs. Throws Error(cancelled).
  void check_cancel() const {
    if (cancel_) cancel_->check("context");
  }
  // Calls body(i) once for each i in [0, count); returns when all are done. Falls back to the
  // calling thread alone when no worker can be started. Throws Error(cancelled), after every body
  // has returned, when some were skipped.
  void run(int64_t count, FunctionRef<void(int64_t)> body);
  // Splits [0, n) into ranges of `grain` (the last may be shorter) and calls body(begin, end) for
  // each.
  void parallel_for(int64_t n, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);

 private:
  class Core;
  void run_all(int64_t count, FunctionRef<void(int64_t)> body);

  uint32_t num_threads_;
  const CancelFlag* cancel_;
  Runner runner_;
  kernels::BlasLibrary blas_;
  std::unique_ptr<Core> core_;
  struct Free {
    void operator()(void* memory) const noexcept;
  };
  std::unique_ptr<void, Free> scratch_;
  size_t scratch_bytes_ = 0;
};

}  // namespace duramen
