/* A checkpoint whose names are not the module's: what does not fit, the rule that the report
 * proposes, a load with it, and a head of another size taken over as far as it goes. */
#include <duramen/duramen.h>
#include <stdio.h>

#include "require.h"

static const char* const kSaved = "Sequential(Linear(4, 8), ReLU(), Linear(8, 3))";
static const char* const kModel = "Sequential(Linear(4, 8), ReLU(), Linear(8, 5))";

static duramen_module* build(duramen_context* context, const char* text) {
  duramen_module* module = NULL;
  REQUIRE(duramen_module_from_text(context, text, SIZE_MAX, &module, &error));
  return module;
}

/* What DistributedDataParallel's state_dict() gives: every name begins with "module.". */
static duramen_state_dict* wrapped_state(const duramen_module* module) {
  duramen_state_dict* dict = NULL;
  REQUIRE(duramen_module_state_dict(module, "module.", SIZE_MAX, 0, &dict, &error));
  return dict;
}

static void print_report(const duramen_load_report* report) {
  duramen_string* text = NULL;
  REQUIRE(duramen_load_report_describe(report, 4, &text, &error));
  printf("%s\n", duramen_string_data(text, NULL));
  duramen_string_release(text);
}

int main(void) {
  duramen_context* context = NULL;
  duramen_module *saved, *model;
  duramen_state_dict* dict;
  duramen_rename_rules* rules = NULL;
  duramen_load_options options = {0};
  duramen_load_policy head = {0};
  duramen_load_report* report = NULL;
  const char* rule;

  REQUIRE(duramen_context_create(NULL, &context, &error));
  saved = build(context, kSaved);
  model = build(context, kModel);
  dict = wrapped_state(saved);

  REQUIRE(duramen_module_match(model, dict, NULL, &report, &error));
  print_report(report);
  rule = duramen_load_report_suggestion(report, NULL);
  REQUIRE(duramen_rename_rules_create(&rules, &error));
  REQUIRE(duramen_rename_rules_add_text(rules, rule, SIZE_MAX, &error));
  duramen_load_report_release(report);

  /* The head has five outputs instead of three: its first three rows come from the checkpoint. */
  head.struct_size = sizeof head;
  head.pattern = "2.*";
  head.pattern_length = SIZE_MAX;
  head.policy = DURAMEN_LOAD_SLICE_MISMATCHED;
  options.struct_size = sizeof options;
  options.rename = rules;
  options.policies = &head;
  options.policy_count = 1;
  REQUIRE(duramen_module_load_state_dict(context, model, dict, &options, &report, &error));
  print_report(report);

  duramen_load_report_release(report);
  duramen_rename_rules_release(rules);
  duramen_state_dict_release(dict);
  duramen_module_release(model);
  duramen_module_release(saved);
  duramen_context_release(context);
  return 0;
}
