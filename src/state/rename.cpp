#include "state/rename.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/text.hpp"

namespace duramen {
namespace {

using Kind = RenameRules::Kind;

struct KindWord {
  Kind kind;
  std::string_view word;
  bool has_new;  // OLD=NEW
};
constexpr KindWord kKinds[] = {
    {Kind::strip, "strip", false}, {Kind::add, "add", false},  {Kind::replace, "replace", true},
    {Kind::exact, "exact", true},  {Kind::glob, "glob", true}, {Kind::preset, "preset", false},
};

Error bad_rule(std::string_view text, std::string_view why) {
  return Error(Code::invalid_argument, join("rename: ", why, ": ", format_quoted(printable(text))));
}

// Where the first "=" is that no backslash takes.
size_t find_separator(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '=') {
      return i;
    }
  }
  return std::string_view::npos;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string rule_text(Kind kind, std::string_view from, std::string_view to) {
  const KindWord& row = kKinds[static_cast<int32_t>(kind) - 1];
  return row.has_new ? join(row.word, ":", from, "=", to) : join(row.word, ":", from);
}

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

std::string_view parent_of(std::string_view name) {
  const size_t dot = name.rfind('.');
  return name.substr(0, dot == name.npos ? 0 : dot);
}

// Where the modules of renamed entries went. "a.x.weight" that becomes "b.x.weight" says that what
// was at or below "a" is at or below "b".
class ModuleMoves {
 public:
  void add(std::string_view from, std::string_view to) {
    const size_t common = common_end(from, to);
    if (common == 0 || from == to) return;
    const std::string_view old_path = parent_of_end(from, common);
    if (moves_.try_emplace(std::string(old_path), parent_of_end(to, common)).second) {
      lengths_.insert(old_path.size());
    }
  }
  bool empty() const noexcept { return moves_.empty(); }
  // By the nearest module at or above it; nothing where none of them moved.
  std::optional<std::string> find(std::string_view path) const {
    for (const size_t length : lengths_) {
      if (length > path.size()) continue;
      const bool whole = length == path.size();
      if (!whole && length > 0 && path[length] != '.') continue;
      const auto found = moves_.find(path.substr(0, length));
      if (found == moves_.end()) continue;
      const std::string_view rest = whole ? "" : path.substr(length > 0 ? length + 1 : 0);
      const bool dot = !rest.empty() && !found->second.empty();
      return join(found->second, dot ? "." : "", rest);
    }
    return std::nullopt;
  }

 private:
  static bool starts_component(std::string_view name, size_t begin) {
    return begin == 0 || name[begin - 1] == '.';
  }
  // How many bytes at their ends are the same whole components.
  static size_t common_end(std::string_view a, std::string_view b) {
    const auto [in_a, in_b] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
    auto common = static_cast<size_t>(in_a - a.rbegin());
    while (common > 0 &&
           !(starts_component(a, a.size() - common) && starts_component(b, b.size() - common))) {
      --common;
    }
    return common;
  }
  static std::string_view parent_of_end(std::string_view name, size_t end) {
    return name.size() == end ? "" : name.substr(0, name.size() - end - 1);
  }

  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> moves_;
  std::set<size_t, std::greater<>> lengths_;
};

void rename_versions(const StateDict& from, StateDict& to, const std::vector<Renamed>& names) {
  to.set_has_versions(from.has_versions());
  ModuleMoves moves;
  for (const Renamed& renamed : names) moves.add(renamed.from, renamed.to);
  if (moves.empty()) {
    to.versions() = from.versions();
    return;
  }
  std::unordered_set<std::string_view> owners;
  for (const auto& [name, entry] : to.entries()) owners.insert(parent_of(name));
  for (const auto& [path, version] : from.versions()) {
    const std::optional<std::string> moved = moves.find(path);
    const bool stays = !moved || path.empty() || owners.contains(path);
    if (stays && !to.versions().contains(path)) to.set_version(path, version);
    if (moved) to.set_version(*moved, version);
  }
}

}  // namespace

GlobReplacement::GlobReplacement(std::string_view text, const Glob& pattern) {
  size_t next = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const bool is_number = rest[0] == '\\' && rest.size() > 1 && rest[1] >= '1' && rest[1] <= '9';
    size_t capture = kText;
    if (is_number) {
      capture = static_cast<size_t>(rest[1] - '1');
      ++i;
    } else if (rest[0] == '*' || rest[0] == '?') {
      capture = next++;
      if (rest.starts_with("**")) ++i;
    }
    if (capture == kText) {
      if (rest[0] == '\\' && rest.size() > 1) ++i;
      add_text(text[i]);
      continue;
    }
    if (capture >= pattern.wildcard_count()) {
      throw bad_rule(text, join("the replacement has more wildcards than the pattern (expected at "
                                "most ",
                                pattern.wildcard_count(), ")"));
    }
    // Whole components come with their last dot.
    const bool dot = pattern.takes_components(capture);
    if (dot && i + 1 < text.size() && text[i + 1] == '.') ++i;
    pieces_.push_back({capture, {}, dot});
  }
}

void GlobReplacement::add_text(char byte) {
  if (pieces_.empty() || pieces_.back().capture != kText) pieces_.emplace_back();
  pieces_.back().text += byte;
}

