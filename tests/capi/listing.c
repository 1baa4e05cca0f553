/* Listing a tree: order, kinds, flags, prefixes, ties, None entries; entries a stride apart. */
#include "check.h"

static const duramen_entry* entry_at(const duramen_listing* listing, size_t index) {
  size_t count = 0, stride = 0;
  const duramen_entry* first = duramen_listing_entries(listing, &count, &stride);
  CHECK(index < count && stride >= sizeof(duramen_entry));
  return (const duramen_entry*)(const void*)((const char*)first + index * stride);
}

static duramen_listing* list(const duramen_module* module, uint64_t kinds, uint64_t flags,
                             const char* prefix) {
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  options.struct_size = sizeof options;
  options.kinds = kinds;
  options.flags = flags;
  options.prefix = prefix;
  options.prefix_length = SIZE_MAX;
  OK(duramen_module_list(module, &options, &listing, ERROR));
  return listing;
}

/* One copy has all names. */
static void expect_names_in_a_row(const duramen_listing* listing) {
  const char* name = NULL;
  size_t count = 0, stride = 0, i;
  duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = entry_at(listing, i);
    if (name) CHECK(entry->name == name);
    CHECK(entry->name[entry->name_length] == '\0');
    name = entry->name + entry->name_length + 1;
  }
}

static void expect_names(const duramen_module* module, uint64_t kinds, uint64_t flags,
                         const char* prefix, const char* const* names, size_t expected) {
  duramen_listing* listing = list(module, kinds, flags, prefix);
  size_t count = 0, stride = 0, i;
  duramen_listing_entries(listing, &count, &stride);
  CHECK(count == expected);
  for (i = 0; i < count && i < expected; ++i) {
    TEXT(names[i], entry_at(listing, i)->name);
    CHECK(entry_at(listing, i)->name_length == strlen(names[i]));
  }
  expect_names_in_a_row(listing);
  duramen_listing_release(listing);
}

static void order(const duramen_module* net) {
  static const char* const kDefault[] = {"0.weight",
                                         "0.bias",
                                         "1.weight",
                                         "1.bias",
                                         "1.running_mean",
                                         "1.running_var",
                                         "1.num_batches_tracked",
                                         "3.weight"};
  static const char* const kParameters[] = {"m.0.weight", "m.0.bias", "m.1.weight", "m.1.bias",
                                            "m.3.weight"};
  static const char* const kModules[] = {"", "0", "1", "2", "3"};
  static const char* const kChildren[] = {"0", "1", "2", "3"};
  expect_names(net, 0, 0, NULL, kDefault, COUNT_OF(kDefault));
  expect_names(net, DURAMEN_KIND_PARAMETER, 0, "m", kParameters, COUNT_OF(kParameters));
  expect_names(net, DURAMEN_KIND_MODULE, 0, NULL, kModules, COUNT_OF(kModules));
  expect_names(net, DURAMEN_KIND_CHILD, 0, NULL, kChildren, COUNT_OF(kChildren));
  expect_names(net, 0, DURAMEN_LIST_NO_RECURSE, NULL, NULL, 0);
}

static void contents(const duramen_module* net) {
  duramen_listing* listing = list(net, 0, 0, NULL);
  const duramen_entry* weight = entry_at(listing, 0);
  const duramen_entry* tracked = entry_at(listing, 6);
  CHECK(weight->kind == DURAMEN_KIND_PARAMETER && weight->rank == 2);
  CHECK(weight->shape[0] == 3 && weight->shape[1] == 4 && weight->nbytes == 48);
  CHECK(weight->dtype == DURAMEN_DTYPE_FLOAT32);
  CHECK(weight->flags == (DURAMEN_ENTRY_PERSISTENT | DURAMEN_ENTRY_REQUIRES_GRAD));
  CHECK(duramen_tensor_is_parameter(weight->tensor) == 1);
  TEXT("Linear", duramen_module_class_name(weight->module, NULL));
  CHECK(tracked->kind == DURAMEN_KIND_BUFFER && tracked->rank == 0 && tracked->shape == NULL);
  CHECK(tracked->dtype == DURAMEN_DTYPE_INT64 && tracked->flags == DURAMEN_ENTRY_PERSISTENT);
  CHECK(duramen_listing_find(listing, "1.bias", SIZE_MAX) == entry_at(listing, 3));
  CHECK(duramen_listing_find(listing, "1.bias", 3) == NULL);
  duramen_listing_release(listing);
}

