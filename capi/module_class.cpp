// Modules whose behaviour is the caller's.
#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "nn/derived.hpp"
#include "nn/run.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

Error no_result(const char* operation, const Callback& callback) {
  return Error(Code::invalid_argument, join(operation, ": the ", callback.text(), " gave nothing"))
      .with("expected", "a reference through `out`")
      .with("actual", "NULL");
}

class CallersClass final : public nn::Derived {
 public:
  CallersClass(const duramen_module_class& type, std::string name)
      : Derived(std::move(name)), type_(type) {}
  ~CallersClass() override {
    if (owns_user_ && type_.destroy) type_.destroy(user_);
  }
  // Whoever calls it has succeeded: `destroy` is ours from now on.
  void take_user(void* user) noexcept {
    user_ = user;
    owns_user_ = true;
  }

  int64_t version() const noexcept { return type_.version; }
  bool runs() const noexcept override { return type_.forward; }
  bool prints() const noexcept override { return type_.extra_repr; }
  bool gives_extra_state() const noexcept override { return type_.get_extra_state; }
  bool takes_extra_state() const noexcept override { return type_.set_extra_state; }

  ValueRef call(Context& context, nn::Module& module, const Value& arguments,
                const Value* keywords) const override {
    return ask<ValueRef, duramen_value>(
        "forward", "forward callback", [&](duramen_value** result, duramen_error** error) {
          return type_.forward(user_, lend<duramen_context>(&context),
                               lend<duramen_module>(&module), lend<const duramen_value>(&arguments),
                               lend<const duramen_value>(keywords), result, error);
        });
  }
  std::string extra_repr(const nn::Module& module) const override {
    return ask<Ref<String>, duramen_string>(
               "repr", "extra_repr callback",
               [&](duramen_string** result, duramen_error** error) {
                 return type_.extra_repr(user_, lend<const duramen_module>(&module), result, error);
               })
        ->text;
  }
  ValueRef get_extra_state(const nn::Module& module) const override {
    return ask<ValueRef, duramen_value>(
        "state_dict", "get_extra_state callback",
        [&](duramen_value** result, duramen_error** error) {
          return type_.get_extra_state(user_, lend<const duramen_module>(&module), result, error);
        });
  }
  void set_extra_state(Context& context, nn::Module& module, const Value& state) const override {
    duramen_error* handed_over = nullptr;
    const int32_t status =
        type_.set_extra_state(user_, lend<duramen_context>(&context), lend<duramen_module>(&module),
                              lend<const duramen_value>(&state), &handed_over);
    check_callback(status, handed_over, "load_state_dict",
                   Callback("set_extra_state callback", name()));
  }

  Ref<Derived> clone(Context& context, const nn::Module& module) const override {
    if (!type_.clone) {
      throw Error(Code::unsupported, join("deepcopy: ", printable(name(), 60),
                                          " cannot be copied: it has no clone callback"));
    }
    auto copy = make<CallersClass>(type_, name());
    void* user = nullptr;
    duramen_error* handed_over = nullptr;
    const int32_t status = type_.clone(user_, lend<duramen_context>(&context),
                                       lend<const duramen_module>(&module), &user, &handed_over);
    check_callback(status, handed_over, "deepcopy", Callback("clone callback", name()));
    copy->take_user(user);
    return copy;
  }

 private:
  // Runs a callback with one object as its result.
  template <class Result, class Handle, class Body>
  Result ask(const char* operation, const char* what, Body&& body) const {
    const Callback callback(what, name());
    Handle* handle = nullptr;
    duramen_error* handed_over = nullptr;
    const int32_t status = body(&handle, &handed_over);
    auto out = Result::adopt(peek(handle));
    check_callback(status, handed_over, operation, callback);
    if (!out) throw no_result(operation, callback);
    return out;
  }

  const duramen_module_class type_;
  void* user_ = nullptr;
  bool owns_user_ = false;
};

// A class as the caller described it; `user` stays with the caller until take_user().
Ref<CallersClass> class_argument(const duramen_module_class* type) {
  const auto given = read_options(&required(type, "type"), "type");
  const std::string_view name = name_argument(given.name, struct_length(given.name_length), "name");
  if (name.empty()) throw bad_argument("name", "empty");
  return make<CallersClass>(given, std::string(name));
}

}  // namespace

duramen_status duramen_module_create_custom(duramen_context* context,
                                            const duramen_module_class* type, void* user,
                                            duramen_module** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context&) {
    const Ref<CallersClass> made = class_argument(type);
    const int64_t version = made->version();
    auto module = make<nn::Module>(made->name(), version == 0 ? 1 : version);
    made->take_user(user);
    module->set_derived(made);
    return module;
  });
}

duramen_status duramen_module_derive(duramen_module* module, const duramen_module_class* type,
                                     void* user, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const Ref<CallersClass> made = class_argument(type);
    if (core.derived()) {
      throw Error(Code::state, join("derive: the module is of a class of the caller's own, ",
                                    printable(core.shown_name(), 60)));
    }
    if (nn::is_parametrized(core)) {
      throw Error(Code::state, "derive: the module has parametrized tensors");
    }
    if (made->version() != 0) core.set_version(made->version());
    made->take_user(user);
    core.set_derived(made);
  });
}

duramen_status duramen_module_call_base(duramen_context* context, duramen_module* module,
                                        const duramen_value* arguments,
                                        const duramen_value* keywords, duramen_value** out,
                                        duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const Value& positional = object(arguments, "arguments");
    nn::Module& target = object(module, "module");
    return nn::run_base_call(core, target, positional, object_or_null(keywords, "keywords"));
  });
}

duramen_status duramen_module_extra_repr_base(const duramen_module* module, duramen_string** out,
                                              duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<String>(nn::base_extra_repr(object(module, "module"))); });
}
