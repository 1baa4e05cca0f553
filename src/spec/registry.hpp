// A registry: a constant table of types, each with its signature and a factory, found by name. ops,
// nn and optim each have one; adding a type is adding a line to its table, or an entry to the table
// of its family.
#pragma once

#include "base/text.hpp"
#include "spec/signature.hpp"

namespace duramen::spec {

// Entry has a member `Signature signature`.
template <class Entry>
class Registry {
 public:
  using Family = std::span<const Entry>;
  constexpr explicit Registry(std::span<const Entry* const> entries,
                              std::span<const Family* const> families = {})
      : entries_(entries), families_(families) {}

  std::vector<const Entry*> entries() const {
    std::vector<const Entry*> all(entries_.begin(), entries_.end());
    for (const Family* family : families_) {
      for (const Entry& entry : *family) all.push_back(&entry);
    }
    return all;
  }
  const Entry* find(std::string_view name) const noexcept {
    for (const Entry* entry : entries_) {
      if (entry->signature.name == name) return entry;
    }
    for (const Family* family : families_) {
      for (const Entry& entry : *family) {
        if (entry.signature.name == name) return &entry;
      }
    }
    return nullptr;
  }
  // UNSUPPORTED `what NAME is not known` with the details "nearest" and "column".
  const Entry& get(const Expression& call, std::string_view what) const {
    if (const Entry* entry = find(call.text)) return *entry;
    throw unknown(call, what);
  }

 private:
  Error unknown(const Expression& call, std::string_view what) const {
    std::vector<std::string_view> names;
    for (const Entry* entry : entries()) names.push_back(entry->signature.name);
    const std::string_view nearest = nearest_word(call.text, names);
    std::string message = join("unknown ", what, " '", printable(call.text, 60), "'");
    if (!nearest.empty()) message += join(" (did you mean '", nearest, "'?)");
    Error error = error_at(call, Code::unsupported, std::move(message));
    error.with("actual", call.text);
    if (!nearest.empty()) error.with("nearest", std::string(nearest));
    return error;
  }

  std::span<const Entry* const> entries_;
  std::span<const Family* const> families_;
};

}  // namespace duramen::spec
