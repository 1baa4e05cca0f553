// The small counted objects that carry data of variable size across the border.
#pragma once

#include <string>
#include <vector>

#include "base/counted.hpp"
#include "base/ordered_map.hpp"

namespace duramen::capi {

class String final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("strg");
  explicit String(std::string value) : Counted(kTag), text(std::move(value)) {}
  const std::string text;
};

class StringList final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("slst");
  explicit StringList(std::vector<std::string> values) : Counted(kTag), items(std::move(values)) {}
  const std::vector<std::string> items;
};

template <class T>
Ref<StringList> names_of(const OrderedMap<T>& map) {
  std::vector<std::string> names;
  for (const auto& entry : map) names.push_back(entry.name);
  return make<StringList>(std::move(names));
}

}  // namespace duramen::capi
