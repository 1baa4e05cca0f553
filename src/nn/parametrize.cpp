#include "nn/parametrize.hpp"

#include "nn/call.hpp"
#include "nn/hooks.hpp"
#include "nn/layer.hpp"
#include "nn/norm_hooks.hpp"
#include "nn/origin.hpp"
#include "nn/run.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

struct ClassName {
  std::string_view name;
  std::string_view function;
};
constexpr ClassName kClasses[] = {{"_WeightNorm", "weight_norm"},
                                  {"_SpectralNorm", "spectral_norm"},
                                  {"_Orthogonal", "orthogonal"}};

constexpr const ParametrizationType* kTypes[] = {&kWeightNorm, &kSpectralNorm, &kOrthogonal};
constexpr spec::Registry<ParametrizationType> kRegistry(kTypes);
// Those that torch.nn.utils has, too.
constexpr const ParametrizationType* kHookTypes[] = {&kWeightNorm, &kSpectralNorm};
constexpr spec::Registry<ParametrizationType> kHookRegistry(kHookTypes);

ModuleDict* dict_of(const Module& module) noexcept {
  if (module.children().empty()) return nullptr;
  const ModuleRef* child = module.children().find(kParametrizationsChild);
  return child ? dynamic_cast<ModuleDict*>(child->get()) : nullptr;
}

Error not_parametrized(const Module& module, std::string_view name) {
  return parametrize_error(Code::not_found, "ValueError",
                           join("parametrizations: Module ", module.class_name(),
                                " does not have a parametrization on ", printable(name, 60)))
      .with("path", std::string(name));
}

ParametrizationList& list_of(const Module& module, std::string_view name) {
  if (ParametrizationList* list = parametrizations_of(module, name)) return *list;
  throw not_parametrized(module, name);
}

// The module's own tensor; null where there is none or it is None.
TensorRef own_tensor(const Module& module, std::string_view name) {
  if (const TensorRef* parameter = module.parameters().find(name)) return *parameter;
  const TensorRef* buffer = module.buffers().find(name);
  return buffer ? *buffer : TensorRef();
}

void check_named(const Module& module, std::string_view name) {
  if (module.parameters().contains(name) || module.buffers().contains(name)) return;
  throw parametrize_error(
      Code::invalid_argument, "ValueError",
      join("parametrize: Module '", module.class_name(),
           "' does not have a parameter, a buffer, or a parametrized element with name '",
           printable(name, 60), "'"))
      .with("path", std::string(name));
}

void check_same(const Tensor& before, const Tensor& after) {
  if (before.dtype() == after.dtype() && before.shape() == after.shape()) return;
  throw parametrize_error(
      Code::invalid_argument, "ValueError",
      join("parametrize: Registering a parametrization may not change the ",
           before.dtype() == after.dtype() ? "shape" : "dtype", " of the tensor"));
}

// Puts the tensor of another into the place of one that keeps its identity, in two halves.
struct Replacement {
  Replacement(TensorRef kept, const Tensor& data)
      : tensor(std::move(kept)),
        storage(data.storage()),
        layout(data.layout()),
        dtype(data.dtype()) {}
  void commit() noexcept { tensor->set_data(std::move(storage), std::move(layout), dtype); }

  TensorRef tensor;
  Ref<Storage> storage;
  Layout layout;
  Dtype dtype;
};

// What it gives beside the originals, taken off `inverse`.
struct Kept {
  Kept(Parametrization& one, std::vector<TensorRef>& inverse) : owner(&one) {
    const size_t count = std::min(one.input_count(), inverse.size());
    tensors.assign(inverse.begin() + static_cast<ptrdiff_t>(count), inverse.end());
    inverse.resize(count);
  }
  void commit() const {
    if (!tensors.empty()) owner->keep(tensors);
  }

  Ref<Parametrization> owner;
  std::vector<TensorRef> tensors;
};

