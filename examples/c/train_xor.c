/* A network learns exclusive-or in about fifteen lines of loop, says what it owns, and saves itself
 * to xor.pt. */
#include <duramen/duramen.h>
#include <stdio.h>

#define TRY(call)                                                                 \
  do {                                                                            \
    if ((call) != DURAMEN_OK) return puts(duramen_error_message(error, NULL)), 1; \
  } while (0)

int main(void) {
  const float points[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, wanted[4][1] = {{0}, {1}, {1}, {0}};
  const int64_t two_wide[] = {4, 2}, one_wide[] = {4, 1};
  duramen_import_options x = {.struct_size = sizeof x,
                              .dtype = DURAMEN_DTYPE_FLOAT32,
                              .rank = 2,
                              .shape = two_wide,
                              .data = points,
                              .nbytes = sizeof points};
  duramen_import_options y = {.struct_size = sizeof y,
                              .dtype = DURAMEN_DTYPE_FLOAT32,
                              .rank = 2,
                              .shape = one_wide,
                              .data = wanted,
                              .nbytes = sizeof wanted};
  duramen_context* context;
  duramen_error* error;
  duramen_module* model;
  duramen_optimizer* sgd;
  duramen_tensor *input, *target, *output, *loss, *parameters[4];
  duramen_listing* list;
  duramen_state_dict* state;

  TRY(duramen_context_create(NULL, &context, &error));
  TRY(duramen_tensor_import(context, &x, &input, &error));
  TRY(duramen_tensor_import(context, &y, &target, &error));
  TRY(duramen_module_from_text(context, "Sequential(Linear(2, 8), Tanh(), Linear(8, 1))", SIZE_MAX,
                               &model, &error));
  TRY(duramen_module_list(model, NULL, &list, &error));
  size_t count, stride;
  const char* entry = (const char*)duramen_listing_entries(list, &count, &stride);
  for (size_t i = 0; i < count; ++i, entry += stride) {
    parameters[i] = ((const duramen_entry*)entry)->tensor;
    puts(((const duramen_entry*)entry)->name);
  }
  TRY(duramen_optimizer_from_text(context, "SGD(lr=0.1, momentum=0.9)", SIZE_MAX, parameters, count,
                                  &sgd, &error));
  for (int step = 0; step < 500; ++step) {
    TRY(duramen_optimizer_zero_grad(sgd, 1, &error));
    TRY(duramen_module_forward(context, model, input, &output, &error));
    TRY(duramen_mse_loss(context, output, target, DURAMEN_REDUCTION_MEAN, &loss, &error));
    TRY(duramen_tensor_backward(context, loss, NULL, NULL, &error));
    TRY(duramen_optimizer_step(context, sgd, &error));
    double value;
    TRY(duramen_tensor_item(loss, NULL, 0, &value, &error));
    if (step % 100 == 99) printf("step %d  loss %.4f\n", step + 1, value);
    duramen_tensor_release(output);
    duramen_tensor_release(loss);
  }
  TRY(duramen_module_state_dict(model, NULL, 0, 0, &state, &error));
  TRY(duramen_state_dict_save(context, state, "xor.pt", SIZE_MAX, NULL, &error));
  duramen_state_dict_release(state);
  duramen_optimizer_release(sgd);
  duramen_listing_release(list);
  duramen_module_release(model);
  duramen_tensor_release(target);
  duramen_tensor_release(input);
  duramen_context_release(context);
  return 0;
}
