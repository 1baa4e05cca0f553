// Mutations of JSON by its tokens.
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <vector>

#include "fuzz/mutation.hpp"

namespace duramen::fuzz {
namespace {

using Tokens = std::vector<std::string>;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
         c == 'E';
}

size_t token_length(std::string_view text) {
  size_t length = 1;
  if (text[0] == '"') {
    while (length < text.size() && text[length] != '"') length += text[length] == '\\' ? 2 : 1;
    return std::min(length + 1, text.size());
  }
  if (!is_word(text[0])) return 1;
  while (length < text.size() && is_word(text[length])) ++length;
  return length;
}

Tokens tokens_of(std::string_view header) {
  Tokens tokens;
  while (!header.empty()) {
    const size_t length = token_length(header);
    tokens.emplace_back(header.substr(0, length));
    header.remove_prefix(length);
  }
  return tokens;
}

bool is_number(const std::string& token) { return token[0] >= '0' && token[0] <= '9'; }

void nudge(std::string& number, Random& random) {
  const uint64_t value = std::strtoull(number.c_str(), nullptr, 10);
  static constexpr int64_t kSteps[] = {1, -1, 2, -4, 8, 1 << 16};
  number = random() % 4 == 0 ? std::to_string(value * 2)
                             : std::to_string(value + kSteps[random() % std::size(kSteps)]);
}

void mutate_tokens(Tokens& tokens, std::span<const std::string_view> spare, Random& random) {
  const size_t at = random() % tokens.size();
  const size_t other = random() % tokens.size();
  const auto place = tokens.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random() % 7) {
    case 0:
      tokens[at] = spare[random() % spare.size()];
      break;
    case 1:
      tokens.insert(place, std::string(spare[random() % spare.size()]));
      break;
    case 2:
      tokens.insert(place, std::string(tokens[other]));
      break;
    case 3:
      std::swap(tokens[at], tokens[other]);
      break;
    case 4:
      tokens.erase(place);
      break;
    default:
      for (size_t i = 0; i < tokens.size(); ++i) {
        std::string& token = tokens[(at + i) % tokens.size()];
        if (is_number(token)) return nudge(token, random);
      }
  }
}

}  // namespace

std::string mutate_json(std::string_view text, std::span<const std::string_view> spare,
                        Random& random) {
  Tokens tokens = tokens_of(text);
  const size_t rounds = 1 + random() % 3;
  for (size_t i = 0; i < rounds && !tokens.empty(); ++i) mutate_tokens(tokens, spare, random);
  std::string out;
  for (const std::string& token : tokens) out += token;
  return out;
}

}  // namespace duramen::fuzz
