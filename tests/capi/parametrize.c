/* Parametrized tensors: names, forward, gradients, values given, removal, refusals. */
#include <math.h>

#include "check.h"

static void keys(const duramen_module* module, const char* expected) {
  duramen_state_dict* dict = NULL;
  duramen_listing* listing = NULL;
  char text[256] = "";
  size_t i, count = 0, stride = 0;
  const char* first;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_list(dict, NULL, &listing, ERROR));
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count; ++i) {
    const duramen_entry* entry = (const duramen_entry*)(const void*)(first + i * stride);
    if (i > 0) strncat(text, " ", sizeof text - strlen(text) - 1);
    strncat(text, entry->name, sizeof text - strlen(text) - 1);
  }
  TEXT(expected, text);
  duramen_listing_release(listing);
  duramen_state_dict_release(dict);
}

static duramen_tensor* weight_of(duramen_context* context, duramen_module* module) {
  duramen_tensor* out = NULL;
  OK(duramen_module_get_parametrized(context, module, "weight", SIZE_MAX, &out, ERROR));
  return out;
}

/* A row of length 5 comes out as it went in; twice the g makes twice the output. */
static void weight_norm(duramen_context* context) {
  static const float kWeight[2] = {3, 4};
  static const float kInput[2] = {1, 1};
  static const int64_t kShape[2] = {1, 2};
  duramen_module* layer = new_module(context, "Linear(2, 1, bias=False)");
  duramen_tensor *value = new_tensor(context, kWeight, 2, kShape), *weight = NULL, *g = NULL,
                 *x = new_tensor(context, kInput, 2, kShape), *y = NULL;
  double item = 0;
  OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "weight_norm(dim=0)", SIZE_MAX,
                                ERROR));
  TEXT("ParametrizedLinear", duramen_module_class_name(layer, NULL));
  keys(layer, "parametrizations.weight.original0 parametrizations.weight.original1");
  OK(duramen_module_set_parametrized(context, layer, "weight", SIZE_MAX, value, ERROR));
  OK(duramen_module_get_parameter(layer, "parametrizations.weight.original0", SIZE_MAX, &g, ERROR));
  OK(duramen_tensor_item(g, NULL, 0, &item, ERROR));
  CHECK(item == 5);
  OK(duramen_module_forward(context, layer, x, &y, ERROR));
  OK(duramen_tensor_item(y, NULL, 0, &item, ERROR));
  CHECK(fabs(item - 7) < 1e-5);
  OK(duramen_tensor_backward(context, y, NULL, NULL, ERROR));
  OK(duramen_tensor_grad(g, &weight, ERROR));
  CHECK(weight != NULL);
  OK(duramen_tensor_item(weight, NULL, 0, &item, ERROR));
  CHECK(fabs(item - 1.4) < 1e-5);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_remove_parametrizations(context, layer, "weight", SIZE_MAX, 0, ERROR));
  OK(duramen_module_remove_parametrizations(context, layer, "weight", SIZE_MAX, 1, ERROR));
  TEXT("Linear", duramen_module_class_name(layer, NULL));
  keys(layer, "weight");
  duramen_tensor_release(y);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_get_parametrized(context, layer, "weight", SIZE_MAX, &y, ERROR));
  CHECK(y == NULL);
  duramen_tensor_release(weight);
  duramen_tensor_release(g);
  duramen_tensor_release(x);
  duramen_tensor_release(value);
  duramen_module_release(layer);
}

static void spectral_norm(duramen_context* context) {
  duramen_module* layer = new_module(context, "Linear(1, 3)");
  duramen_tensor *weight = NULL, *square = NULL, *sum = NULL;
  double item = 0;
  OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "spectral_norm", SIZE_MAX,
                                ERROR));
  keys(layer,
       "bias parametrizations.weight.original parametrizations.weight.0._u "
       "parametrizations.weight.0._v");
  weight = weight_of(context, layer);
  OK(duramen_mul(context, weight, weight, &square, ERROR));
  OK(duramen_sum(context, square, NULL, 0, 0, &sum, ERROR));
  OK(duramen_tensor_item(sum, NULL, 0, &item, ERROR));
  CHECK(fabs(item - 1) < 1e-5);
  OK(duramen_module_remove_parametrizations(context, layer, "weight", SIZE_MAX, 0, ERROR));
  keys(layer, "bias weight");
  duramen_tensor_release(sum);
  duramen_tensor_release(square);
  duramen_tensor_release(weight);
  duramen_module_release(layer);
}

/* The forms of torch.nn.utils: beside the others, under the class of before. */
static void hooks(duramen_context* context) {
  static const float kInput[2] = {1, 1};
  static const int64_t kShape[2] = {1, 2};
  duramen_module *layer = new_module(context, "Linear(2, 2)"), *copy = NULL;
  duramen_tensor *x = new_tensor(context, kInput, 2, kShape), *y = NULL, *g = NULL, *grad = NULL;
  OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "torch.nn.utils.weight_norm",
                                SIZE_MAX, ERROR));
  TEXT("Linear", duramen_module_class_name(layer, NULL));
  keys(layer, "bias weight_g weight_v");
  OK(duramen_module_forward(context, layer, x, &y, ERROR));
  OK(duramen_tensor_backward(context, y, x, NULL, ERROR));
  OK(duramen_module_get_parameter(layer, "weight_g", SIZE_MAX, &g, ERROR));
  OK(duramen_tensor_grad(g, &grad, ERROR));
  CHECK(grad != NULL);
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "utils.weight_norm(dim=1)",
                                   SIZE_MAX, ERROR));
  TEXT("RuntimeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_module_register_parameter(layer, "weight", SIZE_MAX, NULL, ERROR));
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_module_set_parametrized(context, layer, "weight", SIZE_MAX, x, ERROR));
  OK(duramen_module_deepcopy(context, layer, &copy, ERROR));
  OK(duramen_module_remove_parametrizations(context, layer, "weight", SIZE_MAX, 1, ERROR));
  keys(layer, "bias weight");
  OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "utils.spectral_norm", SIZE_MAX,
                                ERROR));
  keys(layer, "bias weight_orig weight_u weight_v");
  keys(copy, "bias weight_g weight_v");
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_parametrize(context, layer, "bias", SIZE_MAX,
                                                          "utils.orthogonal", SIZE_MAX, ERROR));
  duramen_module_release(copy);
  duramen_tensor_release(grad);
  duramen_tensor_release(g);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(layer);
}