/* One Linear under two names: listed once, or twice with the index of the first. */
static void ties(duramen_context* context) {
  static const char* const kOnce[] = {"0.weight", "0.bias"};
  duramen_module* shared = new_module(context, "Linear(2, 2)");
  duramen_module* net = NULL;
  duramen_text_options options = {0};
  duramen_scope* scope = NULL;
  duramen_listing* listing;
  OK(duramen_scope_create(&scope, ERROR));
  OK(duramen_scope_set_module(scope, "a", SIZE_MAX, shared, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_scope_set_module(scope, "not a name", SIZE_MAX, shared, ERROR));
  options.struct_size = sizeof options;
  options.scope = scope;
  OK(duramen_module_from_text_with(context, "Sequential(a, a)", SIZE_MAX, &options, &net, NULL,
                                   ERROR));
  duramen_scope_release(scope);
  expect_names(net, DURAMEN_KIND_PARAMETER, 0, NULL, kOnce, COUNT_OF(kOnce));
  listing = list(net, DURAMEN_KIND_PARAMETER, DURAMEN_LIST_KEEP_DUPLICATES, NULL);
  TEXT("1.weight", entry_at(listing, 2)->name);
  CHECK(entry_at(listing, 2)->first_index == 0 && entry_at(listing, 3)->first_index == 1);
  CHECK(entry_at(listing, 2)->first_storage_index == 0);
  CHECK(entry_at(listing, 2)->tensor == entry_at(listing, 0)->tensor);
  CHECK(entry_at(listing, 2)->module == shared);
  duramen_listing_release(listing);
  duramen_module_release(net);
  duramen_module_release(shared);
}

/* A name registered as None keeps its place, lists nothing, and shows when asked for. */
static void none(duramen_context* context) {
  static const char* const kBoth[] = {"a", "b", "c"};
  static const float kValues[2] = {1, 2};
  static const int64_t kShape[1] = {2};
  duramen_module* module = new_module(context, "Module()");
  duramen_tensor* data = new_tensor(context, kValues, 1, kShape);
  duramen_tensor* parameter = NULL;
  OK(duramen_parameter_create(data, 0, &parameter, ERROR));
  OK(duramen_module_register_parameter(module, "a", SIZE_MAX, NULL, ERROR));
  OK(duramen_module_register_parameter(module, "b", SIZE_MAX, parameter, ERROR));
  OK(duramen_module_register_buffer(module, "c", SIZE_MAX, data, 0, ERROR));
  expect_names(module, 0, 0, NULL, kBoth + 1, 2);
  expect_names(module, 0, DURAMEN_LIST_INCLUDE_NONE, NULL, kBoth, 3);
  expect_names(module, 0, DURAMEN_LIST_ONLY_PERSISTENT, NULL, kBoth + 1, 1);
  expect_names(module, DURAMEN_KIND_PARAMETER, DURAMEN_LIST_ONLY_TRAINABLE, NULL, NULL, 0);
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_module_register_buffer(module, "b", SIZE_MAX, data, 1, ERROR));
  TEXT("KeyError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  OK(duramen_module_remove(module, "a", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_module_remove(module, "a", SIZE_MAX, ERROR));
  duramen_tensor_release(parameter);
  duramen_tensor_release(data);
  duramen_module_release(module);
}

/* A listing holds what it lists, and is not changed by what happens to the tree. */
static void outlives(duramen_context* context) {
  duramen_module* net = new_module(context, "Sequential(Linear(2, 3), ReLU())");
  duramen_listing* listing = list(net, 0, 0, NULL);
  duramen_module_release(net);
  CHECK(duramen_tensor_numel(entry_at(listing, 0)->tensor) == 6);
  TEXT("Linear", duramen_module_class_name(entry_at(listing, 1)->module, NULL));
  duramen_listing_release(listing);
}

/* One listing of both kinds of object, by name, kind, dtype and flag. */
struct choice {
  duramen_list_options options;
  const char* names; /* what is listed, a space after each */
};

static void expect_choice(const duramen_listing* listing, const char* names) {
  char text[256] = "";
  size_t count = 1, stride = 1, i;
  CHECK(duramen_listing_entries(listing, &count, NULL) == NULL && count == 0);
  CHECK(duramen_listing_entries(listing, NULL, &stride) == NULL && stride == 0);
  duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    strcat(text, entry_at(listing, i)->name);
    strcat(text, " ");
  }
  TEXT(names, text);
  expect_names_in_a_row(listing);
}

