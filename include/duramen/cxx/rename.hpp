// Rename rules, and how a load treats what does not fit.
#ifndef DURAMEN_CXX_RENAME_HPP
#define DURAMEN_CXX_RENAME_HPP

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint.hpp"

namespace DURAMEN_CXX {

class RenameRulesRef
    : public Ref<duramen_rename_rules, duramen_rename_rules_retain, duramen_rename_rules_release> {
 public:
  using Ref::Ref;

  size_t size() const noexcept { return duramen_rename_rules_count(raw_); }
  // "strip:module.", "glob:layers.*.attn.**=blocks.*.attn.**", …
  Result<void> add(std::string_view text) const {
    return call([&](duramen_error** error) {
      return duramen_rename_rules_add_text(raw_, text.data(), text.size(), error);
    });
  }
  // A rule by its kind (DURAMEN_RENAME_STRIP, …), for names that hold a "=".
  Result<void> add(int32_t kind, std::string_view from, std::string_view to = {}) const {
    const char* new_text = to.empty() ? nullptr : to.data();
    return call([&](duramen_error** error) {
      return duramen_rename_rules_add(raw_, kind, from.data(), from.size(), new_text, to.size(),
                                      error);
    });
  }
  // The texts of the rules, in order; of a function, its name.
  Result<StringList> texts() const {
    return make<StringList>(
        [&](auto** out, auto** error) { return duramen_rename_rules_list(raw_, out, error); });
  }
  // A rule of the program's own: the new name, or nothing for a name that stays. Its failure stops
  // the call that renames.
  using Rename = std::function<Result<std::optional<std::string>>(std::string_view)>;
  Result<void> add_function(std::string_view name, Rename rename) const;

  // The names of the dict that change: a report of DURAMEN_LOAD_ITEM_RENAMED items.
  Result<LoadReport> preview(StateDictRef dict) const {
    return make<LoadReport>([&](auto** out, auto** error) {
      return duramen_rename_rules_preview(raw_, dict.get(), out, error);
    });
  }
  // The same tensors under the new names. AlreadyExists when two names become one.
  Result<StateDict> apply(StateDictRef dict) const {
    return make<StateDict>([&](auto** out, auto** error) {
      return duramen_state_dict_rename(dict.get(), raw_, out, error);
    });
  }
};

class RenameRules : public Owned<RenameRulesRef> {
 public:
  using Owned::Owned;
  RenameRules(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  static Result<RenameRules> create(std::initializer_list<std::string_view> texts = {}) {
    return make<RenameRules>([&](duramen_rename_rules** out, duramen_error** error) {
      duramen_rename_rules* rules = nullptr;
      duramen_status status = duramen_rename_rules_create(&rules, error);
      for (const std::string_view text : texts) {
        if (status != DURAMEN_OK) break;
        status = duramen_rename_rules_add_text(rules, text.data(), text.size(), error);
      }
      if (status == DURAMEN_OK) return *out = rules, status;
      duramen_rename_rules_release(rules);
      return status;
    });
  }
  static RenameRules adopt(duramen_rename_rules* raw) noexcept { return Owned::adopt(raw); }
};

// What load_state_dict and match take: a policy (a set of DURAMEN_LOAD_…, 0 is strict), rules, and
// policies for the names that a pattern matches, the first that does counts. Rules are lent.
struct LoadHow {
  uint64_t policy = 0;
  RenameRulesRef rename = {};
  std::vector<std::pair<std::string, uint64_t>> policies = {};
};

namespace detail {

// The C structs of a LoadHow, which they point into.
class LoadOptions {
 public:
  explicit LoadOptions(const LoadHow& how) {
    for (const auto& [pattern, policy] : how.policies) {
      policies_.push_back({sizeof(duramen_load_policy), 0, pattern.data(), pattern.size(), policy});
    }
    options_.struct_size = sizeof options_;
    options_.policy = how.policy;
    options_.rename = how.rename.get();
    options_.policies = policies_.data();
    options_.policy_count = policies_.size();
  }
  const duramen_load_options* get() const noexcept { return &options_; }

 private:
  std::vector<duramen_load_policy> policies_;
  duramen_load_options options_ = {};
};

inline int32_t DURAMEN_CALL rename_function(void* user, const char* name, size_t length,
                                            duramen_string** out, duramen_error** error) {
  return guarded(error, [&] {
    const auto& rename = *static_cast<const RenameRulesRef::Rename*>(user);
    return then(rename(std::string_view(name, length)),
                [&](const std::optional<std::string>& renamed) {
                  return call([&](duramen_error** cause) {
                    if (!renamed) return duramen_status{DURAMEN_OK};
                    return duramen_string_create(renamed->data(), renamed->size(), out, cause);
                  });
                });
  });
}
}  // namespace detail

inline Result<void> RenameRulesRef::add_function(std::string_view name, Rename rename) const {
  auto held = std::make_unique<Rename>(std::move(rename));
  duramen_rename_callback callback = {};
  callback.struct_size = sizeof callback;
  callback.name = name.data();
  callback.name_length = name.size();
  callback.rename = detail::rename_function;
  callback.user = held.get();
  callback.destroy = detail::destroy<Rename>;
  return call([&](duramen_error** error) {
    const duramen_status status = duramen_rename_rules_add_callback(raw_, &callback, error);
    if (status == DURAMEN_OK) (void)held.release();
    return status;
  });
}

// The presets' names, and what one of them does, in a line. NotFound.
inline Result<StringList> rename_presets() {
  return make<StringList>(
      [](auto** out, auto** error) { return duramen_rename_preset_list(out, error); });
}
inline Result<std::string> describe_rename_preset(std::string_view name) {
  return make_text([&](auto** out, auto** error) {
    return duramen_rename_preset_describe(name.data(), name.size(), out, error);
  });
}

}  // namespace DURAMEN_CXX

#endif
