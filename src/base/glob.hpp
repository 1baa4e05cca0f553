// Patterns over dotted names. A component is what lies between two dots.
//
//   *      any characters but dots, also none
//   **     any characters, also none
//   **.    at the start of a component: any number of whole components, also none, so that
//          `**.bias` is `bias`, `fc.bias` and `layer.0.fc.bias`
//   ?      one character (of UTF-8) that is not a dot
//   \x     the character x itself; a backslash at the end is one
//   a|b    what a matches or b matches
//
// Everything else is itself; every text is a pattern. The whole name must match. A wildcard takes
// as little as it can, from left to right. The time is linear in the name's length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duramen {

// One pattern without alternatives: `|` stands for itself.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  // With `captures`, what each wildcard took, in their order; a `**.` with its last dot.
  bool matches(std::string_view name, std::vector<std::string_view>* captures = nullptr) const;

  size_t wildcard_count() const noexcept { return wildcard_count_; }
  // Whether a wildcard is a `**.`.
  bool takes_components(size_t wildcard) const noexcept;

 private:
  enum class Kind : uint8_t { text, one, star, any, components };
  struct Token {
    Kind kind;
    uint32_t begin = 0;  // of a text, in literal_
    uint32_t size = 0;
  };
  class Match;

  void add_text(char byte);

  std::vector<Token> tokens_;
  std::string literal_;  // of all texts
  size_t wildcard_count_ = 0;
};

// Several patterns, `|` between them; without any, everything matches.
class GlobSet {
 public:
  GlobSet() = default;
  explicit GlobSet(std::string_view patterns);

  bool empty() const noexcept { return globs_.empty(); }
  bool matches(std::string_view name) const;

 private:
  std::vector<Glob> globs_;
};

// Which names are wanted: those that `include` matches, or all where it is empty, without those
// that `exclude` matches.
class NameFilter {
 public:
  NameFilter() = default;
  NameFilter(std::string_view include, std::string_view exclude)
      : include_(include), exclude_(exclude) {}

  bool everything() const noexcept { return include_.empty() && exclude_.empty(); }
  bool wants(std::string_view name) const {
    return (include_.empty() || include_.matches(name)) &&
           (exclude_.empty() || !exclude_.matches(name));
  }

 private:
  GlobSet include_;
  GlobSet exclude_;
};

}  // namespace duramen
