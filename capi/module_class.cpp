// Modules whose behaviour is the caller's.
#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "nn/call.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

Error no_result(const char* operation, const Callback& callback) {
  return Error(Code::invalid_argument, join(operation, ": the ", callback.text(), " gave nothing"))
      .with("expected", "a reference through `out`")
      .with("actual", "NULL");
}

class CustomModule final : public nn::Module {
 public:
  CustomModule(const duramen_module_class& type, std::string_view name)
      : Module(std::string(name), type.version == 0 ? 1 : type.version), type_(type) {}
  CustomModule(const CustomModule& other) : Module(other), type_(other.type_) {}
  ~CustomModule() override {
    if (owns_user_ && type_.destroy) type_.destroy(user_);
  }
  // Whoever calls it has succeeded: `destroy` is ours from now on.
  void take_user(void* user) noexcept {
    user_ = user;
    owns_user_ = true;
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    std::vector<ValueRef> arguments;
    arguments.reserve(inputs.size());
    for (const TensorRef& input : inputs) arguments.push_back(Value::tensor(input));
    const ValueRef out = call(context, *Value::tuple(std::move(arguments)), nullptr);
    if (out->kind() == ValueKind::tensor) return TensorRef(out->as_tensor());
    const std::string_view kind = value_kind_name(out->kind());
    throw Error(Code::unsupported, join("forward: ", printable(class_name(), 60),
                                        " gives no tensor (expected tensor, got ", kind, ")"))
        .with("expected", "tensor")
        .with("actual", std::string(kind));
  }

  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override {
    if (!type_.forward) return Value::tensor(Module::forward(context, {}));
    const nn::Call level(context, *this);
    const nn::ModuleRef self(this);  // the callback may release it
    ValueRef out = ask<ValueRef, duramen_value>(
        "forward", "forward callback", [&](duramen_value** result, duramen_error** error) {
          return type_.forward(user_, lend<duramen_context>(&context), lend<duramen_module>(this),
                               lend<const duramen_value>(&arguments),
                               lend<const duramen_value>(keywords), result, error);
        });
    context.cancel().check("forward");
    return out;
  }

  nn::ModuleRef shell() const override {
    if (!type_.clone) {
      throw Error(Code::unsupported, join("deepcopy: ", printable(class_name(), 60),
                                          " cannot be copied: it has no clone callback"));
    }
    auto copy = make<CustomModule>(*this);
    void* user = nullptr;
    duramen_error* handed_over = nullptr;
    const int32_t status = type_.clone(user_, &user, &handed_over);
    check_callback(status, handed_over, "deepcopy", Callback("clone callback", class_name()),
                   Statuses::any);
    copy->take_user(user);
    return copy;
  }

  std::string extra_repr() const override {
    if (!type_.extra_repr) return "";
    return ask<Ref<String>, duramen_string>(
               "repr", "extra_repr callback",
               [&](duramen_string** result, duramen_error** error) {
                 return type_.extra_repr(user_, lend<const duramen_module>(this), result, error);
               })
        ->text;
  }

  bool gives_extra_state() const noexcept override { return type_.get_extra_state; }
  bool takes_extra_state() const noexcept override { return type_.set_extra_state; }
  ValueRef get_extra_state() const override {
    return ask<ValueRef, duramen_value>(
        "state_dict", "get_extra_state callback",
        [&](duramen_value** result, duramen_error** error) {
          return type_.get_extra_state(user_, lend<const duramen_module>(this), result, error);
        });
  }
  void set_extra_state(const Value& state) override {
    duramen_error* handed_over = nullptr;
    const int32_t status = type_.set_extra_state(user_, lend<duramen_module>(this),
                                                 lend<const duramen_value>(&state), &handed_over);
    check_callback(status, handed_over, "load_state_dict",
                   Callback("set_extra_state callback", class_name()), Statuses::any);
  }

 private:
  // Runs a callback with one object as its result.
  template <class Result, class Handle, class Body>
  Result ask(const char* operation, const char* what, Body&& body) const {
    const Callback callback(what, class_name());
    Handle* handle = nullptr;
    duramen_error* handed_over = nullptr;
    const int32_t status = body(&handle, &handed_over);
    auto out = Result::adopt(peek(handle));
    check_callback(status, handed_over, operation, callback, Statuses::any);
    if (!out) throw no_result(operation, callback);
    return out;
  }

  const duramen_module_class type_;
  void* user_ = nullptr;
  bool owns_user_ = false;
};

}  // namespace

duramen_status duramen_module_create_custom(duramen_context* context,
                                            const duramen_module_class* type, void* user,
                                            duramen_module** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context&) {
    const auto given = read_options(&required(type, "type"), "type");
    const std::string_view name =
        name_argument(given.name, struct_length(given.name_length), "name");
    if (name.empty()) throw bad_argument("name", "empty");
    auto module = make<CustomModule>(given, name);
    module->take_user(user);
    return module;
  });
}
