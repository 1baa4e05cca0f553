// Mutations that know what an input is made of. Fuzzers only: they need libFuzzer's own.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace duramen::fuzz {

using Random = std::minstd_rand;

// As libFuzzer mutates bytes; to at most `most` of them.
void mutate_bytes(std::string& content, size_t most);

// Opcodes of a pickle are replaced, doubled, moved, dropped, and changed inside.
void mutate_opcodes(std::string& pickle, Random& random);
// A file of PyTorch's before it wrote zips: pickles with elements behind them.
bool is_stream(std::string_view bytes);
std::string mutate_stream(std::string_view stream, Random& random);

// Tokens of JSON are replaced by `spare` ones, doubled, moved, dropped; numbers are nudged.
std::string mutate_json(std::string_view text, std::span<const std::string_view> spare,
                        Random& random);

}  // namespace duramen::fuzz
