#include "io/budget.hpp"

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io {

void Budget::refill(uint64_t bytes) {
  constexpr uint64_t kPortion = uint64_t{1} << 20;
  cancel_.check("open");
  const uint64_t missing = bytes - portion_;
  if (missing > rest_) {
    throw file_error(Code::limit, {file_, "torch file", "data.pkl", {}},
                     join("its values take more memory than the file justifies (expected at most ",
                          total_, " bytes; max_total_bytes raises the limit)"));
  }
  const uint64_t taken = std::min(rest_, std::max(missing, kPortion));
  rest_ -= taken;
  portion_ += taken;
}

}  // namespace duramen::io
