/* The operations of the out-of-memory test. Each releases what it got before it returns. */
#include "memory_world.h"

static void hear(void* user, int32_t level, const char* message, size_t length) {
  (void)user;
  (void)level;
  (void)message;
  (void)length;
}

static duramen_status create_context(struct world* w, duramen_error** error) {
  duramen_context* context = NULL;
  duramen_context_options options = {0};
  duramen_log_sink log = {0};
  duramen_status status;
  (void)w;
  log.struct_size = sizeof log;
  log.log = hear;
  options.struct_size = sizeof options;
  options.num_threads = 2;
  options.log = &log;
  status = duramen_context_create(&options, &context, error);
  duramen_context_release(context);
  return status;
}

static duramen_status build(struct world* w, const char* text, duramen_error** error) {
  duramen_module* module = NULL;
  duramen_status status = duramen_module_from_text(w->context, text, SIZE_MAX, &module, error);
  duramen_module_release(module);
  return status;
}

static duramen_status build_net(struct world* w, duramen_error** error) {
  return build(w, "Sequential(Linear(4, 6), BatchNorm1d(6), Dropout(0.5), Linear(6, 2))", error);
}

static duramen_status build_text_net(struct world* w, duramen_error** error) {
  return build(w,
               "Sequential(Embedding(5, 4, padding_idx=0), LayerNorm(4), GELU(), Softmax(dim=1), "
               "ParameterList([zeros(2), 5]), ParameterDict({'b': randn(2), 'a': 'text'}))",
               error);
}

static duramen_status build_unknown(struct world* w, duramen_error** error) {
  return build(w, "Sequential(Linear(4, 6), Sequential(ReLU(), Liner(6, 2)))", error);
}

static duramen_status build_malformed(struct world* w, duramen_error** error) {
  return build(w, "Sequential(Linear(4, 6), Linear(6, in_feature=3", error);
}

static duramen_status build_scoped(struct world* w, duramen_error** error) {
  duramen_text_options options = {0};
  duramen_scope* scope = NULL;
  duramen_module* module = NULL;
  duramen_status status;
  TRY(duramen_scope_create(&scope, error));
  TRY(duramen_scope_set_module(scope, "net", SIZE_MAX, w->net, error));
  options.struct_size = sizeof options;
  options.scope = scope;
  TRY(duramen_module_from_text_with(w->context, "Sequential(net, ReLU())", SIZE_MAX, &options,
                                    &module, NULL, error));
release:
  duramen_module_release(module);
  duramen_scope_release(scope);
  return status;
}

/* A printout with an unknown class, and back by the lossless form. */
static duramen_status build_printout(struct world* w, duramen_error** error) {
  duramen_text_options options = {0};
  duramen_module* module = NULL;
  duramen_module* again = NULL;
  duramen_value* unknown = NULL;
  duramen_string* text = NULL;
  duramen_status status;
  options.struct_size = sizeof options;
  options.flags = DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS;
  TRY(duramen_module_from_text_with(
      w->context, "Net(\n  (0-1): 2 x Block(3 -> 4\n    (fc): Linear(2, 3)\n  )\n  (x): None\n)",
      SIZE_MAX, &options, &module, &unknown, error));
  TRY(duramen_module_text(module, &text, error));
  TRY(duramen_module_from_text(w->context, duramen_string_data(text, NULL), SIZE_MAX, &again,
                               error));
release:
  duramen_module_release(again);
  duramen_string_release(text);
  duramen_value_release(unknown);
  duramen_module_release(module);
  return status;
}

static duramen_status write_net(struct world* w, duramen_error** error) {
  duramen_string* text = NULL;
  duramen_status status = duramen_module_text(w->net, &text, error);
  duramen_string_release(text);
  return status;
}

