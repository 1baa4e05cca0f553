/* Rename rules and load policies: what a load does about names and shapes that do not fit, and what
 * it says about it. */
#include "check.h"

static duramen_rename_rules* new_rules(const char* first, const char* second) {
  duramen_rename_rules* rules = NULL;
  OK(duramen_rename_rules_create(&rules, ERROR));
  if (first != NULL) OK(duramen_rename_rules_add_text(rules, first, SIZE_MAX, ERROR));
  if (second != NULL) OK(duramen_rename_rules_add_text(rules, second, SIZE_MAX, ERROR));
  return rules;
}

static duramen_state_dict* state_of(const duramen_module* module, const char* prefix) {
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(module, prefix, SIZE_MAX, 0, &dict, ERROR));
  return dict;
}

static double first_of(const duramen_module* module, const char* path) {
  static const int64_t kFirst[2] = {0, 0};
  duramen_tensor* tensor = NULL;
  double value = 0;
  OK(duramen_module_get_parameter(module, path, SIZE_MAX, &tensor, ERROR));
  OK(duramen_tensor_item(tensor, kFirst, duramen_tensor_rank(tensor), &value, ERROR));
  duramen_tensor_release(tensor);
  return value;
}

static void rules(void) {
  duramen_rename_rules* list = new_rules("strip:module.", "preset:gamma_beta");
  duramen_string_list* texts = NULL;
  duramen_string* text = NULL;
  CHECK(duramen_rename_rules_count(list) == 2 && duramen_rename_rules_count(NULL) == 0);
  OK(duramen_rename_rules_add(list, DURAMEN_RENAME_EXACT, "a=b", SIZE_MAX, "c", SIZE_MAX, ERROR));
  OK(duramen_rename_rules_list(list, &texts, ERROR));
  TEXT("preset:gamma_beta", duramen_string_list_item(texts, 1, NULL));
  TEXT("exact:a=b=c", duramen_string_list_item(texts, 2, NULL));
  duramen_string_list_release(texts);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_rename_rules_add_text(list, "drop:x", SIZE_MAX, ERROR));
  CONTAINS("expected strip:PREFIX", duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_rename_rules_add_text(list, "preset:compil", SIZE_MAX, ERROR));
  TEXT("compile", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_rename_rules_add(list, 99, "a", SIZE_MAX, NULL, 0, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_rename_rules_add(list, DURAMEN_RENAME_STRIP, "a", SIZE_MAX, "b", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_rename_rules_add(list, DURAMEN_RENAME_GLOB, "*", SIZE_MAX, "*.*", SIZE_MAX, ERROR));
  CHECK(duramen_rename_rules_count(list) == 3);
  OK(duramen_rename_preset_list(&texts, ERROR));
  CHECK(duramen_string_list_count(texts) >= 8);
  duramen_string_list_release(texts);
  OK(duramen_rename_preset_describe("compile", SIZE_MAX, &text, ERROR));
  CONTAINS("_orig_mod", duramen_string_data(text, NULL));
  duramen_string_release(text);
  FAILS(DURAMEN_E_NOT_FOUND, duramen_rename_preset_describe("x", SIZE_MAX, &text, ERROR));
  duramen_rename_rules_release(list);
}

struct shouting {
  int calls;
  int destroyed;
  int32_t status;
};

static int32_t shout(void* user, const char* name, size_t name_length, duramen_string** out,
                     duramen_error** error) {
  struct shouting* state = user;
  char copy[64];
  ++state->calls;
  if (state->status != 0) {
    (void)!duramen_error_create(state->status, "no more names", SIZE_MAX, error);
    return state->status;
  }
  if (name_length >= sizeof copy || strncmp(name, "0.", 2) != 0) return 0;
  memcpy(copy, name, name_length + 1);
  copy[0] = 'Z';
  return duramen_string_create(copy, name_length, out, error);
}

static void count_destroy(void* user) { ++((struct shouting*)user)->destroyed; }

static void callbacks(const duramen_module* module) {
  struct shouting state = {0, 0, 0};
  duramen_rename_callback callback = {0};
  duramen_rename_rules* list = new_rules("strip:module.", NULL);
  duramen_state_dict* dict = state_of(module, "module.");
  duramen_state_dict* renamed = NULL;
  callback.struct_size = sizeof callback;
  callback.name = "shout";
  callback.name_length = SIZE_MAX;
  callback.user = &state;
  callback.destroy = count_destroy;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_rename_rules_add_callback(list, &callback, ERROR));
  callback.rename = shout;
  callback.name = "";
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_rename_rules_add_callback(list, &callback, ERROR));
  CHECK(state.destroyed == 0);
  callback.name = "shout";
  OK(duramen_rename_rules_add_callback(list, &callback, ERROR));
  OK(duramen_state_dict_rename(dict, list, &renamed, ERROR));
  CHECK(state.calls == 7 && duramen_state_dict_count(renamed) == 7);
  {
    duramen_tensor* tensor = NULL;
    OK(duramen_state_dict_get_tensor(renamed, "Z.weight", SIZE_MAX, &tensor, ERROR));
    duramen_tensor_release(tensor);
  }
  duramen_state_dict_release(renamed);
  state.status = -1234;
  FAILS(-1234, duramen_state_dict_rename(dict, list, &renamed, ERROR));
  CHECK(renamed == NULL);
  TEXT("no more names", duramen_error_message(last_error(), NULL));
  duramen_rename_rules_release(list);
  CHECK(state.destroyed == 1);
  duramen_state_dict_release(dict);
}

