/* A small convolutional network that PyTorch trained, run and trained on in C.
 *
 *   small_cnn DATA_FOLDER
 *
 * Builds the network from the text in the checkpoint, loads its weights and the momentum of its
 * SGD, shows an image on its way through the layers, classifies handwritten digits, and compares
 * the step that PyTorch took next with its own, number by number.
 */
#include <duramen/duramen.h>
#include <inttypes.h>
#include <stdio.h>

#include "digits.h"
#include "recorded.h"
#include "require.h"

#define FIRST 300  /* where PyTorch's training stopped */
#define TESTED 500 /* the last images test */
#define BATCH 50

/* Images with the channel that convolutions ask for: [count, 1, 8, 8]. */
static duramen_tensor* planes(duramen_context* context, const digits* data, size_t first,
                              size_t count) {
  const int64_t shape[4] = {(int64_t)count, 1, 8, 8};
  duramen_tensor* rows = digits_images(context, data, first, count);
  duramen_tensor* out;
  REQUIRE(duramen_reshape(context, rows, shape, 4, &out, &error));
  duramen_tensor_release(rows);
  return out;
}

static void print_shape(const char* name, const duramen_tensor* tensor) {
  int64_t shape[8];
  size_t rank;
  REQUIRE(duramen_tensor_shape(tensor, shape, 8, &rank, &error));
  printf("%-20s", name);
  for (size_t d = 0; d < rank; ++d) printf("%s%" PRId64, d ? " x " : "", shape[d]);
  printf("\n");
}

/* One image through the layers, one by one: what the whole module does in a single call. */
static void show_layers(duramen_context* context, const duramen_module* module,
                        const digits* data) {
  duramen_tensor* at = planes(context, data, 0, 1);
  print_shape("image", at);
  for (int i = 0;; ++i) {
    char name[16];
    duramen_module* layer;
    duramen_tensor* out;
    duramen_error* none = NULL;
    snprintf(name, sizeof name, "%d", i);
    if (duramen_module_get_submodule(module, name, SIZE_MAX, &layer, &none) != DURAMEN_OK) {
      duramen_error_release(none); /* behind the last layer */
      break;
    }
    REQUIRE(duramen_module_forward(context, layer, at, &out, &error));
    print_shape(duramen_module_class_name(layer, NULL), out);
    duramen_tensor_release(at);
    duramen_module_release(layer);
    at = out;
  }
  duramen_tensor_release(at);
}

/* How many of the last images the module classifies right. */
static int count_right(duramen_context* context, duramen_module* module, const digits* data) {
  const size_t first = data->count - TESTED;
  duramen_tensor* images = planes(context, data, first, TESTED);
  duramen_tensor *logits, *classes;
  const void* found;
  REQUIRE(duramen_module_forward(context, module, images, &logits, &error));
  REQUIRE(duramen_argmax(context, logits, 1, 0, &classes, &error));
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

/* Takes the step that PyTorch took next; 1 when its logits, its loss and every parameter after it
 * are what PyTorch recorded. */
static int compare_step(duramen_context* context, const duramen_checkpoint* file,
                        duramen_module* module, const digits* data) {
  duramen_optimizer* optimizer = recorded_optimizer(context, file, module);
  duramen_tensor* images = planes(context, data, FIRST, BATCH);
  duramen_tensor* classes = digits_classes(context, data, FIRST, BATCH);
  duramen_tensor *logits, *loss;
  printf("one step of %s:\n", duramen_optimizer_class_name(optimizer, NULL));
  REQUIRE(duramen_optimizer_zero_grad(optimizer, 1, &error));
  REQUIRE(duramen_module_forward(context, module, images, &logits, &error));
  REQUIRE(duramen_cross_entropy(context, logits, classes, DURAMEN_REDUCTION_MEAN, &loss, &error));
  REQUIRE(duramen_tensor_backward(context, loss, NULL, NULL, &error));
  REQUIRE(duramen_optimizer_step(context, optimizer, &error));
  const int agree = recorded_agrees(context, file, "logits", logits) &
                    recorded_agrees(context, file, "loss", loss) &
                    recorded_parameters_agree(context, file, module);
  duramen_tensor_release(loss);
  duramen_tensor_release(logits);
  duramen_tensor_release(classes);
  duramen_tensor_release(images);
  duramen_optimizer_release(optimizer);
  return agree;
}

int main(int argc, char** argv) {
  char path[4096];
  digits data;
  if (argc != 2) {
    fprintf(stderr, "usage: small_cnn DATA_FOLDER\n");
    return 2;
  }
  snprintf(path, sizeof path, "%s/digits.csv.gz", argv[1]);
  if (digits_read(path, &data)) return 1;
  if (data.count < FIRST + BATCH + TESTED) return 1;

  duramen_context* context;
  duramen_checkpoint* file;
  snprintf(path, sizeof path, "%s/small_cnn.pt", argv[1]);
  REQUIRE(duramen_context_create(NULL, &context, &error));
  REQUIRE(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, &error));
  duramen_module* module = recorded_module(context, file);

  REQUIRE(duramen_context_set_grad_enabled(context, 0, &error));
  show_layers(context, module, &data);
  const int64_t expected = duramen_value_int(
      duramen_value_find(duramen_checkpoint_content(file), "test_correct", SIZE_MAX));
  const int right = count_right(context, module, &data);
  printf("\n%d of %d test images right (PyTorch: %d)\n\n", right, TESTED, (int)expected);
  REQUIRE(duramen_context_set_grad_enabled(context, 1, &error));
  const int agree = compare_step(context, file, module, &data);

  duramen_module_release(module);
  duramen_checkpoint_release(file);
  duramen_context_release(context);
  digits_free(&data);
  if (right == expected && agree) return 0;
  fprintf(stderr, "small_cnn: the result is not what it should be\n");
  return 1;
}