void put_own(Module& module, std::string_view name, TensorRef tensor, bool is_parameter) {
  if (is_parameter) {
    module.put_parameter(name, std::move(tensor));
  } else {
    module.put_buffer(name, std::move(tensor));
  }
}

// One original is the tensor itself, with other data perhaps; of several each is new.
void put_originals(ParametrizationList& list, const TensorRef& value,
                   std::span<const TensorRef> inverse) {
  if (inverse.size() == 1) return put_own(list, "original", value, value->is_parameter());
  for (size_t i = 0; i < inverse.size(); ++i) {
    const bool is_parameter = value->is_parameter();
    TensorRef original =
        is_parameter ? make_parameter(*inverse[i], value->requires_grad()) : inverse[i];
    put_own(list, join("original", i), std::move(original), is_parameter);
  }
}

// Requires: everything was checked.
void put_list(Module& module, std::string_view name, const Ref<ParametrizationList>& list) {
  if (ModuleDict* dict = dict_of(module)) {
    dict->put_child(name, list);
  } else {
    std::string class_name = join(kParametrizedPrefix, module.class_name());
    std::string shown_name = join(kParametrizedPrefix, module.shown_name());
    auto fresh = make<ModuleDict>();
    fresh->put_child(name, list);
    module.put_child(kParametrizationsChild, std::move(fresh));
    module.set_class_name(std::move(class_name));
    if (module.derived()) module.derived()->set_name(std::move(shown_name));
  }
  module.remove(name);
}

void check_child_name(const Module& module) {
  if (is_parametrized(module) || !module.has_name(kParametrizationsChild)) return;
  throw parametrize_error(Code::already_exists, "KeyError",
                          "parametrize: attribute 'parametrizations' already exists");
}

void register_first(Context& context, Module& module, std::string_view name, const TensorRef& value,
                    const ParametrizationType& type, const Ref<Parametrization>& made) {
  const bool as_made = is_as_made(module);
  std::vector<TensorRef> inverse = made->right_inverse(context, value);
  Kept(*made, inverse).commit();  // nobody has it yet
  if (inverse.empty()) inverse.push_back(value);
  auto list = make<ParametrizationList>();
  list->put_child("0", made);
  list->set_origin(make<Origin>(std::string(), 0, 0, 0));
  put_originals(*list, value, inverse);
  std::optional<Replacement> replacement;
  if (inverse.size() == 1 && inverse[0] != value) replacement.emplace(value, *inverse[0]);
  if (type.checked) check_same(*value, *list->forward(context, {}));
  OriginRenewal origins[] = {OriginRenewal(*made), OriginRenewal(*list), OriginRenewal(module)};
  put_list(module, name, list);
  if (replacement) replacement->commit();
  for (OriginRenewal& origin : origins) origin.commit(as_made);
}

// A dict of the old weight_norm loads: weight_g and weight_v become the originals of "weight".
class OldNames final : public Hook {
 public:
  explicit OldNames(std::string_view name) : Hook(kBeforeLoad), name_(name) {}

  void before_load(Module& module, StateDict& dict, const std::string& prefix,
                   LoadNotes&) override {
    auto& entries = dict.entries();
    const std::string names[] = {join(prefix, name_, "_g"), join(prefix, name_, "_v")};
    if (!parametrizations_of(module, name_)) return;
    if (!entries.contains(names[0]) || !entries.contains(names[1])) return;
    for (size_t i = 0; i < 2; ++i) {
      StateEntry entry = *entries.find(names[i]);
      entries.erase(names[i]);
      entries.set(join(prefix, kParametrizationsChild, ".", name_, ".original", i),
                  std::move(entry));
    }
  }

 private:
  const std::string name_;
};

void register_next(Context& context, const Module& module, ParametrizationList& list,
                   const TensorRef& value, const ParametrizationType& type,
                   const Ref<Parametrization>& made) {
  if (made->input_count() != 1) {
    throw parametrize_error(Code::invalid_argument, "TypeError",
                            join("parametrize: ", type.signature.name,
                                 " takes several tensors: it must be the first of a tensor's "
                                 "parametrizations"));
  }
  if (type.checked) check_same(*value, *run_forward(context, *made, {&value, 1}));
  OriginRenewal origin(*made);
  list.append(made);
  origin.commit(is_as_made(module));
}

