/* Fine-tune a network that PyTorch trained, in C.
 *
 *   finetune DATA_FOLDER OUTPUT_FOLDER
 *
 * Builds the module from the text in the checkpoint, loads the weights, lists what the module owns,
 * evaluates, freezes all but the last block, trains that on new images, evaluates again, saves .pt
 * and .safetensors, reads both back and compares.
 */
#include <duramen/duramen.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "require.h"

#define PRETRAINED 300 /* the first images trained the checkpoint */
#define TESTED 500     /* the last ones test; what lies between fine-tunes */
#define BATCH 50
#define EPOCHS 20

/* The table of named parameters and buffers: one call, one array. */
static void print_listing(const duramen_module* module) {
  duramen_listing* listing;
  REQUIRE(duramen_module_list(module, NULL, &listing, &error));
  size_t count, stride;
  const char* entry_bytes = (const char*)duramen_listing_entries(listing, &count, &stride);
  printf("%-32s %-10s %-10s %-10s %s\n", "name", "kind", "dtype", "shape", "requires_grad");
  for (size_t i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(entry_bytes + i * stride);
    char shape[64] = "[]";
    int used = 0;
    for (uint32_t d = 0; d < entry->rank; ++d) {
      used += snprintf(shape + used, sizeof shape - (size_t)used, "%s%" PRId64, d ? ", " : "[",
                       entry->shape[d]);
    }
    if (entry->rank) snprintf(shape + used, sizeof shape - (size_t)used, "]");
    printf("%-32s %-10s %-10s %-10s %s\n", entry->name,
           entry->kind == DURAMEN_KIND_PARAMETER ? "parameter" : "buffer",
           duramen_dtype_name(entry->dtype), shape,
           entry->flags & DURAMEN_ENTRY_REQUIRES_GRAD ? "yes" : "-");
  }
  duramen_listing_release(listing);
}

/* How many of the last images the module classifies right. */
static int evaluate(duramen_context* context, duramen_module* module, const digits* data) {
  const size_t first = data->count - TESTED;
  duramen_tensor* images = digits_images(context, data, first, TESTED);
  duramen_tensor *logits, *classes;
  const void* predicted;
  REQUIRE(duramen_module_train(module, 0, &error));
  REQUIRE(duramen_context_set_grad_enabled(context, 0, &error));
  REQUIRE(duramen_module_forward(context, module, images, &logits, &error));
  REQUIRE(duramen_argmax(context, logits, 1, 0, &classes, &error));
  REQUIRE(duramen_context_set_grad_enabled(context, 1, &error));
  REQUIRE(duramen_tensor_data_const(classes, &predicted, &error));
  int correct = 0;
  for (size_t i = 0; i < TESTED; ++i) {
    correct += ((const int64_t*)predicted)[i] == data->labels[first + i];
  }
  duramen_tensor_release(classes);
  duramen_tensor_release(logits);
  duramen_tensor_release(images);
  return correct;
}

/* Frozen is not eval: the frozen blocks also keep their running statistics, so they are put into
 * eval mode as well. */
static void freeze(duramen_module* module, const char* name) {
  duramen_module* block;
  REQUIRE(duramen_module_get_submodule(module, name, SIZE_MAX, &block, &error));
  REQUIRE(duramen_module_set_requires_grad(block, 0, &error));
  REQUIRE(duramen_module_train(block, 0, &error));
  duramen_module_release(block);
}

static duramen_optimizer* optimizer_of_trainable(duramen_context* context,
                                                 const duramen_module* module) {
  duramen_list_options options = {0};
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  options.flags = DURAMEN_LIST_ONLY_TRAINABLE;
  duramen_listing* listing;
  REQUIRE(duramen_module_list(module, &options, &listing, &error));
  size_t count, stride;
  const char* entries = (const char*)duramen_listing_entries(listing, &count, &stride);
  duramen_tensor** parameters = require_memory(count * sizeof(duramen_tensor*));
  for (size_t i = 0; i < count; ++i) {
    parameters[i] = ((const duramen_entry*)(entries + i * stride))->tensor;
  }
  duramen_optimizer* optimizer;
  REQUIRE(duramen_optimizer_from_text(context, "SGD(lr=0.05, momentum=0.9)", SIZE_MAX, parameters,
                                      count, &optimizer, &error));
  printf("training %zu of the parameters with SGD\n", count);
  free(parameters);
  duramen_listing_release(listing);
  return optimizer;
}

static double train_batch(duramen_context* context, duramen_module* module,
                          duramen_optimizer* optimizer, const digits* data, size_t first) {
  duramen_tensor* images = digits_images(context, data, first, BATCH);
  duramen_tensor* labels = digits_classes(context, data, first, BATCH);
  duramen_tensor *logits, *loss;
  double value;
  REQUIRE(duramen_optimizer_zero_grad(optimizer, 1, &error));
  REQUIRE(duramen_module_forward(context, module, images, &logits, &error));
  REQUIRE(duramen_cross_entropy(context, logits, labels, DURAMEN_REDUCTION_MEAN, &loss, &error));
  REQUIRE(duramen_tensor_backward(context, loss, NULL, NULL, &error));
  REQUIRE(duramen_optimizer_step(context, optimizer, &error));
  REQUIRE(duramen_tensor_item(loss, NULL, 0, &value, &error));
  duramen_tensor_release(loss);
  duramen_tensor_release(logits);
  duramen_tensor_release(labels);
  duramen_tensor_release(images);
  return value;
}

