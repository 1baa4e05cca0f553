#include "ties.hpp"

#include <algorithm>

#include "tensors.hpp"

namespace cli {
namespace {

struct Place {
  uint64_t storage;
  Extent extent;
  size_t index;
};

std::vector<Place> places_of(std::span<const NamedTensor> entries) {
  std::vector<Place> out;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Extent extent = extent_of(entries[i].tensor);
    if (extent.begin == extent.end) continue;
    out.push_back({duramen_tensor_storage_id(entries[i].tensor), extent, i});
  }
  std::sort(out.begin(), out.end(), [](const Place& a, const Place& b) {
    if (a.storage != b.storage) return a.storage < b.storage;
    return a.extent.begin != b.extent.begin ? a.extent.begin < b.extent.begin : a.index < b.index;
  });
  return out;
}

bool is_same_view(const duramen_tensor* a, const duramen_tensor* b) {
  return duramen_tensor_dtype(a) == duramen_tensor_dtype(b) &&
         duramen_tensor_offset(a) == duramen_tensor_offset(b) && shape_of(a) == shape_of(b) &&
         strides_of(a) == strides_of(b);
}

Tie tie_of(std::span<const NamedTensor> entries, std::span<const Place> group, uint64_t end) {
  Tie tie;
  tie.kept = entries.size();
  const auto covers = [&](const Place& place) {
    const uint64_t count = end - group[0].extent.begin;
    return place.extent.begin == group[0].extent.begin && place.extent.end == end &&
           duramen_tensor_nbytes(entries[place.index].tensor) == count;
  };
  for (const Place& place : group) {
    if (!covers(place)) continue;
    if (!tie.is_covered || entries[place.index].name < entries[tie.kept].name) {
      tie.kept = place.index;
    }
    tie.is_covered = true;
  }
  for (const Place& place : group) {
    if (!tie.is_covered) tie.kept = std::min(tie.kept, place.index);
  }
  const duramen_tensor* kept = entries[tie.kept].tensor;
  for (const Place& place : group) {
    if (place.index == tie.kept) continue;
    tie.others.push_back(place.index);
    tie.is_equal &= is_same_view(kept, entries[place.index].tensor);
  }
  std::sort(tie.others.begin(), tie.others.end());
  return tie;
}

}  // namespace

Extent extent_of(const duramen_tensor* tensor) {
  const int64_t numel = duramen_tensor_numel(tensor);
  if (numel == 0) return {};
  const std::vector<int64_t> shape = shape_of(tensor), strides = strides_of(tensor);
  uint64_t last = 0;  // the distance of the last element
  for (size_t i = 0; i < shape.size(); ++i) {
    last += static_cast<uint64_t>((shape[i] - 1) * strides[i]);
  }
  const auto offset = static_cast<uint64_t>(duramen_tensor_offset(tensor));
  const uint32_t bits = duramen_dtype_bits(duramen_tensor_dtype(tensor));
  return {offset * bits / 8, ((offset + last + 1) * bits + 7) / 8};
}

std::vector<Tie> find_ties(std::span<const NamedTensor> entries) {
  const std::vector<Place> places = places_of(entries);
  std::vector<Tie> out;
  for (size_t begin = 0; begin < places.size();) {
    uint64_t end = places[begin].extent.end;
    size_t next = begin + 1;
    while (next < places.size() && places[next].storage == places[begin].storage &&
           places[next].extent.begin < end) {
      end = std::max(end, places[next++].extent.end);
    }
    if (next - begin > 1) {
      out.push_back(tie_of(entries, std::span(places).subspan(begin, next - begin), end));
    }
    begin = next;
  }
  return out;
}

}  // namespace cli
