#include "nn/layer_rules.hpp"

#include "nn/evaluate.hpp"
#include "nn/python_values.hpp"
#include "nn/torch_names.hpp"

namespace duramen::nn {

using spec::Expression;
using spec::Form;

namespace {

bool is_object(const Expression& value) noexcept {
  return value.form == Form::object || value.form == Form::call;
}

// What may be anything is kept here, which tensors and modules cannot be.
constexpr spec::Kinds kAnyPlain = spec::kAny | spec::kTensor | spec::kModule;

void check_plain(const spec::Arguments& arguments, const spec::Parameter& parameter) {
  if (parameter.variadic || !holds_object(arguments[parameter.name])) return;
  throw spec::error_at(arguments[parameter.name], Code::unsupported,
                       join(arguments.signature().name, ": argument '", parameter.name,
                            "' holds a tensor or a module (expected numbers or texts)"))
      .with("argument", std::string(parameter.name));
}

[[noreturn]] void throw_no_forward(const ModuleType& type) {
  throw Error(Code::unsupported, join("forward: ", type.signature.name,
                                      " is here by its state only (it lists, loads and saves; "
                                      "expected a type whose forward is there)"))
      .with("actual", std::string(type.signature.name));
}

}  // namespace

// ---- Settings ----

Settings::Value::Value(const Expression& given)
    : form(given.form), column(given.column), integer(spec::integer_of(given)) {
  if (form == Form::real) {
    real = given.real;
  } else if (form != Form::none && form != Form::boolean && form != Form::integer) {
    other = std::make_shared<const Expression>(given);
  }
}

Expression Settings::Value::expression() const {
  if (other) return *other;
  Expression out;
  out.form = form;
  out.column = column;
  if (form == Form::boolean) out.boolean = integer != 0;
  if (form == Form::integer) out.integer = integer;
  if (form == Form::real) out.real = real;
  return out;
}

Settings::Settings(const spec::Signature& signature, const spec::Arguments& arguments)
    : signature_(&signature) {
  values_.reserve(signature.parameters.size());
  for (const spec::Parameter& parameter : signature.parameters) {
    if ((parameter.kinds & kAnyPlain) == spec::kAny) check_plain(arguments, parameter);
    const bool is_kept = !parameter.variadic && !is_object(arguments[parameter.name]);
    values_.emplace_back(is_kept ? arguments[parameter.name] : Expression());
  }
}

size_t Settings::index_of(std::string_view name) const {
  size_t index = 0;
  while (index < values_.size() && signature_->parameters[index].name != name) ++index;
  if (index < values_.size()) return index;
  throw Error(Code::internal, join(signature_->name, ": no setting '", name, "'"));
}

std::string_view Settings::text(std::string_view name) const {
  const auto& other = value(name).other;
  return other ? std::string_view(other->text) : std::string_view();
}

std::span<const Expression> Settings::items(std::string_view name) const {
  const auto& other = value(name).other;
  return other ? std::span<const Expression>(other->items) : std::span<const Expression>();
}

void Settings::set(std::string_view name, const Expression& value) {
  values_[index_of(name)] = Value(value);
}

// ---- Layer ----

Layer::Layer(const ModuleType& type, Settings settings)
    : Module(std::string(type.signature.name), type.rules.version),
      type_(&type),
      settings_(std::move(settings)) {}

void Layer::become(Layer& other, std::string name) noexcept {
  settings_ = std::move(other.settings_);
  type_ = other.type_;
  set_class_name(std::move(name));
  set_version(other.version());
  set_derived(nullptr);
  set_origin(Ref<const Counted>(other.origin()));
}

TensorRef Layer::forward(Context& context, std::span<const TensorRef> inputs) {
  if (!type_->rules.forward || !type_->has_forward()) throw_no_forward(*type_);
  return type_->rules.forward(*this, context, inputs);
}

ValueRef Layer::call(Context& context, const Value& arguments, const Value* keywords) {
  if (!type_->has_forward()) throw_no_forward(*type_);
  if (!type_->rules.call) return Module::call(context, arguments, keywords);
  return type_->rules.call(*this, context, arguments, keywords);
}

void Layer::reset_parameters(Context& context) {
  if (type_->rules.reset) type_->rules.reset(*this, context);
}

void Layer::reset_running_stats() {
  if (!type_->rules.reset_running_stats) return Module::reset_running_stats();
  type_->rules.reset_running_stats(*this);
}

std::string Layer::extra_repr() const {
  if (type_->rules.show) return type_->rules.show(*this);
  return filled_repr(type_->rules.shown, *this);
}

std::vector<Module::Upgrade> Layer::upgrade_state(std::optional<int64_t> version,
                                                  FunctionRef<bool(std::string_view)> has) const {
  if (!type_->rules.upgrade) return {};
  return type_->rules.upgrade(*this, version, has);
}

namespace {

constexpr std::string_view kLazyAttributes =
    "cls_to_become, has_uninitialized_params, initialize_parameters, _infer_parameters, "
    "_initialize_hook, _lazy_load_hook, _load_hook";

bool class_has(const ModuleType& type, std::string_view name) noexcept {
  if (lists(type.rules.attributes, name)) return true;
  if (lists(type.rules.no_attributes, name)) return false;
  for (const spec::Parameter& parameter : type.signature.parameters) {
    const bool is_general = parameter.name == "device" || parameter.name == "dtype";
    if (parameter.name == name && !is_general && !parameter.variadic) return true;
  }
  return name == "__constants__";
}

}  // namespace

bool Layer::has_attribute(std::string_view name) const {
  if (class_has(*type_, name) || Module::has_attribute(name)) return true;
  if (!type_->rules.is_lazy) return false;
  return lists(kLazyAttributes, name) || class_has(*type_->plain(), name);
}

ModuleRef create_layer(const ModuleType& type, const BuildContext& build,
                       const spec::Arguments& arguments) {
  const LayerRules& rules = type.rules;
  Settings settings(type.signature, arguments);
  if (rules.settle) rules.settle(settings, arguments);
  Ref<Layer> layer = make<Layer>(type, std::move(settings));
  if (rules.build) rules.build(*layer, build, arguments);
  if (build.draws && !rules.build_draws) layer->reset_parameters(build.context);
  return layer;
}

bool ModuleType::has_forward() const noexcept {
  if (rules.is_lazy) return plain()->has_forward();
  return create || rules.forward || rules.call;
}

const ModuleType* ModuleType::plain() const noexcept {
  return module_types().find(signature.name.substr(4));
}

ModuleRef ModuleType::make(const BuildContext& build, const spec::Arguments& arguments) const {
  return create ? create(build, arguments) : create_layer(*this, build, arguments);
}

// ---- Helpers of the tables ----

Error argument_error(const spec::Arguments& arguments, std::string_view argument,
                     std::string_view torch_error, std::string_view message) {
  return spec::error_at(arguments[argument], Code::invalid_argument,
                        join(arguments.signature().name, ": ", message))
      .with("argument", std::string(argument))
      .with("torch_error", std::string(torch_error));
}

ModuleRef made_module(const BuildContext& build, std::string_view class_name,
                      std::vector<spec::Keyword> arguments) {
  Expression call;
  call.form = Form::call;
  call.column = 0;
  call.text = class_name;
  call.keywords = std::move(arguments);
  const BuildContext plain{build.context, nullptr, build.draws};
  plain.evaluate(call);
  return plain.module(call);
}

namespace {

// NAME, NAME!r, NAME?TEXT or ?NAME.
std::string filled_place(std::string_view place, const Layer& layer) {
  if (place[0] == '?') {
    return std::string(python_bool(bool(held(layer.parameters(), place.substr(1)))));
  }
  const Settings& settings = layer.settings();
  const size_t end = std::min(place.find_first_of("!?"), place.size());
  const std::string_view name = place.substr(0, end);
  if (end == place.size()) return settings.printed(name);
  if (place[end] == '!') return spec::format(settings[name]);
  return std::string(settings.boolean(name) ? place.substr(end + 1) : "");
}

}  // namespace

std::string filled_repr(std::string_view form, const Layer& layer) {
  std::string out;
  while (!form.empty()) {
    const size_t open = std::min(form.find('{'), form.size());
    out += form.substr(0, open);
    form.remove_prefix(open);
    if (form.empty()) break;
    const size_t close = form.find('}');
    out += filled_place(form.substr(1, close - 1), layer);
    form.remove_prefix(close + 1);
  }
  return out;
}

namespace {

Error wrong_setting(const Layer& layer, std::string_view name, std::string_view function,
                    int position, std::string_view expected) {
  return Error(Code::invalid_argument,
               join(function, "(): argument '", name, "' (position ", position, ") must be ",
                    expected, ", not ", type_name(layer.settings()[name])))
      .with("argument", std::string(name))
      .with("torch_error", "TypeError");
}

}  // namespace

double number_setting(const Layer& layer, std::string_view name, std::string_view function,
                      int position) {
  const Expression& value = layer.settings()[name];
  if (is_number(value)) return spec::real_of(value);
  throw wrong_setting(layer, name, function, position, "float");
}

int64_t integer_setting(const Layer& layer, std::string_view name, std::string_view function,
                        int position) {
  const Expression& value = layer.settings()[name];
  if (is_number(value) && value.form != Form::real) return spec::integer_of(value);
  throw wrong_setting(layer, name, function, position, "int");
}

Expression repeated(const Expression& value, size_t count) {
  Expression tuple;
  tuple.form = Form::tuple;
  tuple.column = value.column;
  if (std::optional<std::vector<Expression>> items = iterated(value)) {
    tuple.items = std::move(*items);
  } else {
    tuple.items.assign(count, value);
  }
  return tuple;
}

}  // namespace duramen::nn
