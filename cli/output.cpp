#include "output.hpp"

#include <algorithm>
#include <cstdio>

#include "unicode.hpp"

namespace cli {
namespace {

size_t display_width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Where the character begins.
size_t position_of(std::string_view text, size_t character) {
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && character-- == 0) return i;
  }
  return text.size();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character next = first_character(text);
    char escape[16];
    if (next.length > 0 && !is_hidden(next.code)) {
      out += text.substr(0, next.length);
    } else {
      const bool is_byte = next.length < 2;
      const auto value = is_byte ? static_cast<unsigned char>(text[0]) : unsigned{next.code};
      std::snprintf(escape, sizeof escape,
                    is_byte           ? "\\x%02x"
                    : value < 0x10000 ? "\\u%04x"
                                      : "\\U%08x",
                    value);
      out += escape;
    }
    text.remove_prefix(std::max<size_t>(next.length, 1));
  }
  return out;
}

std::string abbreviated(const std::string& text, size_t width) {
  const size_t count = display_width(text);
  if (count <= width) return text;
  const size_t head = (width - 1) / 2;
  const size_t tail = width - 1 - head;
  return text.substr(0, position_of(text, head)) + "…" +
         text.substr(position_of(text, count - tail));
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += printable(text.substr(0, end)) + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string format_shape(std::span<const int64_t> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(shape[i]);
  }
  return out + "]";
}

std::string counted(uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string format_bytes(uint64_t nbytes) {
  if (nbytes < 1000) return std::to_string(nbytes) + " B";
  static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(nbytes) / 1000;
  size_t unit = 0;
  for (; value >= 999.95 && unit < 5; ++unit) value /= 1000;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f %s", value, kUnits[unit]);
  return buffer;
}

Table::Table(const std::vector<std::pair<std::string, Align>>& columns) {
  std::vector<std::string> heading;
  for (const auto& [name, align] : columns) {
    heading.push_back(name);
    aligns_.push_back(align);
    widths_.push_back(display_width(name));
  }
  rows_.push_back(std::move(heading));
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = abbreviated(cell, kWidestName);
  widen(cells);
  rows_.push_back(std::move(cells));
}

void Table::widen(const std::vector<std::string>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    widths_[i] = std::max(widths_[i], std::min(display_width(cells[i]), kWidestName));
  }
}

std::string Table::line(const std::vector<std::string>& cells) const {
  std::vector<std::string> short_cells;
  short_cells.reserve(cells.size());
  for (const std::string& cell : cells) short_cells.push_back(abbreviated(cell, kWidestName));
  return joined(short_cells) + '\n';
}

std::string Table::joined(const std::vector<std::string>& cells) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths_[i] - display_width(cells[i]), ' ');
    line += aligns_[i] == Align::right ? padding + cells[i] : cells[i] + padding;
    if (i + 1 < cells.size()) line += "  ";
  }
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

std::string Table::str(const Palette& palette) const {
  std::string out;
  for (const auto& row : rows_) {
    const std::string line = joined(row);
    out += (&row == rows_.data() ? palette.bold(line) : line) + '\n';
  }
  return out;
}

}  // namespace cli
