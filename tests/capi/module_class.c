/* Modules of the caller's own: what a class may do, every way for a callback to fail, who destroys
 * what. */
#include "check.h"

/* What `forward` does instead of computing. */
enum {
  COMPUTE,
  OWN_STATUS,
  OWN_ERROR,
  OTHER_ERROR, /* an error of another status than the one returned */
  INNER_ERROR, /* what a call of its own failed with */
  INNER_STATUS,
  NO_MEMORY,
  POSITIVE,
  NOTHING,    /* 0 without a result */
  RESULT_TOO, /* a failure with a result */
  ERROR_TOO,  /* success with an error */
  CANCEL,
  CALL_ITSELF,
  RELEASE_ITSELF,
  NUMBER /* a value that is no tensor */
};

struct block {
  int mode;
  int forwards;
  int clones;
  int destroyed;
  int live; /* users that were not destroyed */
};

static int32_t hand_over(int32_t status, duramen_error** error) {
  const duramen_status made = duramen_error_create(status, "a reason", SIZE_MAX, error);
  return made == DURAMEN_OK ? status : made;
}

static int32_t give_number(duramen_value** out, duramen_error** error) {
  return duramen_value_create_int(7, out, error);
}

/* fc2(relu(fc1(x))) + x */
static int32_t compute(duramen_context* context, duramen_module* module, duramen_tensor* x,
                       duramen_value** out, duramen_error** error) {
  duramen_module *fc1 = NULL, *fc2 = NULL;
  duramen_tensor *a = NULL, *b = NULL, *c = NULL, *sum = NULL;
  int32_t status = duramen_module_get_submodule(module, "fc1", SIZE_MAX, &fc1, error);
  if (!status) status = duramen_module_get_submodule(module, "fc2", SIZE_MAX, &fc2, error);
  if (!status) status = duramen_module_forward(context, fc1, x, &a, error);
  if (!status) status = duramen_relu(context, a, &b, error);
  if (!status) status = duramen_module_forward(context, fc2, b, &c, error);
  if (!status) status = duramen_add(context, c, x, &sum, error);
  if (!status) status = duramen_value_create_tensor(sum, out, error);
  duramen_tensor_release(sum);
  duramen_tensor_release(c);
  duramen_tensor_release(b);
  duramen_tensor_release(a);
  duramen_module_release(fc2);
  duramen_module_release(fc1);
  return status;
}

static int32_t inner_failure(duramen_context* context, duramen_tensor* x, duramen_error** error) {
  duramen_tensor* out = NULL;
  return duramen_select(context, x, 9, 0, &out, error);
}

static int32_t forward(void* user, duramen_context* context, duramen_module* module,
                       const duramen_value* arguments, const duramen_value* keywords,
                       duramen_value** out, duramen_error** error) {
  struct block* block = user;
  duramen_tensor* x = duramen_value_tensor(duramen_value_item(arguments, 0));
  ++block->forwards;
  if (duramen_value_find(keywords, "number", SIZE_MAX)) return give_number(out, error);
  switch (block->mode) {
    case OWN_STATUS:
      return -2000;
    case OWN_ERROR:
      return hand_over(-2000, error);
    case OTHER_ERROR:
      hand_over(-3000, error);
      return -2000;
    case INNER_ERROR:
      return inner_failure(context, x, error);
    case INNER_STATUS:
      return inner_failure(context, x, NULL);
    case NO_MEMORY:
      return DURAMEN_E_NO_MEMORY;
    case POSITIVE:
      return 1;
    case NOTHING:
      return 0;
    case RESULT_TOO:
      return give_number(out, error) == 0 ? -2000 : -1;
    case ERROR_TOO:
      hand_over(-2000, error);
      return duramen_value_create_tensor(x, out, NULL);
    case CANCEL:
      duramen_context_cancel(context);
      return duramen_value_create_tensor(x, out, error);
    case CALL_ITSELF:
      return duramen_module_call(context, module, arguments, keywords, out, error);
    case RELEASE_ITSELF:
      duramen_module_release(module);
      return duramen_value_create_tensor(x, out, error);
    case NUMBER:
      return give_number(out, error);
    default:
      return compute(context, module, x, out, error);
  }
}

