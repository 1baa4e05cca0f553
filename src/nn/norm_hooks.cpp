#include "nn/norm_hooks.hpp"

#include "nn/layer.hpp"
#include "nn/load_notes.hpp"
#include "nn/old_spectral_norm.hpp"
#include "nn/origin.hpp"
#include "nn/spectral_norm.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

TensorRef source(const Module& tensors, const std::string& name) {
  if (TensorRef parameter = held(tensors.parameters(), name)) return parameter;
  if (TensorRef buffer = held(tensors.buffers(), name)) return buffer;
  throw parametrize_error(Code::state, "AttributeError",
                          join("forward: '", tensors.class_name(), "' object has no tensor '",
                               printable(name, 60), "'"))
      .with("path", name);
}

class WeightNormHook final : public NormHook {
 public:
  WeightNormHook(std::string_view name, int64_t dim) : NormHook(name, 0), dim_(dim) {}

  std::string like() const override { return tensor_name() + "_v"; }
  std::vector<std::string> sources() const override { return {tensor_name() + "_g", like()}; }
  TensorRef compute(Context& context, const Module& tensors, bool) const override {
    return weight_norm(context, source(tensors, like()), source(tensors, tensor_name() + "_g"),
                       dim_);
  }

 private:
  const int64_t dim_;  // -1: over all
};

class SpectralNormHook final : public NormHook {
 public:
  SpectralNormHook(std::string_view name, const PowerMethod& method)
      : NormHook(name, kBeforeLoad | kAfterStateDict), method_(method) {}

  std::string like() const override { return tensor_name() + "_orig"; }
  std::vector<std::string> sources() const override {
    return {like(), tensor_name() + "_u", tensor_name() + "_v"};
  }
  TensorRef compute(Context& context, const Module& tensors, bool step) const override {
    const TensorRef weight = source(tensors, like()), u = source(tensors, tensor_name() + "_u"),
                    v = source(tensors, tensor_name() + "_v");
    if (step) iterate(context, method_.matrix(context, weight), *u, *v);
    return method_.divided(context, weight, u, v);
  }

  void after_state_dict(const Module&, StateDict& dict, const std::string& prefix) override;
  void before_load(Module&, StateDict& dict, const std::string& prefix, LoadNotes& notes) override;

 private:
  static constexpr std::string_view kName = "spectral_norm";
  static constexpr int64_t kVersion = 1;

  std::string version_key() const { return tensor_name() + ".version"; }
  void iterate(Context& context, const TensorRef& matrix, Tensor& u, Tensor& v) const;

  const PowerMethod method_;
};

void SpectralNormHook::iterate(Context& context, const TensorRef& matrix, Tensor& u,
                               Tensor& v) const {
  const NoGrad no_grad(context);
  const TensorRef fixed = ops::detach(context, matrix);
  const TensorRef turned = ops::t(context, fixed);
  for (int64_t i = 0; i < method_.steps; ++i) {
    multiply_into(context, v, turned, u, method_.eps);
    multiply_into(context, u, fixed, v, method_.eps);
  }
}

std::string_view path_of(std::string_view prefix) {
  return prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1);
}

double number_of(const Value& version) {
  return version.kind() == ValueKind::real ? version.as_real()
                                           : static_cast<double>(version.as_integer());
}

// The dict's own items, one of them set.
ValueRef with_item(const Value* dict, std::string_view key, ValueRef item) {
  std::vector<ValueRef> keys, items;
  for (size_t i = 0; dict && i < dict->count(); ++i) {
    if (dict->key(i)->as_text() == key) continue;
    keys.push_back(dict->key(i));
    items.push_back(dict->item(i));
  }
  keys.push_back(Value::text(std::string(key)));
  items.push_back(std::move(item));
  return Value::dict(std::move(keys), std::move(items));
}

void SpectralNormHook::after_state_dict(const Module&, StateDict& dict, const std::string& prefix) {
  ModuleVersion* version = dict.versions().find(path_of(prefix));
  if (!version) return;
  const Value* norms = version->more ? version->more->find(kName) : nullptr;
  version->more = with_item(version->more.get(), kName,
                            with_item(norms, version_key(), Value::integer(kVersion)));
}

