/* A solver's step as a differentiable function, with a network inside the simulation: heat that
 * spreads along a ring, and a source that nobody has written down and the network learns.
 *
 *   u' = heat(u + source(u)),  heat(v)[i] = v[i] + k (v[i-1] - 2 v[i] + v[i+1]), twenty times
 *
 * The solver's arrays are used in place, and its gradient is checked with finite differences. */
#include <duramen/duramen.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TRY(call)                                                                 \
  do {                                                                            \
    if ((call) != DURAMEN_OK) return puts(duramen_error_message(error, NULL)), 1; \
  } while (0)

enum { kRuns = 16, kPoints = 32, kSteps = 20 };

/* The solver, as it was before it met a network: in place over one ring. */
static void spread(double* u, double k) {
  for (int step = 0; step < kSteps; ++step) {
    double before = u[kPoints - 1];
    const double first = u[0];
    for (int i = 0; i < kPoints; ++i) {
      const double here = u[i], after = i + 1 < kPoints ? u[i + 1] : first;
      u[i] = here + k * (before - 2 * here + after);
      before = here;
    }
  }
}

/* A copy of the tensor with the solver run over each of its rings. */
static duramen_status spread_all(duramen_context* context, duramen_tensor* in, double k,
                                 duramen_tensor** out, duramen_error** error) {
  void* data = NULL;
  duramen_status status = duramen_tensor_clone(context, in, out, error);
  if (!status) status = duramen_tensor_data_mut(*out, &data, error);
  for (int64_t i = 0; !status && i < duramen_tensor_numel(*out); i += kPoints) {
    spread((double*)data + i, k);
  }
  return status;
}

static int32_t heat_forward(void* user, duramen_context* context, duramen_function_state* state,
                            duramen_tensor* const* inputs, size_t input_count,
                            duramen_tensor** outputs, size_t output_count, duramen_error** error) {
  (void)state; /* linear: nothing to keep */
  (void)input_count;
  (void)output_count;
  return spread_all(context, inputs[0], *(const double*)user, &outputs[0], error);
}

/* A symmetric matrix to the twentieth power: its transpose is itself. */
static int32_t heat_backward(void* user, duramen_context* context, duramen_function_state* state,
                             duramen_tensor* const* output_grads, size_t output_count,
                             duramen_tensor** input_grads, size_t input_count,
                             duramen_error** error) {
  (void)state;
  (void)output_count;
  (void)input_count;
  (void)output_count;
  return spread_all(context, output_grads[0], *(const double*)user, &input_grads[0], error);
}

static double conductivity = 0.2;

static duramen_status heat(duramen_context* context, duramen_tensor* u, duramen_tensor** out,
                           duramen_error** error) {
  static const duramen_function_type heat_step = {.struct_size = sizeof heat_step,
                                                  .name = "HeatBackward",
                                                  .name_length = 12,
                                                  .forward = heat_forward,
                                                  .backward = heat_backward};
  return duramen_function_apply(context, &heat_step, &conductivity, &u, 1, out, error);
}

/* The caller's array as a tensor over the same memory. */
static duramen_status view(duramen_context* context, double* data, int64_t rows, int64_t columns,
                           duramen_tensor** out, duramen_error** error) {
  const int64_t shape[] = {rows, columns};
  const duramen_import_options options = {.struct_size = sizeof options,
                                          .mode = DURAMEN_IMPORT_VIEW,
                                          .dtype = DURAMEN_DTYPE_FLOAT64,
                                          .rank = 2,
                                          .shape = shape,
                                          .data = data,
                                          .nbytes = (uint64_t)(rows * columns) * sizeof *data};
  return duramen_tensor_import(context, &options, out, error);
}

/* heat(u + network(u)), the network seeing one point at a time */
static duramen_status simulate(duramen_context* context, duramen_module* network, duramen_tensor* u,
                               duramen_tensor** out, duramen_error** error) {
  static const int64_t column[] = {kRuns * kPoints, 1}, rings[] = {kRuns, kPoints};
  duramen_tensor* t[4] = {NULL};
  duramen_status status = duramen_reshape(context, u, column, 2, &t[0], error);
  if (!status) status = duramen_module_forward(context, network, t[0], &t[1], error);
  if (!status) status = duramen_reshape(context, t[1], rings, 2, &t[2], error);
  if (!status) status = duramen_add(context, u, t[2], &t[3], error);
  if (!status) status = heat(context, t[3], out, error);
  for (int i = 0; i < 4; ++i) duramen_tensor_release(t[i]);
  return status;
}

