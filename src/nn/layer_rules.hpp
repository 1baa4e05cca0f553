// Layers described by a table: one entry a class, with its signature, its checks, its state, what
// print shows and its forward. A class that needs members of its own derives from Module instead.
#pragma once

#include "nn/layer.hpp"

namespace duramen::nn {

// The arguments of a constructor as its layer keeps them, one value a parameter of the signature. A
// module or a tensor among them is not kept: its place holds None. Small: a tree has one for each
// of its layers.
class Settings {
 public:
  // UNSUPPORTED for a tensor or a module where anything may stand, and they are not asked for.
  Settings(const spec::Signature& signature, const spec::Arguments& arguments);

  // The parameter must exist, here and below.
  spec::Expression operator[](std::string_view name) const { return value(name).expression(); }
  void set(std::string_view name, const spec::Expression& value);

  spec::Form form(std::string_view name) const { return value(name).form; }
  bool is_none(std::string_view name) const { return form(name) == spec::Form::none; }
  bool boolean(std::string_view name) const { return spec::truth((*this)[name]); }
  int64_t integer(std::string_view name) const { return spec::integer_of((*this)[name]); }
  double real(std::string_view name) const { return spec::real_of((*this)[name]); }
  // What a text, a name, a list or a tuple holds; of anything else nothing.
  std::string_view text(std::string_view name) const;
  std::span<const spec::Expression> items(std::string_view name) const;
  // As an f-string of Python shows it.
  std::string printed(std::string_view name) const { return spec::printed((*this)[name]); }

 private:
  struct Value {
    spec::Form form;
    uint32_t column;
    union {
      int64_t integer;  // of a bool, too
      double real;
    };
    std::shared_ptr<const spec::Expression> other;  // what is no number, nor None

    explicit Value(const spec::Expression& given);
    spec::Expression expression() const;
  };

  const Value& value(std::string_view name) const { return values_[index_of(name)]; }
  size_t index_of(std::string_view name) const;

  const spec::Signature* signature_;
  std::vector<Value> values_;
};

// A module of a class that a table describes.
class Layer final : public Module {
 public:
  Layer(const ModuleType& type, Settings settings);

  const ModuleType& type() const noexcept { return *type_; }
  const Settings& settings() const noexcept { return settings_; }
  // Takes the settings, class, version and origin of the other, whose name that is: a lazy module
  // that knows its sizes.
  void become(Layer& other, std::string name) noexcept;

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override;
  ModuleRef shell() const override { return make<Layer>(*this); }
  void reset_parameters(Context& context) override;
  void reset_running_stats() override;
  std::string extra_repr() const override;
  std::vector<Upgrade> upgrade_state(std::optional<int64_t> version,
                                     FunctionRef<bool(std::string_view)> has) const override;
  bool has_attribute(std::string_view name) const override;

 private:
  const ModuleType* type_;
  Settings settings_;
};

// For types without a `create` of their own.
ModuleRef create_layer(const ModuleType& type, const BuildContext& build,
                       const spec::Arguments& arguments);

// What a constructor raises about one of its arguments: "Conv2d: MESSAGE (at column N)".
Error argument_error(const spec::Arguments& arguments, std::string_view argument,
                     std::string_view torch_error, std::string_view message);

// A module of that class, as a child for another: the call with these arguments, which are
// evaluated.
ModuleRef made_module(const BuildContext& build, std::string_view class_name,
                      std::vector<spec::Keyword> arguments);

// "NAME={NAME}, …": each {NAME} is replaced by what Python prints of that argument, {NAME!r} by its
// repr, {NAME?TEXT} by the text if the argument is true, {?NAME} by whether the layer holds a
// parameter of that name.
std::string filled_repr(std::string_view form, const Layer& layer);

// An argument that the constructor took as it came, asked for as the argument of that position by
// `function` in the forward. TypeError unless it is a number, an int.
double number_setting(const Layer& layer, std::string_view name, std::string_view function,
                      int position);
int64_t integer_setting(const Layer& layer, std::string_view name, std::string_view function,
                        int position);

// `count` times the value as a tuple; what can be iterated, as it is: PyTorch's _single, _pair.
spec::Expression repeated(const spec::Expression& value, size_t count);

}  // namespace duramen::nn
