#include "spec/scanner.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace duramen::spec {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) noexcept { return is_letter(c) || is_digit(c); }
bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

Error syntax_error(uint32_t column, std::string expected, std::string actual) {
  Expression where;
  where.column = column;
  Error error = error_at(where, Code::invalid_argument,
                         join("text: expected ", expected, ", got ", printable(actual, 60)));
  error.with("expected", std::move(expected)).with("actual", std::move(actual));
  error.with("torch_error", "SyntaxError");
  return error;
}

void check_utf8(std::string_view text) {
  if (is_utf8(text)) return;
  // Character by character up to the first that is none.
  size_t valid = 0;
  uint32_t column = 1;
  for (size_t length = 1; length <= 4 && valid + length <= text.size(); ++length) {
    if (!is_utf8(text.substr(valid, length))) continue;
    valid += length;
    length = 0;
    ++column;
  }
  throw syntax_error(column, "UTF-8", printable(text.substr(valid, 1)));
}

void Scanner::fail(std::string expected, uint32_t column) const {
  throw syntax_error(column, std::move(expected), next_thing());
}

// The word or the one character that stands here, in quotes.
std::string Scanner::next_thing() const {
  if (at_end()) return "end of text";
  size_t length = 0;
  while (is_word(peek(length)) && length < 40) ++length;
  if (length == 0) {
    length = 1;
    while ((static_cast<uint8_t>(peek(length)) & 0xC0) == 0x80) ++length;
  }
  return join("'", printable(text_.substr(position_, length)), "'");
}

void Scanner::advance(size_t bytes) noexcept {
  for (; bytes > 0 && !at_end(); --bytes, ++position_) {
    if ((static_cast<uint8_t>(text_[position_]) & 0xC0) != 0x80) ++column_;
  }
}

void Scanner::skip_blanks() noexcept {
  for (;;) {
    const char c = peek();
    if (is_blank(c)) {
      advance(1);
    } else if (c == '\\' && peek(1) == '\n') {
      advance(2);
    } else if (c == '\\' && peek(1) == '\r' && peek(2) == '\n') {
      advance(3);
    } else if (c == '#') {
      while (!at_end() && peek() != '\n') advance(1);
    } else {
      return;
    }
  }
}

bool Scanner::accept(char c) noexcept {
  skip_blanks();
  if (at_end() || peek() != c) return false;
  advance(1);
  return true;
}

void Scanner::expect(char c, const char* expected) {
  if (!accept(c)) fail(expected);
}

bool Scanner::at_number() const noexcept {
  return is_digit(peek()) || (peek() == '.' && is_digit(peek(1)));
}

bool Scanner::at_string() const noexcept {
  size_t ahead = 0;
  while (ahead < 2 && is_letter(peek(ahead)) &&
         std::string_view("uUrRbBfFtT").find(peek(ahead)) != std::string_view::npos) {
    ++ahead;
  }
  return peek(ahead) == '\'' || peek(ahead) == '"';
}

bool Scanner::at_identifier() const noexcept { return is_letter(peek()); }

bool Scanner::at_keyword() const noexcept {
  Scanner ahead = *this;
  if (!ahead.at_identifier()) return false;
  ahead.identifier();
  return ahead.accept('=') && ahead.peek() != '=';
}

// Beyond this no name is looked for, and no end of a line: a text of one line is read once.
static constexpr size_t kLongestLine = 4096;

size_t Scanner::printed_name_size() const noexcept {
  if (peek() != '(') return 0;
  const std::string_view rest = line();
  for (size_t end = rest.find("):"); end != rest.npos; end = rest.find("):", end + 1)) {
    if (end + 2 < rest.size() && !is_blank(rest[end + 2])) continue;
    const std::string_view name = rest.substr(1, end - 1);
    const bool is_plain =
        std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || c == '-'; });
    return is_plain || at_line_start() ? name.size() : 0;
  }
  return 0;
}

std::string_view Scanner::printed_value() const noexcept {
  const std::string_view rest = line().substr(printed_name_size() + 3);
  return rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
}

bool Scanner::at_line_start() const noexcept {
  size_t at = position_;
  while (at > 0 && is_blank(text_[at - 1]) && text_[at - 1] != '\n') --at;
  return at == 0 || text_[at - 1] == '\n';
}

std::string_view Scanner::line() const noexcept {
  const std::string_view rest = text_.substr(position_, kLongestLine);
  return rest.substr(0, rest.find('\n'));
}

size_t Scanner::indent() const noexcept {
  const size_t start = position_ == 0 ? 0 : text_.rfind('\n', position_ - 1) + 1;
  return std::min(text_.find_first_not_of(" \t", start), text_.size()) - start;
}

std::string_view Scanner::take(size_t bytes) noexcept {
  const size_t start = position_;
  advance(bytes);
  return text_.substr(start, position_ - start);
}

std::string_view Scanner::digits() noexcept {
  size_t size = 0;
  while (is_digit(peek(size))) ++size;
  return take(size);
}

bool Scanner::accept_arrow() noexcept {
  skip_blanks();
  if (peek() != '-' || peek(1) != '>') return false;
  advance(2);
  return true;
}

std::string_view Scanner::identifier() noexcept {
  const size_t start = position_;
  while (is_word(peek())) advance(1);
  return text_.substr(start, position_ - start);
}

std::string_view Scanner::dotted_name() {
  const size_t start = position_;
  identifier();
  while (peek() == '.') {
    advance(1);
    if (!at_identifier()) fail("a name after '.'");
    identifier();
  }
  return text_.substr(start, position_ - start);
}

}  // namespace duramen::spec
