/* Extra state of modules of the caller's own: in state dicts, files and loads, and what a refusal
 * leaves behind. */
#include "check.h"

struct counter {
  int64_t number;
  int refuses; /* what set_extra_state is given */
  int asked;   /* calls of set_extra_state */
  int cancels; /* set_extra_state raises cancel */
  duramen_context* context;
};

static int32_t get_state(void* user, const duramen_module* module, duramen_value** out,
                         duramen_error** error) {
  const struct counter* counter = user;
  (void)module;
  if (counter->number < 0) return -2000;
  return duramen_value_create_int(counter->number, out, error);
}

static int32_t set_state(void* user, duramen_context* context, duramen_module* module,
                         const duramen_value* state, duramen_error** error) {
  (void)context;
  struct counter* counter = user;
  (void)module;
  ++counter->asked;
  if (counter->cancels) duramen_context_cancel(counter->context);
  if (counter->refuses) {
    return duramen_error_create(-2001, "no such state", SIZE_MAX, error) == DURAMEN_OK ? -2001
                                                                                       : -2000;
  }
  counter->number = duramen_value_int(state);
  return 0;
}

enum { GIVES = 1, TAKES = 2 };

static duramen_module* new_counter(duramen_context* context, struct counter* counter, int does,
                                   int64_t number) {
  duramen_module_class type;
  duramen_module* module = NULL;
  memset(counter, 0, sizeof *counter);
  counter->number = number;
  counter->context = context;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = "Counter";
  type.name_length = SIZE_MAX;
  if (does & GIVES) type.get_extra_state = get_state;
  if (does & TAKES) type.set_extra_state = set_state;
  OK(duramen_module_create_custom(context, &type, counter, &module, ERROR));
  return module;
}

static void add(duramen_module* net, const char* name, duramen_module* child) {
  OK(duramen_module_register_child(net, name, SIZE_MAX, child, ERROR));
  duramen_module_release(child);
}

/* Counter, Linear, Counter. */
static duramen_module* new_net(duramen_context* context, struct counter counters[2]) {
  duramen_module* net = new_module(context, "Module()");
  add(net, "a", new_counter(context, &counters[0], GIVES | TAKES, 5));
  add(net, "fc", new_module(context, "Linear(1, 1)"));
  add(net, "b", new_counter(context, &counters[1], GIVES | TAKES, 7));
  return net;
}

static double weight_of(const duramen_module* net) {
  static const int64_t kPlace[2] = {0, 0};
  duramen_tensor* weight = NULL;
  double value = 0;
  OK(duramen_module_get_parameter(net, "fc.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_tensor_item(weight, kPlace, 2, &value, ERROR));
  duramen_tensor_release(weight);
  return value;
}

static void set_weight(duramen_context* context, const duramen_module* net, double value) {
  duramen_tensor* weight = NULL;
  OK(duramen_module_get_parameter(net, "fc.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_context_set_grad_enabled(context, 0, ERROR));
  OK(duramen_tensor_fill(context, weight, value, ERROR));
  OK(duramen_context_set_grad_enabled(context, 1, ERROR));
  duramen_tensor_release(weight);
}

static void check_names(const duramen_state_dict* dict, const char* const* names, size_t count) {
  duramen_listing* listing = NULL;
  const duramen_entry* entries = NULL;
  size_t found = 0, stride = 0, i;
  OK(duramen_state_dict_list(dict, NULL, &listing, ERROR));
  entries = duramen_listing_entries(listing, &found, &stride);
  CHECK(found == count && stride == sizeof *entries);
  for (i = 0; i < found && i < count; ++i) TEXT(names[i], entries[i].name);
  CHECK(entries[0].kind == DURAMEN_KIND_EXTRA_STATE && duramen_value_int(entries[0].value) == 5);
  duramen_listing_release(listing);
}

static void through_a_file(duramen_context* context) {
  static const char* const kNames[] = {"a._extra_state", "fc.weight", "fc.bias", "b._extra_state"};
  struct counter counters[2], others[2];
  duramen_module *net = new_net(context, counters), *other = new_net(context, others);
  const char* path = scratch_path("extra_state.pt");
  duramen_state_dict* dict = NULL;
  duramen_checkpoint* checkpoint = NULL;
  duramen_load_report* report = NULL;
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
  check_names(dict, kNames, COUNT_OF(kNames));
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, NULL, ERROR));
  duramen_state_dict_release(dict);
  others[0].number = others[1].number = 0;
  set_weight(context, other, 100);
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR));
  OK(duramen_module_load_state_dict(context, other, dict, NULL, &report, ERROR));
  CHECK(others[0].number == 5 && others[1].number == 7);
  CHECK(duramen_load_report_loaded(report) == 4 && duramen_load_report_count(report, 0) == 0);
  CHECK(weight_of(other) == weight_of(net));
  duramen_load_report_release(report);
  duramen_checkpoint_release(checkpoint);
  duramen_state_dict_release(dict);
  duramen_module_release(other);
  duramen_module_release(net);
}

