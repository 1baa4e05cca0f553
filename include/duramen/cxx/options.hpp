// Arguments by name, as Python's keywords: {{"bias", false}, {"kernel_size", {3, 3}}}.
#ifndef DURAMEN_CXX_OPTIONS_HPP
#define DURAMEN_CXX_OPTIONS_HPP

#include <variant>

#include "op.hpp"

namespace DURAMEN_CXX {

// What an argument can be: None (nullptr), a bool, an int, a float, a text, ints, floats, a dtype,
// a tensor, a module or any value. It lends texts and floats for the call that it is written in.
class ArgumentValue {
  template <class T>
  static constexpr bool kIsInt = std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                                 (std::is_signed_v<T> || sizeof(T) < sizeof(int64_t));

 public:
  ArgumentValue(std::nullptr_t) : value_(nullptr) {}  // NOLINT: here and below, as a literal does
  template <class T, std::enable_if_t<std::is_same_v<T, bool>, int> = 0>
  ArgumentValue(T value) : value_(value) {}  // NOLINT
  template <class T, std::enable_if_t<kIsInt<T>, int> = 0>
  ArgumentValue(T value) : value_(int64_t{value}) {}                             // NOLINT
  ArgumentValue(double value) : value_(value) {}                                 // NOLINT
  ArgumentValue(std::string_view text) : value_(text) {}                         // NOLINT
  ArgumentValue(const char* text) : value_(std::string_view(text)) {}            // NOLINT
  ArgumentValue(const std::string& text) : value_(std::string_view(text)) {}     // NOLINT
  ArgumentValue(const Sizes& sizes) : value_(sizes) {}                           // NOLINT
  ArgumentValue(std::initializer_list<int64_t> sizes) : value_(Sizes(sizes)) {}  // NOLINT
  ArgumentValue(Span<const double> floats) : value_(floats) {}                   // NOLINT
  ArgumentValue(const std::vector<double>& floats)                               // NOLINT
      : value_(Span<const double>(floats)) {}
  ArgumentValue(TensorRef tensor) : value_(tensor) {}               // NOLINT
  ArgumentValue(ModuleRef module) : value_(module) {}               // NOLINT
  ArgumentValue(Value value) : value_(std::move(value)) {}          // NOLINT
  ArgumentValue(Dtype dtype) : value_(DURAMEN_CXX::name(dtype)) {}  // NOLINT

  // Sets it on options of the C interface under a name.
  duramen_status set(duramen_options* options, std::string_view name, duramen_error** error) const {
    return std::visit([&](const auto& value) { return set(options, name, value, error); }, value_);
  }

