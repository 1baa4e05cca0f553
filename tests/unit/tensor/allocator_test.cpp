#include "tensor/allocator.hpp"

#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"

namespace duramen {
namespace {

struct Counts {
  int64_t live = 0;
  int destroyed = 0;
  bool fail = false;
  size_t shift = 0;
};

MemorySource counting_source(Counts& counts) {
  MemorySource source;
  source.user = &counts;
  source.allocate = [](void* user, size_t nbytes, size_t alignment) -> void* {
    auto& state = *static_cast<Counts*>(user);
    if (state.fail) return nullptr;
    ++state.live;
    char* pointer = static_cast<char*>(std::aligned_alloc(alignment, nbytes + alignment));
    return pointer + state.shift;
  };
  source.free = [](void* user, void* pointer, size_t, size_t) {
    auto& state = *static_cast<Counts*>(user);
    --state.live;
    std::free(static_cast<char*>(pointer) - state.shift);
  };
  source.destroy = [](void* user) { ++static_cast<Counts*>(user)->destroyed; };
  return source;
}

}  // namespace

TEST_CASE("blocks are aligned and hold what was asked for", "[tensor][allocator]") {
  const auto allocator = make<Allocator>();
  for (size_t nbytes = 0; nbytes < 5000; nbytes += 37) {
    void* pointer = allocator->allocate(nbytes);
    CHECK(reinterpret_cast<uintptr_t>(pointer) % kAlignment == 0);
    std::memset(pointer, 0xA5, nbytes);
    allocator->deallocate(pointer, nbytes);
  }
  CHECK(allocator->statistics().bytes_in_use == 0);
}

TEST_CASE("a freed block is used again", "[tensor][allocator]") {
  const auto allocator = make<Allocator>();
  void* first = allocator->allocate(3 << 20);
  allocator->deallocate(first, 3 << 20);
  CHECK(allocator->statistics().bytes_cached >= 3 << 20);
  void* second = allocator->allocate((3 << 20) - 100);
  CHECK(second == first);
  allocator->deallocate(second, (3 << 20) - 100);
  allocator->trim();
  CHECK(allocator->statistics().bytes_cached == 0);
}

TEST_CASE("the cache never exceeds the peak of use", "[tensor][allocator]") {
  const auto allocator = make<Allocator>();
  for (size_t nbytes = 1 << 20; nbytes < 64 << 20; nbytes *= 2) {
    allocator->deallocate(allocator->allocate(nbytes), nbytes);
    const auto now = allocator->statistics();
    CHECK(now.bytes_cached <= std::max<uint64_t>(now.peak_bytes_in_use, 1 << 20));
  }
}

TEST_CASE("the caller's allocator balances and may fail", "[tensor][allocator]") {
  Counts counts;
  {
    const auto allocator = make<Allocator>(counting_source(counts));
    void* pointer = allocator->allocate(1000);
    CHECK(counts.live == 1);
    allocator->deallocate(pointer, 1000);
    counts.fail = true;
    CHECK_THROWS_AS(allocator->allocate(100000), std::bad_alloc);
    CHECK(counts.live == 0);  // what was cached has been given back in search of memory
    CHECK_THROWS_AS(allocator->allocate(SIZE_MAX), std::bad_alloc);
  }
  CHECK(counts.destroyed == 1);
}

TEST_CASE("a misaligned block is reported", "[tensor][allocator]") {
  Counts counts;
  counts.shift = 8;
  {
    const auto allocator = make<Allocator>(counting_source(counts));
    CHECK_THROWS_AS(allocator->allocate(64), Error);
  }
  CHECK(counts.live == 0);
}

TEST_CASE("threads may allocate and free at once", "[tensor][allocator]") {
  const auto allocator = make<Allocator>();
  std::vector<std::thread> threads;
  for (size_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&allocator, t] {
      for (int i = 0; i < 2000; ++i) allocator->deallocate(allocator->allocate(t * 100), t * 100);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(allocator->statistics().blocks_in_use == 0);
}

}  // namespace duramen
