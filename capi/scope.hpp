// Names that a module's text may use for objects that exist already.
#pragma once

#include "base/ordered_map.hpp"
#include "spec/syntax.hpp"

namespace duramen::capi {

class Scope final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("scop");
  Scope() : Counted(kTag) {}

  OrderedMap<Ref<Counted>> objects;

  std::vector<spec::NamedObject> named() const {
    std::vector<spec::NamedObject> out;
    for (const auto& entry : objects) out.push_back({entry.name, entry.value});
    return out;
  }
};

}  // namespace duramen::capi