/* All or nothing: a container's entry, and slots of known classes. */
static duramen_status adopt(struct world* w, duramen_error** error) {
  duramen_text_options reading = {0};
  duramen_load_options options = {0};
  duramen_module* module = NULL;
  duramen_state_dict* dict = NULL;
  duramen_status status;
  reading.struct_size = sizeof reading;
  reading.flags = DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS;
  options.struct_size = sizeof options;
  options.policy = DURAMEN_LOAD_ADOPT | DURAMEN_LOAD_ALLOW_MISSING;
  TRY(duramen_module_from_text_with(w->context, "Net(\n  (0): Block()\n)", SIZE_MAX, &reading,
                                    &module, NULL, error));
  TRY(duramen_module_state_dict(module, NULL, 0, 0, &dict, error));
  TRY(duramen_state_dict_set_tensor(dict, "0.scale", SIZE_MAX, w->deep[0], error));
  TRY(duramen_state_dict_set_tensor(dict, "shift", SIZE_MAX, w->deep[1], error));
  status = duramen_module_load_state_dict(w->context, module, dict, &options, NULL, error);
  if (status != DURAMEN_OK) {
    duramen_tensor* none = NULL;
    if (duramen_module_get_parameter(module, "0.scale", SIZE_MAX, &none, NULL) == DURAMEN_OK) {
      status = -2000; /* half a load */
    }
    duramen_tensor_release(none);
  }
release:
  duramen_state_dict_release(dict);
  duramen_module_release(module);
  return status;
}

static duramen_status build_from_options(struct world* w, duramen_error** error) {
  static const int64_t kShape[2] = {3, 4};
  duramen_options* options = NULL;
  duramen_module* module = NULL;
  duramen_op* op = NULL;
  duramen_optimizer* optimizer = NULL;
  duramen_status status;
  TRY(duramen_options_create(&options, error));
  TRY(duramen_options_add_module(options, "args", SIZE_MAX, "net", SIZE_MAX, w->net, error));
  TRY(duramen_module_create(w->context, "Sequential", SIZE_MAX, options, &module, error));
  duramen_options_release(options);
  options = NULL;
  TRY(duramen_options_create(&options, error));
  TRY(duramen_options_set_ints(options, "sizes", SIZE_MAX, kShape, 2, error));
  TRY(duramen_op_create("reshape", SIZE_MAX, options, &op, error));
  duramen_options_release(options);
  options = NULL;
  TRY(duramen_options_create(&options, error));
  TRY(duramen_options_set_float(options, "lr", SIZE_MAX, 0.5, error));
  TRY(duramen_optimizer_create(w->context, "SGD", SIZE_MAX, options, &w->x, 1, &optimizer, error));
release:
  duramen_optimizer_release(optimizer);
  duramen_op_release(op);
  duramen_module_release(module);
  duramen_options_release(options);
  return status;
}

static duramen_status list(struct world* w, duramen_error** error) {
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  duramen_status status;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER | DURAMEN_KIND_BUFFER | DURAMEN_KIND_MODULE;
  options.prefix = "a prefix that is not short";
  options.prefix_length = strlen(options.prefix);
  status = duramen_module_list(w->net, &options, &listing, error);
  duramen_listing_release(listing);
  return status;
}

static duramen_status describe(struct world* w, duramen_error** error) {
  duramen_string *repr = NULL, *registry = NULL, *blas = NULL;
  duramen_status status;
  TRY(duramen_module_repr(w->net, &repr, error));
  TRY(duramen_registry_describe(&registry, error));
  TRY(duramen_context_blas_info(w->context, &blas, error));
release:
  duramen_string_release(blas);
  duramen_string_release(registry);
  duramen_string_release(repr);
  return status;
}

static duramen_status find(struct world* w, duramen_error** error) {
  duramen_module* layer = NULL;
  duramen_tensor *weight = NULL, *mean = NULL;
  duramen_status status;
  TRY(duramen_module_get_submodule(w->net, "4", SIZE_MAX, &layer, error));
  TRY(duramen_module_get_parameter(w->net, "4.weight", SIZE_MAX, &weight, error));
  TRY(duramen_module_get_buffer(w->net, "1.running_mean", SIZE_MAX, &mean, error));
release:
  duramen_tensor_release(mean);
  duramen_tensor_release(weight);
  duramen_module_release(layer);
  return status;
}

static duramen_status find_nothing(struct world* w, duramen_error** error) {
  duramen_tensor* weight = NULL;
  return duramen_module_get_parameter(w->net, "4.weigth", SIZE_MAX, &weight, error);
}

static duramen_status flags(struct world* w, duramen_error** error) {
  duramen_status status;
  TRY(duramen_module_train(w->net, 1, error));
  TRY(duramen_module_set_requires_grad(w->net, 1, error));
release:
  return status;
}

static duramen_status zero_grad(struct world* w, duramen_error** error) {
  return duramen_module_zero_grad(w->net, 0, error);
}

