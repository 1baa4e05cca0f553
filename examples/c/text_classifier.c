/* Classify short sentences: words, embedding, mean, normalisation, two layers.
 *
 *   text_classifier DATA_FOLDER ["a sentence"]
 *
 * The network, its weights and the vocabulary come from a checkpoint that PyTorch wrote in the
 * middle of the training. The next step is compared with PyTorch's, then the training goes on.
 * What no single module does, the mean over the words, is an operator between two forwards.
 */
#include <duramen/duramen.h>
#include <inttypes.h>
#include <stdio.h>

#include "recorded.h"
#include "require.h"
#include "sentences.h"

#define TESTED 6 /* the last sentences test */
#define STEPS 40

/* A copy of `count` rows of tokens, or with rank 1 of classes. */
static duramen_tensor* integers(duramen_context* context, const int64_t* data, size_t count,
                                uint32_t rank) {
  const int64_t shape[2] = {(int64_t)count, SENTENCE_LENGTH};
  duramen_import_options options = {0};
  options.struct_size = sizeof options;
  options.dtype = DURAMEN_DTYPE_INT64;
  options.rank = rank;
  options.shape = shape;
  options.data = data;
  options.nbytes = count * (rank == 2 ? SENTENCE_LENGTH : 1) * sizeof(int64_t);
  duramen_tensor* tensor;
  REQUIRE(duramen_tensor_import(context, &options, &tensor, &error));
  return tensor;
}

/* The child's forward; releases the input. */
static duramen_tensor* apply(duramen_context* context, const duramen_module* model,
                             const char* child, duramen_tensor* input) {
  duramen_module* module;
  duramen_tensor* output;
  REQUIRE(duramen_module_get_submodule(model, child, SIZE_MAX, &module, &error));
  REQUIRE(duramen_module_forward(context, module, input, &output, &error));
  duramen_module_release(module);
  duramen_tensor_release(input);
  return output;
}

static duramen_tensor* logits_of(duramen_context* context, const duramen_module* model,
                                 const int64_t tokens[][SENTENCE_LENGTH], size_t count) {
  const int64_t over_words = 1;
  duramen_tensor* mean;
  duramen_tensor* words =
      apply(context, model, "embedding", integers(context, tokens[0], count, 2));
  REQUIRE(duramen_mean(context, words, &over_words, 1, 0, &mean, &error));
  duramen_tensor_release(words);
  return apply(context, model, "head", apply(context, model, "norm", mean));
}

/* The most likely class of each sentence. */
static void classify(duramen_context* context, const duramen_module* model,
                     const int64_t tokens[][SENTENCE_LENGTH], size_t count, int64_t* classes) {
  duramen_tensor* best;
  REQUIRE(duramen_context_set_grad_enabled(context, 0, &error));
  duramen_tensor* logits = logits_of(context, model, tokens, count);
  REQUIRE(duramen_context_set_grad_enabled(context, 1, &error));
  REQUIRE(duramen_argmax(context, logits, 1, 0, &best, &error));
  REQUIRE(duramen_tensor_read(context, best, DURAMEN_DTYPE_INT64, classes, count * sizeof(int64_t),
                              &error));
  duramen_tensor_release(best);
  duramen_tensor_release(logits);
}

static int count_right(duramen_context* context, const duramen_module* model,
                       const sentences* data) {
  int64_t found[TESTED];
  const size_t first = data->count - TESTED;
  int right = 0;
  classify(context, model, data->tokens + first, TESTED, found);
  for (size_t i = 0; i < TESTED; ++i) right += found[i] == data->classes[first + i];
  printf("%d of %d test sentences right\n", right, TESTED);
  return right;
}

/* One step on all but the test's sentences; the caller releases logits and loss. */
static void train_step(duramen_context* context, const duramen_module* model,
                       duramen_optimizer* optimizer, const sentences* data, duramen_tensor** logits,
                       duramen_tensor** loss) {
  const size_t count = data->count - TESTED;
  duramen_tensor* classes = integers(context, data->classes, count, 1);
  REQUIRE(duramen_optimizer_zero_grad(optimizer, 1, &error));
  *logits = logits_of(context, model, data->tokens, count);
  REQUIRE(duramen_cross_entropy(context, *logits, classes, DURAMEN_REDUCTION_MEAN, loss, &error));
  REQUIRE(duramen_tensor_backward(context, *loss, NULL, NULL, &error));
  REQUIRE(duramen_optimizer_step(context, optimizer, &error));
  duramen_tensor_release(classes);
}

/* The first step is compared with PyTorch's: 1 when it agrees. */
static int train(duramen_context* context, const duramen_checkpoint* file,
                 const duramen_module* model, duramen_optimizer* optimizer, const sentences* data) {
  int agree = 1;
  for (int step = 1; step <= STEPS; ++step) {
    duramen_tensor *logits, *loss;
    double value;
    train_step(context, model, optimizer, data, &logits, &loss);
    if (step == 1) {
      agree &= recorded_agrees(context, file, "logits", logits);
      agree &= recorded_agrees(context, file, "loss", loss);
      agree &= recorded_parameters_agree(context, file, model);
    }
    REQUIRE(duramen_tensor_item(loss, NULL, 0, &value, &error));
    if (step % 10 == 0) printf("step %2d of %d, loss %.4f\n", step, STEPS, value);
    duramen_tensor_release(loss);
    duramen_tensor_release(logits);
  }
  return agree;
}

int main(int argc, char** argv) {
  char path[4096];
  sentences data;
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: text_classifier DATA_FOLDER [SENTENCE]\n");
    return 2;
  }
  duramen_context* context;
  duramen_checkpoint* file;
  snprintf(path, sizeof path, "%s/text_classifier.pt", argv[1]);
  REQUIRE(duramen_context_create(NULL, &context, &error));
  REQUIRE(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, &error));
  const duramen_value* content = duramen_checkpoint_content(file);
  const duramen_value* vocabulary = duramen_value_find(content, "vocabulary", SIZE_MAX);
  const duramen_value* classes = duramen_value_find(content, "classes", SIZE_MAX);
  snprintf(path, sizeof path, "%s/sentences.tsv", argv[1]);
  if (sentences_read(path, vocabulary, classes, &data) || data.count <= TESTED) return 1;

  duramen_module* model = recorded_module(context, file);
  duramen_optimizer* optimizer = recorded_optimizer(context, file, model);
  const int64_t expected = duramen_value_int(duramen_value_find(content, "test_correct", SIZE_MAX));
  const int before = count_right(context, model, &data);
  const int agree = train(context, file, model, optimizer, &data);
  const int after = count_right(context, model, &data);
  if (argc == 3) {
    int64_t tokens[1][SENTENCE_LENGTH], found;
    sentences_tokenize(vocabulary, argv[2], tokens[0]);
    classify(context, model, (const int64_t(*)[SENTENCE_LENGTH])tokens, 1, &found);
    printf("'%s': %s\n", argv[2],
           duramen_value_text(duramen_value_item(classes, (size_t)found), NULL));
  }
  duramen_optimizer_release(optimizer);
  duramen_module_release(model);
  duramen_checkpoint_release(file);
  duramen_context_release(context);
  if (before == expected && agree && after > before) return 0;
  fprintf(stderr, "text_classifier: the result is not what it should be\n");
  return 1;
}
