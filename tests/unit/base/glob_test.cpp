#include "base/glob.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace duramen {
namespace {

bool matches(std::string_view pattern, std::string_view name) {
  return Glob(pattern).matches(name);
}

std::vector<std::string> captures(std::string_view pattern, std::string_view name) {
  std::vector<std::string_view> found{"stale"};
  Glob(pattern).matches(name, &found);
  return {found.begin(), found.end()};
}

// The rules as they are written, by recursion: without escapes. `start`: of a component.
bool naive(std::string_view pattern, std::string_view name, bool start = true) {
  if (pattern.empty()) return name.empty();
  if (start && pattern.starts_with("**.")) {
    const std::string_view rest = pattern.substr(3);
    if (naive(rest, name, true)) return true;
    for (size_t i = 0; i < name.size(); ++i) {
      if (name[i] == '.' && naive(rest, name.substr(i + 1), true)) return true;
    }
    return false;
  }
  const bool any = pattern.starts_with("**");
  if (any || pattern[0] == '*') {
    const std::string_view rest = pattern.substr(any ? 2 : 1);
    for (size_t i = 0; i <= name.size(); ++i) {
      if (naive(rest, name.substr(i), false)) return true;
      if (i < name.size() && name[i] == '.' && !any) return false;
    }
    return false;
  }
  if (name.empty()) return false;
  const bool same = pattern[0] == '?' ? name[0] != '.' : name[0] == pattern[0];
  return same && naive(pattern.substr(1), name.substr(1), pattern[0] == '.');
}

// Every text of at most `size` of the parts.
std::vector<std::string> all_texts(const std::vector<std::string>& parts, size_t size) {
  std::vector<std::string> out{""};
  size_t begin = 0;
  for (size_t length = 0; length < size; ++length) {
    const size_t end = out.size();
    for (size_t i = begin; i < end; ++i) {
      for (const std::string& part : parts) out.push_back(out[i] + part);
    }
    begin = end;
  }
  return out;
}

}  // namespace

TEST_CASE("a star stays within a component, two stars do not", "[base][glob]") {
  CHECK(matches("layer.*.weight", "layer.0.weight"));
  CHECK_FALSE(matches("layer.*.weight", "layer.0.fc.weight"));
  CHECK(matches("layer.**.weight", "layer.0.fc.weight"));
  CHECK(matches("layer**weight", "layer.0.fc.weight"));
  CHECK(matches("*", ""));
  CHECK(matches("*", "weight"));
  CHECK_FALSE(matches("*", "fc.weight"));
  CHECK(matches("**", "fc.weight"));
  CHECK_FALSE(matches("", "weight"));
  CHECK(matches("", ""));
  CHECK_FALSE(matches("fc", "fc1"));
}

TEST_CASE("two stars and a dot are any number of components", "[base][glob]") {
  for (const char* name : {"bias", "fc.bias", "layer.0.fc.bias"}) CHECK(matches("**.bias", name));
  CHECK_FALSE(matches("**.bias", "rebias"));
  CHECK_FALSE(matches("**.bias", "fc.rebias"));
  CHECK(matches("layer.**.bias", "layer.bias"));
  CHECK(matches("layer.**.bias", "layer.0.bias"));
  CHECK_FALSE(matches("layer.**.bias", "layer0.bias"));
  CHECK_FALSE(matches("layer**.bias", "layerbias"));
  CHECK_FALSE(matches("layer.**", "layer"));
}

TEST_CASE("a question mark is one character, whatever its bytes", "[base][glob]") {
  CHECK(matches("w?", "w1"));
  CHECK(matches("w?", "wß"));
  CHECK(matches("*?", "ß"));
  CHECK_FALSE(matches("w??", "wß"));
  CHECK_FALSE(matches("w?", "w."));
  CHECK_FALSE(matches("w?", "w"));
}

TEST_CASE("a backslash takes the meaning from what follows", "[base][glob]") {
  CHECK(matches("a\\*", "a*"));
  CHECK_FALSE(matches("a\\*", "ab"));
  CHECK(matches("a\\\\", "a\\"));
  CHECK(matches("a\\", "a\\"));
  CHECK(matches("[ab]", "[ab]"));
  CHECK(matches("a|b", "a|b"));
}

TEST_CASE("wildcards tell what they took, as little as they can", "[base][glob]") {
  using Texts = std::vector<std::string>;
  CHECK(captures("layer.*.**", "layer.0.fc.weight") == Texts{"0", "fc.weight"});
  CHECK(captures("**.*_g", "a.b.weight_g") == Texts{"a.b.", "weight"});
  CHECK(captures("**.gamma", "gamma") == Texts{""});
  CHECK(captures("*-*", "a-b-c") == Texts{"a", "b-c"});
  CHECK(captures("?*", "abc") == Texts{"a", "bc"});
  CHECK(captures("a", "a").empty());
  CHECK(captures("*", "a.b").empty());
}

TEST_CASE("every small pattern matches what the rules say", "[base][glob]") {
  const auto patterns = all_texts({"a", "b", ".", "*", "?"}, 6);
  const auto names = all_texts({"a", "b", "."}, 6);
  size_t wrong = 0;
  for (const std::string& pattern : patterns) {
    const Glob glob(pattern);
    for (const std::string& name : names) wrong += glob.matches(name) != naive(pattern, name);
  }
  CHECK(wrong == 0);
}

TEST_CASE("longer patterns match what the rules say", "[base][glob]") {
  const auto patterns = all_texts({"a", ".b", "**", "*", "**."}, 6);
  const auto names = all_texts({"a", ".b", "ab", "."}, 6);
  size_t wrong = 0;
  for (size_t i = 0; i < patterns.size(); i += 7) {
    const Glob glob(patterns[i]);
    for (size_t k = i % 5; k < names.size(); k += 5) {
      wrong += glob.matches(names[k]) != naive(patterns[i], names[k]);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("no pattern makes a long name slow", "[base][glob]") {
  const std::string name(1 << 20, 'a');
  std::string dotted;
  for (int i = 0; i < 1 << 18; ++i) dotted += "aa.";
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "**a*a";
  CHECK_FALSE(matches(pattern + "b", name));
  CHECK_FALSE(matches(pattern + "b", dotted));
  CHECK_FALSE(matches("**a*a*a*a*b", name));
}

TEST_CASE("a set matches what one of its patterns does", "[base][glob]") {
  const GlobSet set("**.bias|head.*");
  CHECK(set.matches("fc.bias"));
  CHECK(set.matches("head.weight"));
  CHECK_FALSE(set.matches("fc.weight"));
  CHECK(GlobSet("a\\|b").matches("a|b"));
  CHECK_FALSE(GlobSet("a\\|b").matches("a"));
  CHECK(GlobSet("a|").matches(""));
  CHECK(GlobSet().empty());
  CHECK(GlobSet("").empty());
}

TEST_CASE("a filter takes what is included and not excluded", "[base][glob]") {
  CHECK(NameFilter().everything());
  CHECK(NameFilter().wants("fc.bias"));
  const NameFilter filter("encoder.**", "**.bias");
  CHECK(filter.wants("encoder.fc.weight"));
  CHECK_FALSE(filter.wants("encoder.fc.bias"));
  CHECK_FALSE(filter.wants("head.weight"));
  CHECK(NameFilter("", "head.*").wants("fc.weight"));
  CHECK_FALSE(NameFilter("", "head.*").wants("head.weight"));
}

}  // namespace duramen
