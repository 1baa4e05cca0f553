#include "base/name_index.hpp"

#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace duramen {

uint64_t NameIndex::random_seed() noexcept {
  uint64_t seed = 0;
  const bool is_random = ::getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed);
  return is_random ? seed : reinterpret_cast<uintptr_t>(&seed);
}

uint32_t NameIndex::hash(std::string_view name) const noexcept {
  return static_cast<uint32_t>(XXH3_64bits_withSeed(name.data(), name.size(), seed_));
}

void NameIndex::reserve(size_t count) {
  constexpr size_t kFewest = 16;
  const size_t wanted = std::bit_ceil(std::max(2 * count, kFewest));
  if (wanted <= buckets_.size()) return;
  std::vector<Bucket> before(wanted);
  before.swap(buckets_);
  for (const Bucket& bucket : before) {
    if (bucket.next == 0) continue;
    size_t slot = bucket.tag & (wanted - 1);
    while (buckets_[slot].next != 0) slot = (slot + 1) & (wanted - 1);
    buckets_[slot] = bucket;
  }
}

std::optional<size_t> find_duplicate(std::span<const std::string_view> names) {
  return find_duplicate(names.size(), [names](size_t at) { return names[at]; });
}

}  // namespace duramen