static void fine_tune(duramen_context* context, duramen_module* module, const digits* data) {
  const size_t batches = (data->count - TESTED - PRETRAINED) / BATCH;
  REQUIRE(duramen_module_train(module, 1, &error));
  freeze(module, "block1");
  freeze(module, "block2");
  duramen_optimizer* optimizer = optimizer_of_trainable(context, module);
  for (int epoch = 1; epoch <= EPOCHS; ++epoch) {
    double sum = 0;
    for (size_t batch = 0; batch < batches; ++batch) {
      sum += train_batch(context, module, optimizer, data, PRETRAINED + batch * BATCH);
    }
    char bar[EPOCHS + 1];
    memset(bar, '.', EPOCHS);
    memset(bar, '#', (size_t)epoch);
    bar[EPOCHS] = '\0';
    printf("[%s] epoch %2d of %d, loss %.4f\n", bar, epoch, EPOCHS, sum / (double)batches);
    fflush(stdout);
  }
  duramen_optimizer_release(optimizer);
}

/* Compares the tensors of two dicts byte by byte; the number of tensors that are equal in both. */
static size_t compare(duramen_context* context, const duramen_state_dict* ours,
                      const duramen_state_dict* read) {
  duramen_listing* listing;
  REQUIRE(duramen_state_dict_list(ours, NULL, &listing, &error));
  size_t count, stride, equal = 0;
  const char* entries = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (size_t i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(entries + i * stride);
    duramen_tensor* other;
    REQUIRE(duramen_state_dict_get_tensor(read, entry->name, entry->name_length, &other, &error));
    const size_t nbytes = (size_t)entry->nbytes;
    char* bytes = require_memory(2 * nbytes);
    REQUIRE(duramen_tensor_read(context, entry->tensor, entry->dtype, bytes, nbytes, &error));
    REQUIRE(duramen_tensor_read(context, other, entry->dtype, bytes + nbytes, nbytes, &error));
    equal += duramen_tensor_dtype(other) == entry->dtype &&
             duramen_tensor_nbytes(other) == entry->nbytes &&
             !memcmp(bytes, bytes + nbytes, nbytes);
    free(bytes);
    duramen_tensor_release(other);
  }
  duramen_listing_release(listing);
  return equal;
}

static int save_and_compare(duramen_context* context, const duramen_module* module,
                            const char* folder, const char* name) {
  char path[4096];
  duramen_state_dict *state, *read;
  duramen_checkpoint* checkpoint;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  REQUIRE(duramen_module_state_dict(module, NULL, 0, 0, &state, &error));
  REQUIRE(duramen_state_dict_save(context, state, path, SIZE_MAX, NULL, &error));
  REQUIRE(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, &error));
  REQUIRE(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &read, &error));
  const size_t count = duramen_state_dict_count(state);
  const size_t equal = count == duramen_state_dict_count(read) ? compare(context, state, read) : 0;
  printf("%s: %zu of %zu tensors read back equal\n", path, equal, count);
  duramen_state_dict_release(read);
  duramen_checkpoint_release(checkpoint);
  duramen_state_dict_release(state);
  return equal == count;
}

/* Builds the module from the checkpoint's own text and loads its weights. */
static duramen_module* load_model(duramen_context* context, const duramen_checkpoint* checkpoint) {
  const duramen_value* content = duramen_checkpoint_content(checkpoint);
  size_t length;
  const char* text =
      duramen_value_text(duramen_value_find(content, "architecture", SIZE_MAX), &length);
  duramen_module* module;
  duramen_state_dict* state;
  duramen_string* repr;
  REQUIRE(duramen_module_from_text(context, text, length, &module, &error));
  REQUIRE(duramen_module_repr(module, &repr, &error));
  printf("%s\n\n", duramen_string_data(repr, NULL));
  duramen_string_release(repr);
  REQUIRE(duramen_checkpoint_state_dict(context, checkpoint, "model", SIZE_MAX, &state, &error));
  REQUIRE(duramen_module_load_state_dict(context, module, state, NULL, NULL, &error));
  duramen_state_dict_release(state);
  return module;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: finetune DATA_FOLDER OUTPUT_FOLDER\n");
    return 2;
  }
  char path[4096];
  digits data;
  snprintf(path, sizeof path, "%s/digits.csv.gz", argv[1]);
  if (digits_read(path, &data)) return 1;
  if (data.count < PRETRAINED + TESTED + BATCH) return 1;

  duramen_context* context;
  duramen_checkpoint* checkpoint;
  REQUIRE(duramen_context_create(NULL, &context, &error));
  snprintf(path, sizeof path, "%s/digits_mlp.pt", argv[1]);
  REQUIRE(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, &error));
  duramen_module* module = load_model(context, checkpoint);
  print_listing(module);

  const duramen_value* content = duramen_checkpoint_content(checkpoint);
  const int expected =
      (int)duramen_value_int(duramen_value_find(content, "test_correct", SIZE_MAX));
  const int before = evaluate(context, module, &data);
  printf("\nbefore: %d of %d test images right (PyTorch: %d)\n", before, TESTED, expected);
  fine_tune(context, module, &data);
  const int after = evaluate(context, module, &data);
  printf("after: %d of %d test images right\n\n", after, TESTED);

  const int saved = save_and_compare(context, module, argv[2], "finetuned.pt") &
                    save_and_compare(context, module, argv[2], "finetuned.safetensors");
  duramen_module_release(module);
  duramen_checkpoint_release(checkpoint);
  duramen_context_release(context);
  digits_free(&data);
  if (before != expected || after <= before || !saved) {
    fprintf(stderr, "finetune: the result is not what it should be\n");
    return 1;
  }
  return 0;
}