/* d sum(heat(u) · weights) / du beside differences of the same sum. */
static int check_gradient(duramen_context* context) {
  static double u[kPoints], weights[kPoints];
  duramen_tensor *data, *leaf, *w, *y, *grad;
  duramen_error* error;
  double worst = 0;
  for (int i = 0; i < kPoints; ++i) u[i] = sin(i), weights[i] = cos(3 * i);
  TRY(view(context, u, 1, kPoints, &data, &error));
  TRY(view(context, weights, 1, kPoints, &w, &error));
  TRY(duramen_parameter_create(data, 1, &leaf, &error));
  TRY(heat(context, leaf, &y, &error));
  TRY(duramen_tensor_backward(context, y, w, NULL, &error));
  TRY(duramen_tensor_grad(leaf, &grad, &error));
  for (int i = 0; i < kPoints; ++i) {
    const double h = 1e-4;
    const int64_t place[] = {0, i};
    double up[kPoints], down[kPoints], sum = 0, computed = 0;
    memcpy(up, u, sizeof u);
    memcpy(down, u, sizeof u);
    up[i] += h;
    down[i] -= h;
    spread(up, conductivity);
    spread(down, conductivity);
    for (int j = 0; j < kPoints; ++j) sum += weights[j] * (up[j] - down[j]) / (2 * h);
    TRY(duramen_tensor_item(grad, place, 2, &computed, &error));
    worst = fmax(worst, fabs(sum - computed));
  }
  printf("gradient of the solver: %s finite differences\n",
         worst < 1e-9 ? "agrees with" : "is not that of");
  duramen_tensor_release(grad);
  duramen_tensor_release(y);
  duramen_tensor_release(leaf);
  duramen_tensor_release(w);
  duramen_tensor_release(data);
  return worst < 1e-9 ? 0 : 1;
}

static double start[kRuns][kPoints], end[kRuns][kPoints];

/* What the simulation gave with the true source. */
static void observe(void) {
  for (int run = 0; run < kRuns; ++run) {
    for (int i = 0; i < kPoints; ++i) {
      const double u = sin(0.7 * run + 6.2831853 * i / kPoints) + 0.1 * run / kRuns;
      start[run][i] = u;
      end[run][i] = u + 0.3 * u * u - 0.2;
    }
    spread(end[run], conductivity);
  }
}

static duramen_status new_network(duramen_context* context, duramen_module** out,
                                  duramen_error** error) {
  const duramen_status status = duramen_module_from_text(
      context, "Sequential(Linear(1, 16), Tanh(), Linear(16, 1))", SIZE_MAX, out, error);
  return status ? status : duramen_module_to_dtype(context, *out, DURAMEN_DTYPE_FLOAT64, error);
}

int main(void) {
  duramen_context* context;
  duramen_error* error;
  duramen_module* network;
  duramen_listing* list;
  duramen_optimizer* sgd;
  duramen_tensor *u, *observed, *output, *loss, *parameters[4];
  size_t count, stride;

  TRY(duramen_context_create(NULL, &context, &error));
  if (check_gradient(context)) return 1;
  observe();
  TRY(view(context, start[0], kRuns, kPoints, &u, &error));
  TRY(view(context, end[0], kRuns, kPoints, &observed, &error));
  TRY(new_network(context, &network, &error));
  TRY(duramen_module_list(network, NULL, &list, &error));
  const char* entry = (const char*)duramen_listing_entries(list, &count, &stride);
  for (size_t i = 0; i < count; ++i, entry += stride) {
    parameters[i] = ((const duramen_entry*)entry)->tensor;
  }
  TRY(duramen_optimizer_from_text(context, "SGD(lr=0.2, momentum=0.9)", SIZE_MAX, parameters, count,
                                  &sgd, &error));
  for (int step = 0; step <= 200; ++step) {
    double value = 0;
    TRY(duramen_optimizer_zero_grad(sgd, 1, &error));
    TRY(simulate(context, network, u, &output, &error));
    TRY(duramen_mse_loss(context, output, observed, DURAMEN_REDUCTION_MEAN, &loss, &error));
    TRY(duramen_tensor_item(loss, NULL, 0, &value, &error));
    if (step % 50 == 0) printf("step %d  loss %.5f\n", step, value);
    TRY(duramen_tensor_backward(context, loss, NULL, NULL, &error));
    TRY(duramen_optimizer_step(context, sgd, &error));
    duramen_tensor_release(output);
    duramen_tensor_release(loss);
  }
  duramen_optimizer_release(sgd);
  duramen_listing_release(list);
  duramen_module_release(network);
  duramen_tensor_release(observed);
  duramen_tensor_release(u);
  duramen_context_release(context);
  return 0;
}
