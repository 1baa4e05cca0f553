// Steps that build: tensors, parameters, modules, registration, attributes.
#include <list>
#include <stdexcept>

#include "base/text.hpp"
#include "nn/build.hpp"
#include "oracle/state_machine.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

constexpr const char* kNull = "null";

void shape_of_values(const Json& values, Shape& shape) {
  if (!values.is_array()) return;
  shape.push_back(static_cast<int64_t>(count(values)));
  if (count(values) > 0) shape_of_values(at(values, size_t{0}), shape);
}

void collect(const Json& values, std::vector<double>& all) {
  if (values.is_array()) {
    for (const Json item : simdjson::dom::array(values)) collect(item, all);
  } else {
    all.push_back(values.is_bool() ? double(bool(values)) : number(values));
  }
}

// A device that is not here is refused, rather than taken for the CPU.
void check_refused(Context& context, std::string_view device) {
  try {
    nn::module_from_text(context, join("Linear(1, 1, device='", device, "')"));
  } catch (const Error& error) {
    if (error.code() == Code::unsupported) return;
  }
  throw std::logic_error(join("a module on the device '", device, "' is not refused"));
}

TensorRef tensor_of_values(Context& context, const Json& spec, Dtype dtype) {
  Shape shape;
  std::vector<double> values;
  shape_of_values(at(spec, "values"), shape);
  collect(at(spec, "values"), values);
  return make_tensor(context, shape, dtype, values);
}

// The recording's own class: its extra state is one number, 666 is refused.
class ExtraState final : public nn::Derived {
 public:
  ExtraState(Ref<Allocator> allocator, int64_t number)
      : Derived("ExtraState"), allocator_(std::move(allocator)), number_(number) {}
  bool runs() const noexcept override { return false; }
  bool prints() const noexcept override { return false; }
  bool gives_extra_state() const noexcept override { return true; }
  bool takes_extra_state() const noexcept override { return true; }
  ValueRef call(Context&, nn::Module&, const Value&, const Value*) const override {
    return Value::none();
  }
  std::string extra_repr(const nn::Module&) const override { return ""; }
  ValueRef get_extra_state(const nn::Module&) const override {
    const TensorRef state = empty(allocator_, {1}, Dtype::int64);
    *state->mutable_data<int64_t>() = number_;
    return Value::tensor(state);
  }
  void set_extra_state(Context&, nn::Module&, const Value& state) const override {
    const int64_t number = *state.as_tensor()->data<int64_t>();
    if (number == 666) {
      throw Error(Code::invalid_argument, "bad extra state").with("torch_error", "ValueError");
    }
    number_ = number;
  }
  Ref<Derived> clone(Context&, const nn::Module&) const override {
    return make<ExtraState>(allocator_, number_);
  }

 private:
  Ref<Allocator> allocator_;
  mutable int64_t number_;
};

nn::ModuleRef new_extra_state(Context& context, int64_t number) {
  auto module = make<nn::Module>("ExtraState");
  module->set_derived(make<ExtraState>(Ref<Allocator>(context.allocator()), number));
  return module;
}

// Every `ExtraState(n)` in the text becomes the name, one of `names`, of such a module.
void name_extra_states(Context& context, std::string& ctor, std::list<std::string>& names,
                       std::vector<spec::NamedObject>& objects) {
  constexpr std::string_view kCall = "ExtraState(";
  for (size_t at = ctor.find(kCall); at != std::string::npos; at = ctor.find(kCall)) {
    const size_t end = ctor.find(')', at);
    const size_t digits = at + kCall.size();
    const std::string& name = names.emplace_back(join("extra_", objects.size()));
    const int64_t number = parse_int(ctor.substr(digits, end - digits)).value();
    objects.push_back({name, new_extra_state(context, number)});
    ctor.replace(at, end + 1 - at, name);
  }
}

std::string name_of(const Json& step, size_t index) {
  const Json name = at(step, index);
  if (!name.is_string()) throw TypeRule{};
  return text(name);
}

}  // namespace

std::string StateMachine::seed(const Json& step) {
  context_.generator().seed(static_cast<uint64_t>(integer(at(step, size_t{1}))));
  return kNull;
}

std::string StateMachine::build_module(const Json& step) {
  std::string ctor = text(at(step, size_t{2}));
  std::vector<spec::NamedObject> objects;
  for (const auto& [name, value] : variables_) {
    if (const auto* found = std::get_if<nn::ModuleRef>(&value)) objects.push_back({name, *found});
  }
  std::list<std::string> names;
  name_extra_states(context_, ctor, names, objects);
  // A bare Module() is the library's generic one.
  store(step, 1,
        ctor == "Module()" ? make<nn::Module>() : nn::module_from_text(context_, ctor, objects));
  return kNull;
}

