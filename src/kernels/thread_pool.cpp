#include "kernels/thread_pool.hpp"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <new>
#include <vector>

namespace duramen {
namespace {

using Body = FunctionRef<void(int64_t)>;

constexpr int kSpins = 1000;                // about 20 µs: longer than the gap between two kernels
constexpr int64_t kMostChunks = INT32_MAX;  // of one job; more go in rounds

void pause_briefly() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// A sleeping place. Not std::atomic::wait, which keeps a table of its own in our data, and not a
// mutex, which a fork could leave locked.
class Semaphore {
 public:
  Semaphore() noexcept { sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void post() noexcept { sem_post(&semaphore_); }
  void wait() noexcept {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }

 private:
  sem_t semaphore_;
};

// A body that throws nothing: it may run between C frames, or below those of a thread of ours. What
// is thrown first is kept for the caller of run(); chunks that have not begun by then are left out.
class Attempt {
 public:
  explicit Attempt(const Body& body) noexcept : body_(body) {}

  void operator()(int64_t i) noexcept {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      body_(i);
    } catch (...) {
      if (!failed_.exchange(true, std::memory_order_relaxed)) error_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const Body& body_;
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;  // read when all chunks are done
};

// The chunks of a job whose callers need not be trusted to call once for each.
class Claims {
 public:
  Claims(Attempt& attempt, int64_t count) noexcept : attempt_(attempt), count_(count) {}

  // False when none was left.
  bool run_next() noexcept {
    const int64_t i = next_.fetch_add(1, std::memory_order_relaxed);
    if (i >= count_) return false;
    attempt_(i);
    return true;
  }

 private:
  Attempt& attempt_;
  const int64_t count_;
  std::atomic<int64_t> next_{0};
};

}  // namespace

// The job on offer is one word: its number above, how many chunks are unclaimed below. A claim is a
// compare-and-swap of that word, so a worker that slept through a job cannot touch the next one's
// chunks by mistake, and as long as a claim can succeed the caller is still inside run(), so what
// the word guards (body_, count_) is still there.
class ThreadPool::Core {
 public:
  explicit Core(uint32_t workers) : wanted_(workers) { threads_.reserve(workers); }
  ~Core() { stop(); }

  void run(int64_t count, const Body& body) noexcept {
    if (!started_) start();
    body_.store(&body, std::memory_order_relaxed);
    count_.store(count, std::memory_order_relaxed);
    unfinished_.store(count, std::memory_order_relaxed);
    const uint64_t job = ((offer_.load(std::memory_order_relaxed) >> 32) + 1) << 32;
    offer_.store(job | static_cast<uint64_t>(count), std::memory_order_seq_cst);
    wake(count - 1);
    work();
    wait_until_finished();
  }