/* What has the tensor's name meanwhile goes when the tensor comes back. */
static void name_taken(duramen_context* context) {
  duramen_module *layer = new_module(context, "Linear(2, 2)"),
                 *relu = new_module(context, "ReLU()");
  duramen_tensor* buffer = NULL;
  int i;
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, NULL, 0, &buffer, ERROR));
  for (i = 0; i < 2; ++i) {
    OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "utils.weight_norm", SIZE_MAX,
                                  ERROR));
    OK(duramen_module_remove(layer, "weight", SIZE_MAX, ERROR));
    OK(i == 0 ? duramen_module_register_buffer(layer, "weight", SIZE_MAX, buffer, 1, ERROR)
              : duramen_module_register_child(layer, "weight", SIZE_MAX, relu, ERROR));
    OK(duramen_module_remove_parametrizations(context, layer, "weight", SIZE_MAX, 1, ERROR));
    keys(layer, "bias weight");
    OK(duramen_module_remove(layer, "weight", SIZE_MAX, ERROR));
    FAILS(DURAMEN_E_NOT_FOUND, duramen_module_remove(layer, "weight", SIZE_MAX, ERROR));
    duramen_module_release(layer);
    layer = new_module(context, "Linear(2, 2)");
  }
  duramen_tensor_release(buffer);
  duramen_module_release(relu);
  duramen_module_release(layer);
}

static void bad_text(duramen_context* context, const char* text, const char* message) {
  duramen_module* out = NULL;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_from_text(context, text, SIZE_MAX, &out, ERROR));
  CONTAINS(message, duramen_error_message(last_error(), NULL));
}

static void bad_texts(duramen_context* context) {
  bad_text(context, "Linear(2, 2){utils=[]}", "expected a dict of texts");
  bad_text(context, "Linear(2, 2){utils={'weight': 5}}", "expected a dict of texts");
  bad_text(context, "Linear(2, 2){utils={5: 'weight_norm'}}", "expected a dict of texts");
  bad_text(context,
           "ParametrizedLinear(2, 2, (parametrizations): ModuleDict("
           "(weight): ParametrizationList()))",
           "expected (0): a parametrization");
  bad_text(context,
           "ParametrizedLinear(2, 2, (parametrizations): ModuleDict("
           "(weight): ParametrizationList((5): _WeightNorm())))",
           "expected (0): a parametrization");
  bad_text(context,
           "ParametrizedLinear(2, 2, (parametrizations): ModuleDict("
           "(weight): Sequential((0): _WeightNorm())))",
           "expected ParametrizationList(…), got Sequential");
  bad_text(context, "ParametrizedLinear(2, 2, (parametrizations): ModuleDict())",
           "expected some parametrizations");
}

static void texts(duramen_context* context) {
  duramen_module *layer = new_module(context, "Linear(2, 2, bias=False)"), *again = NULL;
  duramen_string* text = NULL;
  OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "weight_norm(1)", SIZE_MAX,
                                ERROR));
  OK(duramen_module_text(layer, &text, ERROR));
  OK(duramen_module_from_text(context, duramen_string_data(text, NULL), SIZE_MAX, &again, ERROR));
  TEXT("ParametrizedLinear", duramen_module_class_name(again, NULL));
  keys(again, "parametrizations.weight.original0 parametrizations.weight.original1");
  duramen_string_release(text);
  duramen_module_release(again);
  duramen_module_release(layer);
}

static void refusals(duramen_context* context) {
  duramen_module* layer = new_module(context, "Linear(2, 2)");
  duramen_tensor* out = NULL;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_parametrize(context, layer, "weight", SIZE_MAX,
                                                          "weigth_norm", SIZE_MAX, ERROR));
  TEXT("weight_norm", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_parametrize(context, layer, "heavy", SIZE_MAX,
                                                               "weight_norm", SIZE_MAX, ERROR));
  TEXT("ValueError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_module_parametrize(context, layer, "weight", SIZE_MAX,
                                                               "weight_norm(5)", SIZE_MAX, ERROR));
  TEXT("IndexError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  TEXT("Linear", duramen_module_class_name(layer, NULL));
  keys(layer, "weight bias");
  OK(duramen_module_parametrize(context, layer, "weight", SIZE_MAX, "orthogonal", SIZE_MAX, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_get_parametrized(context, layer, "weight", SIZE_MAX, &out, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_module_register_parameter(layer, "weight", SIZE_MAX, NULL, ERROR));
  duramen_module_release(layer);
}

int main(void) {
  duramen_context* context = new_context();
  weight_norm(context);
  spectral_norm(context);
  hooks(context);
  texts(context);
  bad_texts(context);
  name_taken(context);
  refusals(context);
  duramen_context_release(context);
  return finish();
}
