/* The operations of the out-of-memory test on the everyday operators, recorded for backward. */
#include "memory_world.h"

typedef duramen_status (*unary_op)(duramen_context*, duramen_tensor*, duramen_tensor**,
                                   duramen_error**);

/* Where results go; each is released when the next one comes. */
struct results {
  duramen_tensor* of[8];
  size_t count;
};

static duramen_tensor** next_result(struct results* r) { return &r->of[r->count++]; }

static void release_results(struct results* r) {
  while (r->count > 0) duramen_tensor_release(r->of[--r->count]);
}

static duramen_status unary(struct world* w, duramen_error** error) {
  static const unary_op kUnary[] = {duramen_log,     duramen_sqrt, duramen_tanh,
                                    duramen_sigmoid, duramen_exp,  duramen_relu};
  struct results r = {{NULL}, 0};
  duramen_status status = DURAMEN_OK;
  size_t i;
  for (i = 0; i < COUNT_OF(kUnary); ++i) TRY(kUnary[i](w->context, w->x, next_result(&r), error));
release:
  release_results(&r);
  return status;
}

static duramen_status shapes(struct world* w, duramen_error** error) {
  static const int64_t kFlat[2] = {2, 6}, kWide[3] = {5, 3, 4}, kTurn[2] = {1, 0};
  struct results r = {{NULL}, 0};
  duramen_status status;
  TRY(duramen_reshape(w->context, w->x, kFlat, 2, next_result(&r), error));
  TRY(duramen_flatten(w->context, w->x, 0, -1, next_result(&r), error));
  TRY(duramen_transpose(w->context, w->x, 0, 1, next_result(&r), error));
  TRY(duramen_permute(w->context, w->x, kTurn, 2, next_result(&r), error));
  TRY(duramen_unsqueeze(w->context, w->x, 0, next_result(&r), error));
  TRY(duramen_squeeze(w->context, r.of[4], 0, next_result(&r), error));
  TRY(duramen_expand(w->context, r.of[4], kWide, 3, next_result(&r), error));
release:
  release_results(&r);
  return status;
}

static duramen_status parts(struct world* w, duramen_error** error) {
  struct results r = {{NULL}, 0};
  duramen_tensor* both[2];
  duramen_status status;
  TRY(duramen_select(w->context, w->x, 0, 1, next_result(&r), error));
  TRY(duramen_slice(w->context, w->x, 1, 0, 4, 2, next_result(&r), error));
  both[0] = both[1] = w->x;
  TRY(duramen_cat(w->context, both, 2, 1, next_result(&r), error));
  TRY(duramen_tensor_detach(w->context, w->x, next_result(&r), error));
release:
  release_results(&r);
  return status;
}

static duramen_status products(struct world* w, duramen_error** error) {
  struct results r = {{NULL}, 0};
  duramen_tensor *weight = NULL, *bias = NULL;
  duramen_status status;
  TRY(duramen_module_get_parameter(w->net, "0.weight", SIZE_MAX, &weight, error));
  TRY(duramen_module_get_parameter(w->net, "0.bias", SIZE_MAX, &bias, error));
  TRY(duramen_linear(w->context, w->x, weight, bias, next_result(&r), error));
  TRY(duramen_transpose(w->context, weight, 0, 1, next_result(&r), error));
  TRY(duramen_matmul(w->context, w->x, r.of[1], next_result(&r), error));
  TRY(duramen_mse_loss(w->context, r.of[0], r.of[2], DURAMEN_REDUCTION_MEAN, next_result(&r),
                       error));
  TRY(duramen_tensor_backward(w->context, r.of[3], NULL, NULL, error));
release:
  release_results(&r);
  duramen_tensor_release(bias);
  duramen_tensor_release(weight);
  return status;
}

static duramen_status drop(struct world* w, duramen_error** error) {
  duramen_tensor* out = NULL;
  const duramen_status status = duramen_dropout(w->context, w->x, 0.5, 1, &out, error);
  duramen_tensor_release(out);
  return status;
}

static duramen_status apply(struct world* w, duramen_error** error) {
  duramen_op* op = NULL;
  duramen_value *item = NULL, *arguments = NULL, *out = NULL;
  const duramen_value* items[1];
  duramen_status status;
  TRY(duramen_op_from_text("softmax(dim=1)", SIZE_MAX, &op, error));
  TRY(duramen_value_create_tensor(w->x, &item, error));
  items[0] = item;
  TRY(duramen_value_create_tuple(items, 1, &arguments, error));
  TRY(duramen_op_apply(w->context, op, arguments, &out, error));
release:
  duramen_value_release(out);
  duramen_value_release(arguments);
  duramen_value_release(item);
  duramen_op_release(op);
  return status;
}

/* A module by values, and by several inputs. */
static duramen_status call_modules(struct world* w, duramen_error** error) {
  duramen_module* loss = NULL;
  duramen_value *item = NULL, *arguments = NULL, *out = NULL;
  duramen_tensor *pair[2], *value = NULL;
  const duramen_value* items[1];
  duramen_status status;
  pair[0] = pair[1] = w->output;
  TRY(duramen_module_from_text(w->context, "MSELoss()", SIZE_MAX, &loss, error));
  TRY(duramen_module_forward_many(w->context, loss, pair, 2, &value, error));
  TRY(duramen_value_create_tensor(w->x, &item, error));
  items[0] = item;
  TRY(duramen_value_create_tuple(items, 1, &arguments, error));
  TRY(duramen_module_call(w->context, w->net, arguments, NULL, &out, error));
release:
  duramen_value_release(out);
  duramen_value_release(arguments);
  duramen_value_release(item);
  duramen_tensor_release(value);
  duramen_module_release(loss);
  return status;
}

const struct operation kOperatorOperations[] = {
    {"unary operators", WITH_GRAPH, 1, DURAMEN_OK, unary},
    {"shapes", WITH_GRAPH, 1, DURAMEN_OK, shapes},
    {"parts", WITH_GRAPH, 1, DURAMEN_OK, parts},
    {"products and their backward", WITH_GRAPH, 1, DURAMEN_OK, products},
    {"dropout", WITH_GRAPH, 1, DURAMEN_OK, drop},
    {"apply an operator", WITH_GRAPH, 1, DURAMEN_OK, apply},
    {"call modules", WITH_GRAPH, 0, DURAMEN_OK, call_modules},
};

const size_t kOperatorOperationCount = COUNT_OF(kOperatorOperations);
