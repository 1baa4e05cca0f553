// The small counted objects that carry data of variable size across the border.
#pragma once

#include <string>
#include <vector>

#include "base/counted.hpp"

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

}  // namespace duramen::capi
