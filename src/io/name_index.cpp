#include "io/name_index.hpp"

#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace duramen::io {
namespace {

uint64_t random_seed() noexcept {
  uint64_t seed = 0;
  const bool is_random = ::getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed);
  return is_random ? seed : reinterpret_cast<uintptr_t>(&seed);
}

}  // namespace

NameIndex::NameIndex(std::vector<std::string_view> names)
    : names_(std::move(names)), seed_(random_seed()) {
  buckets_.resize(std::bit_ceil(names_.size() * 2 + 1));
  for (size_t i = 0; i < names_.size(); ++i) {
    const uint64_t hash = XXH3_64bits_withSeed(names_[i].data(), names_[i].size(), seed_);
    Bucket& bucket = bucket_for(names_[i], hash);
    if (bucket.next != 0) {
      if (!duplicate_) duplicate_ = i;
      continue;
    }
    bucket = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(i + 1)};
  }
}

// The one that holds the name, or the free one where it would go.
NameIndex::Bucket& NameIndex::bucket_for(std::string_view name, uint64_t hash) noexcept {
  const size_t mask = buckets_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Bucket& bucket = buckets_[i];
    if (bucket.next == 0) return bucket;
    if (bucket.tag == hash >> 32 && names_[bucket.next - 1] == name) return bucket;
  }
}

size_t NameIndex::find(std::string_view name) const noexcept {
  if (buckets_.empty()) return kNotFound;
  const uint64_t hash = XXH3_64bits_withSeed(name.data(), name.size(), seed_);
  const Bucket& bucket = const_cast<NameIndex*>(this)->bucket_for(name, hash);
  return bucket.next == 0 ? kNotFound : bucket.next - 1;
}

std::optional<size_t> find_duplicate(std::vector<std::string_view> names) {
  const auto out_of_order = [](std::string_view a, std::string_view b) { return a >= b; };
  const bool ascending =
      std::adjacent_find(names.begin(), names.end(), out_of_order) == names.end();
  return ascending ? std::nullopt : NameIndex(std::move(names)).duplicate();
}

}  // namespace duramen::io