/* Copies share the counters. */
static int32_t clone(void* user, duramen_context* context, const duramen_module* module,
                     void** out_user, duramen_error** error) {
  (void)context;
  (void)module;
  struct block* block = user;
  (void)error;
  if (block->mode == OWN_STATUS) return -2000;
  if (block->mode == OWN_ERROR) return hand_over(-2000, error);
  ++block->clones;
  ++block->live;
  *out_user = user;
  return 0;
}

static int32_t extra_repr(void* user, const duramen_module* module, duramen_string** out,
                          duramen_error** error) {
  struct block* block = user;
  (void)module;
  if (block->mode == OWN_STATUS) return -2000;
  if (block->mode == NOTHING) return 0;
  return duramen_string_create("features=2, residual=True", SIZE_MAX, out, error);
}

static void destroy(void* user) {
  struct block* block = user;
  ++block->destroyed;
  --block->live;
}

static duramen_module_class block_class(void) {
  duramen_module_class type;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = "Block";
  type.name_length = SIZE_MAX;
  type.version = 3;
  type.forward = forward;
  type.clone = clone;
  type.extra_repr = extra_repr;
  type.destroy = destroy;
  return type;
}

static duramen_module* new_block(duramen_context* context, struct block* block) {
  const duramen_module_class type = block_class();
  duramen_module *module = NULL, *child = NULL;
  memset(block, 0, sizeof *block);
  block->live = 1;
  OK(duramen_module_create_custom(context, &type, block, &module, ERROR));
  child = new_module(context, "Linear(2, 3)");
  OK(duramen_module_register_child(module, "fc1", SIZE_MAX, child, ERROR));
  duramen_module_release(child);
  child = new_module(context, "Linear(3, 2)");
  OK(duramen_module_register_child(module, "fc2", SIZE_MAX, child, ERROR));
  duramen_module_release(child);
  return module;
}

static duramen_tensor* new_input(duramen_context* context) {
  static const float kValues[4] = {1, -2, 3, 0.5F};
  static const int64_t kShape[2] = {2, 2};
  return new_tensor(context, kValues, 2, kShape);
}

/* Listed, printed, run and trained as any other, also inside a Sequential. */
static void is_a_module(duramen_context* context) {
  struct block block;
  duramen_module *module = new_block(context, &block), *net = NULL;
  duramen_tensor *x = new_input(context), *y = NULL, *loss = NULL, *grad = NULL, *weight = NULL;
  duramen_text_options options = {0};
  duramen_scope* scope = NULL;
  duramen_string* text = NULL;
  duramen_state_dict* dict = NULL;
  int64_t version = 0;
  OK(duramen_scope_create(&scope, ERROR));
  OK(duramen_scope_set_module(scope, "block", SIZE_MAX, module, ERROR));
  options.struct_size = sizeof options;
  options.scope = scope;
  OK(duramen_module_from_text_with(context, "Sequential(block, ReLU())", SIZE_MAX, &options, &net,
                                   NULL, ERROR));
  OK(duramen_module_repr(net, &text, ERROR));
  TEXT(
      "Sequential(\n"
      "  (0): Block(\n"
      "    features=2, residual=True\n"
      "    (fc1): Linear(in_features=2, out_features=3, bias=True)\n"
      "    (fc2): Linear(in_features=3, out_features=2, bias=True)\n"
      "  )\n"
      "  (1): ReLU()\n"
      ")",
      duramen_string_data(text, NULL));
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_mean(context, y, NULL, 0, 0, &loss, ERROR));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  OK(duramen_module_get_parameter(net, "0.fc1.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_tensor_grad(weight, &grad, ERROR));
  CHECK(grad != NULL && block.forwards == 1);
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_version(dict, "0", SIZE_MAX, &version, ERROR));
  CHECK(version == 3);
  TEXT("Block", duramen_module_class_name(module, NULL));
  duramen_state_dict_release(dict);
  duramen_tensor_release(weight);
  duramen_tensor_release(grad);
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_string_release(text);
  duramen_scope_release(scope);
  duramen_module_release(module);
  CHECK(block.destroyed == 0);
  duramen_module_release(net);
  CHECK(block.destroyed == 1);
}

