/* Go on in C with a training that PyTorch began.
 *
 *   mlp_classifier DATA_FOLDER
 *
 * Builds the network from the text in the checkpoint, loads its weights and the state of its AdamW,
 * classifies handwritten digits, takes the step that PyTorch took next and compares every number of
 * it, and trains on.
 */
#include <duramen/duramen.h>
#include <stdio.h>

#include "digits.h"
#include "recorded.h"
#include "require.h"

#define FIRST 300  /* where PyTorch's training stopped */
#define TESTED 500 /* the last images test */
#define BATCH 50
#define EPOCHS 10

/* How many of the last images the module classifies right. */
static int count_right(duramen_context* context, duramen_module* module, const digits* data) {
  const size_t first = data->count - TESTED;
  duramen_tensor* images = digits_images(context, data, first, TESTED);
  duramen_tensor *logits, *classes;
  const void* found;
  REQUIRE(duramen_context_set_grad_enabled(context, 0, &error));
  REQUIRE(duramen_module_forward(context, module, images, &logits, &error));
  REQUIRE(duramen_argmax(context, logits, 1, 0, &classes, &error));
  REQUIRE(duramen_context_set_grad_enabled(context, 1, &error));
  REQUIRE(duramen_tensor_data_const(classes, &found, &error));
  int right = 0;
  for (size_t i = 0; i < TESTED; ++i) {
    right += ((const int64_t*)found)[i] == data->labels[first + i];
  }
  duramen_tensor_release(classes);
  duramen_tensor_release(logits);
  duramen_tensor_release(images);
  return right;
}

/* One step of training; the caller releases logits and loss. */
static void train_batch(duramen_context* context, duramen_module* module,
                        duramen_optimizer* optimizer, const digits* data, size_t first,
                        duramen_tensor** logits, duramen_tensor** loss) {
  duramen_tensor* images = digits_images(context, data, first, BATCH);
  duramen_tensor* classes = digits_classes(context, data, first, BATCH);
  REQUIRE(duramen_optimizer_zero_grad(optimizer, 1, &error));
  REQUIRE(duramen_module_forward(context, module, images, logits, &error));
  REQUIRE(duramen_cross_entropy(context, *logits, classes, DURAMEN_REDUCTION_MEAN, loss, &error));
  REQUIRE(duramen_tensor_backward(context, *loss, NULL, NULL, &error));
  REQUIRE(duramen_optimizer_step(context, optimizer, &error));
  duramen_tensor_release(classes);
  duramen_tensor_release(images);
}

static void train(duramen_context* context, duramen_module* module, duramen_optimizer* optimizer,
                  const digits* data) {
  for (int epoch = 1; epoch <= EPOCHS; ++epoch) {
    double value = 0;
    for (size_t first = FIRST; first + BATCH + TESTED <= data->count; first += BATCH) {
      duramen_tensor *logits, *loss;
      train_batch(context, module, optimizer, data, first, &logits, &loss);
      REQUIRE(duramen_tensor_item(loss, NULL, 0, &value, &error));
      duramen_tensor_release(loss);
      duramen_tensor_release(logits);
    }
    printf("epoch %2d of %d, last loss %.4f\n", epoch, EPOCHS, value);
  }
}

/* The step that PyTorch took next. */
static int compare_step(duramen_context* context, const duramen_checkpoint* file,
                        duramen_module* module, duramen_optimizer* optimizer, const digits* data) {
  duramen_tensor *logits, *loss;
  train_batch(context, module, optimizer, data, FIRST, &logits, &loss);
  const int agree = recorded_agrees(context, file, "logits", logits) &
                    recorded_agrees(context, file, "loss", loss) &
                    recorded_parameters_agree(context, file, module);
  duramen_tensor_release(loss);
  duramen_tensor_release(logits);
  return agree;
}

int main(int argc, char** argv) {
  char path[4096];
  digits data;
  if (argc != 2) {
    fprintf(stderr, "usage: mlp_classifier DATA_FOLDER\n");
    return 2;
  }
  snprintf(path, sizeof path, "%s/digits.csv.gz", argv[1]);
  if (digits_read(path, &data)) return 1;
  if (data.count < FIRST + BATCH + TESTED) return 1;

  duramen_context* context;
  duramen_checkpoint* file;
  duramen_string* repr;
  snprintf(path, sizeof path, "%s/mlp_classifier.pt", argv[1]);
  REQUIRE(duramen_context_create(NULL, &context, &error));
  REQUIRE(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, &error));
  duramen_module* module = recorded_module(context, file);
  duramen_optimizer* optimizer = recorded_optimizer(context, file, module);
  REQUIRE(duramen_module_repr(module, &repr, &error));
  printf("%s\n\n", duramen_string_data(repr, NULL));
  duramen_string_release(repr);

  const int64_t expected = duramen_value_int(
      duramen_value_find(duramen_checkpoint_content(file), "test_correct", SIZE_MAX));
  const int before = count_right(context, module, &data);
  printf("%d of %d test images right (PyTorch: %d)\n\n", before, TESTED, (int)expected);
  printf("one step of %s:\n", duramen_optimizer_class_name(optimizer, NULL));
  const int agree = compare_step(context, file, module, optimizer, &data);
  printf("\n");
  train(context, module, optimizer, &data);
  const int after = count_right(context, module, &data);
  printf("%d of %d test images right\n", after, TESTED);

  duramen_optimizer_release(optimizer);
  duramen_module_release(module);
  duramen_checkpoint_release(file);
  duramen_context_release(context);
  digits_free(&data);
  if (before == expected && agree && after > before) return 0;
  fprintf(stderr, "mlp_classifier: the result is not what it should be\n");
  return 1;
}