void SpectralNormHook::before_load(Module&, StateDict& dict, const std::string& prefix,
                                   LoadNotes& notes) {
  const ModuleVersion* module = dict.versions().find(path_of(prefix));
  const Value* norms = module && module->more ? module->more->find(kName) : nullptr;
  const Value* version = norms ? norms->find(version_key()) : nullptr;
  if (version && version->kind() == ValueKind::none) version = nullptr;
  if (version && number_of(*version) >= kVersion) return;
  auto& entries = dict.entries();
  const std::string weight = prefix + tensor_name(), v = weight + "_v",
                    names[] = {weight + "_orig", weight, weight + "_u"};
  const bool is_new = entries.contains(names[0]) && entries.contains(names[2]) &&
                      entries.contains(v) && !entries.contains(weight);
  if (!version && is_new) return;
  Tensor* tensors[3] = {};
  for (size_t i = 0; i < 3; ++i) {
    const StateEntry* entry = entries.find(names[i]);
    if (entry) tensors[i] = entry->tensor.get();
    if (!entry) notes.add(LoadReport::Kind::missing, names[i]);
  }
  if (!tensors[0] || !tensors[1] || !tensors[2]) return;
  TensorRef made = vector_of_old_state(*tensors[0], *tensors[1], *tensors[2], method_.dim);
  if (!made) return;
  entries.erase(weight);
  dict.set_tensor(v, std::move(made), StateKind::buffer);
}

// ---- Adding one ----

// What is about to change: the hook, and what it is computed from.
struct Plan {
  Ref<NormHook> hook;
  std::vector<TensorRef> parameters;  // the first of the sources
  std::vector<TensorRef> buffers;     // the others
};

Plan plan_weight_norm(Context& context, Module& module, std::string_view name,
                      const spec::Arguments& arguments) {
  const TensorRef value = held(module.parameters(), name);
  if (!value) {
    throw parametrize_error(
        Code::invalid_argument, "TypeError",
        join("weight_norm: norm_except_dim(): argument 'v' (position 1) must be Tensor, "
             "not NoneType ('",
             printable(name, 60), "' is None)"));
  }
  const int64_t dim = arguments.optional_integer("dim").value_or(-1);
  const TensorRef g = norm_except_dim(context, *value, dim);
  return {make<WeightNormHook>(name, dim),
          {make_parameter(*g, true), make_parameter(*value, true)},
          {}};
}

void check_rows(const Tensor& value, int64_t dim) {
  const auto rank = static_cast<int64_t>(value.rank());
  const char* torch_error = rank == 0 && dim == 0 ? "IndexError" : "RuntimeError";
  if (dim < 0 || dim >= rank) {
    throw parametrize_error(Code::invalid_argument, torch_error,
                            join("spectral_norm: dim ", dim, " of a tensor with ", rank,
                                 " dimensions (expected one of them, counted from 0)"))
        .with("argument", "dim");
  }
  if (value.size(static_cast<size_t>(dim)) > 0) return;
  throw parametrize_error(
      Code::invalid_argument, torch_error,
      join("spectral_norm: dimension ", dim, " has no elements (expected some)"));
}

Plan plan_spectral_norm(Context& context, Module& module, std::string_view name,
                        const spec::Arguments& arguments) {
  const TensorRef value = held(module.parameters(), name);
  if (!value) {
    throw parametrize_error(Code::invalid_argument, "ValueError",
                            join("spectral_norm: `SpectralNorm` cannot be applied as parameter `",
                                 printable(name, 60), "` is None"));
  }
  const PowerMethod method = power_method(module, arguments);
  check_rows(*value, method.dim);
  const int64_t rows = value->size(static_cast<size_t>(method.dim));
  TensorRef u = random_direction(context, *value, rows, method.eps);
  TensorRef v = random_direction(context, *value, value->numel() / rows, method.eps);
  return {make<SpectralNormHook>(name, method), {value}, {std::move(u), std::move(v)}};
}

bool is_spectral(const NormHook& hook) noexcept { return hook.hears(Hook::kBeforeLoad); }

void check_first(const Module& module, std::string_view name, bool spectral) {
  const Ref<const NormHook> hook = norm_hook_of(module, name);
  if (!hook || is_spectral(*hook) != spectral) return;
  const char* function = spectral ? "spectral_norm" : "weight_norm";
  throw parametrize_error(Code::already_exists, "RuntimeError",
                          join(function, ": Cannot register two ", function,
                               " hooks on the same parameter ", printable(name, 60)));
}

void check_place(const Module& module, std::string_view name, bool spectral) {
  const char* function = spectral ? "spectral_norm" : "weight_norm";
  if (!module.parameters().contains(name)) {
    const bool is_nothing = !spectral && !module.has_name(name);
    throw parametrize_error(Code::invalid_argument, is_nothing ? "AttributeError" : "KeyError",
                            join(function, ": '", module.class_name(), "' has no parameter '",
                                 printable(name, 60), "'"))
        .with("path", std::string(name));
  }
  const TensorRef value = held(module.parameters(), name);
  if (!value || !is_uninitialized(*value)) return;
  throw parametrize_error(
      Code::state, "ValueError",
      join(function, ": The module passed to `", spectral ? "SpectralNorm" : "WeightNorm",
           "` can't have uninitialized parameters (expected a forward before)"));
}

