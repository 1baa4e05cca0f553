// Arguments by name, as Python's keywords: {{"bias", false}, {"kernel_size", {3, 3}}}.
#ifndef DURAMEN_CXX_OPTIONS_HPP
#define DURAMEN_CXX_OPTIONS_HPP

#include <variant>

#include "op.hpp"

namespace duramen {

// One argument: a bool, an int, a float, a text, ints, a tensor, a module or any value. It lends
// its name and texts for the call that it is written in.
class Argument {
 public:
  template <class T, std::enable_if_t<std::is_same_v<T, bool>, int> = 0>
  Argument(std::string_view name, T value) : name_(name), value_(value) {}
  template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                                          (std::is_signed_v<T> || sizeof(T) < sizeof(int64_t)),
                                      int> = 0>
  Argument(std::string_view name, T value) : name_(name), value_(int64_t{value}) {}
  Argument(std::string_view name, double value) : name_(name), value_(value) {}
  Argument(std::string_view name, std::string_view text) : name_(name), value_(text) {}
  Argument(std::string_view name, const char* text) : name_(name), value_(std::string_view(text)) {}
  Argument(std::string_view name, const Sizes& sizes) : name_(name), value_(sizes) {}
  Argument(std::string_view name, TensorRef tensor) : name_(name), value_(tensor) {}
  Argument(std::string_view name, ModuleRef module) : name_(name), value_(module) {}
  Argument(std::string_view name, Value value) : name_(name), value_(std::move(value)) {}
  Argument(std::string_view name, Dtype dtype) : name_(name), value_(duramen::name(dtype)) {}

  // Sets it on options of the C interface.
  duramen_status set(duramen_options* options, duramen_error** error) const {
    return std::visit([&](const auto& value) { return set(options, value, error); }, value_);
  }

 private:
  duramen_status set(duramen_options* options, bool value, duramen_error** error) const {
    return duramen_options_set_bool(options, name_.data(), name_.size(), value ? 1 : 0, error);
  }
  duramen_status set(duramen_options* options, int64_t value, duramen_error** error) const {
    return duramen_options_set_int(options, name_.data(), name_.size(), value, error);
  }
  duramen_status set(duramen_options* options, double value, duramen_error** error) const {
    return duramen_options_set_float(options, name_.data(), name_.size(), value, error);
  }
  duramen_status set(duramen_options* options, std::string_view text, duramen_error** error) const {
    return duramen_options_set_text(options, name_.data(), name_.size(),
                                    text.data() ? text.data() : "", text.size(), error);
  }
  duramen_status set(duramen_options* options, const Sizes& sizes, duramen_error** error) const {
    return duramen_options_set_ints(options, name_.data(), name_.size(), sizes.data(), sizes.rank(),
                                    error);
  }
  duramen_status set(duramen_options* options, TensorRef tensor, duramen_error** error) const {
    return duramen_options_set_tensor(options, name_.data(), name_.size(), tensor.get(), error);
  }
  duramen_status set(duramen_options* options, ModuleRef module, duramen_error** error) const {
    return duramen_options_set_module(options, name_.data(), name_.size(), module.get(), error);
  }
  duramen_status set(duramen_options* options, const Value& value, duramen_error** error) const {
    return duramen_options_set_value(options, name_.data(), name_.size(), value.get(), error);
  }

  std::string_view name_;
  std::variant<bool, int64_t, double, std::string_view, Sizes, TensorRef, ModuleRef, Value> value_;
};

using Arguments = std::initializer_list<Argument>;

class OptionsRef : public Ref<duramen_options, duramen_options_retain, duramen_options_release> {
 public:
  using Ref::Ref;
  void set(const Argument& argument) const {
    call([&](duramen_error** error) { return argument.set(raw_, error); });
  }
  // Adds to a list of modules (Sequential's "args"), or under a key to a dict of them.
  void add_module(std::string_view name, ModuleRef module) const {
    call([&](duramen_error** error) {
      return duramen_options_add_module(raw_, name.data(), name.size(), nullptr, 0, module.get(),
                                        error);
    });
  }
  void add_module(std::string_view name, std::string_view key, ModuleRef module) const {
    call([&](duramen_error** error) {
      return duramen_options_add_module(raw_, name.data(), name.size(),
                                        key.data() ? key.data() : "", key.size(), module.get(),
                                        error);
    });
  }
};

class Options : public Owned<OptionsRef> {
 public:
  Options()
      : Owned(make<Owned>(
            [](auto** out, auto** error) { return duramen_options_create(out, error); })) {}
  Options(Arguments arguments) : Options() {
    for (const Argument& argument : arguments) set(argument);
  }
};

}  // namespace duramen

#endif
