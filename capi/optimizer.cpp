#include "optim/optimizer.hpp"

#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_optimizer_from_text(duramen_context* context, const char* text,
                                           size_t text_length, duramen_tensor* const* parameters,
                                           size_t count, duramen_optimizer** out,
                                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const std::string_view call = text_argument(text, text_length, "text");
    return optim::optimizer_from_text(core, call,
                                      tensors_argument(parameters, count, "parameters"));
  });
}

const char* duramen_optimizer_class_name(const duramen_optimizer* optimizer,
                                         size_t* length) noexcept {
  const optim::Optimizer* core = peek(optimizer);
  return lend_text(core ? &core->class_name() : nullptr, length);
}

duramen_status duramen_optimizer_step(duramen_context* context, duramen_optimizer* optimizer,
                                      duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    object(optimizer, "optimizer").step(core);
  });
}

duramen_status duramen_optimizer_zero_grad(duramen_optimizer* optimizer, uint32_t set_to_none,
                                           duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { object(optimizer, "optimizer").zero_grad(set_to_none != 0); });
}

duramen_status duramen_optimizer_add_group(duramen_context* context, duramen_optimizer* optimizer,
                                           duramen_tensor* const* parameters, size_t count,
                                           const duramen_value* options,
                                           duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    running(context);
    optim::Optimizer& core = object(optimizer, "optimizer");
    core.add_group(tensors_argument(parameters, count, "parameters"),
                   object_or_null(options, "options"));
  });
}

size_t duramen_optimizer_group_count(const duramen_optimizer* optimizer) noexcept {
  const optim::Optimizer* core = peek(optimizer);
  return core ? core->groups().size() : 0;
}

duramen_status duramen_optimizer_get_option(const duramen_optimizer* optimizer, size_t group,
                                            const char* name, size_t name_length,
                                            duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const optim::Optimizer& core = object(optimizer, "optimizer");
    return core.option(group, name_argument(name, name_length, "name"));
  });
}

duramen_status duramen_optimizer_set_option(duramen_optimizer* optimizer, size_t group,
                                            const char* name, size_t name_length,
                                            const duramen_value* value,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    optim::Optimizer& core = object(optimizer, "optimizer");
    const std::string_view key = name_argument(name, name_length, "name");
    core.set_option(group, key, value_ref(value, "value"));
  });
}

duramen_status duramen_optimizer_set_lr(duramen_optimizer* optimizer, size_t group, double lr,
                                        duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { object(optimizer, "optimizer").set_learning_rate(group, lr); });
}

duramen_status duramen_optimizer_state(const duramen_optimizer* optimizer, duramen_value** out,
                                       duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return object(optimizer, "optimizer").state_dict(); });
}

duramen_status duramen_optimizer_load_state(duramen_context* context, duramen_optimizer* optimizer,
                                            const duramen_value* state,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    optim::Optimizer& target = object(optimizer, "optimizer");
    target.load_state_dict(core, object(state, "state"));
  });
}

duramen_optimizer* duramen_optimizer_retain(duramen_optimizer* optimizer) noexcept {
  return retain(optimizer);
}
void duramen_optimizer_release(duramen_optimizer* optimizer) noexcept { release(optimizer); }
