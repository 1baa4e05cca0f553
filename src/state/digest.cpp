#include "state/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace duramen {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers and elements are hashed as they lie");

constexpr size_t kBlock = 4 << 20;  // bytes between two looks at the cancel flag

struct Record {
  std::string_view name;
  std::array<unsigned char, 16> hash;
};

class Hasher {
 public:
  Hasher() noexcept { XXH3_128bits_reset(&state_); }

  void add(const void* bytes, size_t count) noexcept { XXH3_128bits_update(&state_, bytes, count); }
  void add_terminated(std::string_view text) noexcept {
    add(text.data(), text.size());
    add("", 1);
  }
  void add_number(uint64_t number) noexcept { add(&number, sizeof(number)); }

  std::array<unsigned char, 16> finish() const noexcept {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_));
    std::array<unsigned char, 16> out;
    std::copy(std::begin(canonical.digest), std::end(canonical.digest), out.begin());
    return out;
  }

 private:
  XXH3_state_t state_;
};

void add_elements(Hasher& hasher, const Tensor& tensor, const CancelFlag& cancel) {
  const auto count = static_cast<size_t>(tensor.nbytes());
  std::vector<std::byte> gathered;
  const std::byte* bytes = tensor.bytes();
  if (!tensor.is_contiguous()) {
    gathered.resize(count);
    copy_to_bytes(tensor, gathered.data());
    bytes = gathered.data();
  }
  for (size_t done = 0; done < count; done += kBlock) {
    cancel.check("digest");
    hasher.add(bytes + done, std::min(kBlock, count - done));
  }
}

Record record_of(std::string_view name, const Tensor& tensor, const CancelFlag& cancel) {
  Hasher hasher;
  hasher.add_terminated(name);
  hasher.add_terminated(dtype_name(tensor.dtype()));
  hasher.add_number(tensor.rank());
  for (const int64_t size : tensor.shape()) hasher.add_number(static_cast<uint64_t>(size));
  add_elements(hasher, tensor, cancel);
  return {name, hasher.finish()};
}

}  // namespace

std::string digest(const StateDict& dict,
                   FunctionRef<bool(std::string_view, const StateEntry&)> wanted,
                   const CancelFlag& cancel) {
  std::vector<Record> records;
  records.reserve(dict.entries().size());
  for (const auto& [name, entry] : dict.entries()) {
    if (entry.tensor && wanted(name, entry)) {
      records.push_back(record_of(name, *entry.tensor, cancel));
    }
  }
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return a.name < b.name; });
  Hasher all;
  for (const Record& record : records) all.add(record.hash.data(), record.hash.size());
  std::string out;
  for (const unsigned char byte : all.finish()) {
    constexpr char kDigits[] = "0123456789abcdef";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace duramen
