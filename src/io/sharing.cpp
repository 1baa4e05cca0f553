#include "io/sharing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io {

void refuse_sharing(const StateDict& dict, const std::string& file, std::string_view part) {
  struct Range {
    const std::byte* begin;
    const std::byte* end;
    size_t position;
  };
  std::vector<Range> ranges;
  for (size_t i = 0; i < dict.entries().size(); ++i) {
    const Tensor* tensor = dict.entries()[i].value.tensor.get();
    if (!tensor || tensor->numel() == 0) continue;
    const int64_t extent = *extent_of(tensor->layout()) - tensor->layout().offset;
    const int64_t reach = bytes_of(extent, dtype_info(tensor->dtype()).bits);
    ranges.push_back({tensor->bytes(), tensor->bytes() + reach, i});
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.position < b.position;
  });
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].begin >= ranges[i - 1].end) continue;
    const auto [first, second] = std::minmax(ranges[i - 1].position, ranges[i].position);
    throw file_error(Code::invalid_argument, {file, part, dict.entries()[first].name, {}},
                     join("it shares memory with '", printable(dict.entries()[second].name),
                          "', and the format has no ties or views (save a copy, leave one out, or "
                          "save a .pt)"));
  }
}

}  // namespace duramen::io