static duramen_status make_state(struct world* w, duramen_error** error) {
  duramen_state_dict *dict = NULL, *copy = NULL, *snapshot = NULL;
  duramen_value* value = NULL;
  duramen_listing* listing = NULL;
  duramen_string_list* paths = NULL;
  duramen_status status;
  TRY(duramen_module_state_dict(w->net, "net.", SIZE_MAX, 0, &dict, error));
  TRY(duramen_state_dict_copy(dict, &copy, error));
  TRY(duramen_state_dict_snapshot(w->context, dict, &snapshot, error));
  TRY(duramen_state_dict_to_value(dict, &value, error));
  TRY(duramen_state_dict_list(dict, NULL, &listing, error));
  TRY(duramen_state_dict_version_paths(dict, &paths, error));
  TRY(duramen_state_dict_strip_prefix(copy, "net.", SIZE_MAX, error));
  TRY(duramen_state_dict_set_metadata(copy, "key", SIZE_MAX, "a text of some length or other",
                                      SIZE_MAX, error));
  TRY(duramen_state_dict_set_version(copy, "4", SIZE_MAX, 3, error));
release:
  duramen_string_list_release(paths);
  duramen_listing_release(listing);
  duramen_value_release(value);
  duramen_state_dict_release(snapshot);
  duramen_state_dict_release(copy);
  duramen_state_dict_release(dict);
  return status;
}

static duramen_status load_with(struct world* w, uint64_t policy, duramen_error** error) {
  duramen_load_options options = {0};
  duramen_load_report* report = NULL;
  duramen_status status;
  options.struct_size = sizeof options;
  options.policy = policy;
  status = duramen_module_load_state_dict(w->context, w->net, w->dict, &options, &report, error);
  duramen_load_report_release(report);
  return status;
}

static duramen_status load(struct world* w, duramen_error** error) {
  return load_with(w, 0, error);
}

static duramen_status load_assigning(struct world* w, duramen_error** error) {
  return load_with(w, DURAMEN_LOAD_ASSIGN, error);
}

static duramen_status load_misfit(struct world* w, duramen_error** error) {
  duramen_status status;
  TRY(duramen_state_dict_remove(w->dict, "0.weight", SIZE_MAX, error));
  TRY(duramen_state_dict_set_tensor(w->dict, "0.weigth", SIZE_MAX, w->deep[0], error));
  TRY(duramen_state_dict_set_tensor(w->dict, "4.weight", SIZE_MAX, w->deep[0], error));
  TRY(load_with(w, 0, error));
release:
  return status;
}

static duramen_status convert(struct world* w, duramen_error** error) {
  return duramen_module_to_dtype(w->context, w->net, DURAMEN_DTYPE_FLOAT64, error);
}

static duramen_status convert_all(struct world* w, duramen_error** error) {
  return duramen_module_convert(w->context, w->net, DURAMEN_DTYPE_FLOAT16, DURAMEN_CONVERT_ALL,
                                error);
}

static duramen_status register_parameter(struct world* w, duramen_error** error) {
  duramen_tensor* parameter = NULL;
  duramen_status status;
  TRY(duramen_parameter_create(w->deep[0], 1, &parameter, error));
  TRY(duramen_module_register_parameter(w->net, "a name that is not short", SIZE_MAX, parameter,
                                        error));
release:
  duramen_tensor_release(parameter);
  return status;
}

static duramen_status register_buffer(struct world* w, duramen_error** error) {
  return duramen_module_register_buffer(w->net, "a name that is not short", SIZE_MAX, w->deep[0], 0,
                                        error);
}

static duramen_status register_child(struct world* w, duramen_error** error) {
  duramen_module* child = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "ReLU()", SIZE_MAX, &child, error));
  TRY(duramen_module_register_child(w->net, "a name that is not short", SIZE_MAX, child, error));
release:
  duramen_module_release(child);
  return status;
}

static duramen_status assign_parameter(struct world* w, duramen_error** error) {
  duramen_tensor* parameter = NULL;
  duramen_status status;
  TRY(duramen_parameter_create(w->deep[0], 1, &parameter, error));
  TRY(duramen_module_assign_tensor(w->net, "deep_buffer", SIZE_MAX, parameter, error));
release:
  duramen_tensor_release(parameter);
  return status;
}

static duramen_status remove_parameter(struct world* w, duramen_error** error) {
  return duramen_module_remove(w->net, "h", SIZE_MAX, error);
}

