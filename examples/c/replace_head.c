/* A network that PyTorch trained on ten classes gets a new last layer for two: is a digit odd?
 *
 *   replace_head DATA_FOLDER
 *
 * Loads the checkpoint, replaces the last Linear, freezes the rest, makes one training step, and
 * shows that the step changed the new layer and nothing else.
 */
#include <duramen/duramen.h>
#include <stdio.h>
#include <stdlib.h>

#include "digits.h"
#include "require.h"

#define BATCH 200

static duramen_module* load_model(duramen_context* context, const char* path) {
  duramen_checkpoint* checkpoint;
  duramen_state_dict* state;
  duramen_module* model;
  size_t length;
  REQUIRE(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, &error));
  const duramen_value* content = duramen_checkpoint_content(checkpoint);
  const char* text =
      duramen_value_text(duramen_value_find(content, "architecture", SIZE_MAX), &length);
  REQUIRE(duramen_module_from_text(context, text, length, &model, &error));
  REQUIRE(duramen_checkpoint_state_dict(context, checkpoint, "model", SIZE_MAX, &state, &error));
  REQUIRE(duramen_module_load_state_dict(context, model, state, NULL, NULL, &error));
  duramen_state_dict_release(state);
  duramen_checkpoint_release(checkpoint);
  return model;
}

/* Linear(48, 10) at head.3 becomes Linear(48, 2). */
static void replace_head(duramen_context* context, duramen_module* model) {
  duramen_module *parent, *layer;
  REQUIRE(duramen_module_get_submodule(model, "head", SIZE_MAX, &parent, &error));
  REQUIRE(duramen_module_from_text(context, "Linear(48, 2)", SIZE_MAX, &layer, &error));
  REQUIRE(duramen_module_assign_module(parent, "3", SIZE_MAX, layer, &error));
  duramen_module_release(layer);
  duramen_module_release(parent);
}

static duramen_optimizer* optimizer_of_trainable(duramen_context* context,
                                                 const duramen_module* model) {
  duramen_list_options options = {0};
  duramen_listing* listing;
  duramen_optimizer* optimizer;
  duramen_tensor* parameters[2];
  size_t count, stride;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  options.flags = DURAMEN_LIST_ONLY_TRAINABLE;
  REQUIRE(duramen_module_list(model, &options, &listing, &error));
  const char* entries = (const char*)duramen_listing_entries(listing, &count, &stride);
  if (count != 2) require(DURAMEN_E_INTERNAL, NULL, "the head has a weight and a bias");
  for (size_t i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(entries + i * stride);
    printf("trains %s\n", entry->name);
    parameters[i] = entry->tensor;
  }
  REQUIRE(duramen_optimizer_from_text(context, "SGD(lr=0.5)", SIZE_MAX, parameters, count,
                                      &optimizer, &error));
  duramen_listing_release(listing);
  return optimizer;
}

/* One step, or without an optimizer the loss alone. */
static double step(duramen_context* context, duramen_module* model, duramen_optimizer* optimizer,
                   duramen_tensor* images, duramen_tensor* classes) {
  duramen_tensor *logits, *loss;
  double value;
  REQUIRE(duramen_module_forward(context, model, images, &logits, &error));
  REQUIRE(duramen_cross_entropy(context, logits, classes, DURAMEN_REDUCTION_MEAN, &loss, &error));
  if (optimizer) {
    REQUIRE(duramen_tensor_backward(context, loss, NULL, NULL, &error));
    REQUIRE(duramen_optimizer_step(context, optimizer, &error));
  }
  REQUIRE(duramen_tensor_item(loss, NULL, 0, &value, &error));
  duramen_tensor_release(loss);
  duramen_tensor_release(logits);
  return value;
}

/* Prints what differs; whether that is the new layer, and all of it. */
static int only_head_changed(duramen_context* context, const duramen_state_dict* before,
                             const duramen_state_dict* after) {
  duramen_diff* diff;
  size_t count, stride, in_head = 0;
  uint32_t matches;
  REQUIRE(duramen_state_dict_diff(context, before, after, NULL, &diff, &error));
  const char* entries = (const char*)duramen_diff_entries(diff, &count, &stride);
  for (size_t i = 0; i < count; ++i) {
    const duramen_difference* entry = (const duramen_difference*)(entries + i * stride);
    printf("changed %s by up to %.4f\n", entry->name, entry->distance);
    REQUIRE(duramen_pattern_match("head.3.*", SIZE_MAX, entry->name, entry->name_length, &matches,
                                  &error));
    in_head += matches;
  }
  printf("%d entries are as they were\n", (int)duramen_diff_equal_count(diff));
  duramen_diff_release(diff);
  return count == 2 && in_head == 2;
}

int main(int argc, char** argv) {
  char path[4096];
  digits data;
  if (argc != 2) {
    fprintf(stderr, "usage: replace_head DATA_FOLDER\n");
    return 2;
  }
  snprintf(path, sizeof path, "%s/digits.csv.gz", argv[1]);
  if (digits_read(path, &data) || data.count < BATCH) return 1;
  for (size_t i = 0; i < data.count; ++i) data.labels[i] %= 2;

  duramen_context* context;
  duramen_state_dict *state, *before;
  size_t frozen;
  REQUIRE(duramen_context_create(NULL, &context, &error));
  snprintf(path, sizeof path, "%s/digits_mlp.pt", argv[1]);
  duramen_module* model = load_model(context, path);
  replace_head(context, model);
  REQUIRE(duramen_module_freeze(model, NULL, 0, "head.3.*", SIZE_MAX, &frozen, &error));
  REQUIRE(duramen_module_train(model, 0, &error)); /* the statistics stay as they are, too */
  printf("froze %d parameters\n", (int)frozen);

  duramen_optimizer* optimizer = optimizer_of_trainable(context, model);
  duramen_tensor* images = digits_images(context, &data, 0, BATCH);
  duramen_tensor* classes = digits_classes(context, &data, 0, BATCH);
  REQUIRE(duramen_module_state_dict(model, NULL, 0, 0, &state, &error));
  REQUIRE(duramen_state_dict_snapshot(context, state, &before, &error));
  const double first = step(context, model, optimizer, images, classes);
  const double second = step(context, model, NULL, images, classes);
  printf("loss %.4f, after one step %.4f\n", first, second);
  const int only_head = only_head_changed(context, before, state);

  duramen_state_dict_release(before);
  duramen_state_dict_release(state);
  duramen_tensor_release(classes);
  duramen_tensor_release(images);
  duramen_optimizer_release(optimizer);
  duramen_module_release(model);
  duramen_context_release(context);
  digits_free(&data);
  return only_head && second < first ? 0 : 1;
}
