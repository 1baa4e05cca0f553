// Building, registering and running modules.
#include "nn/module.hpp"

#include "handles.hpp"
#include "nn/build.hpp"
#include "nn/lazy.hpp"
#include "nn/run.hpp"
#include "nn/walk.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_module_from_text(duramen_context* context, const char* text,
                                        size_t text_length, duramen_module** out,
                                        duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return nn::module_from_text(core, text_argument(text, text_length, "text"));
  });
}

const char* duramen_module_class_name(const duramen_module* module, size_t* length) noexcept {
  const nn::Module* core = peek(module);
  return lend_text(core ? &core->shown_name() : nullptr, length);
}

duramen_status duramen_module_repr(const duramen_module* module, duramen_string** out,
                                   duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<String>(nn::repr(object(module, "module"))); });
}

duramen_status duramen_module_register_parameter(duramen_module* module, const char* name,
                                                 size_t name_length, duramen_tensor* tensor,
                                                 duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const std::string_view key = name_argument(name, name_length, "name");
    core.register_parameter(key, ref_or_null(tensor, "tensor"));
  });
}

duramen_status duramen_module_register_buffer(duramen_module* module, const char* name,
                                              size_t name_length, duramen_tensor* tensor,
                                              uint32_t persistent, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const std::string_view key = name_argument(name, name_length, "name");
    core.register_buffer(key, ref_or_null(tensor, "tensor"), persistent != 0);
  });
}

duramen_status duramen_module_register_child(duramen_module* module, const char* name,
                                             size_t name_length, duramen_module* child,
                                             duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const std::string_view key = name_argument(name, name_length, "name");
    core.register_module(key, ref_or_null(child, "child"));
  });
}

duramen_status duramen_module_remove(duramen_module* module, const char* name, size_t name_length,
                                     duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    core.remove(name_argument(name, name_length, "name"));
  });
}

duramen_status duramen_module_assign_tensor(duramen_module* module, const char* name,
                                            size_t name_length, duramen_tensor* tensor,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const std::string_view key = name_argument(name, name_length, "name");
    core.assign(key, ref_or_null(tensor, "tensor"));
  });
}

duramen_status duramen_module_assign_module(duramen_module* module, const char* name,
                                            size_t name_length, duramen_module* child,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const std::string_view key = name_argument(name, name_length, "name");
    core.assign(key, ref_or_null(child, "child"));
  });
}

duramen_status duramen_module_forward(duramen_context* context, duramen_module* module,
                                      duramen_tensor* input, duramen_tensor** out,
                                      duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const TensorRef inputs[] = {ref(input, "input")};
    return nn::run_forward(core, object(module, "module"), inputs);
  });
}

duramen_status duramen_module_forward_many(duramen_context* context, duramen_module* module,
                                           duramen_tensor* const* inputs, size_t count,
                                           duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    nn::Module& target = object(module, "module");
    return nn::run_forward(core, target, tensors_argument(inputs, count, "inputs"));
  });
}

duramen_status duramen_module_call(duramen_context* context, duramen_module* module,
                                   const duramen_value* arguments, const duramen_value* keywords,
                                   duramen_value** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const Value& positional = object(arguments, "arguments");
    nn::Module& target = object(module, "module");
    return nn::run_call(core, target, positional, object_or_null(keywords, "keywords"));
  });
}

duramen_status duramen_module_reset_parameters(duramen_context* context, duramen_module* module,
                                               duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::Module& reset = object(module, "module");
    const Uninterrupted change(core.cancel());
    reset.reset_parameters(core);
  });
}

duramen_status duramen_module_initialize_parameters(duramen_context* context,
                                                    duramen_module* module,
                                                    const duramen_tensor* input,
                                                    duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::initialize_parameters(core, object(module, "module"), object(input, "input"));
  });
}

duramen_status duramen_module_reset_running_stats(duramen_module* module,
                                                  duramen_error** error) noexcept {
  return guard(error, __func__, [&] { object(module, "module").reset_running_stats(); });
}

namespace {

class Attachment final : public Counted {
 public:
  Attachment(const void* its_owner, void* attached, duramen_destroy destroyer)
      : Counted(make_tag("atta")), owner(its_owner), pointer(attached), destroy(destroyer) {}
  ~Attachment() override {
    if (destroy) destroy(pointer);
  }

  const void* const owner;
  void* const pointer;
  const duramen_destroy destroy;
};

// What hangs on one module; replaced as a whole.
struct Attachments final : Counted {
  Attachments() : Counted(make_tag("atts")) {}
  std::vector<Ref<const Attachment>> items;
};

const Attachments* attachments_of(const nn::Module& module) noexcept {
  return static_cast<const Attachments*>(module.attachment());
}

}  // namespace

duramen_status duramen_module_set_attachment(duramen_module* module, const void* owner, void* user,
                                             duramen_destroy destroy,
                                             duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    if (!owner) throw null_argument("owner");
    auto changed = make<Attachments>();
    if (const Attachments* old = attachments_of(core)) {
      changed->items.reserve(old->items.size() + 1);
      for (const auto& item : old->items) {
        if (item->owner != owner) changed->items.push_back(item);
      }
    }
    changed->items.reserve(changed->items.size() + 1);
    if (user) changed->items.emplace_back(make<Attachment>(owner, user, destroy));
    core.set_attachment(std::move(changed));
  });
}

duramen_status duramen_module_attachment(const duramen_module* module, const void* owner,
                                         void** out, duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const Attachments* all = attachments_of(object(module, "module"));
    if (!owner) throw null_argument("owner");
    void*& found = required(out, "out");
    if (!all) return;
    for (const auto& item : all->items) {
      if (item->owner == owner) found = item->pointer;
    }
  });
}

duramen_module* duramen_module_retain(duramen_module* module) noexcept { return retain(module); }
void duramen_module_release(duramen_module* module) noexcept { release(module); }