static duramen_status forward(struct world* w, duramen_error** error) {
  duramen_tensor* output = NULL;
  duramen_status status = duramen_module_forward(w->context, w->net, w->x, &output, error);
  duramen_tensor_release(output);
  return status;
}

/* One layer: its running statistics too stay as they were. */
static duramen_status normalize(struct world* w, duramen_error** error) {
  duramen_module* layer = NULL;
  duramen_tensor *x = NULL, *y = NULL;
  static const int64_t kShape[3] = {2, 6, 4};
  duramen_status status;
  TRY(duramen_module_get_submodule(w->net, "1", SIZE_MAX, &layer, error));
  TRY(duramen_tensor_full(w->context, DURAMEN_DTYPE_FLOAT32, kShape, 3, 4, &x, error));
  TRY(duramen_module_forward(w->context, layer, x, &y, error));
release:
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(layer);
  return status;
}

static duramen_status backward(struct world* w, duramen_error** error) {
  return duramen_tensor_backward(w->context, w->loss, NULL, NULL, error);
}

static duramen_status backward_dtype(struct world* w, duramen_error** error) {
  duramen_tensor *loss = NULL, *wide = NULL, *target = NULL;
  static const int64_t kShape[1] = {3};
  duramen_status status;
  TRY(duramen_tensor_zeros(w->context, DURAMEN_DTYPE_INT64, kShape, 1, &target, error));
  TRY(duramen_to_dtype(w->context, w->output, DURAMEN_DTYPE_FLOAT64, &wide, error));
  TRY(duramen_cross_entropy(w->context, wide, target, DURAMEN_REDUCTION_MEAN, &loss, error));
  TRY(duramen_tensor_backward(w->context, loss, NULL, NULL, error));
release:
  duramen_tensor_release(loss);
  duramen_tensor_release(wide);
  duramen_tensor_release(target);
  return status;
}

duramen_status new_optimizer(struct world* w, duramen_optimizer** out, duramen_error** error) {
  duramen_tensor* parameters[32];
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  size_t count = 0, stride = 0, i;
  const char* first;
  duramen_status status;
  *out = NULL;
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  status = duramen_module_list(w->net, &options, &listing, error);
  if (status != DURAMEN_OK) return status;
  first = (const char*)duramen_listing_entries(listing, &count, &stride);
  for (i = 0; i < count && i < 32; ++i)
    parameters[i] = ((const duramen_entry*)(const void*)(first + i * stride))->tensor;
  status = duramen_optimizer_from_text(w->context, w->optimizer_text, SIZE_MAX, parameters, count,
                                       out, error);
  duramen_listing_release(listing);
  return status;
}

static duramen_status optimizer(struct world* w, duramen_error** error) {
  duramen_optimizer* made = NULL;
  duramen_status status = new_optimizer(w, &made, error);
  duramen_optimizer_release(made);
  return status;
}

static duramen_status step(struct world* w, duramen_error** error) {
  return duramen_optimizer_step(w->context, w->optimizer, error);
}

static duramen_status set_lr(struct world* w, duramen_error** error) {
  return duramen_optimizer_set_lr(w->optimizer, SIZE_MAX, 0.75, error);
}

static duramen_status add_group(struct world* w, duramen_error** error) {
  duramen_tensor* parameter = NULL;
  duramen_status status;
  TRY(duramen_parameter_create(w->deep[0], 1, &parameter, error));
  TRY(duramen_optimizer_add_group(w->context, w->optimizer, &parameter, 1, NULL, error));
release:
  duramen_tensor_release(parameter);
  return status;
}

static duramen_status load_optimizer(struct world* w, duramen_error** error) {
  return duramen_optimizer_load_state(w->context, w->optimizer, w->state, error);
}

static duramen_status save_optimizer(struct world* w, duramen_error** error) {
  duramen_value* state = NULL;
  duramen_status status = duramen_optimizer_state(w->optimizer, &state, error);
  duramen_value_release(state);
  return status;
}

static duramen_status zero_by_optimizer(struct world* w, duramen_error** error) {
  return duramen_optimizer_zero_grad(w->optimizer, 0, error);
}