/* The general call: any arguments, any value back. */
static void any_value(duramen_context* context) {
  struct block block;
  duramen_module* module = new_block(context, &block);
  duramen_value *one = NULL, *tuple = NULL, *key = NULL, *keywords = NULL, *out = NULL;
  duramen_tensor *x = new_input(context), *y = NULL;
  OK(duramen_value_create_tensor(x, &one, ERROR));
  OK(duramen_value_create_tuple((const duramen_value* const*)&one, 1, &tuple, ERROR));
  OK(duramen_value_create_text("number", SIZE_MAX, &key, ERROR));
  OK(duramen_value_create_dict((const duramen_value* const*)&key, (const duramen_value* const*)&one,
                               1, &keywords, ERROR));
  OK(duramen_module_call(context, module, tuple, keywords, &out, ERROR));
  CHECK(duramen_value_int(out) == 7);
  duramen_value_release(out);
  OK(duramen_module_call(context, module, tuple, NULL, &out, ERROR));
  CHECK(duramen_value_tensor(out) != NULL);
  duramen_value_release(out);
  block.mode = NUMBER;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_forward(context, module, x, &y, ERROR));
  TEXT("forward: Block gives no tensor (expected tensor, got int)",
       duramen_error_message(last_error(), NULL));
  duramen_tensor_release(x);
  duramen_value_release(keywords);
  duramen_value_release(key);
  duramen_value_release(tuple);
  duramen_value_release(one);
  duramen_module_release(module);
}

static void check_cause(const char* message) {
  const duramen_error* cause = duramen_error_cause(last_error());
  CHECK((cause != NULL) == (message != NULL));
  if (message) TEXT(message, duramen_error_message(cause, NULL));
}

static void failures(duramen_context* context) {
  static const struct {
    int mode;
    duramen_status status;
    const char* message;
    const char* cause;
  } kCases[] = {
      {OWN_STATUS, -2000, "forward: stopped by the forward callback of Block", NULL},
      {OWN_ERROR, -2000, "a reason", NULL},
      {OTHER_ERROR, -2000, "forward: stopped by the forward callback of Block", "a reason"},
      {INNER_ERROR, DURAMEN_E_INVALID_ARGUMENT, "select: ", NULL},
      {INNER_STATUS, DURAMEN_E_INVALID_ARGUMENT, "forward: stopped by the forward callback", NULL},
      {NO_MEMORY, DURAMEN_E_NO_MEMORY, "", NULL},
      {POSITIVE, DURAMEN_E_INVALID_ARGUMENT, "status is none", NULL},
      {NOTHING, DURAMEN_E_INVALID_ARGUMENT, "the forward callback of Block gave nothing", NULL},
      {RESULT_TOO, -2000, "forward: stopped by the forward callback of Block", NULL},
      {CANCEL, DURAMEN_E_CANCELLED, "forward: cancelled", NULL},
      {CALL_ITSELF, DURAMEN_E_LIMIT, "forward: modules are nested too deeply", NULL},
  };
  struct block block;
  duramen_module* module = new_block(context, &block);
  duramen_tensor *x = new_input(context), *y = NULL;
  size_t i;
  for (i = 0; i < COUNT_OF(kCases); ++i) {
    block.mode = kCases[i].mode;
    FAILS(kCases[i].status, duramen_module_forward(context, module, x, &y, ERROR));
    CHECK(y == NULL);
    CONTAINS(kCases[i].message, duramen_error_message(last_error(), NULL));
    check_cause(kCases[i].cause);
    FAILS(duramen_context_is_cancelled(context) ? DURAMEN_E_CANCELLED : kCases[i].status,
          duramen_module_forward(context, module, x, &y, NULL));
    duramen_context_reset_cancel(context);
  }
  block.mode = ERROR_TOO; /* taken, and nothing else */
  OK(duramen_module_forward(context, module, x, &y, ERROR));
  CHECK(y == x);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(module);
  CHECK(block.destroyed == 1);
}

static void released_inside(duramen_context* context) {
  struct block block;
  duramen_module* module = new_block(context, &block);
  duramen_tensor *x = new_input(context), *y = NULL;
  block.mode = RELEASE_ITSELF;
  OK(duramen_module_forward(context, module, x, &y, ERROR));
  CHECK(block.destroyed == 1);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
}

