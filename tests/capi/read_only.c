/* What must not be written: memory that was lent for reading, mapped files, and files and folders
 * of others. Every call that would write fails and leaves all as it was. */
#define _DEFAULT_SOURCE /* setgroups */
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_world.h"

enum { kNobody = 65534, kNoGroup = 65534 };

static const float kValues[4] = {-1, 2, -3, 4};
static const int64_t kShape[2] = {2, 2};

static duramen_tensor* lent(duramen_context* context) {
  duramen_import_options options = {0};
  duramen_tensor* tensor = NULL;
  options.struct_size = sizeof options;
  options.mode = DURAMEN_IMPORT_VIEW_CONST;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = 2;
  options.shape = kShape;
  options.data = kValues;
  options.nbytes = sizeof kValues;
  OK(duramen_tensor_import(context, &options, &tensor, ERROR));
  return tensor;
}

static double sum_of(duramen_context* context, const duramen_tensor* tensor) {
  float values[4];
  OK(duramen_tensor_read(context, tensor, DURAMEN_DTYPE_FLOAT32, values, sizeof values, ERROR));
  return values[0] + 10 * values[1] + 100 * values[2] + 1000 * values[3];
}

static void tensors(duramen_context* context) {
  duramen_tensor *tensor = lent(context), *copy = NULL, *out = NULL;
  duramen_module* relu = new_module(context, "ReLU(inplace=True)");
  void* data = NULL;
  struct DLManagedTensor* legacy = NULL;
  const double before = sum_of(context, tensor);
  OK(duramen_tensor_clone(context, tensor, &copy, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_data_mut(tensor, &data, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_copy_from(context, tensor, copy, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_fill(context, tensor, 0, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_fill_uniform(context, tensor, 0, 1, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_fill_normal(context, tensor, 0, 1, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_module_forward(context, relu, tensor, &out, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_to_dlpack_legacy(tensor, &legacy, ERROR));
  CHECK(sum_of(context, tensor) == before && data == NULL && out == NULL && legacy == NULL);
  OK(duramen_tensor_fill(context, copy, 0, ERROR)); /* a copy is the caller's */
  CHECK(sum_of(context, copy) == 0 && duramen_tensor_version(tensor) == 0);
  duramen_module_release(relu);
  duramen_tensor_release(copy);
  duramen_tensor_release(tensor);
}

/* A Linear whose weight is lent memory and whose bias is not. */
static duramen_module* half_lent(duramen_context* context) {
  duramen_module* module = new_module(context, "Linear(2, 2)");
  duramen_tensor *data = lent(context), *weight = NULL;
  OK(duramen_parameter_create(data, 1, &weight, ERROR));
  OK(duramen_module_assign_tensor(module, "weight", SIZE_MAX, weight, ERROR));
  duramen_tensor_release(weight);
  duramen_tensor_release(data);
  return module;
}

static void get_pair(const duramen_module* module, duramen_tensor** pair) {
  OK(duramen_module_get_parameter(module, "weight", SIZE_MAX, &pair[0], ERROR));
  OK(duramen_module_get_parameter(module, "bias", SIZE_MAX, &pair[1], ERROR));
}

static double first_of(const duramen_tensor* tensor) {
  const void* data = NULL;
  OK(duramen_tensor_data_const(tensor, &data, ERROR));
  return *(const float*)data;
}

/* A load, a step and new initial values change both tensors or none. */
static void modules(duramen_context* context) {
  duramen_module *module = half_lent(context), *other = new_module(context, "Linear(2, 2)");
  duramen_state_dict* dict = NULL;
  duramen_load_report* report = NULL;
  duramen_optimizer* optimizer = NULL;
  duramen_tensor *pair[2], *x = lent(context), *y = NULL, *loss = NULL;
  double bias;
  get_pair(module, pair);
  bias = first_of(pair[1]);
  OK(duramen_module_state_dict(other, NULL, 0, 0, &dict, ERROR));
  FAILS(DURAMEN_E_INCOMPATIBLE,
        duramen_module_load_state_dict(context, module, dict, NULL, &report, ERROR));
  OK(duramen_module_match(module, dict, NULL, &report, ERROR));
  CHECK(duramen_load_report_count(report, DURAMEN_LOAD_ITEM_FAILED) == 1);
  FAILS(DURAMEN_E_READ_ONLY, duramen_module_reset_parameters(context, module, ERROR));
  OK(duramen_optimizer_from_text(context, "SGD(lr=1, momentum=0.9)", SIZE_MAX, pair, 2, &optimizer,
                                 ERROR));
  OK(duramen_module_forward(context, module, x, &y, ERROR));
  OK(duramen_sum(context, y, NULL, 0, 0, &loss, ERROR));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_optimizer_step(context, optimizer, ERROR));
  CHECK(first_of(pair[1]) == bias && first_of(pair[0]) == kValues[0]);
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_optimizer_release(optimizer);
  duramen_load_report_release(report);
  duramen_state_dict_release(dict);
  duramen_tensor_release(pair[1]);
  duramen_tensor_release(pair[0]);
  duramen_module_release(other);
  duramen_module_release(module);
}

/* Gradients that lie in lent memory are not added to, nor zeroed in place. */
static void gradients(duramen_context* context) {
  duramen_module* module = new_module(context, "Linear(2, 2)");
  duramen_tensor *pair[2], *grad = lent(context), *x = lent(context), *y = NULL, *loss = NULL;
  duramen_tensor* now = NULL;
  get_pair(module, pair);
  OK(duramen_tensor_set_grad(pair[0], grad, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_module_zero_grad(module, 0, ERROR));
  OK(duramen_module_forward(context, module, x, &y, ERROR));
  OK(duramen_sum(context, y, NULL, 0, 0, &loss, ERROR));
  if (duramen_tensor_backward(context, loss, NULL, NULL, ERROR) == DURAMEN_OK) {
    OK(duramen_tensor_grad(pair[0], &now, ERROR)); /* a new one took its place */
    CHECK(now != grad);
  } else {
    CHECK(duramen_error_status(last_error()) == DURAMEN_E_READ_ONLY);
  }
  CHECK(sum_of(context, grad) == 3719);
  duramen_tensor_release(now);
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_tensor_release(grad);
  duramen_tensor_release(pair[1]);
  duramen_tensor_release(pair[0]);
  duramen_module_release(module);
}

/* A module that took the tensors of a mapped file trains on copies, or not at all. */
static void mapped(duramen_context* context, const char* path) {
  duramen_module *module = new_module(context, "Linear(2, 2)"), *copy = NULL;
  duramen_checkpoint* checkpoint = NULL;
  duramen_state_dict* dict = NULL;
  duramen_load_options options = {0};
  duramen_tensor* pair[2];
  double weight;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  duramen_state_dict_release(dict);
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR));
  options.struct_size = sizeof options;
  options.policy = DURAMEN_LOAD_ASSIGN;
  OK(duramen_module_load_state_dict(context, module, dict, &options, NULL, ERROR));
  get_pair(module, pair);
  weight = first_of(pair[0]);
  OK(duramen_context_set_grad_enabled(context, 0, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_fill(context, pair[0], 1, ERROR));
  OK(duramen_module_deepcopy(context, module, &copy, ERROR));
  duramen_tensor_release(pair[1]);
  duramen_tensor_release(pair[0]);
  get_pair(copy, pair);
  OK(duramen_tensor_fill(context, pair[0], weight + 1, ERROR));
  OK(duramen_context_set_grad_enabled(context, 1, ERROR));
  duramen_tensor_release(pair[1]);
  duramen_tensor_release(pair[0]);
  get_pair(module, pair);
  CHECK(first_of(pair[0]) == weight);
  duramen_tensor_release(pair[1]);
  duramen_tensor_release(pair[0]);
  duramen_state_dict_release(dict);
  duramen_checkpoint_release(checkpoint);
  duramen_module_release(copy);
  duramen_module_release(module);
}

/* As somebody who may not write everywhere: root becomes nobody. */
static int save_as_nobody(duramen_context* context, const char* path) {
  duramen_state_dict* dict = new_dict(context, 2);
  if (geteuid() == 0 && (setgroups(0, NULL) || setgid(kNoGroup) || setuid(kNobody))) return 1;
  FAILS(DURAMEN_E_IO, save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  CONTAINS(path, duramen_error_message(last_error(), NULL));
  CONTAINS("Permission denied", duramen_error_message(last_error(), NULL));
  duramen_state_dict_release(dict);
  return finish();
}

/* A file or a folder of the given modes: the file stays, and nothing lies beside it. */
static void files(duramen_context* context, mode_t folder_mode, mode_t file_mode) {
  const char* folder = make_folder("read_only");
  duramen_state_dict* dict = new_dict(context, 1);
  char path[4096];
  int how = 0;
  pid_t child;
  snprintf(path, sizeof path, "%s/a.pt", folder);
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  CHECK(chmod(path, file_mode) == 0 && chmod(folder, folder_mode) == 0);
  child = fork();
  if (child == 0) _exit(save_as_nobody(context, path));
  CHECK(child > 0 && waitpid(child, &how, 0) == child && WIFEXITED(how) && WEXITSTATUS(how) == 0);
  CHECK(chmod(folder, 0777) == 0);
  CHECK(value_of_file(context, path) == 1 && count_files(folder) == 1);
  remove_files(folder, NULL);
  duramen_state_dict_release(dict);
}

int main(void) {
  duramen_context* context = new_context();
  tensors(context);
  modules(context);
  gradients(context);
  mapped(context, scratch_path("read_only.pt"));
  files(context, 0777, 0444);
  files(context, 0555, 0444);
  duramen_context_release(context);
  return finish();
}