static void previews(const duramen_module* module) {
  duramen_rename_rules* list = new_rules("strip:module.", "glob:1.*=norm.*");
  duramen_state_dict* dict = state_of(module, "module.");
  duramen_state_dict* renamed = NULL;
  duramen_load_report* report = NULL;
  OK(duramen_rename_rules_preview(list, dict, &report, ERROR));
  CHECK(duramen_load_report_count(report, 0) == 7);
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_RENAMED) == 7);
  TEXT("module.0.weight", duramen_load_report_origin(report, 0, NULL));
  TEXT("0.weight", duramen_load_report_name(report, 0, NULL));
  TEXT("strip:module.", duramen_load_report_rule(report, 0, NULL));
  TEXT("norm.weight", duramen_load_report_name(report, 2, NULL));
  TEXT("strip:module., glob:1.*=norm.*", duramen_load_report_rule(report, 2, NULL));
  CHECK(duramen_load_report_rule(report, 7, NULL) == NULL);
  duramen_load_report_release(report);
  OK(duramen_rename_rules_add_text(list, "glob:*.*=same", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_rename_rules_preview(list, dict, &report, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_state_dict_rename(dict, list, &renamed, ERROR));
  TEXT("rename: 'module.0.weight' and 'module.0.bias' both become 'same'",
       duramen_error_message(last_error(), NULL));
  TEXT("same", duramen_error_detail(last_error(), "path", SIZE_MAX, NULL));
  duramen_state_dict_release(dict);
  duramen_rename_rules_release(list);
}

/* As consume_prefix_in_state_dict_if_present: "" stays, "module" becomes "". */
static void versions(const duramen_module* module) {
  duramen_rename_rules* list = new_rules("strip:module.", NULL);
  duramen_state_dict* dict = state_of(module, "module.");
  duramen_state_dict* renamed = NULL;
  int64_t version = 0;
  OK(duramen_state_dict_set_version(dict, "", SIZE_MAX, 7, ERROR));
  OK(duramen_state_dict_rename(dict, list, &renamed, ERROR));
  OK(duramen_state_dict_version(renamed, "1", SIZE_MAX, &version, ERROR));
  CHECK(version == 2);
  OK(duramen_state_dict_version(renamed, "", SIZE_MAX, &version, ERROR));
  CHECK(version == 1);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_state_dict_version(renamed, "module", SIZE_MAX, &version, ERROR));
  duramen_state_dict_release(renamed);
  duramen_state_dict_release(dict);
  duramen_rename_rules_release(list);
}

static void loads(duramen_context* context, duramen_module* module) {
  duramen_module* other = new_module(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  duramen_state_dict* dict = state_of(other, "net.");
  duramen_rename_rules* list = new_rules("strip:net.", NULL);
  duramen_load_report* report = NULL;
  duramen_load_options options = {0};
  duramen_string* text = NULL;
  const duramen_load_report* lent;
  const double before = first_of(module, "0.weight");
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, module, dict, NULL, NULL, ERROR));
  CONTAINS("strip:net. would make 6 more names fit", duramen_error_message(last_error(), NULL));
  lent = duramen_error_load_report(last_error());
  TEXT("strip:net.", duramen_load_report_suggestion(lent, NULL));
  CHECK(duramen_load_report_suggestion_count(lent) == 6);
  CHECK(duramen_load_report_is_error(lent, 0) == 1 && duramen_load_report_is_error(lent, 99) == 0);
  CHECK(first_of(module, "0.weight") == before);

  options.struct_size = sizeof options;
  options.rename = list;
  OK(duramen_module_load_state_dict(context, module, dict, &options, &report, ERROR));
  CHECK(first_of(module, "0.weight") == first_of(other, "0.weight"));
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_RENAMED) == 7);
  CHECK(duramen_load_report_is_error(report, 0) == 0);
  TEXT("net.0.weight", duramen_load_report_origin(report, 0, NULL));
  TEXT("", duramen_load_report_suggestion(report, NULL));
  OK(duramen_load_report_describe(report, 1, &text, ERROR));
  TEXT(
      "The state dict fits Sequential; entries that fit: 7\n7 renamed:\n"
      "  0.weight: was net.0.weight, by strip:net.\n  and 6 more\n",
      duramen_string_data(text, NULL));
  duramen_string_release(text);
  duramen_load_report_release(report);

  OK(duramen_rename_rules_add_text(list, "glob:**=same", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_module_load_state_dict(context, module, dict, &options, &report, ERROR));
  CHECK(report == NULL);
  duramen_rename_rules_release(list);
  duramen_state_dict_release(dict);
  duramen_module_release(other);
}

