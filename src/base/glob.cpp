#include "base/glob.hpp"

#include <algorithm>

namespace duramen {
namespace {

bool continues_character(char byte) noexcept { return (byte & 0xC0) == 0x80; }

// Of the character at the front; 0 where none is or where it is a dot.
size_t character_size(std::string_view text) noexcept {
  if (text.empty() || text[0] == '.' || continues_character(text[0])) return 0;
  size_t size = 1;
  while (size < text.size() && continues_character(text[size])) ++size;
  return size;
}

// The pieces between the bars that are not escaped.
template <class Body>
void for_each_alternative(std::string_view patterns, Body&& body) {
  size_t begin = 0;
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i] == '\\') {
      ++i;
    } else if (patterns[i] == '|') {
      body(patterns.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  body(patterns.substr(begin));
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  bool component_start = true;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    if (component_start && rest.starts_with("**.")) {
      tokens_.push_back({Kind::components});
      i += 2;
      continue;  // the next component starts here
    }
    component_start = rest[0] == '.';
    if (rest.starts_with("**")) {
      tokens_.push_back({Kind::any});
      ++i;
    } else if (rest[0] == '*') {
      tokens_.push_back({Kind::star});
    } else if (rest[0] == '?') {
      tokens_.push_back({Kind::one});
    } else {
      if (rest[0] == '\\' && rest.size() > 1) component_start = pattern[++i] == '.';
      add_text(pattern[i]);
    }
  }
  wildcard_count_ = static_cast<size_t>(std::count_if(
      tokens_.begin(), tokens_.end(), [](const Token& token) { return token.kind != Kind::text; }));
}

bool Glob::takes_components(size_t wildcard) const noexcept {
  for (const Token& token : tokens_) {
    if (token.kind != Kind::text && wildcard-- == 0) return token.kind == Kind::components;
  }
  return false;
}

void Glob::add_text(char byte) {
  if (tokens_.empty() || tokens_.back().kind != Kind::text) {
    tokens_.push_back({Kind::text, static_cast<uint32_t>(literal_.size()), 0});
  }
  literal_ += byte;
  ++tokens_.back().size;
}

// Backtracks to the last `*`, and once that would have to pass a dot to the last `**`. Earlier ones
// need no second try: what follows them has been found as early as it occurs, and from a later
// place nothing more can be reached. When a `*` has failed, a `**` before it goes on behind the
// next dot, for up to there the same `*` would meet the same text again; so every byte is read a
// number of times that depends on the pattern only.
class Glob::Match {
 public:
  Match(const Glob& glob, std::string_view name, std::vector<std::string_view>* captures)
      : glob_(glob), name_(name), captures_(captures) {
    if (captures_) captures_->assign(glob.tokens_.size(), {});
  }

  bool run() {
    for (;;) {
      if (token_ == glob_.tokens_.size() && position_ == name_.size()) return true;
      if (token_ < glob_.tokens_.size() && step()) continue;
      if (!retry()) return false;
    }
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;
  // A wildcard of any length: which token, where it started, and what follows it.
  struct Open {
    size_t token = kNone;
    size_t begin = 0;
    size_t end = 0;
  };

  bool step() {
    const Token& token = glob_.tokens_[token_];
    const std::string_view rest = name_.substr(position_);
    size_t size = 0;
    switch (token.kind) {
      case Kind::text:
        size = token.size;
        if (!rest.starts_with(std::string_view(glob_.literal_).substr(token.begin, size))) {
          return false;
        }
        break;
      case Kind::one:
        size = character_size(rest);
        if (size == 0) return false;
        break;
      case Kind::star:
        star_ = {token_, position_, position_};
        break;
      case Kind::any:
      case Kind::components:
        any_ = {token_, position_, position_};
        star_.token = kNone;
    }
    capture(token_, position_, size);
    position_ += size;
    ++token_;
    return true;
  }

  bool retry() {
    if (star_.token != kNone) {
      if (star_.end < name_.size() && name_[star_.end] != '.') {
        ++star_.end;
        return resume(star_);
      }
      star_.token = kNone;
      return any_.token != kNone && pass_dot();
    }
    if (any_.token == kNone) return false;
    if (glob_.tokens_[any_.token].kind == Kind::components) return pass_dot();
    if (any_.end == name_.size()) return false;
    ++any_.end;
    return resume(any_);
  }
  bool pass_dot() {
    const size_t dot = name_.find('.', any_.end);
    if (dot == std::string_view::npos) return false;
    any_.end = dot + 1;
    return resume(any_);
  }
  bool resume(const Open& open) {
    capture(open.token, open.begin, open.end - open.begin);
    token_ = open.token + 1;
    position_ = open.end;
    return true;
  }
  void capture(size_t token, size_t begin, size_t size) {
    if (captures_) (*captures_)[token] = name_.substr(begin, size);
  }

  const Glob& glob_;
  std::string_view name_;
  std::vector<std::string_view>* captures_;
  size_t token_ = 0;
  size_t position_ = 0;
  Open star_;
  Open any_;
};

bool Glob::matches(std::string_view name, std::vector<std::string_view>* captures) const {
  const bool found = Match(*this, name, captures).run();
  if (captures && found) {
    size_t kept = 0;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind != Kind::text) (*captures)[kept++] = (*captures)[i];
    }
    captures->resize(kept);
  } else if (captures) {
    captures->clear();
  }
  return found;
}

GlobSet::GlobSet(std::string_view patterns) {
  if (patterns.empty()) return;
  for_each_alternative(patterns,
                       [this](std::string_view pattern) { globs_.emplace_back(pattern); });
}

bool GlobSet::matches(std::string_view name) const {
  return std::any_of(globs_.begin(), globs_.end(),
                     [name](const Glob& glob) { return glob.matches(name); });
}

}  // namespace duramen
