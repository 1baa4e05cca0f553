/* A program of API level 1, kept as it is: it runs with every later library of this SONAME. The
 * only argument is a folder that it may write to. */
#include <duramen/duramen.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void expect(int condition, const char* what) {
  if (condition) return;
  ++failures;
  fprintf(stderr, "level 1: %s\n", what);
}

static void ok(duramen_status status, duramen_error* error, const char* what) {
  if (status != DURAMEN_OK) fprintf(stderr, "%s\n", duramen_error_message(error, NULL));
  expect(status == DURAMEN_OK && error == NULL, what);
  duramen_error_release(error);
}
#define OK(call)                  \
  do {                            \
    duramen_error* error = NULL;  \
    duramen_status status = call; \
    ok(status, error, #call);     \
  } while (0)

static void DURAMEN_CALL count_destroyed(void* user) { ++*(int*)user; }

static int32_t DURAMEN_CALL count_modules(void* user, duramen_module* module,
                                          duramen_error** error) {
  (void)module;
  (void)error;
  ++*(int*)user;
  return 0;
}

static duramen_tensor* import(duramen_context* context, const float* values, const int64_t* shape,
                              uint32_t rank, int* destroyed) {
  duramen_import_options options;
  duramen_tensor* tensor = NULL;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.mode = destroyed ? DURAMEN_IMPORT_VIEW_CONST : DURAMEN_IMPORT_COPY;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = rank;
  options.shape = shape;
  options.data = values;
  options.nbytes = 4 * sizeof *values;
  options.destroy = destroyed ? count_destroyed : NULL;
  options.user = destroyed;
  OK(duramen_tensor_import(context, &options, &tensor, &error));
  return tensor;
}

/* Entries are stepped through by their stride. */
static void list(const duramen_module* net) {
  static const char* const kNames[] = {"0.weight", "0.bias", "2.weight", "2.bias"};
  duramen_list_options options;
  duramen_listing* listing = NULL;
  size_t count = 0, stride = 0, i;
  const char* entry;
  OK(duramen_list_options_init(&options, sizeof options, &error));
  options.kinds = DURAMEN_KIND_PARAMETER;
  OK(duramen_module_list(net, &options, &listing, &error));
  entry = (const char*)duramen_listing_entries(listing, &count, &stride);
  expect(count == 4 && stride >= sizeof(duramen_entry), "four entries");
  for (i = 0; i < count; ++i, entry += stride) {
    const duramen_entry* one = (const duramen_entry*)(const void*)entry;
    expect(strcmp(one->name, kNames[i]) == 0 && one->name_length == strlen(kNames[i]), "the names");
    expect(one->dtype == DURAMEN_DTYPE_FLOAT32 && one->tensor != NULL && one->first_index == i,
           "the entries");
  }
  duramen_listing_release(listing);
}

static double train(duramen_context* context, duramen_module* net, duramen_tensor* x) {
  duramen_optimizer* optimizer = NULL;
  duramen_tensor* parameters[2] = {NULL, NULL};
  duramen_tensor *y = NULL, *loss = NULL;
  double value = -1;
  OK(duramen_module_get_parameter(net, "0.weight", SIZE_MAX, &parameters[0], &error));
  OK(duramen_module_get_parameter(net, "2.bias", 6, &parameters[1], &error));
  OK(duramen_optimizer_from_text(context, "SGD(lr=0.1)", SIZE_MAX, parameters, 2, &optimizer,
                                 &error));
  OK(duramen_module_forward(context, net, x, &y, &error));
  OK(duramen_mean(context, y, NULL, 0, 0, &loss, &error));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, &error));
  OK(duramen_optimizer_step(context, optimizer, &error));
  OK(duramen_tensor_item(loss, NULL, 0, &value, &error));
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(parameters[0]);
  duramen_tensor_release(parameters[1]);
  duramen_optimizer_release(optimizer);
  return value;
}

/* Saves the state, loads it into a second module; both print and compute the same. */
static void save_and_load(duramen_context* context, duramen_module* net, duramen_tensor* x,
                          const char* folder) {
  char path[4096];
  duramen_state_dict *dict = NULL, *loaded = NULL;
  duramen_checkpoint* checkpoint = NULL;
  duramen_module* twin = NULL;
  duramen_load_report* report = NULL;
  duramen_tensor *a = NULL, *b = NULL;
  double first = 1, second = 2;
  snprintf(path, sizeof path, "%s/level1.safetensors", folder);
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, &error));
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, NULL, &error));
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, &error));
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &loaded, &error));
  OK(duramen_module_from_text(context, "Sequential(Linear(2, 3), ReLU(), Linear(3, 1))", SIZE_MAX,
                              &twin, &error));
  OK(duramen_module_load_state_dict(context, twin, loaded, NULL, &report, &error));
  expect(duramen_load_report_loaded(report) == 4, "four entries loaded");
  OK(duramen_module_forward(context, net, x, &a, &error));
  OK(duramen_module_forward(context, twin, x, &b, &error));
  {
    const int64_t index[2] = {1, 0};
    OK(duramen_tensor_item(a, index, 2, &first, &error));
    OK(duramen_tensor_item(b, index, 2, &second, &error));
  }
  expect(first == second, "the same results");
  remove(path);
  duramen_tensor_release(a);
  duramen_tensor_release(b);
  duramen_load_report_release(report);
  duramen_module_release(twin);
  duramen_state_dict_release(loaded);
  duramen_checkpoint_release(checkpoint);
  duramen_state_dict_release(dict);
}

static void fail(duramen_context* context) {
  duramen_error* error = NULL;
  duramen_module* none = (duramen_module*)(void*)context;
  const duramen_status status =
      duramen_module_from_text(context, "Linaer(1, 1)", SIZE_MAX, &none, &error);
  expect(status == DURAMEN_E_UNSUPPORTED && none == NULL, "an unknown type");
  expect(duramen_error_status(error) == status, "the error's status");
  expect(strcmp(duramen_error_detail(error, "nearest", SIZE_MAX, NULL), "Linear") == 0,
         "the nearest name");
  expect(strcmp(duramen_status_name(status), "UNSUPPORTED") == 0, "the status's name");
  duramen_error_release(error);
}

int main(int argc, char** argv) {
  static const float kX[4] = {1, 2, 3, 4};
  static const int64_t kShape[2] = {2, 2};
  duramen_context_options options;
  duramen_context* context = NULL;
  duramen_module* net = NULL;
  duramen_tensor* x;
  int destroyed = 0, modules = 0;
  OK(duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, &error));
  expect(duramen_api_level() >= 1 && duramen_abi_epoch() == 0, "the level and the epoch");
  expect(duramen_feature_supported("safetensors", SIZE_MAX) == 1, "safetensors");
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.num_threads = 2;
  options.seed = 7;
  OK(duramen_context_create(&options, &context, &error));
  OK(duramen_module_from_text(context, "Sequential(Linear(2, 3), ReLU(), Linear(3, 1))", SIZE_MAX,
                              &net, &error));
  OK(duramen_module_apply(net, count_modules, &modules, &error));
  expect(modules == 4, "four modules");
  x = import(context, kX, kShape, 2, &destroyed);
  list(net);
  expect(train(context, net, x) != -1, "a loss");
  save_and_load(context, net, x, argc > 1 ? argv[1] : ".");
  fail(context);
  duramen_tensor_release(x);
  duramen_module_release(net);
  duramen_context_release(context);
  expect(destroyed == 1, "the memory is given back once");
  return failures != 0;
}