static void policies(duramen_context* context, duramen_module* module) {
  static const float kWeight[4] = {11, 12, 13, 14};
  static const int64_t kShape[2] = {2, 2};
  duramen_state_dict* dict = state_of(module, NULL);
  duramen_tensor* small = new_tensor(context, kWeight, 2, kShape);
  duramen_load_policy named[2] = {{0}, {0}};
  duramen_load_options options = {0};
  duramen_load_report* report = NULL;
  named[0].struct_size = named[1].struct_size = sizeof named[0];
  named[0].pattern = "1.bias";
  named[0].pattern_length = SIZE_MAX;
  named[1].pattern = "*.*";
  named[1].pattern_length = 3;
  named[1].policy = DURAMEN_LOAD_SLICE_MISMATCHED | DURAMEN_LOAD_ALLOW_MISSING;
  options.struct_size = sizeof options;
  options.policies = named;
  options.policy_count = 2;
  OK(duramen_state_dict_set_tensor(dict, "0.weight", SIZE_MAX, small, ERROR));
  OK(duramen_state_dict_remove(dict, "0.bias", SIZE_MAX, ERROR));
  OK(duramen_state_dict_remove(dict, "1.bias", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, module, dict, &options, NULL, ERROR));
  CONTAINS("1 missing (first: \"1.bias\" is missing)", duramen_error_message(last_error(), NULL));
  CHECK(first_of(module, "0.weight") != 11);
  named[0].policy = DURAMEN_LOAD_ALLOW_MISSING;
  OK(duramen_module_load_state_dict(context, module, dict, &options, &report, ERROR));
  CHECK(first_of(module, "0.weight") == 11);
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_SLICED) == 1);
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_MISSING) == 2);
  duramen_load_report_release(report);

  named[1].policy = DURAMEN_LOAD_ASSIGN;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_match(module, dict, &options, &report, ERROR));
  named[1].policy = 0;
  named[1].struct_size = 0;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_match(module, dict, &options, &report, ERROR));
  options.policies = NULL;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_match(module, dict, &options, &report, ERROR));
  duramen_tensor_release(small);
  duramen_state_dict_release(dict);
}

/* One weight under two names; files keep one of them. */
static void ties(duramen_context* context) {
  duramen_module* net = new_module(context, "Sequential(Linear(2, 2), Linear(2, 2))");
  duramen_load_options options = {0};
  duramen_load_report* report = NULL;
  duramen_tensor* weight = NULL;
  duramen_state_dict* dict = NULL;
  OK(duramen_module_get_parameter(net, "0.weight", SIZE_MAX, &weight, ERROR));
  {
    duramen_module* second = NULL;
    OK(duramen_module_get_submodule(net, "1", SIZE_MAX, &second, ERROR));
    OK(duramen_module_register_parameter(second, "weight", SIZE_MAX, weight, ERROR));
    duramen_module_release(second);
  }
  dict = state_of(net, NULL);
  OK(duramen_state_dict_remove(dict, "0.weight", SIZE_MAX, ERROR));
  options.struct_size = sizeof options;
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, net, dict, &options, NULL, ERROR));
  options.policy = DURAMEN_LOAD_ALLOW_TIED;
  OK(duramen_module_load_state_dict(context, net, dict, &options, &report, ERROR));
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_TIED) >= 1);
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_MISSING) == 0);
  duramen_load_report_release(report);
  duramen_state_dict_release(dict);
  duramen_tensor_release(weight);
  duramen_module_release(net);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_module* module = new_module(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  rules();
  callbacks(module);
  previews(module);
  versions(module);
  loads(context, module);
  policies(context, module);
  ties(context);
  duramen_module_release(module);
  duramen_context_release(context);
  return finish();
}
