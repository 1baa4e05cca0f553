#include "policy.hpp"

#include <algorithm>
#include <array>

namespace cli {
namespace {

struct Word {
  std::string_view text;
  uint64_t clear;  // bits of the class
  uint64_t set;
};
constexpr uint64_t kShape = DURAMEN_LOAD_SKIP_MISMATCHED | DURAMEN_LOAD_SLICE_MISMATCHED;
constexpr std::array<Word, 11> kWords = {{
    {"missing=error", DURAMEN_LOAD_ALLOW_MISSING, 0},
    {"missing=ignore", DURAMEN_LOAD_ALLOW_MISSING, DURAMEN_LOAD_ALLOW_MISSING},
    {"unexpected=error", DURAMEN_LOAD_ALLOW_UNEXPECTED, 0},
    {"unexpected=ignore", DURAMEN_LOAD_ALLOW_UNEXPECTED, DURAMEN_LOAD_ALLOW_UNEXPECTED},
    {"shape=error", kShape, 0},
    {"shape=skip", kShape, DURAMEN_LOAD_SKIP_MISMATCHED},
    {"shape=slice", kShape, DURAMEN_LOAD_SLICE_MISMATCHED},
    {"dtype=convert", DURAMEN_LOAD_REQUIRE_DTYPE, 0},
    {"dtype=require", DURAMEN_LOAD_REQUIRE_DTYPE, DURAMEN_LOAD_REQUIRE_DTYPE},
    {"tied=error", DURAMEN_LOAD_ALLOW_TIED, 0},
    {"tied=allow", DURAMEN_LOAD_ALLOW_TIED, DURAMEN_LOAD_ALLOW_TIED},
}};

// The bits after the words of one option's text.
uint64_t changed(uint64_t policy, std::string_view words, const std::string& text) {
  for (bool last = false; !last;) {
    const size_t comma = words.find(',');
    const std::string_view word = words.substr(0, comma);
    const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                     [word](const Word& known) { return known.text == word; });
    if (found == kWords.end()) {
      throw Failure(kUsage, "--policy: '" + text + "': '" + std::string(word) +
                                "' is none of missing=ignore, unexpected=ignore, shape=skip, "
                                "shape=slice, dtype=require, tied=allow");
    }
    policy = (policy & ~found->clear) | found->set;
    last = comma == std::string_view::npos;
    if (!last) words.remove_prefix(comma + 1);
  }
  return policy;
}

}  // namespace

void PolicyOptions::add_to(CLI::App& verb) {
  verb.add_option(
          "--policy", texts_,
          "What is let pass: missing=ignore, unexpected=ignore, shape=skip or slice, "
          "dtype=require, tied=allow, several with commas; PATTERN: before it makes it hold "
          "for the names that the pattern matches, the first such policy counts")
      ->type_name("POLICY")
      ->allow_extra_args(false);
}

void PolicyOptions::apply(duramen_load_options& options) {
  patterns_.clear();
  policies_.clear();
  for (const std::string& text : texts_) {
    if (text.rfind(':') == std::string::npos) options.policy = changed(options.policy, text, text);
  }
  constexpr uint64_t kByName = DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED |
                               DURAMEN_LOAD_REQUIRE_DTYPE | kShape;
  for (const std::string& text : texts_) {
    const size_t colon = text.rfind(':');
    if (colon == std::string::npos) continue;
    const uint64_t policy =
        changed(options.policy & kByName, std::string_view(text).substr(colon + 1), text);
    if (policy & ~kByName) {
      throw Failure(kUsage, "--policy: '" + text + "': tied=allow holds for all names or none");
    }
    patterns_.push_back(text.substr(0, colon));
    policies_.push_back({sizeof(duramen_load_policy), 0, nullptr, 0, policy});
  }
  for (size_t i = 0; i < policies_.size(); ++i) {
    policies_[i].pattern = patterns_[i].data();
    policies_[i].pattern_length = patterns_[i].size();
  }
  options.policies = policies_.data();
  options.policy_count = policies_.size();
}

}  // namespace cli
