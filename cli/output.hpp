// What verbs print: tables for people, and text without control bytes for terminals.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terminal.hpp"

namespace cli {

// Hidden characters and invalid UTF-8 as \xNN, \uNNNN or \UNNNNNNNN, so that a name from a file
// cannot drive a terminal.
std::string printable(std::string_view text);
// The same for a text of several lines; ends with a line break.
std::string printable_lines(std::string_view text);
inline constexpr size_t kWidestName = 160;  // in a table every row is as wide as the widest
// At most `width` characters, with an ellipsis for the middle of a longer text.
std::string abbreviated(const std::string& text, size_t width);
// "[2, 3]"
std::string format_shape(std::span<const int64_t> shape);
// "1.2 kB", "548.1 MB"
std::string format_bytes(uint64_t nbytes);
// "1 tensor", "2 tensors"
std::string counted(uint64_t count, std::string_view what);

// Columns as wide as their widest cell; numbers to the right when asked. Long cells are
// abbreviated.
class Table {
 public:
  enum class Align { left, right };
  explicit Table(const std::vector<std::pair<std::string, Align>>& columns);
  void add(std::vector<std::string> cells);
  // Makes room for a row that is not kept; line() gives it then.
  void widen(const std::vector<std::string>& cells);
  std::string line(const std::vector<std::string>& cells) const;
  // The heading in bold where the palette has it.
  std::string str(const Palette& palette) const;

 private:
  std::string joined(const std::vector<std::string>& cells) const;
  std::vector<Align> aligns_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> rows_;  // the heading first
};

}  // namespace cli