void check_fits(std::string_view name, const Tensor& original, const Tensor& fresh) {
  const bool shape = original.shape() != fresh.shape();
  if (!shape && original.dtype() == fresh.dtype()) return;
  const auto told = [shape](const Tensor& tensor) {
    return shape ? format_shape(tensor.shape()) : std::string(dtype_name(tensor.dtype()));
  };
  throw parametrize_error(
      shape ? Code::shape_mismatch : Code::dtype_mismatch, "ValueError",
      join("parametrize: another ", shape ? "shape" : "dtype", " than '", printable(name, 60),
           "' has (expected ", told(original), ", got ", told(fresh), ")"));
}

// On an error the generator may have moved.
void set_checked(Context& context, ParametrizationList& list, std::string_view name,
                 const TensorRef& value, std::span<const TensorRef> originals) {
  std::vector<TensorRef> values = {value};
  std::vector<Kept> kept;
  for (size_t i = list.size(); i-- > 0;) {
    auto* one = dynamic_cast<Parametrization*>(list.children()[i].value.get());
    values = one && values.size() == 1 ? one->right_inverse(context, values[0])
                                       : std::vector<TensorRef>();
    if (one) kept.emplace_back(*one, values);
    if (!values.empty()) continue;
    throw parametrize_error(
        Code::unsupported, "RuntimeError",
        join("parametrize: parametrization ",
             list.children()[i].value ? list.children()[i].value->class_name() : "None",
             " does not implement right_inverse."));
  }
  std::vector<Replacement> replacements;
  for (size_t i = 0; i < originals.size() && i < values.size(); ++i) {
    check_fits(name, *originals[i], *values[i]);
    replacements.emplace_back(originals[i], *values[i]);
  }
  for (const Kept& one : kept) one.commit();
  for (Replacement& replacement : replacements) replacement.commit();
}

bool take_start(std::string& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.erase(0, start.size());
  return true;
}

// The call, its callee without a path; whether it is one of torch.nn.utils itself.
spec::Expression parsed_call(std::string_view text, bool& is_hook) {
  spec::Expression call = spec::parse(text);
  if (call.form == spec::Form::name) {
    call.form = spec::Form::call;
    call.text = spec::bare_callee(call.text);
  }
  if (call.form != spec::Form::call) {
    throw spec::error_at(call, Code::invalid_argument,
                         "parametrize: expected a name or a call, such as \"weight_norm(dim=0)\"");
  }
  const bool in_utils = take_start(call.text, "utils.");
  is_hook = !take_start(call.text, "parametrizations.") && in_utils;
  return call;
}

ModuleRef shell_with_tensors(const Module& module) {
  ModuleRef out = module.shell();
  for (const auto& [name, tensor] : module.parameters()) out->put_parameter(name, tensor);
  for (const auto& [name, tensor] : module.buffers()) out->put_buffer(name, tensor);
  return out;
}

// with_computed_tensors(); `step`: those of torch.nn.utils go on by one.
ModuleRef computed(Context& context, const Module& module, bool step) {
  const ModuleDict* dict = is_parametrized(module) ? dict_of(module) : nullptr;
  ModuleRef out = shell_with_tensors(module);
  out->set_class_name(std::string(plain_class_name(module)));
  for (const auto& [name, child] : module.children()) {
    if (child.get() != dict) out->put_child(name, child);
  }
  for (size_t i = 0; dict && i < dict->children().size(); ++i) {
    const auto& [name, child] = dict->children()[i];
    auto* list = dynamic_cast<ParametrizationList*>(child.get());
    if (list) put_own(*out, name, list->forward(context, {}), list->is_parameter());
  }
  put_computed(context, module, *out, step);
  return out;
}

}  // namespace

