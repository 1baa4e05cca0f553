#include "weights.hpp"

#include "content.hpp"

namespace cli {

void add_weights_options(CLI::App& verb, WeightsOptions& options) {
  verb.add_option("--select", options.select,
                  "The dotted path of a dict inside the file, such as model_state_dict")
      ->type_name("PATH");
  options.rules.add_to(verb);
  options.policy.add_to(verb);
}

StateDict read_weights(duramen_context* context, const WeightsOptions& options) {
  const Checkpoint checkpoint = open_checkpoint(context, options.file, options.flags);
  StateDict dict;
  call(kRefused, options.file, [&](auto error) {
    return duramen_checkpoint_state_dict(context, checkpoint.get(), options.select.data(),
                                         options.select.size(), Out(dict), error);
  });
  return dict;
}

LoadHow::LoadHow(const WeightsOptions& options, uint64_t flags, const std::string& further)
    : rules_(options.rules.make(further)), policy_(options.policy) {
  options_.struct_size = sizeof options_;
  options_.policy = flags;
  options_.rename = rules_.get();
  policy_.apply(options_);
}

void load_weights(duramen_context* context, duramen_module* module, const WeightsOptions& options) {
  const LoadHow how(options, 0);
  const StateDict dict = read_weights(context, options);
  duramen_error* raw = nullptr;
  const duramen_status status =
      duramen_module_load_state_dict(context, module, dict.get(), how.get(), nullptr, &raw);
  const Error error(raw);
  if (status == DURAMEN_OK) return;
  size_t length = 0;
  const char* rule =
      duramen_load_report_suggestion(duramen_error_load_report(error.get()), &length);
  const std::string hint =
      length > 0 ? "; try " + spelled("--rename", std::string(rule, length)) : "";
  const std::string message =
      error ? duramen_error_message(error.get(), nullptr) : duramen_status_name(status);
  throw Failure(kDiffers, options.file + ": " + message + hint);
}

std::string spelled(const std::string& option, const std::string& value) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,:=/+-@%";
  if (!value.empty() && value.find_first_not_of(kPlain) == std::string::npos) {
    return option + " " + value;
  }
  std::string quoted;
  for (const char c : value) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return option + " '" + quoted + "'";
}

}  // namespace cli
