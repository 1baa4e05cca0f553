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

void append_keys(std::string& out, const std::vector<Item>& items, Kind kind) {
  bool first = true;
  for (const Item& item : items) {
    if (item.kind != kind) continue;
    out += first ? "" : ", ";
    out += join("\"", printable(item.name, SIZE_MAX), "\"");
    first = false;
  }
}

}  // namespace

size_t LoadReport::count(Kind kind) const noexcept {
  return static_cast<size_t>(
      std::count_if(items.begin(), items.end(), [&](const Item& i) { return i.kind == kind; }));
}

bool LoadReport::is_error(Kind kind, const Errors& errors) const noexcept {
  switch (kind) {
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
      return false;
  }
  return false;
}

bool LoadReport::has_errors(const Errors& errors) const noexcept {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& item) { return is_error(item.kind, errors); });
}

std::string LoadReport::summary(const Errors& errors) const {
  std::string counts;
  const Item* first = nullptr;
  for (Kind kind : kErrorKinds) {
    const size_t number = is_error(kind, errors) ? count(kind) : 0;
    if (number == 0) continue;
    if (!first) {
      first = &*std::find_if(items.begin(), items.end(),
                             [&](const Item& item) { return item.kind == kind; });
    }
    counts += join(counts.empty() ? "" : ", ", number, " ", kind_name(kind));
  }
  if (!first) return join("no errors for ", root_class);
  std::string shapes;
  if (first->kind == Kind::shape_mismatch) {
    shapes = join(", expected ", format_shape(first->expected_shape), ", got ",
                  format_shape(first->actual_shape));
  }
  return join("the state dict does not fit ", root_class, ": ", counts, " (first: \"",
              printable(first->name, 100), "\" is ", kind_name(first->kind), shapes, ")");
}

std::string LoadReport::torch_message(const Errors& errors) const {
  std::string lines;
  if (errors.missing && count(Kind::missing) > 0) {
    lines += "\n\tMissing key(s) in state_dict: ";
    append_keys(lines, items, Kind::missing);
    lines += ". ";
  }
  if (errors.unexpected && count(Kind::unexpected) > 0) {
    lines += "\n\tUnexpected key(s) in state_dict: ";
    append_keys(lines, items, Kind::unexpected);
    lines += ". ";
  }
  for (const Item& item : items) {
    if (!item.text.empty() && is_error(item.kind, errors)) lines += join("\n\t", item.text);
  }
  if (lines.empty()) return lines;
  return join("Error(s) in loading state_dict for ", root_class, ":", lines);
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