Error parametrize_error(Code code, const char* torch_error, std::string message) {
  return Error(code, std::move(message)).with("torch_error", torch_error);
}

void check_one_original(size_t count) {
  if (count == 1) return;
  throw parametrize_error(Code::invalid_argument, "ValueError",
                          "remove_parametrizations: Cannot leave unparametrized "
                          "(`leave_parametrized=False`) a tensor that is parametrized in terms of "
                          "a sequence of tensors.");
}

std::vector<TensorRef> Parametrization::right_inverse(Context&, const TensorRef&) { return {}; }

void ParametrizationList::insert(int64_t index, ModuleRef child) {
  insert_at(index, std::move(child));
}

// Without the originals it is a list like any other.
Ref<IndexedContainer> ParametrizationList::sliced(std::span<const size_t> positions) const {
  auto out = make<ModuleList>();
  for (size_t i = 0; i < positions.size(); ++i) {
    out->put_child(std::to_string(i), children()[positions[i]].value);
  }
  return out;
}

bool ParametrizationList::has_attribute(std::string_view name) const {
  return is_one_of(name, {"append", "extend", "insert", "is_tensor", "ntensors", "pop",
                          "right_inverse", "unsafe"}) ||
         Module::has_attribute(name);
}

std::vector<TensorRef> ParametrizationList::originals() const {
  std::vector<TensorRef> out;
  for (const auto* map : {&parameters(), &buffers()}) {
    for (const auto& [name, tensor] : *map) {
      if (tensor && name.starts_with("original")) out.push_back(tensor);
    }
  }
  return out;
}

TensorRef ParametrizationList::forward(Context& context, std::span<const TensorRef> inputs) {
  check_inputs(*this, inputs, 0);
  const Call call(context, *this);
  std::vector<TensorRef> values = originals();
  for (const auto& [name, child] : children()) {
    if (!child) continue;
    values = {run_forward(context, *child, values)};
  }
  if (values.size() == 1) return values[0];
  throw parametrize_error(Code::state, "TypeError",
                          "forward: this ParametrizationList is not complete");
}

ParametrizationList* parametrizations_of(const Module& module, std::string_view name) noexcept {
  const ModuleDict* dict = dict_of(module);
  const ModuleRef* child = dict ? dict->children().find(name) : nullptr;
  return child ? dynamic_cast<ParametrizationList*>(child->get()) : nullptr;
}

bool has_computed_tensors(const Module& module) noexcept {
  return is_parametrized(module) || has_norm_hooks(module);
}

bool is_parametrized(const Module& module) noexcept {
  return module.class_name().starts_with(kParametrizedPrefix) && dict_of(module) != nullptr;
}

std::string_view plain_class_name(const Module& module) noexcept {
  const std::string_view name = module.class_name();
  return is_parametrized(module) ? name.substr(kParametrizedPrefix.size()) : name;
}

void parametrize(Context& context, Module& module, std::string_view name, std::string_view text) {
  bool is_hook = false;
  const spec::Expression call = parsed_call(text, is_hook);
  if (!is_hook) return parametrize(context, module, name, call);
  kHookRegistry.get(call, "function of torch.nn.utils");
  const bool as_made = is_as_made(module);
  OriginRenewal origin(module);
  add_norm_hook(context, module, name, call);
  origin.commit(as_made);
}

std::string_view function_of_class(std::string_view class_name) noexcept {
  for (const auto& [name, function] : kClasses) {
    if (name == class_name) return function;
  }
  return {};
}

