#include "base/counted_blocks.hpp"

#include <malloc.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace duramen {
namespace {

class Probe : public Counted {
 public:
  Probe(std::atomic<int>& alive, int number)
      : Counted(make_tag("prob")), alive_(alive), number_(number), memory_(new int(number)) {
    if (number < 0) throw std::runtime_error("negative");
    ++alive_;
  }
  ~Probe() override { --alive_; }
  int number() const noexcept { return number_; }

 private:
  std::atomic<int>& alive_;
  int number_;
  std::unique_ptr<int> memory_;
};

std::vector<Ref<Probe>> make_probes(std::atomic<int>& alive, int count) {
  CountedBlocks blocks;
  std::vector<Ref<Probe>> probes;
  probes.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) probes.push_back(blocks.make<Probe>(alive, i));
  return probes;
}

}  // namespace

TEST_CASE("objects of blocks outlive who made them, and go one by one", "[base][counted]") {
  std::atomic<int> alive = 0;
  std::vector<Ref<Probe>> probes = make_probes(alive, 1000);
  CHECK(alive == 1000);
  bool all_right = true;
  for (int i = 0; i < 1000; ++i) all_right &= probes[static_cast<size_t>(i)]->number() == i;
  CHECK(all_right);
  for (size_t i = 0; i < probes.size(); i += 2) probes[i] = nullptr;
  CHECK(alive == 500);
  const Ref<Probe> last = probes[501];
  probes.clear();
  CHECK(alive == 1);
  CHECK(last->number() == 501);
  CHECK(last->tag() == make_tag("prob"));
}

TEST_CASE("the memory of blocks is given back with the last of its objects", "[base][counted]") {
  const auto in_use = [] { return mallinfo2().uordblks; };
  std::atomic<int> alive = 0;
  const size_t before = in_use();
  std::vector<Ref<Probe>> probes = make_probes(alive, 4000);
  if (!CountedBlocks::kShared || in_use() < before + 4000 * sizeof(Probe)) {
    WARN(
        "skipped: this allocator does not tell what is in use, or an object has a block of its "
        "own");
    return;
  }
  for (size_t i = 0; i < probes.size(); i += 2) probes[i] = nullptr;
  const size_t half = in_use();
  for (Ref<Probe>& probe : probes) probe = nullptr;
  probes = std::vector<Ref<Probe>>();
  CHECK(in_use() < before + CountedBlocks::kMostBytes);
  CHECK(half > before + 4000 * sizeof(Probe));  // the blocks were all still held
}

TEST_CASE("objects of blocks may go while others are made", "[base][counted]") {
  std::atomic<int> alive = 0;
  CountedBlocks blocks;
  for (int i = 0; i < 1000; ++i) blocks.make<Probe>(alive, i);
  CHECK(alive == 0);
}

TEST_CASE("an object whose constructor throws leaves nothing in its block", "[base][counted]") {
  std::atomic<int> alive = 0;
  {
    CountedBlocks blocks;
    const auto first = blocks.make<Probe>(alive, 1);
    CHECK_THROWS_AS(blocks.make<Probe>(alive, -1), std::runtime_error);
    const auto second = blocks.make<Probe>(alive, 2);
    CHECK(second->number() == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("threads may release the objects of one block", "[base][counted]") {
  std::atomic<int> alive = 0;
  std::vector<Ref<Probe>> probes = make_probes(alive, 4000);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&probes, t] {
      for (size_t i = t; i < probes.size(); i += 4) probes[i] = nullptr;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(alive == 0);
}

}  // namespace duramen
