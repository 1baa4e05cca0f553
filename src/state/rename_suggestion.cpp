#include "state/rename_suggestion.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.hpp"
#include "state/rename.hpp"

namespace duramen {
namespace {

using std::string_view;
using Item = LoadReport::Item;
using Kind = LoadReport::Kind;
using Names = std::unordered_map<string_view, Item*>;
using Preset = RenameRules::Preset;

constexpr size_t kSampled = 64;
constexpr size_t kTried = 8;     // candidates that are tried on all names
constexpr size_t kMostCuts = 8;  // components of a prefix
constexpr size_t kMostPartners = 8;

// A prefix for another, either may be empty; or a preset.
struct Candidate {
  std::string from;
  std::string to;
  const Preset* preset = nullptr;
  size_t votes = 0;

  // Nothing when the name stays.
  bool apply(string_view name, std::string& out) const {
    out = name;
    if (preset) return preset->rename(out);
    if (!name.starts_with(from)) return false;
    out.replace(0, from.size(), to);
    return true;
  }
  std::string text() const {
    if (preset) return join("preset:", preset->name);
    if (to.empty()) return join("strip:", from);
    if (from.empty()) return join("add:", to);
    return join("replace:", escaped(from), "=", escaped(to));
  }

 private:
  static std::string escaped(string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '\\' || c == '=') out += '\\';
      out += c;
    }
    return out;
  }
};

// What remains of a name behind its first dots, the whole name first.
template <class Body>
void for_each_suffix(string_view name, Body&& body) {
  size_t begin = 0;
  for (size_t i = 0; i <= kMostCuts; ++i) {
    if (!body(name.substr(begin), begin)) return;
    const size_t dot = name.find('.', begin);
    if (dot == name.npos || dot + 1 == name.size()) return;
    begin = dot + 1;
  }
}

bool fits(const Item& missing, const Item& unexpected) noexcept {
  const bool tensors = missing.expected_dtype != Dtype::invalid;
  return tensors == (unexpected.actual_dtype != Dtype::invalid) &&
         missing.expected_shape == unexpected.actual_shape;
}

std::vector<Item*> sample_of(const std::vector<Item*>& items) {
  const size_t count = std::min(items.size(), kSampled);
  std::vector<Item*> out;
  for (size_t i = 0; i < count; ++i) out.push_back(items[i * items.size() / count]);
  return out;
}

class Search {
 public:
  Search(LoadReport& report, std::span<const string_view> fitting) : fitting_(fitting) {
    for (Item& item : report.items) {
      if (item.kind == Kind::missing) missing_.push_back(&item);
      if (item.kind == Kind::unexpected) unexpected_.push_back(&item);
    }
    by_name_.reserve(missing_.size());
    for (Item* item : missing_) by_name_.emplace(item->name, item);
  }

  LoadReport::Suggestion run() {
    if (missing_.empty() || unexpected_.empty()) return {};
    vote_for_prefixes();
    vote_for_presets();
    const auto [best, gain] = best_of(most_voted());
    const size_t possible = std::min(missing_.size(), unexpected_.size());
    if (gain <= 0 || 4 * static_cast<size_t>(gain) < possible) return {};
    pair_names(best);
    return {best.text(), static_cast<size_t>(gain)};
  }

 private:
  // The missing entry that an unexpected one would be under another name.
  Item* target_of(const Item& unexpected, string_view name) const {
    const auto found = by_name_.find(name);
    return found != by_name_.end() && fits(*found->second, unexpected) ? found->second : nullptr;
  }

  void vote(string_view from, string_view to, const Preset* preset) {
    if (from == to && !preset) return;
    Candidate& candidate = candidates_[{std::string(from), std::string(to), preset}];
    candidate.from = from;
    candidate.to = to;
    candidate.preset = preset;
    ++candidate.votes;
  }

