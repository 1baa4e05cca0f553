// Rules that turn the names of one program into those of another. The rules of a list are applied
// one after the other, each to what the ones before it made of a name.
//
// As a text: strip:PREFIX, add:PREFIX, replace:OLD=NEW (a prefix), exact:OLD=NEW, glob:OLD=NEW,
// preset:NAME. OLD ends at the first "="; a backslash takes the character behind it as it is.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/glob.hpp"
#include "state/state_dict.hpp"

namespace duramen {

// A rule of the caller's own.
class CustomRename : public Counted {
 public:
  // The new name; nothing when the name stays.
  virtual std::optional<std::string> rename(std::string_view name) const = 0;

 protected:
  using Counted::Counted;
};

// What a glob's replacement is put together from: `*`, `**` and `?` are what the pattern's
// wildcards took, in their order, `\1` to `\9` what the one of that number took.
class GlobReplacement {
 public:
  // INVALID_ARGUMENT for a wildcard that the pattern does not have.
  GlobReplacement(std::string_view text, const Glob& pattern);
  std::string fill(std::span<const std::string_view> captures) const;

 private:
  static constexpr size_t kText = SIZE_MAX;
  struct Piece {
    size_t capture = kText;
    std::string text;
    bool ends_with_dot = false;  // the capture and its dot, or neither
  };
  void add_text(char byte);
  std::vector<Piece> pieces_;
};

class RenameRules final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("rnam");
  enum class Kind : int32_t {
    strip = 1,    // takes a prefix off
    add = 2,      // puts a prefix before every name
    replace = 3,  // a prefix by another
    exact = 4,    // one name by another
    glob = 5,     // names that a pattern matches
    preset = 6,   // by a rule of presets()
  };

  RenameRules() : Counted(kTag) {}
  ~RenameRules() override = default;

  // INVALID_ARGUMENT for what the kind cannot take, NOT_FOUND (detail "nearest") for a preset that
  // there is not.
  void add(Kind kind, std::string_view from, std::string_view to);
  void add_text(std::string_view text);
  // `text` is what reports call it.
  void add_custom(std::string text, Ref<CustomRename> rename);

  size_t size() const noexcept { return rules_.size(); }
  const std::string& text(size_t index) const noexcept { return rules_[index].text; }

  // The name after all rules. `applied` receives the positions of those that changed it.
  std::string apply(std::string_view name, std::vector<size_t>& applied) const;

  struct Preset {
    std::string_view name;
    std::string_view description;       // one line
    bool (*rename)(std::string& name);  // false: the name stays
  };
  static std::span<const Preset> presets() noexcept;
  // NOT_FOUND with the nearest.
  static const Preset& preset(std::string_view name);

 private:
  struct Pattern {
    Glob glob;
    GlobReplacement replacement;
  };
  struct Rule {
    Kind kind{};
    std::string from;
    std::string to;
    std::string text;
    const Preset* preset = nullptr;
    std::shared_ptr<const Pattern> pattern;
    Ref<CustomRename> custom;
  };
  static bool apply(const Rule& rule, std::string& name);
  std::vector<Rule> rules_;
};

struct Renamed {
  std::string from;
  std::string to;
  std::string rule;  // the texts of those that changed it, ", " between them
};
struct Renaming {
  Ref<StateDict> dict;  // the same tensors in the same order
  std::vector<Renamed> names;
};

// The dict with the names that the rules give. The version of a module goes where its entries go;
// the root's stays, too, as in consume_prefix_in_state_dict_if_present. ALREADY_EXISTS when two
// names become one, INVALID_ARGUMENT when a name becomes empty.
Renaming rename(const StateDict& dict, const RenameRules& rules);

}  // namespace duramen
