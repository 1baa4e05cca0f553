/* Containers from C: PyTorch's edits and names, and that a refused edit changes nothing. */
#include "check.h"

static duramen_context* context;

static duramen_module* module(const char* text) { return new_module(context, text); }

/* "0:ReLU 1:None", of the children. */
static const char* content(const duramen_module* container) {
  static char text[512];
  duramen_list_options options = {0};
  duramen_listing* listing = NULL;
  const char* entry;
  size_t count = 0, stride = 0, i, used = 0;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_CHILD;
  options.flags =
      DURAMEN_LIST_NO_RECURSE | DURAMEN_LIST_KEEP_DUPLICATES | DURAMEN_LIST_INCLUDE_NONE;
  OK(duramen_module_list(container, &options, &listing, ERROR));
  entry = (const char*)duramen_listing_entries(listing, &count, &stride);
  text[0] = 0;
  for (i = 0; i < count; ++i) {
    const duramen_entry* one = (const duramen_entry*)(const void*)(entry + i * stride);
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s", i ? " " : "", one->name,
                             one->module ? duramen_module_class_name(one->module, NULL) : "None");
  }
  duramen_listing_release(listing);
  return text;
}

/* "a b", of any container. */
static const char* keys(const duramen_module* container) {
  static char text[512];
  duramen_string_list* list = NULL;
  size_t i, count = 0, used = 0;
  OK(duramen_container_keys(container, &list, ERROR));
  OK(duramen_container_count(container, &count, ERROR));
  CHECK(duramen_string_list_count(list) == count);
  text[0] = 0;
  for (i = 0; i < count; ++i) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "",
                             duramen_string_list_item(list, i, NULL));
  }
  duramen_string_list_release(list);
  return text;
}

static const char* torch_error(void) {
  return duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL);
}
static const char* nearest(void) {
  return duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL);
}

static void sequential(void) {
  duramen_module *m = module("Sequential(ReLU(), Tanh(), Sigmoid(), Flatten())"),
                 *identity = module("Identity()");
  duramen_module *got = NULL, *part = NULL;
  size_t count = 0;
  OK(duramen_container_get(m, -1, &got, ERROR));
  TEXT("Flatten", duramen_module_class_name(got, NULL));
  duramen_module_release(got);
  OK(duramen_container_slice(m, 1, 3, 1, &part, ERROR));
  TEXT("1:Tanh 2:Sigmoid", content(part));
  duramen_module_release(part);
  OK(duramen_container_slice(m, INT64_MAX, INT64_MIN, -2, &part, ERROR));
  TEXT("3:Flatten 1:Tanh", content(part));
  duramen_module_release(part);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_slice(m, 0, 1, 0, &part, ERROR));
  TEXT("ValueError", torch_error());
  OK(duramen_container_remove_slice(m, 1, 2, 1, ERROR));
  OK(duramen_container_insert(m, 0, identity, ERROR));
  OK(duramen_container_insert(m, -1, identity, ERROR));
  TEXT("0:Identity 1:ReLU 2:Sigmoid 3:Identity 4:Flatten", content(m));
  OK(duramen_container_pop(m, 0, &got, ERROR));
  CHECK(got == identity);
  duramen_module_release(got);
  OK(duramen_container_set(m, -1, identity, ERROR));
  OK(duramen_container_append(m, NULL, ERROR));
  TEXT("0:ReLU 1:Sigmoid 2:Identity 3:Identity 4:None", content(m));
  OK(duramen_container_get(m, 4, &got, ERROR));
  CHECK(got == NULL);

  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_insert(m, 99, identity, ERROR));
  TEXT("IndexError", torch_error());
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_insert(m, 0, NULL, ERROR));
  TEXT("AssertionError", torch_error());
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_get(m, 9, &got, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_pop(m, -9, &got, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_set(m, 9, identity, ERROR));
  TEXT("0:ReLU 1:Sigmoid 2:Identity 3:Identity 4:None", content(m));
  OK(duramen_container_remove_slice(m, 0, INT64_MAX, 2, ERROR));
  TEXT("0:Sigmoid 1:Identity", content(m));
  OK(duramen_container_clear(m, ERROR));
  OK(duramen_container_count(m, &count, ERROR));
  CHECK(count == 0);
  duramen_module_release(identity);
  duramen_module_release(m);
}

