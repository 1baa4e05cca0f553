#include "base/name_index.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("an index finds what was put in, and nothing else", "[base][name_index]") {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("name" + std::to_string(i));
  const auto name_at = [&](size_t i) -> std::string_view { return names[i]; };
  NameIndex index;
  CHECK(index.find("name0", name_at) == NameIndex::kNotFound);
  for (size_t i = 0; i < names.size(); ++i) REQUIRE(index.insert(i, name_at) == i);
  for (size_t i = 0; i < names.size(); ++i) REQUIRE(index.find(names[i], name_at) == i);
  CHECK(index.find("name5000", name_at) == NameIndex::kNotFound);
  CHECK(index.find("", name_at) == NameIndex::kNotFound);
}

TEST_CASE("an index gives the first of two equal names", "[base][name_index]") {
  const std::string_view names[] = {"a", "", "b", "a", ""};
  const auto name_at = [&](size_t i) { return names[i]; };
  NameIndex index;
  size_t found[5] = {};
  for (size_t i = 0; i < 5; ++i) found[i] = index.insert(i, name_at);
  CHECK(std::vector<size_t>(found, found + 5) == std::vector<size_t>{0, 1, 2, 0, 1});
}

TEST_CASE("the name that occurs a second time is found", "[base][name_index]") {
  const std::string_view ascending[] = {"a", "b", "c"};
  const std::string_view mixed[] = {"c", "a", "b", "a", "c"};
  CHECK_FALSE(find_duplicate(ascending));
  CHECK(find_duplicate(mixed) == 3);
  CHECK_FALSE(find_duplicate({}));
}

}  // namespace duramen