/* ---- any value ----------------------------------------------------------------------------------
 */

static int32_t get_value(void* user, const duramen_module* module, duramen_value** out,
                         duramen_error** error) {
  (void)module;
  (void)error;
  *out = duramen_value_retain(*(duramen_value**)user);
  return 0;
}

static int32_t set_value(void* user, duramen_context* context, duramen_module* module,
                         const duramen_value* state, duramen_error** error) {
  (void)context;
  duramen_value** place = user;
  (void)module;
  (void)error;
  duramen_value_release(*place);
  *place = duramen_value_retain(state);
  return 0;
}

/* {"bytes": b"\0\1", "tensor": [1.5, 2.5], "list": [None, (7, "seven")]} */
static duramen_value* nested_value(duramen_context* context) {
  static const float kValues[2] = {1.5F, 2.5F};
  static const int64_t kShape[1] = {2};
  static const char* const kKeys[3] = {"bytes", "tensor", "list"};
  duramen_value *keys[3] = {0}, *items[3] = {0}, *pair[2] = {0}, *list[2] = {0}, *out = NULL;
  duramen_tensor* tensor = new_tensor(context, kValues, 1, kShape);
  size_t i;
  for (i = 0; i < 3; ++i) OK(duramen_value_create_text(kKeys[i], SIZE_MAX, &keys[i], ERROR));
  OK(duramen_value_create_bytes("\0\1", 2, &items[0], ERROR));
  OK(duramen_value_create_tensor(tensor, &items[1], ERROR));
  OK(duramen_value_create_int(7, &pair[0], ERROR));
  OK(duramen_value_create_text("seven", SIZE_MAX, &pair[1], ERROR));
  OK(duramen_value_create_none(&list[0], ERROR));
  OK(duramen_value_create_tuple((const duramen_value* const*)pair, 2, &list[1], ERROR));
  OK(duramen_value_create_list((const duramen_value* const*)list, 2, &items[2], ERROR));
  OK(duramen_value_create_dict((const duramen_value* const*)keys,
                               (const duramen_value* const*)items, 3, &out, ERROR));
  for (i = 0; i < 3; ++i) duramen_value_release(keys[i]);
  for (i = 0; i < 3; ++i) duramen_value_release(items[i]);
  for (i = 0; i < 2; ++i) duramen_value_release(pair[i]);
  for (i = 0; i < 2; ++i) duramen_value_release(list[i]);
  duramen_tensor_release(tensor);
  return out;
}

static void check_nested(const duramen_value* value) {
  static const int64_t kSecond[1] = {1};
  const duramen_value *bytes = duramen_value_find(value, "bytes", SIZE_MAX),
                      *list = duramen_value_find(value, "list", SIZE_MAX),
                      *pair = duramen_value_item(list, 1);
  size_t nbytes = 0;
  double element = 0;
  CHECK(memcmp(duramen_value_bytes(bytes, &nbytes), "\0\1", 2) == 0 && nbytes == 2);
  OK(duramen_tensor_item(duramen_value_tensor(duramen_value_find(value, "tensor", SIZE_MAX)),
                         kSecond, 1, &element, ERROR));
  CHECK(element == 2.5);
  CHECK(duramen_value_kind(duramen_value_item(list, 0)) == DURAMEN_VALUE_NONE);
  CHECK(duramen_value_kind(pair) == DURAMEN_VALUE_TUPLE && duramen_value_count(pair) == 2);
  CHECK(duramen_value_int(duramen_value_item(pair, 0)) == 7);
  TEXT("seven", duramen_value_text(duramen_value_item(pair, 1), NULL));
}

/* A class that keeps a whole tree of values, through a file. */
static void any_value(duramen_context* context) {
  const char* path = scratch_path("extra_value.pt");
  duramen_module_class type = {0};
  duramen_module* module = NULL;
  duramen_value* value = nested_value(context);
  duramen_state_dict* dict = NULL;
  duramen_checkpoint* checkpoint = NULL;
  type.struct_size = sizeof type;
  type.name = "Keeper";
  type.name_length = SIZE_MAX;
  type.get_extra_state = get_value;
  type.set_extra_state = set_value;
  OK(duramen_module_create_custom(context, &type, &value, &module, ERROR));
  OK(duramen_module_state_dict(module, "a.", SIZE_MAX, 0, &dict, ERROR));
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, NULL, ERROR));
  duramen_state_dict_release(dict);
  duramen_value_release(value);
  OK(duramen_value_create_int(0, &value, ERROR));
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR));
  OK(duramen_state_dict_strip_prefix(dict, "a.", SIZE_MAX, ERROR));
  OK(duramen_module_load_state_dict(context, module, dict, NULL, NULL, ERROR));
  check_nested(value);
  duramen_checkpoint_release(checkpoint);
  duramen_state_dict_release(dict);
  duramen_module_release(module);
  duramen_value_release(value);
}