/* Where PyTorch replaces a child or leaves a half-edited list. */
static void refused_edits(void) {
  duramen_module* m = module("Sequential(OrderedDict([('a', ReLU()), ('1', Tanh())]))");
  duramen_module* two = module("Sequential(OrderedDict([('a', ReLU()), ('3', Tanh())]))");
  duramen_module *list = module("ModuleList([ReLU(), Tanh()])"), *identity = module("Identity()");
  duramen_module* children[3];
  children[0] = identity;
  children[1] = NULL;
  children[2] = identity;
  OK(duramen_container_append(m, identity, ERROR));
  TEXT("a:ReLU 1:Tanh 2:Identity", content(m));
  OK(duramen_module_remove(m, "a", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_append(m, identity, ERROR));
  TEXT("KeyError", torch_error());
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_insert(m, 2, identity, ERROR));
  TEXT("1:Tanh 2:Identity", content(m));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_extend(two, children, 3, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_insert(two, 0, identity, ERROR));
  TEXT("KeyError", torch_error());
  TEXT("a:ReLU 3:Tanh", content(two));

  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_insert(list, -1, identity, ERROR));
  TEXT("KeyError", torch_error());
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_insert(list, 9, identity, ERROR));
  TEXT("IndexError", torch_error());
  children[1] = (duramen_module*)(void*)context; /* of another type */
  FAILS(DURAMEN_E_BAD_HANDLE, duramen_container_extend(list, children, 3, ERROR));
  TEXT("0:ReLU 1:Tanh", content(list));
  children[1] = NULL;
  OK(duramen_container_extend(list, children, 3, ERROR));
  TEXT("0:ReLU 1:Tanh 2:Identity 3:None 4:Identity", content(list));
  duramen_module_release(identity);
  duramen_module_release(list);
  duramen_module_release(two);
  duramen_module_release(m);
}

static void module_list(void) {
  duramen_module *m = module("ModuleList([ReLU(), Tanh(), Identity()])"), *part = NULL,
                 *flatten = NULL;
  flatten = module("Flatten()");
  OK(duramen_container_slice(m, 1, INT64_MAX, 1, &part, ERROR));
  TEXT("0:Tanh 1:Identity", content(part));
  OK(duramen_container_remove_slice(m, 0, 2, 1, ERROR));
  OK(duramen_container_insert(m, 0, flatten, ERROR));
  TEXT("0:Flatten 1:Identity", content(m));
  OK(duramen_container_insert(m, 2, NULL, ERROR));
  TEXT("0:Flatten 1:Identity 2:None", content(m));
  TEXT("0 1 2", keys(m));
  duramen_module_release(part);
  duramen_module_release(flatten);
  duramen_module_release(m);
}

static void module_dict(void) {
  duramen_module* m = module("ModuleDict([('z', ReLU()), ('abcd', Tanh())])");
  duramen_module *identity = module("Identity()"), *got = NULL, *more = NULL;
  OK(duramen_container_set_key(m, "z", SIZE_MAX, identity, ERROR));
  TEXT("z:Identity abcd:Tanh", content(m));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_set_key(m, "keys", SIZE_MAX, identity, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_key(m, "a.b", SIZE_MAX, identity, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_key(m, "", 0, identity, ERROR));
  TEXT("KeyError", torch_error());
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_get_key(m, "abce", SIZE_MAX, &got, ERROR));
  TEXT("abcd", nearest());
  OK(duramen_container_pop_key(m, "z", SIZE_MAX, &got, ERROR));
  CHECK(got == identity);
  duramen_module_release(got);
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_pop_key(m, "z", SIZE_MAX, &got, ERROR));
  more = module("Sequential(OrderedDict([('n', ReLU()), ('items', ReLU())]))");
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_update(m, more, ERROR));
  TEXT("abcd:Tanh", content(m));
  OK(duramen_module_remove(more, "items", SIZE_MAX, ERROR));
  OK(duramen_container_update(m, more, ERROR));
  OK(duramen_container_set_key(m, "none", SIZE_MAX, NULL, ERROR));
  TEXT("abcd n none", keys(m));
  OK(duramen_container_get_key(m, "none", SIZE_MAX, &got, ERROR));
  CHECK(got == NULL);
  OK(duramen_container_clear(m, ERROR));
  TEXT("", keys(m));
  duramen_module_release(more);
  duramen_module_release(identity);
  duramen_module_release(m);
}

