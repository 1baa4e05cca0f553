// Hooks of modules.
#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "nn/hooks.hpp"
#include "nn/load_notes.hpp"
#include "options.hpp"
#include "slots.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

static_assert(DURAMEN_LOAD_ITEM_UNEXPECTED == static_cast<int>(LoadReport::Kind::unexpected));
static_assert(DURAMEN_LOAD_ITEM_FAILED == static_cast<int>(LoadReport::Kind::failed));

uint32_t events_of(const duramen_module_hook& hook) noexcept {
  using nn::Hook;
  return (hook.register_parameter ? Hook::kParameter : 0u) |
         (hook.register_buffer ? Hook::kBuffer : 0u) | (hook.register_child ? Hook::kChild : 0u) |
         (hook.before_state_dict ? Hook::kBeforeStateDict : 0u) |
         (hook.after_state_dict ? Hook::kAfterStateDict : 0u) |
         (hook.before_load ? Hook::kBeforeLoad : 0u) | (hook.after_load ? Hook::kAfterLoad : 0u);
}

// A caller's table as a hook of the core.
class ModuleHook final : public nn::Hook {
 public:
  explicit ModuleHook(const duramen_module_hook& hook)
      : Hook(events_of(hook)), table_(make<capi::Hook<duramen_module_hook>>(hook)) {}
  void arm() noexcept { table_->arm(); }

  TensorRef registering(Event event, nn::Module& module, const std::string& name,
                        Tensor* tensor) override {
    const bool is_buffer = event == kBuffer;
    const auto callback = is_buffer ? table().register_buffer : table().register_parameter;
    return registered<duramen_tensor>(
        is_buffer ? "register_buffer" : "register_parameter",
        is_buffer ? "register_buffer hook" : "register_parameter hook", module,
        [&](duramen_tensor** given, duramen_error** error) {
          return callback(table().user, lend<duramen_module>(&module), name.data(), name.size(),
                          lend<duramen_tensor>(tensor), given, error);
        });
  }
  nn::ModuleRef registering(nn::Module& module, const std::string& name,
                            nn::Module* child) override {
    return registered<duramen_module>(
        "register_child", "register_child hook", module,
        [&](duramen_module** given, duramen_error** error) {
          return table().register_child(table().user, lend<duramen_module>(&module), name.data(),
                                        name.size(), lend<duramen_module>(child), given, error);
        });
  }
  void before_state_dict(const nn::Module& module, const std::string& prefix,
                         bool keep_vars) override {
    const uint64_t flags = keep_vars ? DURAMEN_STATE_KEEP_VARS : 0;
    run("state_dict", "before_state_dict hook", module, [&](duramen_error** error) {
      return table().before_state_dict(table().user, lend<const duramen_module>(&module),
                                       prefix.data(), prefix.size(), flags, error);
    });
  }
  void after_state_dict(const nn::Module& module, StateDict& dict,
                        const std::string& prefix) override {
    run("state_dict", "after_state_dict hook", module, [&](duramen_error** error) {
      return table().after_state_dict(table().user, lend<const duramen_module>(&module),
                                      lend<duramen_state_dict>(&dict), prefix.data(), prefix.size(),
                                      error);
    });
  }
  void before_load(nn::Module& module, StateDict& dict, const std::string& prefix,
                   nn::LoadNotes& notes) override {
    run("load_state_dict", "before_load hook", module, [&](duramen_error** error) {
      return table().before_load(table().user, lend<duramen_module>(&module),
                                 lend<duramen_state_dict>(&dict), prefix.data(), prefix.size(),
                                 lend<duramen_load_notes>(&notes), error);
    });
  }
  void after_load(nn::Module& module, const std::string& prefix, nn::LoadNotes& notes) override {
    run("load_state_dict", "after_load hook", module, [&](duramen_error** error) {
      return table().after_load(table().user, lend<duramen_module>(&module), prefix.data(),
                                prefix.size(), lend<duramen_load_notes>(&notes), error);
    });
  }

 private:
  const duramen_module_hook& table() const noexcept { return table_->table; }

  template <class Body>
  static void run(const char* operation, const char* what, const nn::Module& module, Body&& body) {
    run_callback(operation, Callback(what, module.class_name()), body);
  }
  // Runs a callback that may give a replacement.
  template <class Handle, class Body>
  static Ref<Core<Handle>> registered(const char* operation, const char* what,
                                      const nn::Module& module, Body&& body) {
    Slot<Handle> slot;
    run(operation, what, module, [&](duramen_error** error) { return body(slot.handle(), error); });
    return slot.take("replacement");
  }

  Ref<capi::Hook<duramen_module_hook>> table_;
};

LoadReport::Kind kind_of(int32_t kind) noexcept { return static_cast<LoadReport::Kind>(kind); }

}  // namespace

duramen_status duramen_module_add_hook(duramen_module* module, const duramen_module_hook* hook,
                                       uint64_t* out, duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const auto given = read_options(&required(hook, "hook"), "hook");
    required(out, "out");
    if (events_of(given) == 0) {
      throw bad_argument("hook", "expected at least one callback, got none");
    }
    auto made = make<ModuleHook>(given);
    *out = core.add_hook(made);
    made->arm();
  });
}

duramen_status duramen_module_remove_hook(duramen_module* module, uint64_t id,
                                          duramen_error** error) noexcept {
  return guard(error, __func__, [&] { object(module, "module").remove_hook(id); });
}

duramen_status duramen_load_notes_list(const duramen_load_notes* notes, int32_t kind,
                                       duramen_string_list** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<StringList>(object(notes, "notes").texts(kind_of(kind))); });
}

duramen_status duramen_load_notes_add(duramen_load_notes* notes, int32_t kind, const char* text,
                                      size_t text_length, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::LoadNotes& core = object(notes, "notes");
    core.add(kind_of(kind), text_argument(text, text_length, "text"));
  });
}

duramen_status duramen_load_notes_remove(duramen_load_notes* notes, int32_t kind, const char* text,
                                         size_t text_length, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::LoadNotes& core = object(notes, "notes");
    const std::string_view wanted = text_argument(text, text_length, "text");
    if (core.remove(kind_of(kind), wanted)) return;
    throw Error(Code::not_found, join("load notes: no '", printable(wanted, 200), "'"))
        .with("argument", "text");
  });
}

duramen_status duramen_load_notes_clear(duramen_load_notes* notes, int32_t kind,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] { object(notes, "notes").clear(kind_of(kind)); });
}

duramen_load_notes* duramen_load_notes_retain(duramen_load_notes* notes) noexcept {
  return retain(notes);
}
void duramen_load_notes_release(duramen_load_notes* notes) noexcept { release(notes); }
