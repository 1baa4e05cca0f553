#include "content.hpp"

#include <algorithm>
#include <utility>

#include "ties.hpp"
#include "values.hpp"

namespace cli {
namespace {

// Of all names and texts, as for the names of the library's state dicts: a long key above many
// entries is in each of their names, so that a small file could ask for any amount of memory.
constexpr size_t kMaxTextBytes = size_t{256} << 20;

bool is_container(int32_t kind) {
  return kind == DURAMEN_VALUE_DICT || kind == DURAMEN_VALUE_LIST || kind == DURAMEN_VALUE_TUPLE;
}

// What a leaf adds to a listing beside its path.
size_t text_size(const duramen_value* value) {
  size_t length = 0;
  if (duramen_value_kind(value) != DURAMEN_VALUE_OPAQUE && !is_module(value)) {
    return text_of(value).size();
  }
  duramen_value_class_name(value, &length);
  return length;
}

}  // namespace

Content::Content(const duramen_value* root, const std::string& subject, const Filter& filter)
    : subject_(subject), filter_(filter), room_(kMaxTextBytes) {
  visit(root, "");
  find_shared();
}

void Content::spend(size_t nbytes) {
  if (nbytes > room_) {
    throw Failure(kRefused, subject_ +
                                ": the names and texts of the entries are too long "
                                "(expected at most " +
                                std::to_string(kMaxTextBytes) + " bytes together)");
  }
  room_ -= nbytes;
}

// The depth of values is limited, so this may recurse.
void Content::visit(const duramen_value* value, const std::string& path) {
  const int32_t kind = duramen_value_kind(value);
  spend(path.size());
  if (kind == DURAMEN_VALUE_TENSOR && !aside_) {
    add_tensor(duramen_value_tensor(value), path);
  } else if (!is_container(kind)) {
    spend(text_size(value));
    add_leaf(value, path);
  } else {
    visit_items(value, path);
  }
}

void Content::visit_items(const duramen_value* value, const std::string& path) {
  const std::string prefix = path.empty() ? path : path + ".";
  const size_t count = duramen_value_count(value);
  if (is_module(value)) {
    spend(text_size(value));
    add_leaf(value, path);
  } else if (count == 0 && !path.empty()) {
    add_leaf(value, path);
  }
  const ItemNames names(value);
  for (size_t i = 0; i < count; ++i) visit(duramen_value_item(value, i), prefix + names[i]);
  if (is_module(value)) visit_attributes(duramen_value_attributes(value), prefix);
}

void Content::visit_attributes(const duramen_value* attributes, const std::string& prefix) {
  const bool before = std::exchange(aside_, true);
  const size_t count = duramen_value_count(attributes);
  const ItemNames names(attributes);
  for (size_t i = 0; i < count; ++i) visit(duramen_value_item(attributes, i), prefix + names[i]);
  aside_ = before;
}

void Content::add_leaf(const duramen_value* value, const std::string& path) {
  if (filter_.wants_kind("value") && filter_.wants_values() && filter_.wants_name(path)) {
    leaves.push_back({path, value});
  }
}

void Content::add_tensor(duramen_tensor* tensor, const std::string& path) {
  const char* kind = duramen_tensor_is_parameter(tensor) != 0 ? "parameter" : "tensor";
  if (!filter_.wants_kind(kind) || !filter_.wants(tensor) || !filter_.wants_name(path)) return;
  entries.push_back({path, tensor, std::nullopt, false});
}

// Of a storage that several entries have, and in their order: which came first, and which have
// elements of an earlier one.
void Content::find_ties_of(std::span<const size_t> positions) {
  std::map<uint64_t, uint64_t> claims;  // what an entry was the first to have, by its end
  for (const size_t position : positions) {
    Entry& entry = entries[position];
    if (position != positions[0]) entry.first = positions[0];
    const Extent extent = extent_of(entry.tensor);
    if (extent.begin == extent.end) continue;
    const auto next = claims.upper_bound(extent.begin);  // the first that ends behind the beginning
    entry.tied = next != claims.end() && next->second < extent.end;
    if (!entry.tied) claims.emplace(extent.end, extent.begin);
  }
}

void Content::find_shared() {
  std::vector<std::pair<uint64_t, size_t>> order;  // by storage, and then by position
  order.reserve(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    order.emplace_back(duramen_tensor_storage_id(entries[i].tensor), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<size_t> positions;
  for (size_t i = 0; i < order.size(); ++i) {
    positions.push_back(order[i].second);
    if (i + 1 < order.size() && order[i + 1].first == order[i].first) continue;
    if (positions.size() > 1) find_ties_of(positions);
    positions.clear();
  }
}

}  // namespace cli
