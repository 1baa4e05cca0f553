/* Printouts with what they do not show, unknown classes, and the text that loses nothing. */
#include "check.h"

static const char* const kNet =
    "Net(\n"
    "  (body): Sequential(\n"
    "    (0): Linear(in_features=2, out_features=2, bias=True)\n"
    "    (1): Block(2 -> 2, act: relu)\n"
    "  )\n"
    ")";

static void expect_repr(const char* expected, const duramen_module* module) {
  duramen_string* repr = NULL;
  OK(duramen_module_repr(module, &repr, ERROR));
  TEXT(expected, duramen_string_data(repr, NULL));
  duramen_string_release(repr);
}

static duramen_text_options unknown_as_containers(void) {
  duramen_text_options options;
  OK(duramen_text_options_init(&options, sizeof options, ERROR));
  options.flags = DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS;
  return options;
}

static void unknown_classes(duramen_context* context) {
  const duramen_text_options options = unknown_as_containers();
  duramen_module* net = NULL;
  duramen_value* unknown = NULL;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_from_text(context, kNet, SIZE_MAX, &net, ERROR));
  OK(duramen_module_from_text_with(context, kNet, SIZE_MAX, &options, &net, &unknown, ERROR));
  expect_repr(kNet, net);
  CHECK(duramen_value_count(unknown) == 2);
  TEXT("Net", duramen_value_text(duramen_value_find(unknown, "", SIZE_MAX), NULL));
  TEXT("Block", duramen_value_text(duramen_value_find(unknown, "body.1", SIZE_MAX), NULL));
  duramen_value_release(unknown);
  duramen_module_release(net);
  OK(duramen_module_from_text_with(context, "ReLU()", SIZE_MAX, NULL, &net, NULL, ERROR));
  duramen_module_release(net);
}

/* A dict without kinds, as a file has it, gives the containers their parameters. */
static void adopted(duramen_context* context) {
  static const float kValues[2] = {3, 4};
  static const int64_t kShape[1] = {2};
  const duramen_text_options options = unknown_as_containers();
  duramen_tensor* scale = new_tensor(context, kValues, 1, kShape);
  duramen_tensor* held = NULL;
  duramen_module* net = NULL;
  duramen_state_dict* dict = NULL;
  duramen_load_report* report = NULL;
  duramen_load_options load;
  double value = 0;
  int64_t index = 1;
  OK(duramen_module_from_text_with(context, kNet, SIZE_MAX, &options, &net, NULL, ERROR));
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_set_tensor(dict, "body.1.scale", SIZE_MAX, scale, ERROR));
  memset(&load, 0, sizeof load);
  load.struct_size = sizeof load;
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, net, dict, &load, NULL, ERROR));
  load.policy = DURAMEN_LOAD_ADOPT;
  OK(duramen_module_load_state_dict(context, net, dict, &load, &report, ERROR));
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_ADOPTED) == 1);
  TEXT("body.1.scale", duramen_load_report_name(report, 0, NULL));
  OK(duramen_module_get_parameter(net, "body.1.scale", SIZE_MAX, &held, ERROR));
  OK(duramen_tensor_item(held, &index, 1, &value, ERROR));
  CHECK(value == 4);
  CHECK(held != scale);
  duramen_tensor_release(held);
  duramen_load_report_release(report);
  duramen_state_dict_release(dict);
  duramen_module_release(net);
  duramen_tensor_release(scale);
}

static duramen_value* text_value(const char* text) {
  duramen_value* value = NULL;
  OK(duramen_value_create_text(text, SIZE_MAX, &value, ERROR));
  return value;
}

static duramen_value* pair_dict(const char* key, const char* text) {
  duramen_value* keys[1];
  duramen_value* items[1];
  duramen_value* dict = NULL;
  keys[0] = text_value(key);
  items[0] = text_value(text);
  OK(duramen_value_create_dict((const duramen_value* const*)keys,
                               (const duramen_value* const*)items, 1, &dict, ERROR));
  duramen_value_release(keys[0]);
  duramen_value_release(items[0]);
  return dict;
}

static void added_arguments(duramen_context* context) {
  duramen_text_options options = {0};
  duramen_value* dict = pair_dict("Dropout", "inplace=True");
  duramen_value* number = NULL;
  duramen_module* module = NULL;
  options.struct_size = sizeof options;
  options.arguments = dict;
  OK(duramen_module_from_text_with(context, "Dropout(p=0.5)", SIZE_MAX, &options, &module, NULL,
                                   ERROR));
  expect_repr("Dropout(p=0.5, inplace=True)", module);
  duramen_module_release(module);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_from_text_with(context, "ReLU()", SIZE_MAX, &options, &module, NULL, ERROR));
  TEXT("Dropout", duramen_error_detail(last_error(), "path", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_from_text_with(context, "Dropout(p=0.5, inplace=False)", SIZE_MAX, &options,
                                      &module, NULL, ERROR));
  TEXT("inplace", duramen_error_detail(last_error(), "argument", SIZE_MAX, NULL));
  OK(duramen_value_create_int(3, &number, ERROR));
  options.arguments = number;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_from_text_with(context, "ReLU()", SIZE_MAX, &options, &module, NULL, ERROR));
  options.arguments = NULL;
  options.flags = 2;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_from_text_with(context, "ReLU()", SIZE_MAX, &options, &module, NULL, ERROR));
  CHECK(module == NULL);
  duramen_value_release(number);
  duramen_value_release(dict);
}

static void scoped(duramen_context* context) {
  duramen_text_options options = {0};
  duramen_scope* scope = NULL;
  duramen_module* relu = new_module(context, "ReLU()");
  duramen_module* net = NULL;
  duramen_module* child = NULL;
  OK(duramen_scope_create(&scope, ERROR));
  OK(duramen_scope_set_module(scope, "r", SIZE_MAX, relu, ERROR));
  options.struct_size = sizeof options;
  options.scope = scope;
  OK(duramen_module_from_text_with(context, "Sequential(\n  (act): r\n)", SIZE_MAX, &options, &net,
                                   NULL, ERROR));
  OK(duramen_module_get_submodule(net, "act", SIZE_MAX, &child, ERROR));
  CHECK(child == relu);
  duramen_module_release(child);
  duramen_module_release(net);
  duramen_module_release(relu);
  duramen_scope_release(scope);
}

static void lossless(duramen_context* context) {
  static const char* const kText =
      "Sequential(\n"
      "  (0): @1 = Linear(2, 2, dtype=torch.float32) {frozen=['bias']}\n"
      "  (1): Dropout(p=0.25)\n"
      "  (2): @1\n"
      ") {training=False}";
  duramen_module* net = new_module(context, kText);
  duramen_string* text = NULL;
  duramen_tensor* bias = NULL;
  CHECK(duramen_module_is_training(net) == 0);
  OK(duramen_module_get_parameter(net, "2.bias", SIZE_MAX, &bias, ERROR));
  CHECK(duramen_tensor_requires_grad(bias) == 0);
  OK(duramen_module_text(net, &text, ERROR));
  TEXT(kText, duramen_string_data(text, NULL));
  duramen_string_release(text);
  duramen_tensor_release(bias);
  duramen_module_release(net);
}

int main(void) {
  duramen_context* context = new_context();
  unknown_classes(context);
  adopted(context);
  added_arguments(context);
  scoped(context);
  lossless(context);
  duramen_context_release(context);
  return finish();
}
