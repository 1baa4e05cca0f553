/* Two copies of a network that follow it: an exponential moving average of its weights, and a
 * target network that is made equal to it now and then, as in reinforcement learning.
 *
 * The network learns to add two numbers. The average must be as good at it, and lie closer to the
 * network's last weights than the stale target does.
 */
#include <duramen/duramen.h>
#include <stdio.h>

#include "require.h"

#define COUNT 64
#define STEPS 400
#define DECAY 0.95
#define TARGET_EVERY 150

static duramen_tensor* import(duramen_context* context, const float* data, int64_t width) {
  const int64_t shape[] = {COUNT, width};
  duramen_import_options options = {0};
  duramen_tensor* tensor;
  options.struct_size = sizeof options;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = 2;
  options.shape = shape;
  options.data = data;
  options.nbytes = (uint64_t)(COUNT * width) * sizeof(float);
  REQUIRE(duramen_tensor_import(context, &options, &tensor, &error));
  return tensor;
}

/* With `sgd`, one step; without, only the loss. */
static double run(duramen_context* context, duramen_module* model, duramen_optimizer* sgd,
                  duramen_tensor* input, duramen_tensor* wanted) {
  duramen_tensor *output, *loss;
  double value;
  if (sgd) REQUIRE(duramen_optimizer_zero_grad(sgd, 1, &error));
  REQUIRE(duramen_module_forward(context, model, input, &output, &error));
  REQUIRE(duramen_mse_loss(context, output, wanted, DURAMEN_REDUCTION_MEAN, &loss, &error));
  if (sgd) {
    REQUIRE(duramen_tensor_backward(context, loss, NULL, NULL, &error));
    REQUIRE(duramen_optimizer_step(context, sgd, &error));
  }
  REQUIRE(duramen_tensor_item(loss, NULL, 0, &value, &error));
  duramen_tensor_release(loss);
  duramen_tensor_release(output);
  return value;
}

/* A copy that is not trained. */
static duramen_module* follower(duramen_context* context, const duramen_module* model) {
  duramen_module* copy;
  REQUIRE(duramen_module_deepcopy(context, model, &copy, &error));
  REQUIRE(duramen_module_freeze(copy, NULL, 0, NULL, 0, NULL, &error));
  return copy;
}

static duramen_optimizer* optimizer_of(duramen_context* context, const duramen_module* model) {
  duramen_listing* listing;
  duramen_optimizer* sgd;
  duramen_tensor* parameters[4];
  size_t count, stride;
  REQUIRE(duramen_module_list(model, NULL, &listing, &error));
  const char* entries = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (size_t i = 0; i < count; ++i) {
    parameters[i] = ((const duramen_entry*)(entries + i * stride))->tensor;
  }
  REQUIRE(duramen_optimizer_from_text(context, "SGD(lr=0.05, momentum=0.9)", SIZE_MAX, parameters,
                                      count, &sgd, &error));
  duramen_listing_release(listing);
  return sgd;
}

/* The largest distance between two parameters of the two. */
static double distance(duramen_context* context, const duramen_module* a, const duramen_module* b) {
  duramen_state_dict *mine, *other;
  duramen_diff* diff;
  size_t count, stride;
  double largest = 0;
  REQUIRE(duramen_module_state_dict(a, NULL, 0, 0, &mine, &error));
  REQUIRE(duramen_module_state_dict(b, NULL, 0, 0, &other, &error));
  REQUIRE(duramen_state_dict_diff(context, mine, other, NULL, &diff, &error));
  const char* entries = (const char*)duramen_diff_entries(diff, &count, &stride);
  for (size_t i = 0; i < count; ++i) {
    const duramen_difference* entry = (const duramen_difference*)(entries + i * stride);
    if (entry->distance > largest) largest = entry->distance;
  }
  duramen_diff_release(diff);
  duramen_state_dict_release(other);
  duramen_state_dict_release(mine);
  return largest;
}

int main(void) {
  float numbers[COUNT][2], sums[COUNT][1];
  for (int i = 0; i < COUNT; ++i) {
    numbers[i][0] = (float)(i % 8) / 8;
    numbers[i][1] = (float)(i - i % 8) / 64;
    sums[i][0] = numbers[i][0] + numbers[i][1];
  }
  duramen_context* context;
  duramen_module* model;
  REQUIRE(duramen_context_create(NULL, &context, &error));
  REQUIRE(duramen_module_from_text(context, "Sequential(Linear(2, 16), Tanh(), Linear(16, 1))",
                                   SIZE_MAX, &model, &error));
  duramen_tensor* input = import(context, &numbers[0][0], 2);
  duramen_tensor* wanted = import(context, &sums[0][0], 1);
  duramen_optimizer* sgd = optimizer_of(context, model);
  duramen_module* average = follower(context, model);
  duramen_module* target = follower(context, model);
  for (int step = 1; step <= STEPS; ++step) {
    run(context, model, sgd, input, wanted);
    REQUIRE(duramen_module_lerp(context, average, model, 1 - DECAY, NULL, &error));
    if (step % TARGET_EVERY == 0) {
      REQUIRE(duramen_module_copy_from(context, target, model, NULL, &error));
    }
  }
  const double loss = run(context, average, NULL, input, wanted);
  const double to_average = distance(context, model, average);
  const double to_target = distance(context, model, target);
  printf("the average: loss %.5f, %.5f away from the network\n", loss, to_average);
  printf("the target, %d steps old: %.5f away\n", STEPS % TARGET_EVERY, to_target);
  duramen_module_release(target);
  duramen_module_release(average);
  duramen_optimizer_release(sgd);
  duramen_tensor_release(wanted);
  duramen_tensor_release(input);
  duramen_module_release(model);
  duramen_context_release(context);
  return loss < 0.01 && to_average > 0 && to_average < to_target ? 0 : 1;
}
