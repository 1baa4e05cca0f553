/* The operations of the out-of-memory test on containers, each on ones of its own; what is refused
 * leaves them as they were. */
#include "memory_world.h"

/* Edits each kind of edit once; the container is checked by its printed form when one fails. */
static duramen_status checked(duramen_module* container, duramen_status status,
                              const char* before) {
  duramen_string* text = NULL;
  if (status == DURAMEN_OK || status == DURAMEN_E_CANCELLED) return status;
  if (duramen_module_repr(container, &text, NULL) == DURAMEN_OK) {
    TEXT(before, duramen_string_data(text, NULL));
  }
  duramen_string_release(text);
  return status;
}

#define EDIT(call)                                          \
  do {                                                      \
    TRY(duramen_module_repr(list, &text, error));           \
    status = (call);                                        \
    checked(list, status, duramen_string_data(text, NULL)); \
    duramen_string_release(text);                           \
    text = NULL;                                            \
    if (status != DURAMEN_OK) goto release;                 \
  } while (0)

static duramen_status by_position(struct world* w, duramen_error** error) {
  duramen_module *list = NULL, *part = NULL, *popped = NULL, *got = NULL;
  duramen_module* several[3] = {w->net, w->net, NULL};
  duramen_string* text = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "Sequential(ReLU(), Tanh(), Identity())", SIZE_MAX,
                               &list, error));
  EDIT(duramen_container_append(list, w->net, error));
  EDIT(duramen_container_extend(list, several, 3, error));
  EDIT(duramen_container_insert(list, 1, w->net, error));
  EDIT(duramen_container_set(list, 0, w->net, error));
  EDIT(duramen_container_pop(list, 2, &popped, error));
  TRY(duramen_container_get(list, 1, &got, error));
  TRY(duramen_container_slice(list, 0, 9, 2, &part, error));
  EDIT(duramen_container_remove_slice(list, 0, 9, 2, error));
  EDIT(duramen_container_clear(list, error));
release:
  duramen_string_release(text);
  duramen_module_release(got);
  duramen_module_release(popped);
  duramen_module_release(part);
  duramen_module_release(list);
  return status;
}

static duramen_status by_key(struct world* w, duramen_error** error) {
  duramen_module *list = NULL, *other = NULL, *got = NULL, *popped = NULL;
  duramen_string_list* keys = NULL;
  duramen_string* text = NULL;
  size_t count = 0;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "ModuleDict({'a name that is long': ReLU()})", SIZE_MAX,
                               &list, error));
  TRY(duramen_module_from_text(w->context, "ModuleDict({'a': ReLU(), 'b': Tanh()})", SIZE_MAX,
                               &other, error));
  EDIT(duramen_container_set_key(list, "another name that is long", SIZE_MAX, w->net, error));
  EDIT(duramen_container_update(list, other, error));
  TRY(duramen_container_keys(list, &keys, error));
  TRY(duramen_container_count(list, &count, error));
  TRY(duramen_container_get_key(list, "a", SIZE_MAX, &got, error));
  EDIT(duramen_container_pop_key(list, "b", SIZE_MAX, &popped, error));
  EDIT(duramen_module_set_submodule(list, "a.of a long name", SIZE_MAX, w->net, 0, error));
release:
  duramen_string_release(text);
  duramen_string_list_release(keys);
  duramen_module_release(popped);
  duramen_module_release(got);
  duramen_module_release(other);
  duramen_module_release(list);
  return status;
}

static duramen_status values(struct world* w, duramen_error** error) {
  duramen_module *list = NULL, *numbers = NULL, *other = NULL;
  duramen_value *tensor = NULL, *items = NULL, *got = NULL, *popped = NULL;
  const duramen_value* item[1];
  duramen_string* text = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "ParameterDict({'a': ones(1), 'b': [1, 2]})", SIZE_MAX,
                               &list, error));
  TRY(duramen_module_from_text(w->context, "ParameterDict({'c': ones(1)})", SIZE_MAX, &other,
                               error));
  TRY(duramen_module_from_text(w->context, "ParameterList([ones(1)])", SIZE_MAX, &numbers, error));
  TRY(duramen_value_create_tensor(w->deep[0], &tensor, error));
  item[0] = tensor;
  TRY(duramen_value_create_list(item, 1, &items, error));
  EDIT(duramen_container_set_value(list, "a name that is long", SIZE_MAX, tensor, error));
  EDIT(duramen_container_set_value(list, "the items", SIZE_MAX, items, error));
  EDIT(duramen_container_update(list, other, error));
  TRY(duramen_container_get_value(list, "b", SIZE_MAX, &got, error));
  EDIT(duramen_container_pop_value(list, "a", SIZE_MAX, &popped, error));
  TRY(duramen_container_extend_values(numbers, items, error));
release:
  duramen_string_release(text);
  duramen_value_release(popped);
  duramen_value_release(got);
  duramen_value_release(items);
  duramen_value_release(tensor);
  duramen_module_release(numbers);
  duramen_module_release(other);
  duramen_module_release(list);
  return status;
}

static void* kNothing;
static void ignore(void* user) { (void)user; }

static duramen_status attach(struct world* w, duramen_error** error) {
  void* got = NULL;
  duramen_status status;
  TRY(duramen_module_set_attachment(w->net, &kNothing, &kNothing, ignore, error));
  TRY(duramen_module_attachment(w->net, &kNothing, &got, error));
  CHECK(got == &kNothing);
release:
  return status;
}

const struct operation kContainerOperations[] = {
    {"an attachment", 0, 1, DURAMEN_OK, attach},
    {"a container by position", 0, 1, DURAMEN_OK, by_position},
    {"a container by key", 0, 1, DURAMEN_OK, by_key},
    {"parameters by key", WITH_DEEP, 1, DURAMEN_OK, values},
};

const size_t kContainerOperationCount = COUNT_OF(kContainerOperations);
