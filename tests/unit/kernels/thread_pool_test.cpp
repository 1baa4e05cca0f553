#include "kernels/thread_pool.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using duramen::CancelFlag;
using duramen::Error;
using duramen::Runner;
using duramen::ThreadPool;
using duramen::Uninterrupted;

namespace {

// Whether each of `count` chunks ran exactly once.
bool runs_each_once(ThreadPool& pool, int64_t count) {
  std::vector<std::atomic<int>> seen(static_cast<size_t>(count));
  pool.run(count, [&](int64_t i) { seen[static_cast<size_t>(i)].fetch_add(1); });
  for (const auto& times : seen) {
    if (times.load() != 1) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("each chunk runs once whatever the thread count", "[kernels][thread_pool]") {
  for (const uint32_t threads : {0u, 1u, 2u, 3u, 8u}) {
    ThreadPool pool(threads);
    for (const int64_t count : {0, 1, 2, 3, 64, 1000}) CHECK(runs_each_once(pool, count));
  }
}

TEST_CASE("many short jobs in a row neither hang nor mix", "[kernels][thread_pool]") {
  ThreadPool pool(3);
  int64_t total = 0;
  for (int job = 0; job < 20000; ++job) {
    std::atomic<int64_t> sum{0};
    pool.run(4, [&](int64_t i) { sum.fetch_add(i + job); });
    total += sum.load() - 4 * job;
  }
  CHECK(total == 20000 * 6);
}

TEST_CASE("jobs with pauses between them wake the sleeping workers", "[kernels][thread_pool]") {
  ThreadPool pool(2);
  for (int job = 0; job < 20; ++job) {
    CHECK(runs_each_once(pool, 8));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST_CASE("a pool of one runs on the caller alone", "[kernels][thread_pool]") {
  ThreadPool pool(1);
  const auto caller = std::this_thread::get_id();
  bool same = true;
  pool.run(50, [&](int64_t) { same = same && std::this_thread::get_id() == caller; });
  CHECK(same);
}

TEST_CASE("ranges cover the whole without overlap", "[kernels][thread_pool]") {
  ThreadPool pool(2);
  for (const int64_t n : {0, 1, 7, 8, 9, 1000}) {
    std::vector<std::atomic<int>> seen(static_cast<size_t>(n));
    std::atomic<bool> fits{true};
    pool.parallel_for(n, 8, [&](int64_t begin, int64_t end) {
      if (begin % 8 != 0 || end <= begin || end - begin > 8) fits = false;
      for (int64_t i = begin; i < end; ++i) seen[static_cast<size_t>(i)].fetch_add(1);
    });
    CHECK(fits.load());
    for (const auto& times : seen) REQUIRE(times.load() == 1);
  }
}

TEST_CASE("a caller's runner runs the chunks and is destroyed with the pool",
          "[kernels][thread_pool]") {
  struct Host {
    int jobs = 0;
    int destroyed = 0;
  } host;
  Runner runner;
  runner.user = &host;
  runner.run = [](void* user, uint64_t count, void (*body)(void*, uint64_t), void* body_user) {
    ++static_cast<Host*>(user)->jobs;
    std::thread half([&] {
      for (uint64_t i = 1; i < count; i += 2) body(body_user, i);
    });
    for (uint64_t i = 0; i < count; i += 2) body(body_user, i);
    half.join();
  };
  runner.destroy = [](void* user) { ++static_cast<Host*>(user)->destroyed; };
  {
    ThreadPool pool(runner, 2);
    CHECK(runs_each_once(pool, 9));
    CHECK(host.jobs == 1);
    CHECK(runs_each_once(pool, 1));
    CHECK(host.jobs == 1);  // one chunk stays on the caller
  }
  CHECK(host.destroyed == 1);
}

namespace {

// Raises the flag in the chunk of that number; how many chunks ran.
int64_t chunks_until_stop(ThreadPool& pool, CancelFlag& cancel, int64_t raises_at) {
  std::atomic<int64_t> ran{0};
  CHECK_THROWS_AS(pool.run(100,
                           [&](int64_t i) {
                             ran.fetch_add(1);
                             if (i == raises_at) cancel.raise();
                           }),
                  Error);
  return ran.load();
}

}  // namespace

TEST_CASE("a raised flag skips the chunks that are left", "[kernels][thread_pool]") {
  for (const uint32_t threads : {1u, 3u}) {
    CancelFlag cancel;
    ThreadPool pool(threads, &cancel);
    CHECK(runs_each_once(pool, 100));
    const int64_t ran = chunks_until_stop(pool, cancel, 10);
    CHECK(ran >= 12 - int64_t{threads});  // another thread may have claimed one and not begun
    CHECK(ran < 100);
    bool entered = false;
    CHECK_THROWS_AS(pool.run(1, [&](int64_t) { entered = true; }), Error);
    CHECK(!entered);
    cancel.reset();
    CHECK(runs_each_once(pool, 100));
  }
}

TEST_CASE("a job that skipped chunks fails although the flag was taken back",
          "[kernels][thread_pool]") {
  CancelFlag cancel;
  Runner runner;
  runner.user = &cancel;
  runner.run = [](void* user, uint64_t count, void (*body)(void*, uint64_t), void* body_user) {
    auto& flag = *static_cast<CancelFlag*>(user);
    for (uint64_t i = 0; i < count; ++i) {
      if (i == 1) flag.raise();
      body(body_user, i);
      flag.reset();
    }
  };
  ThreadPool pool(runner, 2, &cancel);
  int ran = 0;
  CHECK_THROWS_AS(pool.run(3, [&](int64_t) { ++ran; }), Error);
  CHECK(ran == 2);
}

TEST_CASE("within an Uninterrupted every chunk runs", "[kernels][thread_pool]") {
  CancelFlag cancel;
  ThreadPool pool(3, &cancel);
  cancel.raise();
  {
    const Uninterrupted outer(cancel);
    const Uninterrupted inner(cancel);
    CHECK(runs_each_once(pool, 100));
    CHECK(cancel.raised());
  }
  CHECK_THROWS_AS(pool.run(2, [](int64_t) {}), Error);
}

TEST_CASE("what a runner leaves out is made up for", "[kernels][thread_pool]") {
  Runner runner;
  runner.run = [](void*, uint64_t count, void (*body)(void*, uint64_t), void* body_user) {
    for (uint64_t i = 0; i < count; i += 3) body(body_user, i);
  };
  ThreadPool some(runner, 2);
  CHECK(runs_each_once(some, 100));
  runner.run = [](void*, uint64_t, void (*)(void*, uint64_t), void*) {};
  ThreadPool none(runner, 2);
  CHECK(runs_each_once(none, 100));
}

TEST_CASE("what a body throws is thrown by run, whichever thread it was",
          "[kernels][thread_pool]") {
  Runner runner;
  runner.run = [](void*, uint64_t count, void (*body)(void*, uint64_t), void* body_user) {
    for (uint64_t i = 0; i < count; ++i) body(body_user, i);
  };
  ThreadPool alone(1);
  ThreadPool pair(2);
  ThreadPool host(runner, 2);
  for (ThreadPool* pool : {&alone, &pair, &host}) {
    for (const int64_t bad : {0, 17, 99}) {
      const auto body = [bad](int64_t i) {
        if (i == bad) throw std::bad_alloc();
      };
      CHECK_THROWS_AS(pool->run(100, body), std::bad_alloc);
    }
    CHECK(runs_each_once(*pool, 100));
  }
}

#if !defined(__SANITIZE_THREAD__)
TEST_CASE("a forked child goes on alone", "[kernels][thread_pool]") {
  ThreadPool* pool = new ThreadPool(2);
  CHECK(runs_each_once(*pool, 100));
  const pid_t child = fork();
  if (child == 0) {
    const bool right = runs_each_once(*pool, 100);
    delete pool;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  delete pool;
}
#endif
