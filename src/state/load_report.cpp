#include "state/load_report.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"

namespace duramen {
namespace {

using Kind = LoadReport::Kind;
using Item = LoadReport::Item;
using Names = std::unordered_map<std::string_view, Item*>;

std::string_view kind_name(Kind kind) noexcept {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::unexpected:
      return "unexpected";
    case Kind::shape_mismatch:
      return "of another shape";
    case Kind::dtype_mismatch:
      return "of another dtype";
    case Kind::not_a_tensor:
      return "not a tensor";
    case Kind::defaulted:
      return "defaulted";
    case Kind::failed:
      return "not copyable";
    case Kind::adopted:
      return "adopted";
    case Kind::tied:
      return "tied";
    case Kind::ignored:
      return "ignored";
    case Kind::renamed:
      return "renamed";
    case Kind::sliced:
      return "copied in part";
  }
  return "";
}

constexpr Kind kErrorKinds[] = {Kind::missing,        Kind::unexpected,   Kind::shape_mismatch,
                                Kind::dtype_mismatch, Kind::not_a_tensor, Kind::failed};

Names names_of(std::vector<Item>& items, Kind kind) {
  Names names;
  for (Item& item : items) {
    if (item.kind == kind) names.emplace(item.name, &item);
  }
  return names;
}

// Beyond these a comparison costs more than a hint is worth.
constexpr size_t kLongestName = 200;
constexpr size_t kMostPairs = 10'000;
constexpr int kMostSuffixes = 8;

void pair(Item& a, Item& b) {
  if (a.nearest.empty()) a.nearest = b.name;
  if (b.nearest.empty()) b.nearest = a.name;
}

// "module.0.weight" for "0.weight": what remains behind a dot is a name of the other side.
void pair_suffixes(std::vector<Item>& items, Kind kind, const Names& others) {
  for (Item& item : items) {
    if (item.kind != kind || item.name.size() > kLongestName) continue;
    const std::string_view name = item.name;
    size_t dot = name.find('.');
    for (int i = 0; i < kMostSuffixes && dot != name.npos; ++i, dot = name.find('.', dot + 1)) {
      const auto found = others.find(name.substr(dot + 1));
      if (found == others.end()) continue;
      pair(item, *found->second);
      break;
    }
  }
}

std::vector<Item*> unpaired(std::vector<Item>& items, Kind kind) {
  std::vector<Item*> out;
  for (Item& item : items) {
    const bool open = item.kind == kind && item.nearest.empty();
    if (open && item.name.size() <= kLongestName) out.push_back(&item);
  }
  return out;
}

void pair_similar(const std::vector<Item*>& open, const std::vector<Item*>& others) {
  std::vector<std::string_view> candidates;
  candidates.reserve(others.size());
  for (const Item* other : others) candidates.push_back(other->name);
  for (Item* item : open) item->nearest = nearest_word(item->name, candidates);
}

// `out` stays as it is when there is none.
void append_keys(std::string& out, std::string_view title, const LoadReport& report, Kind kind,
                 const LoadReport::Errors& errors) {
  bool first = true;
  for (const Item& item : report.items) {
    if (item.kind != kind || !LoadReport::is_error(item, errors)) continue;
    out += first ? join("\n\t", title, ": ") : ", ";
    out += join("\"", printable(item.name, SIZE_MAX), "\"");
    first = false;
  }
  if (!first) out += ". ";
}

}  // namespace

size_t LoadReport::count(Kind kind) const noexcept {
  return static_cast<size_t>(
      std::count_if(items.begin(), items.end(), [&](const Item& i) { return i.kind == kind; }));
}

bool LoadReport::is_error(const Item& item, const Errors& errors) noexcept {
  if (item.verdict != Verdict::by_kind) return item.verdict == Verdict::refused;
  switch (item.kind) {
    case Kind::missing:
      return errors.missing;
    case Kind::unexpected:
      return errors.unexpected;
    case Kind::shape_mismatch:
      return errors.shape;
    case Kind::dtype_mismatch:
      return errors.dtype;
    case Kind::not_a_tensor:
    case Kind::failed:
      return true;
    case Kind::defaulted:
    case Kind::adopted:
    case Kind::tied:
    case Kind::ignored:
    case Kind::renamed:
    case Kind::sliced:
      return false;
  }
  return false;
}

bool LoadReport::has_errors(const Errors& errors) const noexcept {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& item) { return is_error(item, errors); });
}

std::string LoadReport::summary(const Errors& errors) const {
  std::string counts;
  const Item* first = nullptr;
  for (Kind kind : kErrorKinds) {
    size_t number = 0;
    for (const Item& item : items) {
      if (item.kind != kind || !is_error(item, errors)) continue;
      if (!first) first = &item;
      ++number;
    }
    if (number > 0) counts += join(counts.empty() ? "" : ", ", number, " ", kind_name(kind));
  }
  if (!first) return join("no errors for ", root_class);
  std::string shapes;
  if (first->kind == Kind::shape_mismatch) {
    shapes = join(", expected ", format_shape(first->expected_shape), ", got ",
                  format_shape(first->actual_shape));
  }
  const std::string rule = suggestion.rule.empty()
                               ? ""
                               : join("; ", printable(suggestion.rule), " would make ",
                                      suggestion.fitting, " more names fit");
  return join("the state dict does not fit ", root_class, ": ", counts, " (first: \"",
              printable(first->name, 100), "\" is ", kind_name(first->kind), shapes, ")", rule);
}

std::string LoadReport::torch_message(const Errors& errors) const {
  std::string lines;
  append_keys(lines, "Missing key(s) in state_dict", *this, Kind::missing, errors);
  append_keys(lines, "Unexpected key(s) in state_dict", *this, Kind::unexpected, errors);
  for (const Item& item : items) {
    if (!item.text.empty() && is_error(item, errors)) lines += join("\n\t", item.text);
  }
  if (lines.empty()) return lines;
  return join("Error(s) in loading state_dict for ", root_class, ":", lines);
}

void LoadReport::add_renamed(const Renamed& renamed) {
  Item item;
  item.kind = Kind::renamed;
  item.name = renamed.to;
  item.origin = renamed.from;
  item.rule = renamed.rule;
  items.push_back(std::move(item));
}

void LoadReport::find_nearest() {
  const Names missing = names_of(items, Kind::missing);
  const Names unexpected = names_of(items, Kind::unexpected);
  if (missing.empty() || unexpected.empty()) return;
  pair_suffixes(items, Kind::unexpected, missing);
  pair_suffixes(items, Kind::missing, unexpected);
  const auto open_missing = unpaired(items, Kind::missing);
  const auto open_unexpected = unpaired(items, Kind::unexpected);
  if (open_missing.size() * open_unexpected.size() > kMostPairs) return;
  pair_similar(open_missing, open_unexpected);
  pair_similar(open_unexpected, open_missing);
}

}  // namespace duramen