static struct choice choice(const char* include, const char* exclude, const char* names) {
  struct choice out = {{0}, NULL};
  out.options.struct_size = sizeof out.options;
  out.options.include = include;
  out.options.include_length = SIZE_MAX;
  out.options.exclude = exclude;
  out.options.exclude_length = SIZE_MAX;
  out.names = names;
  return out;
}

static void selection(const duramen_module* net) {
  duramen_state_dict* dict = NULL;
  duramen_tensor* frozen = NULL;
  duramen_listing* listing = NULL;
  struct choice choices[7];
  size_t i;
  choices[0] = choice("*.weight", NULL, "0.weight 1.weight 3.weight ");
  choices[1] = choice("**.bias|3.**", "0.*", "1.bias 3.weight ");
  choices[2] = choice(NULL, "1.**|*.weight", "0.bias ");
  choices[3] = choice("", "", "1.num_batches_tracked ");
  choices[3].options.dtype = DURAMEN_DTYPE_INT64;
  choices[4] = choice("1.*", NULL, "1.running_mean 1.running_var 1.num_batches_tracked ");
  choices[4].options.kinds = DURAMEN_KIND_BUFFER;
  choices[5] = choice(NULL, "1.*", "0.weight 3.weight ");
  choices[5].options.flags = DURAMEN_LIST_ONLY_TRAINABLE;
  choices[6] = choice(NULL, NULL, "0.bias ");
  choices[6].options.kinds = DURAMEN_KIND_PARAMETER;
  choices[6].options.flags = DURAMEN_LIST_ONLY_FROZEN;
  OK(duramen_module_get_parameter(net, "0.bias", SIZE_MAX, &frozen, ERROR));
  OK(duramen_tensor_set_requires_grad(frozen, 0, ERROR));
  OK(duramen_module_state_dict(net, NULL, 0, DURAMEN_STATE_KEEP_VARS, &dict, ERROR));
  for (i = 0; i < COUNT_OF(choices); ++i) {
    OK(duramen_module_list(net, &choices[i].options, &listing, ERROR));
    expect_choice(listing, choices[i].names);
    duramen_listing_release(listing);
    OK(duramen_state_dict_list(dict, &choices[i].options, &listing, ERROR));
    expect_choice(listing, choices[i].names);
    duramen_listing_release(listing);
  }
  choices[0] = choice("m.?|m", "m.2", "m m.0 m.1 m.3 ");
  choices[0].options.kinds = DURAMEN_KIND_MODULE;
  choices[0].options.prefix = "m";
  choices[0].options.prefix_length = 1;
  OK(duramen_module_list(net, &choices[0].options, &listing, ERROR));
  expect_choice(listing, choices[0].names);
  duramen_listing_release(listing);
  OK(duramen_tensor_set_requires_grad(frozen, 1, ERROR));
  duramen_tensor_release(frozen);
  duramen_state_dict_release(dict);
}