std::string StateMachine::build_tensor(const Json& step) {
  const Json spec = at(step, size_t{2});
  if (has(spec, "device")) {
    check_refused(context_, text(spec, "device"));
    throw Skip{"meta tensors: every tensor has memory here"};
  }
  const Dtype dtype = has(spec, "dtype") ? dtype_from_name(text(spec, "dtype")) : Dtype::float32;
  TensorRef built;
  if (has(spec, "values")) {
    built = tensor_of_values(context_, spec, dtype);
  } else {
    const Shape shape = shape_of(at(spec, "shape"));
    const int64_t elements = numel_of(shape);
    const double scale = has(spec, "scale") ? number(at(spec, "scale")) : 1.0;
    const auto values =
        has(spec, "fill")
            ? std::vector<double>(static_cast<size_t>(elements), number(at(spec, "fill")))
            : hash_real({seed_, static_cast<uint64_t>(integer(spec, "stream"))}, elements, scale);
    built = make_tensor(context_, shape, dtype, values);
  }
  if (has(spec, "permute")) {
    built = alias(*built, view_permute(built->layout(), shape_of(at(spec, "permute"))));
  }
  if (has(spec, "expand")) {
    built = alias(*built, view_expand(built->layout(), shape_of(at(spec, "expand"))));
  }
  store(step, 1, built);
  return kNull;
}

std::string StateMachine::build_parameter(const Json& step) {
  store(step, 1, make_parameter(*tensor(step, 2), bool(at(step, size_t{3}))));
  return kNull;
}

std::string StateMachine::register_parameter(const Json& step) {
  const TensorRef value = tensor_or_none(step, 3);
  module(step, 1).register_parameter(name_of(step, 2), value);
  return kNull;
}

std::string StateMachine::register_buffer(const Json& step) {
  const bool persistent = count(step) <= 4 || bool(at(step, size_t{4}));
  const TensorRef value = tensor_or_none(step, 3);
  module(step, 1).register_buffer(name_of(step, 2), value, persistent);
  return kNull;
}

std::string StateMachine::add_module(const Json& step) {
  const nn::ModuleRef child = at(step, size_t{3}).is_null() ? nn::ModuleRef() : module_ref(step, 3);
  module(step, 1).register_module(name_of(step, 2), child);
  return kNull;
}

std::string StateMachine::set_attribute(const Json& step) {
  nn::Module& target = module(step, 1);
  const std::string name = name_of(step, 2);
  const bool none = at(step, size_t{3}).is_null();
  if (!none && std::holds_alternative<nn::ModuleRef>(thing(step, 3))) {
    target.assign(name, module_ref(step, 3));
  } else {
    target.assign(name, tensor_or_none(step, 3));
  }
  return kNull;
}

std::string StateMachine::delete_attribute(const Json& step) {
  module(step, 1).remove(name_of(step, 2));
  return kNull;
}

std::string StateMachine::get_attribute(const Json& step) {
  Thing current = thing(step, 2);
  std::string path = text(at(step, size_t{3}));
  while (!path.empty()) {
    const size_t dot = path.find('.');
    const std::string atom = path.substr(0, dot);
    path = dot == std::string::npos ? "" : path.substr(dot + 1);
    if (const auto* found = std::get_if<TensorRef>(&current)) {
      const TensorRef owner = *found;
      current =
          atom == "grad" ? owner->grad() : alias(*owner, view_transpose(owner->layout(), 0, 1));
      continue;
    }
    const nn::ModuleRef owner = std::get<nn::ModuleRef>(current);
    if (const auto* child = owner->children().find(atom)) {
      current = *child;
    } else if (const auto* parameter = owner->parameters().find(atom)) {
      current = *parameter;
    } else if (const auto* buffer = owner->buffers().find(atom)) {
      current = *buffer;
    } else {
      throw std::runtime_error("no attribute " + atom);
    }
  }
  store(step, 1, current);
  return kNull;
}

std::string StateMachine::build_chain(const Json& step) {
  const int64_t levels = integer(at(step, size_t{2}));
  nn::ModuleRef current = make<nn::Module>();
  const TensorRef w = make_tensor(context_, Shape{2}, Dtype::float32, hash_real({seed_, 0}, 2));
  const TensorRef b = make_tensor(context_, Shape{1}, Dtype::float32, hash_real({seed_, 1}, 1));
  current->register_parameter("w", make_parameter(*w, true));
  current->register_buffer("b", b);
  for (int64_t i = 0; i < levels; ++i) {
    nn::ModuleRef parent = make<nn::Module>();
    parent->register_module("c", current);
    current = parent;
  }
  store(step, 1, current);
  return kNull;
}

}  // namespace duramen::test
