#include "nn/extra_state.hpp"
#include "nn/hooks.hpp"
#include "nn/traverse.hpp"
#include "nn/walk.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

class Exporter {
 public:
  Exporter(const StateDictOptions& options, StateDict& dict)
      : options_(options), dict_(dict), plain_(dict.entries().empty() && dict.versions().empty()) {}

  void run(const Module& root) {
    const TraverseMode mode = {kOperation, false, true, true};
    const TreeSize size = count_tree(root, mode);
    name_.assign(options_.prefix);
    if (size.calls_back) return run_with_hooks(root);
    dict_.entries().reserve(dict_.entries().size() + size.parameters + size.buffers);
    dict_.versions().reserve(dict_.versions().size() + size.modules);
    traverse(
        root, name_, mode, [this](Module& module) { enter(module); }, [](Module&) {});
  }

 private:
  static constexpr const char* kOperation = "state_dict";

  void run_with_hooks(const Module& root) {
    plain_ = false;
    traverse_held(
        root, name_, kOperation,
        [this](Module& module) {
          add_version(module);
          each_hook(module, Hook::kBeforeStateDict,
                    [&](Hook& hook) { hook.before_state_dict(module, name_, options_.keep_vars); });
          add_entries(module);
        },
        [this](Module& module) {
          each_hook(module, Hook::kAfterStateDict,
                    [&](Hook& hook) { hook.after_state_dict(module, dict_, name_); });
        });
  }

  template <class Body>
  void each_hook(const Module& module, Hook::Event event, Body&& body) {
    if (!module.hooks()) return;
    for (const Ref<PlacedHook>& placed : module.hooks()->own(event)) {
      const RunningHook running(*placed, kOperation);
      if (running.hook()) body(*running.hook());
    }
  }

  void enter(Module& module) {
    // No two paths of plain names are equal, so nothing is searched for. A child named with a dot,
    // or not at all, can take another's path; the later one then replaces the earlier.
    for (const auto& entry : module.children()) {
      plain_ = plain_ && !entry.name.empty() && entry.name.find('.') == std::string::npos;
    }
    add_version(module);
    add_entries(module);
  }

  void add_entries(const Module& module) {
    for (const auto& [name, parameter] : module.parameters()) {
      if (parameter) add(name, parameter, StateKind::parameter);
    }
    for (const auto& [name, buffer] : module.buffers()) {
      if (buffer && module.is_persistent(name)) add(name, buffer, StateKind::buffer);
    }
    if (module.gives_extra_state()) add_extra_state(module);
  }

  // As the class gave it, whatever it is: searched for, since a tensor may have the name.
  void add_extra_state(const Module& module) {
    const ValueRef state = module.get_extra_state();
    const std::string key = name_ + std::string(kExtraState);
    if (Tensor* tensor = state->as_tensor()) {
      dict_.set_tensor(key, TensorRef(tensor), StateKind::extra_state);
    } else {
      dict_.set_value(key, state, StateKind::extra_state);
    }
  }

  void add_version(const Module& module) {
    if (!dict_.has_versions()) return;
    const std::string_view path =
        std::string_view(name_).substr(0, name_.empty() ? 0 : name_.size() - 1);
    if (plain_) {
      dict_.versions().append(std::string(path), {module.version(), nullptr});
    } else {
      dict_.set_version(path, module.version());
    }
  }

  void add(const std::string& name, const TensorRef& tensor, StateKind kind) {
    std::string key;
    key.reserve(name_.size() + name.size());
    key.append(name_).append(name);
    TensorRef value = options_.keep_vars || is_uninitialized(*tensor) ? tensor : alias(*tensor);
    if (plain_) {
      dict_.entries().append(std::move(key), {std::move(value), nullptr, kind});
    } else {
      dict_.set_tensor(key, std::move(value), kind);
    }
  }

  const StateDictOptions& options_;
  StateDict& dict_;
  std::string name_;
  bool plain_;  // nothing can be there already
};

}  // namespace

Ref<StateDict> state_dict(const Module& root, const StateDictOptions& options) {
  const Ref<const Module> self(&root);  // hooks and a class's own code may release it
  auto dict = make<StateDict>();
  dict->set_has_versions(true);
  Exporter(options, *dict).run(root);
  return dict;
}

void add_state_dict(const Module& root, StateDict& destination, const StateDictOptions& options) {
  const Ref<const Module> self(&root);
  const Ref<StateDict> to(&destination), dict = destination.copy();
  Exporter(options, *dict).run(root);
  destination.entries() = std::move(dict->entries());
  destination.versions() = std::move(dict->versions());
  destination.metadata() = std::move(dict->metadata());
}

}  // namespace duramen::nn