/* Of an object with two names the first counts, whatever the patterns say. */
static void selection_of_ties(duramen_context* context) {
  duramen_module* net = new_module(context, "Sequential(Linear(2, 2), Linear(2, 2))");
  struct choice one = choice("1.weight", NULL, "");
  duramen_tensor* weight = NULL;
  duramen_module* last = NULL;
  duramen_listing* listing = NULL;
  OK(duramen_module_get_parameter(net, "0.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_module_get_submodule(net, "1", SIZE_MAX, &last, ERROR));
  OK(duramen_module_register_parameter(last, "weight", SIZE_MAX, weight, ERROR));
  OK(duramen_module_list(net, &one.options, &listing, ERROR));
  expect_choice(listing, "");
  duramen_listing_release(listing);
  one.options.flags = DURAMEN_LIST_KEEP_DUPLICATES;
  OK(duramen_module_list(net, &one.options, &listing, ERROR));
  expect_choice(listing, "1.weight ");
  duramen_listing_release(listing);
  duramen_module_release(last);
  duramen_tensor_release(weight);
  duramen_module_release(net);
}

/* More names than there was room for at first, with and without a selection. */
static void many(duramen_context* context) {
  static char text[16000] = "Sequential(";
  struct choice choices[2];
  duramen_module* net = NULL;
  duramen_listing* listing = NULL;
  size_t i, count = 0, stride = 0;
  for (i = 0; i < 500; ++i) strcat(text, i ? ", BatchNorm1d(1)" : "BatchNorm1d(1)");
  strcat(text, ")");
  net = new_module(context, text);
  choices[0] = choice(NULL, NULL, NULL);
  choices[0].options.prefix = "a_prefix_that_makes_each_of_the_names_long";
  choices[0].options.prefix_length = SIZE_MAX;
  choices[1] = choice("*.weight|*.bias", NULL, NULL);
  for (i = 0; i < COUNT_OF(choices); ++i) {
    OK(duramen_module_list(net, &choices[i].options, &listing, ERROR));
    duramen_listing_entries(listing, &count, &stride);
    CHECK(count == (i ? 1000 : 2500));
    expect_names_in_a_row(listing);
    duramen_listing_release(listing);
  }
  duramen_module_release(net);
}

static void patterns(void) {
  uint32_t matches = 7;
  OK(duramen_pattern_match("**.bias|head.?", SIZE_MAX, "a.b.bias", SIZE_MAX, &matches, ERROR));
  CHECK(matches == 1);
  OK(duramen_pattern_match("*.bias|head.?", SIZE_MAX, "a.b.bias", SIZE_MAX, &matches, ERROR));
  CHECK(matches == 0);
  OK(duramen_pattern_match("", 0, "", 0, &matches, ERROR));
  CHECK(matches == 0);
}

static void refused_selection(const duramen_module* net) {
  duramen_state_dict* dict = NULL;
  duramen_listing* listing = NULL;
  struct choice wrong = choice(NULL, NULL, NULL);
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
  wrong.options.flags = DURAMEN_LIST_ONLY_TRAINABLE | DURAMEN_LIST_ONLY_FROZEN;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_list(net, &wrong.options, &listing, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_state_dict_list(dict, &wrong.options, &listing, ERROR));
  wrong.options.flags = DURAMEN_LIST_NO_RECURSE;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_state_dict_list(dict, &wrong.options, &listing, ERROR));
  wrong = choice(NULL, NULL, NULL);
  wrong.options.kinds = DURAMEN_KIND_MODULE;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_state_dict_list(dict, &wrong.options, &listing, ERROR));
  wrong = choice(NULL, NULL, NULL);
  wrong.options.dtype = 9999;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_list(net, &wrong.options, &listing, ERROR));
  wrong = choice("\377", NULL, NULL);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_list(net, &wrong.options, &listing, ERROR));
  CHECK(listing == NULL);
  duramen_state_dict_release(dict);
}

static void refused(const duramen_module* net) {
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_MODULE | DURAMEN_KIND_CHILD;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_list(net, &options, &listing, ERROR));
  options.kinds = 1024;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_list(net, &options, &listing, ERROR));
  CHECK(listing == NULL);
}

static void paths(const duramen_module* net) {
  duramen_module* child = NULL;
  duramen_tensor* tensor = NULL;
  OK(duramen_module_get_submodule(net, "1", SIZE_MAX, &child, ERROR));
  TEXT("BatchNorm1d", duramen_module_class_name(child, NULL));
  OK(duramen_module_get_parameter(child, "weight", SIZE_MAX, &tensor, ERROR));
  duramen_tensor_release(tensor);
  OK(duramen_module_get_buffer(net, "1.running_var", SIZE_MAX, &tensor, ERROR));
  duramen_tensor_release(tensor);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_get_parameter(net, "1.weigth", SIZE_MAX, &tensor, ERROR));
  CHECK(tensor == NULL);
  TEXT("AttributeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  duramen_module_release(child);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_module* net = new_module(
      context, "Sequential(Linear(4, 3), BatchNorm1d(3), ReLU(), Linear(3, 2, bias=False))");
  order(net);
  contents(net);
  ties(context);
  none(context);
  outlives(context);
  selection(net);
  selection_of_ties(context);
  many(context);
  refused_selection(net);
  patterns();
  refused(net);
  paths(net);
  duramen_module_release(net);
  duramen_context_release(context);
  return finish();
}