std::string GlobReplacement::fill(std::span<const std::string_view> captures) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.capture == kText ? std::string_view(piece.text) : captures[piece.capture];
  }
  if (!pieces_.empty() && pieces_.back().ends_with_dot && out.ends_with('.')) out.pop_back();
  return out;
}

const RenameRules::Preset& RenameRules::preset(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  const std::string_view nearest = nearest_word(name, names);
  std::string text = join("rename: no preset is called ", format_quoted(printable(name)));
  if (!nearest.empty()) text += join(" (did you mean ", format_quoted(nearest), "?)");
  Error error(Code::not_found, std::move(text));
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  throw std::move(error);
}

void RenameRules::add(Kind kind, std::string_view from, std::string_view to) {
  Rule rule;
  rule.kind = kind;
  rule.from = from;
  rule.to = to;
  rule.text = rule_text(kind, from, to);
  const bool takes_new = kKinds[static_cast<int32_t>(kind) - 1].has_new;
  if (!takes_new && !to.empty()) throw bad_rule(to, "a rule of this kind takes one text");
  const bool needs_old = kind == Kind::strip || kind == Kind::add || kind == Kind::glob;
  if (needs_old && from.empty()) throw bad_rule(rule.text, "nothing to look for");
  if (kind == Kind::preset) rule.preset = &preset(from);
  if (kind == Kind::glob) {
    Glob glob(from);
    GlobReplacement replacement(to, glob);
    rule.pattern =
        std::make_shared<const Pattern>(Pattern{std::move(glob), std::move(replacement)});
  }
  rules_.push_back(std::move(rule));
}

void RenameRules::add_text(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const auto* row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const KindWord& known) { return known.word == word; });
  if (colon == text.npos || row == std::end(kKinds)) {
    throw bad_rule(text,
                   "not a rule (expected strip:PREFIX, add:PREFIX, replace:OLD=NEW, "
                   "exact:OLD=NEW, glob:OLD=NEW or preset:NAME)");
  }
  const std::string_view rest = text.substr(colon + 1);
  if (!row->has_new) return add(row->kind, rest, {});
  const size_t separator = find_separator(rest);
  if (separator == rest.npos) throw bad_rule(text, join("expected ", word, ":OLD=NEW"));
  const std::string_view from = rest.substr(0, separator);
  const std::string_view to = rest.substr(separator + 1);
  if (row->kind == Kind::glob) {
    add(row->kind, from, to);
  } else {
    add(row->kind, unescaped(from), unescaped(to));
  }
}

void RenameRules::add_custom(std::string text, Ref<CustomRename> rename) {
  Rule rule;
  rule.text = std::move(text);
  rule.custom = std::move(rename);
  rules_.push_back(std::move(rule));
}

// False: it stays.
bool RenameRules::apply(const Rule& rule, std::string& name) {
  const auto take = [&name](std::string changed) {
    const bool differs = changed != name;
    name = std::move(changed);
    return differs;
  };
  if (rule.custom) {
    auto changed = rule.custom->rename(name);
    return changed && take(std::move(*changed));
  }
  switch (rule.kind) {
    case Kind::strip:
    case Kind::replace:
      return name.starts_with(rule.from) && take(rule.to + name.substr(rule.from.size()));
    case Kind::add:
      return take(rule.from + name);
    case Kind::exact:
      return name == rule.from && take(rule.to);
    case Kind::preset:
      return rule.preset->rename(name);
    case Kind::glob: {
      std::vector<std::string_view> captures;
      return rule.pattern->glob.matches(name, &captures) &&
             take(rule.pattern->replacement.fill(captures));
    }
  }
  return false;
}

std::string RenameRules::apply(std::string_view name, std::vector<size_t>& applied) const {
  std::string out(name);
  applied.clear();
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (apply(rules_[i], out)) applied.push_back(i);
  }
  return out;
}

Renaming rename(const StateDict& dict, const RenameRules& rules) {
  Renaming out{make<StateDict>(), {}};
  StateDict& renamed = *out.dict;
  renamed.entries().reserve(dict.entries().size());
  std::vector<size_t> applied;
  const Ref<StateDict> own = dict.copy();  // a callback may change the caller's
  const auto& entries = own->entries();
  for (const auto& [name, entry] : entries) {
    std::string changed = rules.apply(name, applied);
    if (changed != name) {
      std::string by;
      for (const size_t rule : applied) by += join(by.empty() ? "" : ", ", rules.text(rule));
      if (changed.empty()) {
        throw Error(Code::invalid_argument, join("rename: ", format_quoted(printable(name)),
                                                 " becomes an empty name by ", printable(by)))
            .with("entry", name);
      }
      out.names.push_back({name, changed, std::move(by)});
    }
    if (renamed.entries().insert_taking(changed, entry)) continue;
    const std::string& other = entries[renamed.entries().index_of(changed)].name;
    throw Error(Code::already_exists, join("rename: ", format_quoted(printable(other)), " and ",
                                           format_quoted(printable(name)), " both become ",
                                           format_quoted(printable(changed))))
        .with("entry", name)
        .with("path", changed);
  }
  rename_versions(*own, renamed, out.names);
  renamed.metadata() = own->metadata();
  return out;
}

}  // namespace duramen