static void copies(duramen_context* context) {
  struct block block;
  duramen_module *module = new_block(context, &block), *outer = new_module(context, "Module()");
  duramen_module *copy = NULL, *a = NULL, *b = NULL;
  duramen_tensor *x = new_input(context), *y = NULL, *z = NULL;
  double left = 0, right = 1;
  static const int64_t kPlace[2] = {1, 1};
  OK(duramen_module_register_child(outer, "a", SIZE_MAX, module, ERROR));
  OK(duramen_module_register_child(outer, "b", SIZE_MAX, module, ERROR));
  OK(duramen_module_deepcopy(context, outer, &copy, ERROR));
  CHECK(block.clones == 1 && block.live == 2);
  OK(duramen_module_get_submodule(copy, "a", SIZE_MAX, &a, ERROR));
  OK(duramen_module_get_submodule(copy, "b", SIZE_MAX, &b, ERROR));
  CHECK(a == b && a != module);
  OK(duramen_module_forward(context, module, x, &y, ERROR));
  OK(duramen_module_forward(context, a, x, &z, ERROR));
  OK(duramen_tensor_item(y, kPlace, 2, &left, ERROR));
  OK(duramen_tensor_item(z, kPlace, 2, &right, ERROR));
  CHECK(left == right);
  duramen_tensor_release(z);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(b);
  duramen_module_release(a);
  duramen_module_release(copy);
  CHECK(block.live == 1);
  block.mode = OWN_STATUS;
  FAILS(-2000, duramen_module_deepcopy(context, outer, &copy, ERROR));
  TEXT("deepcopy: stopped by the clone callback of Block",
       duramen_error_message(last_error(), NULL));
  block.mode = OWN_ERROR;
  FAILS(-2000, duramen_module_deepcopy(context, outer, &copy, ERROR));
  TEXT("a reason", duramen_error_message(last_error(), NULL));
  CHECK(copy == NULL && block.live == 1);
  duramen_module_release(module);
  duramen_module_release(outer);
  CHECK(block.live == 0);
}

static void printing(duramen_context* context) {
  struct block block;
  duramen_module* module = new_block(context, &block);
  duramen_string* text = NULL;
  block.mode = OWN_STATUS;
  FAILS(-2000, duramen_module_repr(module, &text, ERROR));
  block.mode = NOTHING;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_repr(module, &text, ERROR));
  TEXT("repr: the extra_repr callback of Block gave nothing",
       duramen_error_message(last_error(), NULL));
  CHECK(text == NULL);
  duramen_module_release(module);
}

/* What a class does not offer. */
static void bare_class(duramen_context* context) {
  duramen_module_class type;
  duramen_module *module = NULL, *copy = NULL;
  duramen_tensor *x = new_input(context), *y = NULL;
  duramen_string* text = NULL;
  memset(&type, 0, sizeof type);
  type.struct_size = sizeof type;
  type.name = "Bare (not this)";
  type.name_length = 4;
  OK(duramen_module_create_custom(context, &type, NULL, &module, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_forward(context, module, x, &y, ERROR));
  TEXT("NotImplementedError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_deepcopy(context, module, &copy, ERROR));
  TEXT("deepcopy: Bare cannot be copied: it has no clone callback",
       duramen_error_message(last_error(), NULL));
  OK(duramen_module_repr(module, &text, ERROR));
  TEXT("Bare()", duramen_string_data(text, NULL));
  duramen_string_release(text);
  duramen_tensor_release(x);
  duramen_module_release(module);
}

/* A struct or a name that is refused: the user stays the caller's. */
static void refused(duramen_context* context) {
  struct {
    duramen_module_class known;
    uint64_t later;
  } longer;
  struct block block;
  duramen_module* module = NULL;
  memset(&block, 0, sizeof block);
  memset(&longer, 0, sizeof longer);
  longer.known = block_class();
  longer.known.struct_size = 0;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  longer.known.struct_size = sizeof longer.known - 1;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  longer.known.struct_size = sizeof longer;
  longer.later = 1;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  longer.later = 0;
  longer.known.reserved = 1;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  longer.known.reserved = 0;
  longer.known.name = "";
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  longer.known.name = NULL;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  CHECK(module == NULL && block.destroyed == 0);
  longer.known.name = "Block";
  OK(duramen_module_create_custom(context, &longer.known, &block, &module, ERROR));
  duramen_module_release(module);
  CHECK(block.destroyed == 1);
}

int main(void) {
  duramen_context* context = new_context();
  duramen_allocator_statistics statistics = {0};
  is_a_module(context);
  any_value(context);
  failures(context);
  released_inside(context);
  copies(context);
  printing(context);
  bare_class(context);
  refused(context);
  error_slot();
  statistics.struct_size = sizeof statistics;
  OK(duramen_context_allocator_statistics(context, &statistics, ERROR));
  CHECK(statistics.blocks_in_use == 0);
  duramen_context_release(context);
  return finish();
}
