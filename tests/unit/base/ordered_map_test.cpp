#include "base/ordered_map.hpp"

#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("an ordered map keeps the order of insertion", "[base][ordered_map]") {
  OrderedMap<int> map;
  for (int i = 0; i < 100; ++i) map.set(std::to_string(i), i);
  REQUIRE(map.size() == 100);
  for (int i = 0; i < 100; ++i) {
    CHECK(map[static_cast<size_t>(i)].name == std::to_string(i));
    CHECK(*map.find(std::to_string(i)) == i);
  }
  CHECK(map.find("100") == nullptr);
}

TEST_CASE("replacing keeps the place, erasing and adding moves to the end", "[base][ordered_map]") {
  OrderedMap<int> map;
  for (const char* name : {"a", "b", "c"}) map.set(name, 0);
  map.set("b", 7);
  CHECK(map[1].value == 7);
  CHECK(map.erase("b"));
  CHECK_FALSE(map.erase("b"));
  map.set("b", 8);
  CHECK(map.index_of("b") == 2);
}

TEST_CASE("inserting refuses a name that is there and leaves it to the caller",
          "[base][ordered_map]") {
  OrderedMap<int> map;
  for (int i = 0; i < 100; ++i) {
    std::string name = "name of some length " + std::to_string(i);
    CHECK(map.insert_taking(name, i));
    CHECK(name.empty());
  }
  for (const int i : {3, 99}) {
    std::string name = "name of some length " + std::to_string(i);
    CHECK_FALSE(map.insert_taking(name, -1));
    CHECK(name == "name of some length " + std::to_string(i));
    CHECK(*map.find(name) == i);
  }
  CHECK(map.size() == 100);
}

TEST_CASE("a large map is found in after copies, moves and erasure", "[base][ordered_map]") {
  OrderedMap<int> map;
  for (int i = 0; i < 1000; ++i) map.set("name" + std::to_string(i), i);
  CHECK(*map.find("name500") == 500);
  OrderedMap<int> copy = map;
  copy.erase("name500");
  CHECK(copy.find("name500") == nullptr);
  CHECK(*copy.find("name999") == 999);
  OrderedMap<int> moved = std::move(map);
  CHECK(*moved.find("name500") == 500);
  moved.set("new", -1);
  CHECK(*moved.find("new") == -1);
  copy = moved;
  moved.clear();
  CHECK(*copy.find("name500") == 500);
}

TEST_CASE("many readers may search a large map at once", "[base][ordered_map]") {
  OrderedMap<int> map;
  for (int i = 0; i < 1000; ++i) map.set("name" + std::to_string(i), i);
  const OrderedMap<int> shared = map;  // a copy has no index yet
  std::vector<int> found(4);
  std::vector<std::thread> readers;
  for (int& count : found) {
    readers.emplace_back([&shared, &count] {
      for (int i = 0; i < 1000; ++i) count += *shared.find("name" + std::to_string(i)) == i;
    });
  }
  for (std::thread& reader : readers) reader.join();
  CHECK(found == std::vector<int>(4, 1000));
}

}  // namespace duramen