void check_free(const Module& module, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!module.has_name(name)) continue;
    throw parametrize_error(
        Code::already_exists, "KeyError",
        join("parametrize: attribute '", printable(name, 60), "' already exists"))
        .with("path", name);
  }
}

// All or nothing.
void carry_out(Module& module, std::string_view name, Plan& plan) {
  std::vector<std::string> names = plan.hook->sources();
  check_free(module, names);
  module.reserve_entries(names.size());
  const uint64_t id = module.add_hook(plan.hook);
  try {
    module.put_plain(name, nullptr);
  } catch (...) {
    module.remove_hook(id);
    throw;
  }
  module.remove(name);  // the parameter
  size_t next = 0;
  for (TensorRef& one : plan.parameters) module.append_entry(std::move(names[next++]), one, false);
  for (TensorRef& one : plan.buffers) module.append_entry(std::move(names[next++]), one, true);
}

// Those set on the module, with their numbers.
struct Found {
  uint64_t id;
  Ref<const NormHook> hook;
};

std::vector<Found> norm_hooks(const Module& module) {
  std::vector<Found> out;
  if (!module.hooks()) return out;
  for (const Ref<PlacedHook>& placed : module.hooks()->own(Hook::kComputes)) {
    const RunningHook running(*placed, "forward");
    if (auto* hook = dynamic_cast<NormHook*>(running.hook()))
      out.push_back({placed->id(), Ref(hook)});
  }
  return out;
}

}  // namespace

bool has_norm_hooks(const Module& module) noexcept {
  return module.hooks() && module.hooks()->has_own(Hook::kComputes);
}

std::vector<Ref<const NormHook>> norm_hooks_of(const Module& module) {
  std::vector<Ref<const NormHook>> out;
  for (Found& found : norm_hooks(module)) out.push_back(std::move(found.hook));
  return out;
}

Ref<const NormHook> norm_hook_of(const Module& module, std::string_view tensor_name) {
  for (const Found& found : norm_hooks(module)) {
    if (found.hook->tensor_name() == tensor_name) return found.hook;
  }
  return nullptr;
}

void add_norm_hook(Context& context, Module& module, std::string_view name,
                   const spec::Expression& call) {
  const bool spectral = call.text == kSpectralNorm.signature.name;
  const spec::Signature& signature = spectral ? kSpectralNorm.signature : kWeightNorm.signature;
  const spec::Arguments arguments(signature, call);
  const NoGrad no_grad(context);
  check_first(module, name, spectral);
  if (spectral) check_power_method(power_method(module, arguments));
  check_place(module, name, spectral);
  Plan plan = spectral ? plan_spectral_norm(context, module, name, arguments)
                       : plan_weight_norm(context, module, name, arguments);
  plan.hook->set_text(
      join(call.text, "(", arguments_text({context, nullptr}, signature, arguments), ")"));
  carry_out(module, name, plan);
}

void remove_norm_hook(Context& context, Module& module, std::string_view name,
                      bool leave_computed) {
  const std::vector<Found> hooks = norm_hooks(module);
  const auto found = std::find_if(hooks.begin(), hooks.end(), [&](const Found& one) {
    return one.hook->tensor_name() == name;
  });
  const NormHook& hook = *found->hook;
  const std::vector<std::string> names = hook.sources();
  if (!leave_computed) check_one_original(is_spectral(hook) ? 1 : names.size());
  for (const std::string& one : names) source(module, one);
  const NoGrad no_grad(context);
  const TensorRef value =
      leave_computed ? hook.compute(context, module, false) : source(module, hook.like());
  module.put_parameter_over(name, make_parameter(*value, true));
  for (const std::string& one : names) module.remove(one);
  module.remove_hook(found->id);
}

void put_computed(Context& context, const Module& module, Module& out, bool step) {
  const std::vector<Found> hooks = norm_hooks(module);
  // The later ones first: what an earlier one is computed from may be computed itself.
  for (size_t i = hooks.size(); i-- > 0;) {
    const NormHook& hook = *hooks[i].hook;
    if (module.parameters().contains(hook.tensor_name())) {
      throw parametrize_error(
          Code::state, "TypeError",
          join("forward: cannot assign 'torch.FloatTensor' as parameter '",
               printable(hook.tensor_name(), 60), "' (torch.nn.Parameter or None expected)"));
    }
    out.put_parameter(hook.tensor_name(), hook.compute(context, out, step && module.training()));
  }
}

void put_likenesses(const Module& module, Module& out) {
  const std::vector<Found> hooks = norm_hooks(module);
  for (size_t i = hooks.size(); i-- > 0;) {
    if (TensorRef tensor = held(out.parameters(), hooks[i].hook->like())) {
      out.put_parameter(hooks[i].hook->tensor_name(), std::move(tensor));
    }
  }
}

}  // namespace duramen::nn