const struct operation kModuleOperations[] = {
    {"create a context", NO_NET, 1, DURAMEN_OK, create_context},
    {"build", NO_NET, 1, DURAMEN_OK, build_net},
    {"build in own memory", NO_NET | OWN_MEMORY, 1, DURAMEN_OK, build_net},
    {"build a text net", NO_NET, 1, DURAMEN_OK, build_text_net},
    {"build an unknown", NO_NET, 1, DURAMEN_E_UNSUPPORTED, build_unknown},
    {"build from a malformed text", NO_NET, 1, DURAMEN_E_INVALID_ARGUMENT, build_malformed},
    {"build in a scope", 0, 1, DURAMEN_OK, build_scoped},
    {"build from a printout", NO_NET, 1, DURAMEN_OK, build_printout},
    {"write as text", 0, 1, DURAMEN_OK, write_net},
    {"adopt", WITH_DEEP, 1, DURAMEN_OK, adopt},
    {"build from options", WITH_GRAPH, 1, DURAMEN_OK, build_from_options},
    {"list", 0, 1, DURAMEN_OK, list},
    {"describe", 0, 1, DURAMEN_OK, describe},
    {"find", 0, 1, DURAMEN_OK, find},
    {"find nothing", 0, 1, DURAMEN_E_NOT_FOUND, find_nothing},
    {"set flags", 0, 1, DURAMEN_OK, flags},
    {"zero gradients", WITH_GRADS, 1, DURAMEN_OK, zero_grad},
    {"state dicts", 0, 1, DURAMEN_OK, make_state},
    {"load", WITH_DICT, 1, DURAMEN_OK, load},
    {"load, two threads", WITH_DICT | TWO_THREADS, 1, DURAMEN_OK, load},
    {"load by assignment", WITH_DICT, 1, DURAMEN_OK, load_assigning},
    {"load parameters for buffers", WITH_PARAMETER_FOR_BUFFER, 1, DURAMEN_OK, load_assigning},
    {"load what does not fit", WITH_DICT | WITH_DEEP, 1, DURAMEN_E_INCOMPATIBLE, load_misfit},
    {"to dtype", WITH_GRADS, 1, DURAMEN_OK, convert},
    {"to dtype, all", WITH_GRADS, 1, DURAMEN_OK, convert_all},
    {"register a parameter", WITH_DEEP, 1, DURAMEN_OK, register_parameter},
    {"register a buffer", WITH_DEEP, 1, DURAMEN_OK, register_buffer},
    {"register a child", 0, 1, DURAMEN_OK, register_child},
    {"assign a parameter", WITH_DEEP, 1, DURAMEN_OK, assign_parameter},
    {"remove a parameter", 0, 1, DURAMEN_OK, remove_parameter},
    {"forward", WITH_GRAPH, 0, DURAMEN_OK, forward},
    {"batch norm", 0, 1, DURAMEN_OK, normalize},
    {"backward", WITH_GRAPH, 1, DURAMEN_OK, backward},
    {"backward, adding", WITH_GRAPH | WITH_GRADS, 1, DURAMEN_OK, backward},
    {"backward, other dtype", WITH_GRAPH, 1, DURAMEN_OK, backward_dtype},
    {"backward in own memory", WITH_GRAPH | OWN_MEMORY, 1, DURAMEN_OK, backward},
    {"make an optimizer", 0, 1, DURAMEN_OK, optimizer},
    {"step", WITH_OPTIMIZER, 1, DURAMEN_OK, step},
    {"step of AdamW", WITH_ADAMW, 1, DURAMEN_OK, step},
    {"step of AdamW, two threads", WITH_ADAMW | TWO_THREADS, 1, DURAMEN_OK, step},
    {"load AdamW", WITH_ADAMW, 1, DURAMEN_OK, load_optimizer},
    {"state of AdamW", WITH_ADAMW, 1, DURAMEN_OK, save_optimizer},
    {"set the learning rate", WITH_OPTIMIZER, 1, DURAMEN_OK, set_lr},
    {"add a group", WITH_OPTIMIZER | WITH_DEEP, 1, DURAMEN_OK, add_group},
    {"load an optimizer", WITH_OPTIMIZER, 1, DURAMEN_OK, load_optimizer},
    {"state of an optimizer", WITH_OPTIMIZER, 1, DURAMEN_OK, save_optimizer},
    {"zero by optimizer", WITH_OPTIMIZER, 1, DURAMEN_OK, zero_by_optimizer},
};

const size_t kModuleOperationCount = COUNT_OF(kModuleOperations);