static duramen_value* tensor_value(duramen_dtype dtype) {
  static const int64_t kTwo[1] = {2};
  duramen_tensor* tensor = NULL;
  duramen_value* value = NULL;
  OK(duramen_tensor_full(context, dtype, kTwo, 1, 1, &tensor, ERROR));
  OK(duramen_value_create_tensor(tensor, &value, ERROR));
  duramen_tensor_release(tensor);
  return value;
}

static duramen_value* int_value(int64_t number) {
  duramen_value* value = NULL;
  OK(duramen_value_create_int(number, &value, ERROR));
  return value;
}

/* The kind of an entry, and whether it is a parameter. */
static void check_entry(const duramen_module* m, const char* key, int32_t kind,
                        uint32_t parameter) {
  duramen_value* value = NULL;
  OK(duramen_container_get_value(m, key, SIZE_MAX, &value, ERROR));
  CHECK(duramen_value_kind(value) == kind);
  CHECK(kind != DURAMEN_VALUE_TENSOR ||
        duramen_tensor_is_parameter(duramen_value_tensor(value)) == parameter);
  duramen_value_release(value);
}

static void parameter_dict(void) {
  duramen_module *m = module("ParameterDict()"), *other = NULL;
  duramen_value *tensor = tensor_value(DURAMEN_DTYPE_FLOAT32), *five = int_value(5);
  duramen_value *whole = tensor_value(DURAMEN_DTYPE_INT64), *got = NULL, *bytes = NULL;
  OK(duramen_container_set_value(m, "z", SIZE_MAX, tensor, ERROR));
  OK(duramen_container_set_value(m, "n", SIZE_MAX, five, ERROR));
  OK(duramen_container_set_value(m, "a", SIZE_MAX, tensor, ERROR));
  TEXT("z n a", keys(m));
  check_entry(m, "z", DURAMEN_VALUE_TENSOR, 1);
  check_entry(m, "n", DURAMEN_VALUE_INT, 0);

  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(m, "x.y", SIZE_MAX, tensor, ERROR));
  TEXT("KeyError", torch_error());
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(m, "z", SIZE_MAX, five, ERROR));
  TEXT("TypeError", torch_error());
  FAILS(DURAMEN_E_DTYPE_MISMATCH, duramen_container_set_value(m, "i", SIZE_MAX, whole, ERROR));
  TEXT("RuntimeError", torch_error());
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_pop_value(m, "zz", SIZE_MAX, &got, ERROR));
  TEXT("z", nearest());
  TEXT("z n a", keys(m));

  OK(duramen_container_pop_value(m, "z", SIZE_MAX, &got, ERROR));
  OK(duramen_container_set_value(m, "z", SIZE_MAX, got, ERROR));
  TEXT("n a z", keys(m)); /* taken out and put again: it comes last */
  duramen_value_release(got);
  OK(duramen_value_create_bytes("xy", 2, &bytes, ERROR));
  OK(duramen_container_set_value(m, "raw", SIZE_MAX, bytes, ERROR));
  check_entry(m, "raw", DURAMEN_VALUE_BYTES, 0);

  other = module("ParameterDict([('b', ones(1)), ('a', 3)])");
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_update(m, other, ERROR));
  TEXT("n a z raw", keys(m));
  OK(duramen_container_pop_value(m, "a", SIZE_MAX, &got, ERROR));
  duramen_value_release(got);
  OK(duramen_container_update(m, other, ERROR));
  TEXT("n z raw b a", keys(m));
  check_entry(m, "a", DURAMEN_VALUE_INT, 0);
  OK(duramen_container_clear(m, ERROR));
  TEXT("", keys(m));
  duramen_module_release(other);
  duramen_value_release(bytes);
  duramen_value_release(whole);
  duramen_value_release(five);
  duramen_value_release(tensor);
  duramen_module_release(m);
}

