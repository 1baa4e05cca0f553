/* Objects of every type, released in every order: each that is left can still be used, and the last
 * reference frees all (the sanitizers and the checked allocator look). All orders of the seven that
 * know each other best, then random orders of all. */
#define _POSIX_C_SOURCE 200112L
#include "check.h"

enum { kFew = 7, kAll = 13, kRandomOrders = 1500 };

static duramen_context* other; /* computes on objects whose own context may be gone */

struct objects {
  void* of[kAll];
};

static const void* item(struct objects* o, int i) { return o->of[i]; }

static void use_context(const void* context) { CHECK(duramen_context_num_threads(context) == 1); }

static void use_module(const void* module) {
  duramen_tensor* weight = NULL;
  OK(duramen_module_get_parameter(module, "0.weight", SIZE_MAX, &weight, ERROR));
  CHECK(duramen_tensor_numel(weight) == 6);
  duramen_tensor_release(weight);
}

static void use_tensor(const void* tensor) {
  static const int64_t kFirst[2] = {0, 0};
  double value = 0;
  OK(duramen_tensor_item(tensor, kFirst, duramen_tensor_rank(tensor), &value, ERROR));
  CHECK(value == value);
}

static void use_loss(const void* loss) {
  duramen_backward_options options = {0};
  options.struct_size = sizeof options;
  options.flags = DURAMEN_BACKWARD_RETAIN_GRAPH;
  OK(duramen_tensor_backward(other, (duramen_tensor*)(uintptr_t)loss, NULL, &options, ERROR));
}

static void use_state_dict(const void* dict) {
  duramen_tensor* bias = NULL;
  OK(duramen_state_dict_get_tensor(dict, "0.bias", SIZE_MAX, &bias, ERROR));
  use_tensor(bias);
  duramen_tensor_release(bias);
}

static void use_listing(const void* listing) {
  const duramen_entry* entry = duramen_listing_find(listing, "0.bias", SIZE_MAX);
  CHECK(entry != NULL && entry->shape[0] == 3);
  use_tensor(entry->tensor);
}

static void use_optimizer(const void* optimizer) {
  OK(duramen_optimizer_step(other, (duramen_optimizer*)(uintptr_t)optimizer, ERROR));
}

static void use_checkpoint(const void* checkpoint) {
  duramen_state_dict* dict = NULL;
  OK(duramen_checkpoint_state_dict(other, checkpoint, NULL, 0, &dict, ERROR));
  use_state_dict(dict);
  duramen_state_dict_release(dict);
}

static void use_value(const void* value) {
  const duramen_value* found = duramen_value_find(value, "0.weight", SIZE_MAX);
  CHECK(found != NULL);
  use_tensor(duramen_value_tensor(found));
}

static void use_report(const void* report) {
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_MISSING) == 1);
}

static void use_error(const void* error) {
  CHECK(duramen_error_load_report(error) != NULL);
  CONTAINS("0.bias", duramen_error_message(error, NULL));
}

static void use_op(const void* op) { TEXT("softmax", duramen_op_name(op, NULL)); }

static void use_string(const void* string) {
  CONTAINS("Linear", duramen_string_data(string, NULL));
}

/* In the order of the objects. */
static void (*const kUses[kAll])(const void*) = {
    use_context,    use_module, use_loss,   use_state_dict, use_listing, use_optimizer, use_tensor,
    use_checkpoint, use_value,  use_report, use_error,      use_op,      use_string};

static void release(struct objects* o, int i) {
  void* object = o->of[i];
  o->of[i] = NULL;
  switch (i) {
    case 0:
      duramen_context_release(object);
      break;
    case 1:
      duramen_module_release(object);
      break;
    case 3:
      duramen_state_dict_release(object);
      break;
    case 4:
      duramen_listing_release(object);
      break;
    case 5:
      duramen_optimizer_release(object);
      break;
    case 7:
      duramen_checkpoint_release(object);
      break;
    case 8:
      duramen_value_release(object);
      break;
    case 9:
      duramen_load_report_release(object);
      break;
    case 10:
      duramen_error_release(object);
      break;
    case 11:
      duramen_op_release(object);
      break;
    case 12:
      duramen_string_release(object);
      break;
    default:
      duramen_tensor_release(object);
      break;
  }
}