/* Whatever fails after the first set_extra_state: the states before come back. */
static void all_or_nothing(duramen_context* context) {
  struct counter counters[2];
  duramen_module* net = new_net(context, counters);
  duramen_load_options options = {0};
  duramen_state_dict *live = NULL, *dict = NULL;
  options.struct_size = sizeof options;
  options.policy = DURAMEN_LOAD_PARTIAL;
  OK(duramen_module_state_dict(net, NULL, 0, 0, &live, ERROR));
  OK(duramen_state_dict_snapshot(context, live, &dict, ERROR));
  duramen_state_dict_release(live);
  counters[0].number = counters[1].number = 1;
  set_weight(context, net, 100);
  counters[1].refuses = 1;
  FAILS(-2001, duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  TEXT("no such state", duramen_error_message(last_error(), NULL));
  CHECK(counters[0].asked == 2 && counters[0].number == 1 && counters[1].number == 1);
  CHECK(weight_of(net) == 100);
  counters[1].refuses = 0;
  counters[1].cancels = 1;
  FAILS(DURAMEN_E_CANCELLED, duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  duramen_context_reset_cancel(context);
  CHECK(counters[0].number == 1 && counters[1].number == 1 && weight_of(net) == 100);
  counters[1].cancels = 0;
  counters[0].number = -5; /* cannot be asked for: the load does not begin */
  FAILS(-2000, duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  TEXT("state_dict: stopped by the get_extra_state callback of Counter",
       duramen_error_message(last_error(), NULL));
  CHECK(counters[0].number == -5 && weight_of(net) == 100);
  counters[0].number = 1;
  counters[1].refuses = 1; /* PyTorch's way: what came before stays */
  FAILS(-2001, duramen_module_load_state_dict(context, net, dict, &options, NULL, ERROR));
  CHECK(counters[0].number == 5 && weight_of(net) != 100);
  counters[1].refuses = 0;
  OK(duramen_module_load_state_dict(context, net, dict, NULL, NULL, ERROR));
  CHECK(counters[1].number == 7);
  duramen_state_dict_release(dict);
  duramen_module_release(net);
}

/* A misfit elsewhere: no class is asked. Missing and unexpected states are told as such. */
static void misfits(duramen_context* context) {
  struct counter gives, takes;
  duramen_module *giver = new_counter(context, &gives, GIVES, 5),
                 *taker = new_counter(context, &takes, TAKES, 1);
  duramen_load_options options = {0};
  duramen_state_dict *dict = NULL, *empty = NULL;
  duramen_load_report* report = NULL;
  OK(duramen_module_state_dict(giver, NULL, 0, 0, &dict, ERROR));
  OK(duramen_module_state_dict(taker, NULL, 0, 0, &empty, ERROR));
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, giver, dict, NULL, NULL, ERROR));
  CONTAINS("Unexpected key(s) in state_dict: \"_extra_state\"",
           duramen_error_detail(last_error(), "torch_message", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, taker, empty, NULL, NULL, ERROR));
  CONTAINS("Missing key(s) in state_dict: \"_extra_state\"",
           duramen_error_detail(last_error(), "torch_message", SIZE_MAX, NULL));
  options.struct_size = sizeof options;
  options.policy = DURAMEN_LOAD_ALLOW_MISSING;
  OK(duramen_module_load_state_dict(context, taker, empty, &options, &report, ERROR));
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_MISSING) == 1 && takes.asked == 0);
  OK(duramen_module_load_state_dict(context, taker, dict, NULL, NULL, ERROR));
  CHECK(takes.number == 5 && takes.asked == 1);
  duramen_load_report_release(report);
  duramen_state_dict_release(empty);
  duramen_state_dict_release(dict);
  duramen_module_release(taker);
  duramen_module_release(giver);
}

static void failing_export(duramen_context* context) {
  struct counter counter;
  duramen_module* module = new_counter(context, &counter, GIVES, -1);
  duramen_state_dict* dict = NULL;
  FAILS(-2000, duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  CHECK(dict == NULL);
  duramen_module_release(module);
}

int main(void) {
  duramen_context* context = new_context();
  through_a_file(context);
  any_value(context);
  all_or_nothing(context);
  misfits(context);
  failing_export(context);
  error_slot();
  duramen_context_release(context);
  return finish();
}
