#include "weights.hpp"

#include "content.hpp"

namespace cli {
namespace {

constexpr std::string_view kStrip = "strip:";

std::string not_a_rule(const std::string& text) {
  return text.starts_with(kStrip) && text.size() > kStrip.size()
             ? ""
             : "not a rule: '" + text + "' (expected strip:PREFIX)";
}

}  // namespace

void add_weights_options(CLI::App& verb, WeightsOptions& options) {
  verb.add_option("--select", options.select,
                  "The dotted path of a dict inside the file, such as model_state_dict")
      ->type_name("PATH");
  verb.add_option(
          "--rename", options.renames,
          "strip:PREFIX takes PREFIX off the names that have it, such as strip:module.; may "
          "be repeated")
      ->check(CLI::Validator(not_a_rule, "", "rule"))
      ->type_name("RULE")
      ->allow_extra_args(false);
}

StateDict read_weights(duramen_context* context, const WeightsOptions& options) {
  const Checkpoint checkpoint = open_checkpoint(context, options.file);
  StateDict dict;
  call(kRefused, options.file, [&](auto error) {
    return duramen_checkpoint_state_dict(context, checkpoint.get(), options.select.data(),
                                         options.select.size(), Out(dict), error);
  });
  for (const std::string& rule : options.renames) {
    const std::string_view prefix = std::string_view(rule).substr(kStrip.size());
    call(kRefused, options.file, [&](auto error) {
      return duramen_state_dict_strip_prefix(dict.get(), prefix.data(), prefix.size(), error);
    });
  }
  return dict;
}

}  // namespace cli
