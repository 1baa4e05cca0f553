// Modules, operators and optimizers, and the values of tensors, from options.
#include "call_options.hpp"
#include "handles.hpp"
#include "nn/build.hpp"
#include "nn/init_functions.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

using spec::Expression;
using spec::Form;

void set(duramen_options* options, const char* name, size_t name_length, Expression value) {
  CallOptions& core = object(options, "options");
  core.set(name_argument(name, name_length, "name"), std::move(value));
}

Expression boolean(bool value) {
  Expression out = plain_expression(Form::boolean);
  out.boolean = value;
  return out;
}
Expression integer(int64_t value) {
  Expression out = plain_expression(Form::integer);
  out.integer = value;
  return out;
}
Expression real(double value) {
  Expression out = plain_expression(Form::real);
  out.real = value;
  return out;
}

Expression module_expression(duramen_module* module, const char* argument) {
  nn::ModuleRef core = ref(module, argument);
  std::string name = core->class_name();
  return object_expression(std::move(core), std::move(name));
}

Expression call(const char* callee, size_t length, const char* argument,
                const duramen_options* options) {
  const std::string_view name = spec::bare_callee(name_argument(callee, length, argument));
  if (const CallOptions* core = object_or_null(options, "options")) return core->call(name);
  return CallOptions().call(name);
}

}  // namespace

duramen_status duramen_options_create(duramen_options** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return make<CallOptions>(); });
}

duramen_status duramen_options_set_none(duramen_options* options, const char* name,
                                        size_t name_length, duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { set(options, name, name_length, plain_expression(Form::none)); });
}

duramen_status duramen_options_set_bool(duramen_options* options, const char* name,
                                        size_t name_length, uint32_t value,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] { set(options, name, name_length, boolean(value != 0)); });
}

duramen_status duramen_options_set_int(duramen_options* options, const char* name,
                                       size_t name_length, int64_t value,
                                       duramen_error** error) noexcept {
  return guard(error, __func__, [&] { set(options, name, name_length, integer(value)); });
}

duramen_status duramen_options_set_float(duramen_options* options, const char* name,
                                         size_t name_length, double value,
                                         duramen_error** error) noexcept {
  return guard(error, __func__, [&] { set(options, name, name_length, real(value)); });
}

duramen_status duramen_options_set_text(duramen_options* options, const char* name,
                                        size_t name_length, const char* text, size_t text_length,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    set(options, name, name_length, text_expression(text_argument(text, text_length, "text")));
  });
}

duramen_status duramen_options_set_ints(duramen_options* options, const char* name,
                                        size_t name_length, const int64_t* items, size_t count,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Expression tuple = plain_expression(Form::tuple);
    for (const int64_t item : integers_argument(items, count, "items")) {
      tuple.items.push_back(integer(item));
    }
    set(options, name, name_length, std::move(tuple));
  });
}

duramen_status duramen_options_set_floats(duramen_options* options, const char* name,
                                          size_t name_length, const double* items, size_t count,
                                          duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    if (count > 0) required(items, "items");
    Expression tuple = plain_expression(Form::tuple);
    for (size_t i = 0; i < count; ++i) tuple.items.push_back(real(items[i]));
    set(options, name, name_length, std::move(tuple));
  });
}

duramen_status duramen_options_set_list(duramen_options* options, const char* name,
                                        size_t name_length, const duramen_value* const* items,
                                        size_t count, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    if (count > 0) required(items, "items");
    Expression list = plain_expression(Form::list);
    for (size_t i = 0; i < count; ++i) {
      list.items.push_back(value_expression(object(items[i], "items")));
    }
    set(options, name, name_length, std::move(list));
  });
}

duramen_status duramen_options_set_value(duramen_options* options, const char* name,
                                         size_t name_length, const duramen_value* value,
                                         duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { set(options, name, name_length, value_expression(object(value, "value"))); });
}

duramen_status duramen_options_set_tensor(duramen_options* options, const char* name,
                                          size_t name_length, duramen_tensor* tensor,
                                          duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    set(options, name, name_length, object_expression(ref(tensor, "tensor"), "Tensor"));
  });
}

duramen_status duramen_options_set_module(duramen_options* options, const char* name,
                                          size_t name_length, duramen_module* module,
                                          duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { set(options, name, name_length, module_expression(module, "module")); });
}

duramen_status duramen_options_add_module(duramen_options* options, const char* name,
                                          size_t name_length, const char* key, size_t key_length,
                                          duramen_module* module, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    CallOptions& core = object(options, "options");
    const std::string_view argument = name_argument(name, name_length, "name");
    std::optional<std::string_view> place;
    if (key) place = name_argument(key, key_length, "key");
    core.add(argument, place,
             module ? module_expression(module, "module") : plain_expression(Form::none));
  });
}

duramen_options* duramen_options_retain(duramen_options* options) noexcept {
  return retain(options);
}
void duramen_options_release(duramen_options* options) noexcept { release(options); }

duramen_status duramen_module_create(duramen_context* context, const char* type, size_t type_length,
                                     const duramen_options* options, duramen_module** out,
                                     duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return nn::module_from_call(core, call(type, type_length, "type", options));
  });
}

duramen_status duramen_op_create(const char* name, size_t name_length,
                                 const duramen_options* options, duramen_op** out,
                                 duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return ops::op_from_call(call(name, name_length, "name", options)); });
}

duramen_status duramen_tensor_fill_from_options(duramen_context* context, duramen_tensor* tensor,
                                                const char* name, size_t name_length,
                                                const duramen_options* options,
                                                duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    Tensor& target = object(tensor, "tensor");
    nn::initialise(core, target, call(name, name_length, "name", options));
  });
}

duramen_status duramen_optimizer_create(duramen_context* context, const char* type,
                                        size_t type_length, const duramen_options* options,
                                        duramen_tensor* const* parameters, size_t count,
                                        duramen_optimizer** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    Expression made = call(type, type_length, "type", options);
    return optim::optimizer_from_call(core, std::move(made),
                                      tensors_argument(parameters, count, "parameters"));
  });
}