 private:
  static duramen_status set(duramen_options* options, std::string_view name, std::nullptr_t,
                            duramen_error** error) {
    return duramen_options_set_none(options, name.data(), name.size(), error);
  }
  static duramen_status set(duramen_options* options, std::string_view name,
                            Span<const double> items, duramen_error** error) {
    return duramen_options_set_floats(options, name.data(), name.size(), items.data(), items.size(),
                                      error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, bool value,
                            duramen_error** error) {
    return duramen_options_set_bool(options, name.data(), name.size(), value ? 1 : 0, error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, int64_t value,
                            duramen_error** error) {
    return duramen_options_set_int(options, name.data(), name.size(), value, error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, double value,
                            duramen_error** error) {
    return duramen_options_set_float(options, name.data(), name.size(), value, error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, std::string_view text,
                            duramen_error** error) {
    return duramen_options_set_text(options, name.data(), name.size(),
                                    text.data() ? text.data() : "", text.size(), error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, const Sizes& sizes,
                            duramen_error** error) {
    return duramen_options_set_ints(options, name.data(), name.size(), sizes.data(), sizes.rank(),
                                    error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, TensorRef tensor,
                            duramen_error** error) {
    return duramen_options_set_tensor(options, name.data(), name.size(), tensor.get(), error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, ModuleRef module,
                            duramen_error** error) {
    return duramen_options_set_module(options, name.data(), name.size(), module.get(), error);
  }
  static duramen_status set(duramen_options* options, std::string_view name, const Value& value,
                            duramen_error** error) {
    return duramen_options_set_value(options, name.data(), name.size(), value.get(), error);
  }

  std::variant<std::nullptr_t, bool, int64_t, double, std::string_view, Sizes, Span<const double>,
               TensorRef, ModuleRef, Value>
      value_;
};

// One argument by its name: {"bias", false}.
class Argument {
 public:
  template <class T, std::enable_if_t<std::is_constructible_v<ArgumentValue, T&&>, int> = 0>
  Argument(std::string_view name, T&& value) : name_(name), value_(std::forward<T>(value)) {}
  Argument(std::string_view name, std::initializer_list<int64_t> sizes)
      : name_(name), value_(sizes) {}

  duramen_status set(duramen_options* options, duramen_error** error) const {
    return value_.set(options, name_, error);
  }

 private:
  std::string_view name_;
  ArgumentValue value_;
};

using Arguments = std::initializer_list<Argument>;

class OptionsRef : public Ref<duramen_options, duramen_options_retain, duramen_options_release> {
 public:
  using Ref::Ref;
  Result<void> set(const Argument& argument) const {
    return call([&](duramen_error** error) { return argument.set(raw_, error); });
  }
  Result<void> set(Arguments arguments) const {
    return call([&](duramen_error** error) { return set_all(raw_, arguments, error); });
  }
  Result<void> set_list(std::string_view name, Span<const ValueRef> items) const {
    std::vector<const duramen_value*> raw;
    for (const ValueRef item : items) raw.push_back(item.get());
    return call([&](duramen_error** error) {
      return duramen_options_set_list(raw_, name.data(), name.size(), raw.data(), raw.size(),
                                      error);
    });
  }
  // Adds to a list of modules (Sequential's "args"), or under a key to a dict of them.
  Result<void> add_module(std::string_view name, ModuleRef module) const {
    return call([&](duramen_error** error) {
      return duramen_options_add_module(raw_, name.data(), name.size(), nullptr, 0, module.get(),
                                        error);
    });
  }
  Result<void> add_module(std::string_view name, std::string_view key, ModuleRef module) const {
    return call([&](duramen_error** error) {
      return duramen_options_add_module(raw_, name.data(), name.size(),
                                        key.data() ? key.data() : "", key.size(), module.get(),
                                        error);
    });
  }

  // The first that is refused ends it.
  static duramen_status set_all(duramen_options* options, Arguments arguments,
                                duramen_error** error) {
    for (const Argument& argument : arguments) {
      const duramen_status status = argument.set(options, error);
      if (status != DURAMEN_OK) return status;
    }
    return DURAMEN_OK;
  }
};

class Options : public Owned<OptionsRef> {
 public:
  using Owned::Owned;
  Options(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  static Result<Options> create(Arguments arguments = {}, Arguments more = {}) {
    return make<Options>([&](duramen_options** out, duramen_error** error) {
      duramen_options* made = nullptr;
      duramen_status status = duramen_options_create(&made, error);
      if (status == DURAMEN_OK) status = set_all(made, arguments, error);
      if (status == DURAMEN_OK) status = set_all(made, more, error);
      if (status == DURAMEN_OK) return *out = made, status;
      duramen_options_release(made);
      return status;
    });
  }
#ifndef DURAMEN_NO_EXCEPTIONS
  Options() : Options(create()) {}
  Options(Arguments arguments) : Options(create(arguments)) {}
#endif
  static Options adopt(duramen_options* raw) noexcept { return Owned::adopt(raw); }
};

inline Result<Op> Op::create(std::string_view name, OptionsRef options) {
  return make<Op>([&](auto** out, auto** error) {
    return duramen_op_create(name.data(), name.size(), options.get(), out, error);
  });
}
inline Result<Optimizer> Optimizer::create(ContextRef context, std::string_view type,
                                           OptionsRef options, Span<const TensorRef> parameters) {
  const std::vector<duramen_tensor*> raw = detail::pointers(parameters);
  return make<Optimizer>([&](auto** out, auto** error) {
    return duramen_optimizer_create(context.get(), type.data(), type.size(), options.get(),
                                    raw.data(), raw.size(), out, error);
  });
}

}  // namespace DURAMEN_CXX

#endif
