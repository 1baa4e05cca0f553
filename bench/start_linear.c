/* The smallest useful program: one Linear(10, 10) forward. start.py measures the whole process. */
#include <duramen/duramen.h>

int main(void) {
  const int64_t shape[2] = {1, 10};
  duramen_context* context = NULL;
  duramen_module* module = NULL;
  duramen_tensor *input = NULL, *output = NULL;
  const int failed = duramen_context_create(NULL, &context, NULL) ||
                     duramen_module_from_text(context, "Linear(10, 10)", SIZE_MAX, &module, NULL) ||
                     duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, shape, 2, &input, NULL) ||
                     duramen_module_forward(context, module, input, &output, NULL);
  duramen_tensor_release(output);
  duramen_tensor_release(input);
  duramen_module_release(module);
  duramen_context_release(context);
  return failed;
}
