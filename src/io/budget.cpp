#include "io/budget.hpp"

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/checkpoint.hpp"
#include "io/file_error.hpp"

namespace duramen::io {
namespace {

constexpr uint64_t kBase = uint64_t{64} << 20;
// The values of a pickle. The densest that a pickler writes, an empty list in two bytes, takes 120
// bytes for each of its own; a tensor takes about 300 and makes two thousand.
constexpr uint64_t kValuesPerByte = 128;

uint64_t budget(uint64_t asked, uint64_t base, uint64_t factor, uint64_t nbytes) noexcept {
  if (asked) return asked;
  return base + checked_mul(nbytes, factor).value_or(UINT64_MAX - base);
}

}  // namespace

ReadBudget::ReadBudget(std::string_view file, uint64_t nbytes, const Limits& limits,
                       const CancelFlag& cancel, std::string_view entry)
    : inflated(budget(limits.max_total_bytes, kBase, 32, nbytes)),
      tensor(budget(limits.max_tensor_bytes, kBase, 32, nbytes)),
      total(budget(limits.max_total_bytes, kBase * 16, 1024, nbytes)),
      values(file, std::max(limits.max_total_bytes, budget(0, kBase, kValuesPerByte, nbytes)),
             cancel, entry) {}

void Budget::refill(uint64_t bytes) {
  constexpr uint64_t kPortion = uint64_t{1} << 20;
  cancel_.check("open");
  const uint64_t missing = bytes - portion_;
  if (missing > rest_) {
    throw file_error(Code::limit, {file_, "torch file", entry_, {}},
                     join("its values take more memory than the file justifies (expected at most ",
                          total_, " bytes; max_total_bytes raises the limit)"));
  }
  const uint64_t taken = std::min(rest_, std::max(missing, kPortion));
  rest_ -= taken;
  portion_ += taken;
}

}  // namespace duramen::io