static void make_few(struct objects* o) {
  static const float kX[4] = {1, 2, 3, 4};
  static const int64_t kShape[2] = {2, 2};
  duramen_context* context = new_context();
  duramen_module* net = new_module(context, "Sequential(Linear(2, 3))");
  duramen_tensor *x = new_tensor(context, kX, 2, kShape), *y = NULL, *loss = NULL, *weight = NULL;
  duramen_state_dict* dict = NULL;
  duramen_listing* listing = NULL;
  duramen_optimizer* optimizer = NULL;
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_sum(context, y, NULL, 0, 0, &loss, ERROR));
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, ERROR));
  OK(duramen_module_list(net, NULL, &listing, ERROR));
  OK(duramen_module_get_parameter(net, "0.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_optimizer_from_text(context, "SGD(lr=1e-9, momentum=0.5)", SIZE_MAX, &weight, 1,
                                 &optimizer, ERROR));
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  o->of[0] = context;
  o->of[1] = net;
  o->of[2] = loss;
  o->of[3] = dict;
  o->of[4] = listing;
  o->of[5] = optimizer;
  o->of[6] = weight;
}

/* After the few, whose context and dict are used. */
static void make_rest(struct objects* o, const char* path) {
  duramen_checkpoint* checkpoint = NULL;
  duramen_value* value = NULL;
  duramen_state_dict* less = NULL;
  duramen_load_report* report = NULL;
  duramen_error* error = NULL;
  duramen_op* op = NULL;
  duramen_string* string = NULL;
  OK(duramen_checkpoint_open(o->of[0], path, SIZE_MAX, NULL, &checkpoint, ERROR));
  OK(duramen_state_dict_to_value(o->of[3], &value, ERROR));
  OK(duramen_state_dict_copy(o->of[3], &less, ERROR));
  OK(duramen_state_dict_remove(less, "0.bias", SIZE_MAX, ERROR));
  OK(duramen_module_match(o->of[1], less, NULL, &report, ERROR));
  CHECK(duramen_module_load_state_dict(o->of[0], o->of[1], less, NULL, NULL, &error) ==
        DURAMEN_E_INCOMPATIBLE);
  OK(duramen_op_from_text("softmax(dim=0)", SIZE_MAX, &op, ERROR));
  OK(duramen_module_repr(o->of[1], &string, ERROR));
  duramen_state_dict_release(less);
  o->of[7] = checkpoint;
  o->of[8] = value;
  o->of[9] = report;
  o->of[10] = error;
  o->of[11] = op;
  o->of[12] = string;
}

static void release_in(struct objects* o, const int* order, int count) {
  int i, k;
  for (i = 0; i < count; ++i) {
    release(o, order[i]);
    for (k = 0; k < count; ++k) {
      if (item(o, k)) kUses[k](item(o, k));
    }
  }
}

/* The next order in the dictionary; false after the last. */
static int next_order(int* order, int count) {
  int i = count - 1, k = count - 1, taken;
  while (i > 0 && order[i - 1] > order[i]) --i;
  if (i == 0) return 0;
  while (order[k] < order[i - 1]) --k;
  taken = order[i - 1];
  order[i - 1] = order[k];
  order[k] = taken;
  for (k = count - 1; i < k; ++i, --k) {
    taken = order[i];
    order[i] = order[k];
    order[k] = taken;
  }
  return 1;
}

static void every_order(void) {
  int order[kFew], i, orders = 0;
  for (i = 0; i < kFew; ++i) order[i] = i;
  do {
    struct objects o = {{NULL}};
    make_few(&o);
    release_in(&o, order, kFew);
    ++orders;
  } while (next_order(order, kFew));
  CHECK(orders == 5040);
}

static void random_orders(const char* path) {
  uint32_t random = 1;
  int order[kAll], i, round;
  for (i = 0; i < kAll; ++i) order[i] = i;
  for (round = 0; round < kRandomOrders; ++round) {
    struct objects o = {{NULL}};
    make_few(&o);
    make_rest(&o, path);
    for (i = kAll - 1; i > 0; --i) {
      int k, taken = order[i];
      random = random * 1664525u + 1013904223u;
      k = (int)((random >> 8) % (uint32_t)(i + 1));
      order[i] = order[k];
      order[k] = taken;
    }
    release_in(&o, order, kAll);
  }
}

int main(void) {
  struct objects o = {{NULL}};
  static const int kOrder[kFew] = {0, 1, 2, 3, 4, 5, 6};
  const char* path = scratch_path("release_order.pt");
  other = new_context();
  make_few(&o);
  OK(duramen_state_dict_save(o.of[0], o.of[3], path, SIZE_MAX, NULL, ERROR));
  release_in(&o, kOrder, kFew);
  every_order();
  random_orders(path);
  duramen_context_release(other);
  return finish();
}
