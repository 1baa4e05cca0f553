#include "rules.hpp"

#include <re2/re2.h>

namespace cli {
namespace {

// A regular expression and what comes in the place of each match.
struct RegexRule {
  RegexRule(const std::string& pattern, const RE2::Options& options, std::string replacement)
      : pattern(pattern, options), replacement(std::move(replacement)) {}

  RE2 pattern;
  std::string replacement;

  static int32_t rename(void* user, const char* name, size_t name_length, duramen_string** out,
                        duramen_error** error) {
    const auto& rule = *static_cast<const RegexRule*>(user);
    std::string renamed(name, name_length);
    if (RE2::GlobalReplace(&renamed, rule.pattern, rule.replacement) == 0) return 0;
    return duramen_string_create(renamed.data(), renamed.size(), out, error);
  }
  static void destroy(void* user) { delete static_cast<RegexRule*>(user); }
};

// Where the first "=" is that no backslash takes.
size_t find_separator(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '=') {
      return i;
    }
  }
  return std::string::npos;
}

Failure bad_regex(const std::string& text, const std::string& why) {
  return Failure(kUsage, "--regex: '" + text + "': " + why);
}

std::unique_ptr<RegexRule> parse_regex(const std::string& text) {
  const size_t separator = find_separator(text);
  if (separator == std::string::npos) throw bad_regex(text, "expected PATTERN=NEW");
  RE2::Options quiet;
  quiet.set_log_errors(false);
  auto rule =
      std::make_unique<RegexRule>(text.substr(0, separator), quiet, text.substr(separator + 1));
  if (!rule->pattern.ok()) throw bad_regex(text, rule->pattern.error());
  std::string why;
  if (!rule->pattern.CheckRewriteString(rule->replacement, &why)) throw bad_regex(text, why);
  return rule;
}

void add_regex(duramen_rename_rules* rules, const std::string& text) {
  std::unique_ptr<RegexRule> rule = parse_regex(text);
  const std::string name = "regex:" + text;
  duramen_rename_callback callback = {};
  callback.struct_size = sizeof callback;
  callback.name = name.data();
  callback.name_length = name.size();
  callback.rename = RegexRule::rename;
  callback.user = rule.get();
  callback.destroy = RegexRule::destroy;
  call(kUsage, "--regex",
       [&](auto error) { return duramen_rename_rules_add_callback(rules, &callback, error); });
  (void)rule.release();
}

void add_text(duramen_rename_rules* rules, const std::string& option, const std::string& text) {
  call(kUsage, option, [&](auto error) {
    return duramen_rename_rules_add_text(rules, text.data(), text.size(), error);
  });
}

std::string preset_names() {
  StringList list;
  call(kUsage, "", [&](auto error) { return duramen_rename_preset_list(Out(list), error); });
  std::string out;
  for (size_t i = 0; i < duramen_string_list_count(list.get()); ++i) {
    out +=
        (out.empty() ? "" : ", ") + std::string(duramen_string_list_item(list.get(), i, nullptr));
  }
  return out;
}

}  // namespace

void RuleOptions::add_option(CLI::App& verb, const std::string& name, Kind kind,
                             const std::string& type, const std::string& description) {
  verb.add_option_function<std::vector<std::string>>(
          name,
          [this, kind](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) rules_.push_back({kind, text});
          },
          description)
      ->type_name(type)
      ->allow_extra_args(false)
      ->trigger_on_parse();
}

void RuleOptions::add_to(CLI::App& verb) {
  add_option(verb, "--rename", Kind::rule, "RULE",
             "Change the file's names: strip:PREFIX, add:PREFIX, replace:OLD=NEW (a prefix), "
             "exact:OLD=NEW, glob:OLD=NEW with * and **, or preset:NAME; rules apply in their "
             "order");
  add_option(verb, "--preset", Kind::preset, "NAME",
             "A rename rule for what well-known programs do: " + preset_names());
  add_option(verb, "--regex", Kind::regex, "PATTERN=NEW",
             "A rename rule by a regular expression (RE2): every match becomes NEW, in which \\1 "
             "to \\9 are groups");
}

RenameRules RuleOptions::make(const std::string& further) const {
  RenameRules rules;
  call(kUsage, "", [&](auto error) { return duramen_rename_rules_create(Out(rules), error); });
  for (const Rule& rule : rules_) {
    if (rule.kind == Kind::regex) {
      add_regex(rules.get(), rule.text);
    } else if (rule.kind == Kind::preset) {
      add_text(rules.get(), "--preset", "preset:" + rule.text);
    } else {
      add_text(rules.get(), "--rename", rule.text);
    }
  }
  if (!further.empty()) add_text(rules.get(), "--rename", further);
  return rules;
}

}  // namespace cli