static void parameter_list(void) {
  duramen_module *m = module("ParameterList([ones(1), Linear(1, 1)])"), *m2 = module("ReLU()");
  duramen_value *tensor = tensor_value(DURAMEN_DTYPE_FLOAT32), *five = int_value(5), *list = NULL;
  duramen_value *bad = NULL, *got = NULL, *whole = tensor_value(DURAMEN_DTYPE_INT64);
  const duramen_value* items[3];
  duramen_string* text = NULL;
  items[0] = tensor;
  items[1] = five;
  items[2] = whole;
  OK(duramen_value_create_list(items, 2, &list, ERROR));
  OK(duramen_value_create_list(items, 3, &bad, ERROR));
  FAILS(DURAMEN_E_DTYPE_MISMATCH, duramen_container_extend_values(m, bad, ERROR));
  TEXT("0 1", keys(m));
  OK(duramen_container_extend_values(m, list, ERROR));
  TEXT("0 1 2 3", keys(m));
  check_entry(m, "-1", DURAMEN_VALUE_INT, 0);
  check_entry(m, "2", DURAMEN_VALUE_TENSOR, 1);
  OK(duramen_container_set_value(m, "-1", SIZE_MAX, tensor, ERROR));
  check_entry(m, "3", DURAMEN_VALUE_TENSOR, 1);
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_set_value(m, "5", SIZE_MAX, tensor, ERROR));
  TEXT("IndexError", torch_error());
  OK(duramen_container_set_key(m, "4", SIZE_MAX, m2, ERROR));
  TEXT("0 1 2 3 4", keys(m));
  TEXT("1:Linear 4:ReLU", content(m));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(m, "x", SIZE_MAX, tensor, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_container_get_value(m, "1", SIZE_MAX, &got, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_extend_values(m, five, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_pop_value(m, "0", SIZE_MAX, &got, ERROR));
  OK(duramen_module_repr(m, &text, ERROR));
  CONTAINS("(3): Parameter containing: [torch.float32 of size 2]", duramen_string_data(text, NULL));
  duramen_string_release(text);
  duramen_value_release(whole);
  duramen_value_release(bad);
  duramen_value_release(list);
  duramen_value_release(five);
  duramen_value_release(tensor);
  duramen_module_release(m2);
  duramen_module_release(m);
}

static void other_classes(void) {
  duramen_module *linear = module("Linear(1, 1)"), *dict = module("ModuleDict()"), *got = NULL;
  duramen_value* five = int_value(5);
  size_t count = 7;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_append(linear, dict, ERROR));
  CONTAINS("expected a Sequential or ModuleList, got Linear",
           duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_get(dict, 0, &got, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_get_key(linear, "a", 1, &got, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(dict, "a", 1, five, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_update(linear, dict, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_clear(linear, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_count(linear, &count, ERROR));
  CHECK(count == 0);
  duramen_value_release(five);
  duramen_module_release(dict);
  duramen_module_release(linear);
}

static void by_path(void) {
  duramen_module* m = module("Sequential(Sequential(ReLU(), Linear(1, 1)), ReLU())");
  duramen_module *identity = module("Identity()"), *got = NULL;
  OK(duramen_module_register_child(m, "none", SIZE_MAX, NULL, ERROR));
  OK(duramen_module_set_submodule(m, "0.0", SIZE_MAX, identity, 1, ERROR));
  OK(duramen_module_get_submodule(m, "0.0", SIZE_MAX, &got, ERROR));
  CHECK(got == identity);
  duramen_module_release(got);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_set_submodule(m, "0.new", SIZE_MAX, identity, 1, ERROR));
  TEXT("AttributeError", torch_error());
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_set_submodule(m, "0.1.weigth", SIZE_MAX, identity, 1, ERROR));
  TEXT("weight", nearest());
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_set_submodule(m, "0.1.weight", SIZE_MAX, identity, 0, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_module_set_submodule(m, "none", SIZE_MAX, identity, 0, ERROR));
  CONTAINS("`none` is not an nn.Module", duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_module_set_submodule(m, "9.x", SIZE_MAX, identity, 0, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_set_submodule(m, "", 0, identity, 0, ERROR));
  TEXT("ValueError", torch_error());
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_set_submodule(m, "1", 1, NULL, 0, ERROR));
  TEXT("0:Sequential 1:ReLU none:None", content(m));
  OK(duramen_module_set_submodule(m, "0.new", SIZE_MAX, identity, 0, ERROR));
  OK(duramen_module_set_submodule(m, "top", SIZE_MAX, identity, 0, ERROR));
  TEXT("0:Sequential 1:ReLU none:None top:Identity", content(m));
  duramen_module_release(identity);
  duramen_module_release(m);
}

/* Names that no module takes, and one of a megabyte, which is as good as any. */
static void odd_names(void) {
  duramen_module *m = module("ModuleDict()"), *p = module("ParameterDict()"),
                 *relu = module("ReLU()");
  duramen_value *five = int_value(5), *tensor = tensor_value(DURAMEN_DTYPE_FLOAT32);
  const size_t kLong = 1 << 20;
  char* name = malloc(kLong + 1);
  duramen_module* got = NULL;
  CHECK(name != NULL);
  memset(name, 'n', kLong);
  name[kLong] = 0;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_key(m, "a\0b", 3, relu, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_key(m, "\xff", 1, relu, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(p, "a\0b", 3, five, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(p, "\xff", 1, tensor, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_container_set_value(p, "", 0, tensor, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_set_value(p, "keys", 4, five, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS, duramen_container_set_key(p, "items", 5, relu, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_container_get_key(m, name, kLong, &got, ERROR));
  TEXT("", keys(m));
  TEXT("", keys(p));
  OK(duramen_container_set_key(m, name, kLong, relu, ERROR));
  OK(duramen_container_get_key(m, name, kLong, &got, ERROR));
  CHECK(got == relu);
  duramen_module_release(got);
  free(name);
  duramen_value_release(tensor);
  duramen_value_release(five);
  duramen_module_release(relu);
  duramen_module_release(p);
  duramen_module_release(m);
}

static void count_up(void* user) { ++*(int*)user; }

/* Each under the key of who put it there. */
static void attachments(void) {
  static int gone[4];
  static char mine, other;
  duramen_module *m = module("Linear(1, 1)"), *copy = NULL;
  void* got = &gone;
  OK(duramen_module_attachment(m, &mine, &got, ERROR));
  CHECK(got == NULL);
  OK(duramen_module_set_attachment(m, &mine, &gone[0], count_up, ERROR));
  OK(duramen_module_set_attachment(m, &other, &gone[2], count_up, ERROR));
  OK(duramen_module_attachment(m, &mine, &got, ERROR));
  CHECK(got == &gone[0]);
  OK(duramen_module_attachment(m, &other, &got, ERROR));
  CHECK(got == &gone[2]);
  OK(duramen_module_deepcopy(context, m, &copy, ERROR));
  OK(duramen_module_attachment(copy, &mine, &got, ERROR));
  CHECK(got == NULL && gone[0] == 0);
  OK(duramen_module_set_attachment(m, &mine, &gone[1], count_up, ERROR));
  CHECK(gone[0] == 1 && gone[1] == 0 && gone[2] == 0);
  OK(duramen_module_set_attachment(m, &other, NULL, NULL, ERROR));
  OK(duramen_module_attachment(m, &other, &got, ERROR));
  CHECK(got == NULL && gone[2] == 1);
  duramen_module_release(copy);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_set_attachment(m, NULL, &gone[3], count_up, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_attachment(m, NULL, &got, ERROR));
  duramen_module_release(m);
  CHECK(gone[0] == 1 && gone[1] == 1 && gone[2] == 1 && gone[3] == 0);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_set_attachment(NULL, &mine, gone, count_up, ERROR));
  CHECK(gone[0] == 1);
}

int main(void) {
  context = new_context();
  sequential();
  refused_edits();
  module_list();
  module_dict();
  parameter_dict();
  parameter_list();
  other_classes();
  by_path();
  odd_names();
  attachments();
  duramen_context_release(context);
  return finish();
}
