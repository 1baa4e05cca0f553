#include "base/counted.hpp"

#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace duramen {
namespace {

class Probe final : public Counted {
 public:
  explicit Probe(int* destroyed) : Counted(make_tag("prob")), destroyed_(destroyed) {}
  ~Probe() override { ++*destroyed_; }

 private:
  int* destroyed_;
};

}  // namespace

TEST_CASE("the last reference destroys the object, once", "[base][counted]") {
  int destroyed = 0;
  {
    auto first = make<Probe>(&destroyed);
    CHECK(first->use_count() == 1);
    const Ref<Probe> second = first;
    CHECK(second->use_count() == 2);
    first = nullptr;
    CHECK(destroyed == 0);
    CHECK(second->tag() == make_tag("prob"));
  }
  CHECK(destroyed == 1);
}

TEST_CASE("a reference given away is not released", "[base][counted]") {
  int destroyed = 0;
  auto ref = make<Probe>(&destroyed);
  Probe* raw = ref.detach();
  CHECK_FALSE(ref);
  ref = Ref<Probe>::adopt(raw);
  CHECK(ref->use_count() == 1);
}

TEST_CASE("assigning a reference to itself keeps the object", "[base][counted]") {
  int destroyed = 0;
  auto ref = make<Probe>(&destroyed);
  auto& same = ref;
  ref = same;
  CHECK(destroyed == 0);
  CHECK(ref->use_count() == 1);
}

TEST_CASE("threads may retain and release the same object", "[base][counted]") {
  int destroyed = 0;
  {
    const auto shared = make<Probe>(&destroyed);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&shared] {
        for (int i = 0; i < 10000; ++i) const Ref<Probe> copy = shared;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(shared->use_count() == 1);
  }
  CHECK(destroyed == 1);
}

}  // namespace duramen