void parametrize(Context& context, Module& module, std::string_view name,
                 const spec::Expression& call) {
  const ParametrizationType& type = kRegistry.get(call, "parametrization");
  const spec::Arguments arguments(type.signature, call);
  const NoGrad no_grad(context);
  ParametrizationList* list = parametrizations_of(module, name);
  const TensorRef value = list ? list->forward(context, {}) : own_tensor(module, name);
  if (value) check_initialized(*value, "parametrize");
  if (!list) {
    check_child_name(module);
    check_named(module, name);
  }
  const Ref<Parametrization> made = type.create(context, module, value, arguments);
  made->set_training(module.training());
  made->set_origin(
      make<Origin>(arguments_text({context, nullptr}, type.signature, arguments), 0, 0, 0));
  if (list) return register_next(context, module, *list, value, type, made);
  if (&type != &kWeightNorm) return register_first(context, module, name, value, type, made);
  const uint64_t hook = module.add_hook(make<OldNames>(name));
  try {
    register_first(context, module, name, value, type, made);
  } catch (...) {
    module.remove_hook(hook);
    throw;
  }
}

TensorRef parametrized(Context& context, const Module& module, std::string_view name) {
  if (norm_hook_of(module, name)) return held(computed(context, module, false)->parameters(), name);
  return list_of(module, name).forward(context, {});
}

void set_parametrized(Context& context, Module& module, std::string_view name,
                      const TensorRef& value) {
  ParametrizationList& list = list_of(module, name);
  const std::vector<TensorRef> originals = list.originals();
  if (!originals.empty()) check_fits(name, *originals.back(), *value);
  const NoGrad no_grad(context);
  const Generator before = context.generator();
  try {
    set_checked(context, list, name, value, originals);
  } catch (...) {
    context.generator() = before;
    throw;
  }
}

void remove_parametrizations(Context& context, Module& module, std::string_view name,
                             bool leave_parametrized) {
  OriginRenewal origin(module);
  if (norm_hook_of(module, name)) {
    remove_norm_hook(context, module, name, leave_parametrized);
    return origin.commit(false);
  }
  ParametrizationList& list = list_of(module, name);
  const ModuleRef held(&list);
  const NoGrad no_grad(context);
  const std::vector<TensorRef> originals = list.originals();
  if (!leave_parametrized) check_one_original(originals.size());
  TensorRef tensor = originals.at(0);
  std::optional<Replacement> replacement;
  if (leave_parametrized) {
    const TensorRef value = list.forward(context, {});
    if (originals.size() == 1) {
      replacement.emplace(tensor, *value);
    } else {
      tensor = list.is_parameter() ? make_parameter(*value, tensor->requires_grad()) : value;
    }
  }
  ModuleDict& dict = *dict_of(module);
  std::string plain_name(plain_class_name(module));
  std::string shown_name = module.shown_name();
  if (shown_name.starts_with(kParametrizedPrefix)) shown_name.erase(0, kParametrizedPrefix.size());
  put_own(module, name, tensor, list.is_parameter());
  dict.remove(name);
  if (replacement) replacement->commit();
  origin.commit(false);
  if (!dict.children().empty()) return;
  module.remove(kParametrizationsChild);
  module.set_class_name(std::move(plain_name));
  if (module.derived()) module.derived()->set_name(std::move(shown_name));
}

std::string extra_repr(const Module& module) {
  const Derived* derived = module.derived();
  return derived && derived->prints() ? derived->extra_repr(module) : base_extra_repr(module);
}

std::string base_extra_repr(const Module& module) {
  const ModuleDict* dict = is_parametrized(module) ? dict_of(module) : nullptr;
  if (!has_computed_tensors(module)) return module.extra_repr();
  const ModuleRef shown = shell_with_tensors(module);
  for (size_t i = 0; dict && i < dict->children().size(); ++i) {
    const auto& [name, child] = dict->children()[i];
    auto* list = dynamic_cast<ParametrizationList*>(child.get());
    const auto originals = list ? list->originals() : std::vector<TensorRef>();
    if (!originals.empty()) put_own(*shown, name, originals.back(), list->is_parameter());
  }
  put_likenesses(module, *shown);
  return shown->extra_repr();
}

ModuleRef with_computed_tensors(Context& context, Module& module) {
  return has_computed_tensors(module) ? computed(context, module, true) : ModuleRef(&module);
}

}  // namespace duramen::nn
