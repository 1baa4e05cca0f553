#include "io/output.hpp"

namespace duramen::io {
namespace {

constexpr size_t kGathered = size_t{256} << 10;

}  // namespace

void Output::write(std::span<const std::byte> bytes) {
  position_ += bytes.size();
  if (gathered_.size() + bytes.size() > kGathered) flush();
  if (bytes.size() >= kGathered) return put(bytes);
  if (gathered_.capacity() == 0) gathered_.reserve(kGathered);
  gathered_.insert(gathered_.end(), bytes.begin(), bytes.end());
}

void Output::flush() {
  if (!gathered_.empty()) put(gathered_);
  gathered_.clear();
}

}  // namespace duramen::io
