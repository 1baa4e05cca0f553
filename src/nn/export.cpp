#include "nn/extra_state.hpp"
#include "nn/traverse.hpp"
#include "nn/walk.hpp"

namespace duramen::nn {
namespace {

class Exporter {
 public:
  Exporter(const StateDictOptions& options, StateDict& dict) : options_(options), dict_(dict) {}

  void run(const Module& root) {
    const TraverseMode mode = {"state_dict", false, true, true};
    const TreeSize size = count_tree(root, mode);
    dict_.entries().reserve(size.parameters + size.buffers);
    dict_.versions().reserve(size.modules);
    dict_.set_has_versions(true);
    name_.assign(options_.prefix);
    traverse(
        root, name_, mode, [this](Module& module) { enter(module); }, [](Module&) {});
  }

 private:
  void enter(Module& module) {
    // No two paths of plain names are equal, so nothing is searched for. A child named with a dot,
    // or not at all, can take another's path; the later one then replaces the earlier.
    for (const auto& entry : module.children()) {
      plain_ = plain_ && !entry.name.empty() && entry.name.find('.') == std::string::npos;
    }
    add_version(module);
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
    const std::string_view path =
        std::string_view(name_).substr(0, name_.empty() ? 0 : name_.size() - 1);
    if (plain_) {
      dict_.versions().append(std::string(path), module.version());
    } else {
      dict_.set_version(path, module.version());
    }
  }

  void add(const std::string& name, const TensorRef& tensor, StateKind kind) {
    std::string key;
    key.reserve(name_.size() + name.size());
    key.append(name_).append(name);
    TensorRef value = options_.keep_vars ? tensor : alias(*tensor);
    if (plain_) {
      dict_.entries().append(std::move(key), {std::move(value), nullptr, kind});
    } else {
      dict_.set_tensor(key, std::move(value), kind);
    }
  }

  const StateDictOptions& options_;
  StateDict& dict_;
  std::string name_;
  bool plain_ = true;
};

}  // namespace

Ref<StateDict> state_dict(const Module& root, const StateDictOptions& options) {
  auto dict = make<StateDict>();
  Exporter(options, *dict).run(root);
  return dict;
}

}  // namespace duramen::nn