  // Every sampled missing name with the unexpected ones that share the longest end with it.
  void vote_for_prefixes() {
    const std::vector<Item*> sample = sample_of(missing_);
    std::unordered_map<string_view, std::vector<const Item*>> partners;  // by a common end
    for (const Item* item : sample) {
      for_each_suffix(item->name, [&](string_view end, size_t) {
        partners.try_emplace(end);
        return true;
      });
    }
    for (const Item* item : spread(unexpected_)) {
      for_each_suffix(item->name, [&](string_view end, size_t) {
        const auto found = partners.find(end);
        if (found != partners.end() && found->second.size() < kMostPartners) {
          found->second.push_back(item);
        }
        return true;
      });
    }
    for (const Item* missing : sample) {
      vote_for_nameless(*missing);
      for_each_suffix(missing->name, [&](string_view end, size_t begin) {
        bool found = false;
        for (const Item* other : partners.find(end)->second) {
          if (!fits(*missing, *other)) continue;
          vote_for_pair(*missing, begin, *other, other->name.size() - end.size());
          found = true;
        }
        return !found;
      });
    }
  }
  // A file of one tensor has no name for it.
  void vote_for_nameless(const Item& missing) {
    if (unexpected_.size() != 1 || !unexpected_[0]->name.empty()) return;
    if (fits(missing, *unexpected_[0])) vote("", missing.name, nullptr);
  }
  // In an order in which the first few of an end are not all neighbours.
  static std::vector<const Item*> spread(const std::vector<Item*>& items) {
    constexpr size_t kStrides = 16;
    std::vector<const Item*> out;
    out.reserve(items.size());
    for (size_t first = 0; first < kStrides; ++first) {
      for (size_t i = first; i < items.size(); i += kStrides) out.push_back(items[i]);
    }
    return out;
  }
  void vote_for_pair(const Item& missing, size_t to, const Item& unexpected, size_t from) {
    const string_view old_name = unexpected.name;
    const string_view new_name = missing.name;
    vote(old_name.substr(0, from), new_name.substr(0, to), nullptr);
    // One component more says less about the names that fit already.
    const size_t dot = fitting_.empty() ? old_name.npos : old_name.find('.', from);
    if (dot == old_name.npos) return;
    vote(old_name.substr(0, dot + 1), new_name.substr(0, to + dot + 1 - from), nullptr);
  }

  void vote_for_presets() {
    const std::vector<Item*> sample = sample_of(unexpected_);
    std::string name;
    for (const Preset& preset : RenameRules::presets()) {
      for (const Item* item : sample) {
        name = item->name;
        if (preset.rename(name) && target_of(*item, name)) vote("", "", &preset);
      }
    }
  }

  std::vector<Candidate> most_voted() const {
    std::vector<Candidate> out;
    for (const auto& [key, candidate] : candidates_) out.push_back(candidate);
    // Prefixes before presets, short ones first.
    std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
      if (a.votes != b.votes) return a.votes > b.votes;
      if (!a.preset != !b.preset) return !a.preset;
      return a.from.size() + a.to.size() < b.from.size() + b.to.size();
    });
    if (out.size() > kTried) out.resize(kTried);
    return out;
  }

  std::pair<Candidate, int64_t> best_of(const std::vector<Candidate>& candidates) const {
    std::pair<Candidate, int64_t> best{{}, 0};
    for (const Candidate& candidate : candidates) {
      const int64_t gain = gain_of(candidate);
      const bool plainer = gain == best.second && best.first.preset && !candidate.preset;
      if (gain > best.second || plainer) best = {candidate, gain};
    }
    return best;
  }
  int64_t gain_of(const Candidate& candidate) const {
    int64_t gain = 0;
    std::string name;
    for (const Item* item : unexpected_) {
      if (candidate.apply(item->name, name) && target_of(*item, name)) ++gain;
    }
    for (const string_view fitting : fitting_) {
      if (candidate.apply(fitting, name)) --gain;
    }
    return gain;
  }

  void pair_names(const Candidate& rule) {
    std::string name;
    for (Item* item : unexpected_) {
      if (!rule.apply(item->name, name)) continue;
      Item* target = target_of(*item, name);
      if (!target) continue;
      item->nearest = target->name;
      target->nearest = item->name;
    }
  }

  std::span<const string_view> fitting_;
  std::vector<Item*> missing_;
  std::vector<Item*> unexpected_;
  Names by_name_;
  std::map<std::tuple<std::string, std::string, const Preset*>, Candidate> candidates_;
};

}  // namespace

void suggest_rename(LoadReport& report, std::span<const std::string_view> fitting) {
  report.suggestion = Search(report, fitting).run();
}

}  // namespace duramen