 private:
  void start() noexcept {
    started_ = true;
    process_ = getpid();
    // The host's signals are for the host's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return;
    for (uint32_t i = 0; i < wanted_; ++i) {
      pthread_t thread;
      if (pthread_create(&thread, nullptr, &Core::enter, this) != 0) break;
      threads_.push_back(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void stop() noexcept {
    // A forked child has the pool's memory but not its threads.
    if (threads_.empty() || process_ != getpid()) return;
    stopping_.store(true, std::memory_order_seq_cst);
    wake(static_cast<int64_t>(threads_.size()));
    for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
  }

  static void* enter(void* core) {
    static_cast<Core*>(core)->serve();
    return nullptr;
  }

  void serve() noexcept {
    while (!stopping_.load(std::memory_order_seq_cst)) {
      work();
      int spins = 0;
      while (!has_news() && spins < kSpins) {
        pause_briefly();
        ++spins;
      }
      if (!has_news()) sleep();
    }
  }

  bool has_news() const noexcept {
    return (offer_.load(std::memory_order_seq_cst) & UINT32_MAX) != 0 ||
           stopping_.load(std::memory_order_seq_cst);
  }

  // Claims and runs chunks until none is left.
  void work() noexcept {
    uint64_t offer = offer_.load(std::memory_order_acquire);
    while ((offer & UINT32_MAX) != 0) {
      const Body* body = body_.load(std::memory_order_relaxed);
      const int64_t count = count_.load(std::memory_order_relaxed);
      if (!offer_.compare_exchange_weak(offer, offer - 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire)) {
        continue;
      }
      (*body)(count - static_cast<int64_t>(offer & UINT32_MAX));
      if (unfinished_.fetch_sub(1, std::memory_order_seq_cst) == 1 &&
          caller_sleeps_.exchange(false, std::memory_order_seq_cst)) {
        finished_.post();
      }
      offer = offer_.load(std::memory_order_acquire);
    }
  }

  void sleep() noexcept {
    sleeping_.fetch_add(1, std::memory_order_seq_cst);
    // News that came before the caller could see us: go on, unless a wake is already on its way.
    if (has_news() && take_sleeper()) return;
    awake_.wait();
  }

  bool take_sleeper() noexcept {
    int64_t sleeping = sleeping_.load(std::memory_order_seq_cst);
    while (sleeping > 0) {
      if (sleeping_.compare_exchange_weak(sleeping, sleeping - 1, std::memory_order_seq_cst)) {
        return true;
      }
    }
    return false;
  }

  void wake(int64_t most) noexcept {
    for (int64_t i = 0; i < most && take_sleeper(); ++i) awake_.post();
  }

  void wait_until_finished() noexcept {
    for (int spins = 0; spins < kSpins; ++spins) {
      if (unfinished_.load(std::memory_order_acquire) == 0) return;
      pause_briefly();
    }
    while (unfinished_.load(std::memory_order_acquire) != 0) {
      caller_sleeps_.store(true, std::memory_order_seq_cst);
      const bool finished = unfinished_.load(std::memory_order_seq_cst) == 0;
      if (finished && caller_sleeps_.exchange(false, std::memory_order_seq_cst)) return;
      finished_.wait();
    }
  }

  alignas(64) std::atomic<uint64_t> offer_{0};
  std::atomic<const Body*> body_{nullptr};
  std::atomic<int64_t> count_{0};
  alignas(64) std::atomic<int64_t> unfinished_{0};
  std::atomic<bool> caller_sleeps_{false};
  alignas(64) std::atomic<int64_t> sleeping_{0};
  std::atomic<bool> stopping_{false};
  Semaphore awake_;
  Semaphore finished_;
  std::vector<pthread_t> threads_;
  uint32_t wanted_;
  pid_t process_ = 0;
  bool started_ = false;
};

ThreadPool::ThreadPool(uint32_t num_threads, const CancelFlag* cancel)
    : num_threads_(std::max(num_threads, 1u)), cancel_(cancel) {
  if (num_threads_ > 1) core_ = std::make_unique<Core>(num_threads_ - 1);
}

ThreadPool::ThreadPool(const Runner& runner, uint32_t num_threads, const CancelFlag* cancel)
    : num_threads_(std::max(num_threads, 1u)), cancel_(cancel), runner_(runner) {
  if (runner.run == nullptr && num_threads_ > 1) core_ = std::make_unique<Core>(num_threads_ - 1);
}

ThreadPool::~ThreadPool() {
  core_.reset();
  if (runner_.destroy != nullptr) runner_.destroy(runner_.user);
}

void ThreadPool::Free::operator()(void* memory) const noexcept {
  ::operator delete (memory, std::align_val_t{64});
}

void* ThreadPool::scratch(size_t nbytes) {
  if (nbytes > scratch_bytes_) {
    scratch_.reset();
    scratch_bytes_ = 0;
    scratch_.reset(::operator new (nbytes, std::align_val_t{64}));
    scratch_bytes_ = nbytes;
  }
  return scratch_.get();
}

void ThreadPool::run(int64_t count, FunctionRef<void(int64_t)> body) {
  check_cancel();
  if (count <= 1 || !cancel_) return run_all(count, body);
  // Not the flag once more at the end: it may be taken back meanwhile.
  std::atomic<bool> skipped{false};
  run_all(count, [&](int64_t i) {
    if (cancel_->stops()) [[unlikely]]
      skipped.store(true, std::memory_order_relaxed);
    else
      body(i);
  });
  if (skipped.load(std::memory_order_relaxed)) CancelFlag::stop("context");
}

void ThreadPool::run_all(int64_t count, FunctionRef<void(int64_t)> body) {
  const bool foreign = runner_.run != nullptr;
  if (count <= 1 || (!foreign && !core_)) {
    for (int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  Attempt attempt(body);
  if (foreign) {
    Claims claims(attempt, count);
    const auto call = [](void* user, uint64_t) { static_cast<Claims*>(user)->run_next(); };
    runner_.run(runner_.user, static_cast<uint64_t>(count), call, &claims);
    while (claims.run_next()) {
    }
    return attempt.rethrow();
  }
  for (int64_t first = 0; first < count; first += kMostChunks) {
    const auto shifted = [&](int64_t i) { attempt(first + i); };
    core_->run(std::min(kMostChunks, count - first), Body(shifted));
  }
  attempt.rethrow();
}

void ThreadPool::parallel_for(int64_t n, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  if (n <= 0) return;
  run((n - 1) / grain + 1, [&](int64_t i) { body(i * grain, std::min(n, i * grain + grain)); });
}

}  // namespace duramen
