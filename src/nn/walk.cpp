#include "nn/walk.hpp"

#include "base/text.hpp"
#include "nn/traverse.hpp"

namespace duramen::nn {
namespace {

constexpr auto kNothing = [](Module&) {};

TraverseMode listing_mode(const char* operation, const WalkOptions& options) noexcept {
  return {operation, options.remove_duplicate, false, false};
}

template <class Enter>
void walk_tree(const Module& root, const WalkOptions& options, std::string& name, Enter&& enter) {
  name.assign(options.prefix);
  if (!options.recurse) return enter(const_cast<Module&>(root));
  traverse(root, name, listing_mode("walk", options), enter, kNothing);
}

// The members of one kind of the whole tree. `list` gives a module's own map.
template <class List, class Persistent>
void visit_members(const Module& root, const WalkOptions& options, List list, Persistent persistent,
                   VisitTensor visit) {
  std::string name;
  PointerSet seen;
  walk_tree(root, options, name, [&](Module& owner) {
    const size_t module_size = name.size();
    for (const auto& [member_name, tensor] : list(owner)) {
      if (!tensor) continue;
      // With a single holder, the slot just read, a tensor can be nowhere else in the tree.
      if (options.remove_duplicate && tensor->use_count() > 1 && !seen.insert(tensor.get())) {
        continue;
      }
      if (module_size > 0) name += '.';
      name += member_name;
      visit(name, tensor, owner, persistent(owner, member_name));
      name.resize(module_size);
    }
  });
}

Error attribute_error(std::string message, std::string_view path) {
  return Error(Code::not_found, std::move(message))
      .with("torch_error", "AttributeError")
      .with("path", std::string(path));
}

Error no_attribute(const char* operation, const Module& module, std::string_view name,
                   std::string_view path) {
  std::vector<std::string_view> known;
  for (const auto& entry : module.children()) known.push_back(entry.name);
  for (const auto& entry : module.parameters()) known.push_back(entry.name);
  for (const auto& entry : module.buffers()) known.push_back(entry.name);
  Error error = attribute_error(
      join(operation, ": ", module.shown_name(), " has no attribute `", printable(name, 100), "`"),
      path);
  const std::string_view nearest = nearest_word(name, known);
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

Module& submodule(const char* operation, const Module& root, std::string_view path) {
  Module* module = const_cast<Module*>(&root);
  if (path.empty()) return *module;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    const std::string_view atom = path.substr(begin, end - begin);
    const ModuleRef* child = module->children().find(atom);
    if (!child || !*child) {
      if (!child && !module->has_name(atom)) throw no_attribute(operation, *module, atom, path);
      throw attribute_error(join(operation, ": `", printable(atom, 100), "` is not an nn.Module"),
                            path);
    }
    module = child->get();
    begin = end + 1;
  }
  return *module;
}

struct SplitPath {
  std::string_view parent;
  std::string_view last;
};
SplitPath split_path(std::string_view path) noexcept {
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

}  // namespace

void throw_cycle(const char* operation, std::string path) {
  if (path.ends_with('.')) path.pop_back();
  throw Error(Code::state, join(operation, ": the module tree has a cycle: '", printable(path, 200),
                                "' is one of the modules above it"))
      .with("path", path)
      .with("torch_error", "RecursionError");
}

TreeSize tree_size(const Module& root, const WalkOptions& options) {
  if (options.recurse) return count_tree(root, listing_mode("walk", options));
  TreeSize size;
  size.add(root);
  return size;
}

void walk(const Module& root, const WalkOptions& options, Visit visit) {
  std::string name;
  walk_tree(root, options, name, [&](Module& module) { visit(name, module); });
}

void visit_parameters(const Module& root, const WalkOptions& options, VisitTensor visit) {
  visit_members(
      root, options, [](const Module& owner) -> const auto& { return owner.parameters(); },
      [](const Module&, std::string_view) { return true; }, visit);
}

void visit_buffers(const Module& root, const WalkOptions& options, VisitTensor visit) {
  visit_members(
      root, options, [](const Module& owner) -> const auto& { return owner.buffers(); },
      [](const Module& owner, std::string_view name) { return owner.is_persistent(name); }, visit);
}

std::vector<NamedModule> named_modules(const Module& root, const WalkOptions& options) {
  std::vector<NamedModule> out;
  walk(root, options, [&](std::string_view name, Module& module) {
    out.push_back({std::string(name), &module});
  });
  return out;
}

std::vector<NamedModule> named_children(const Module& root) {
  std::vector<NamedModule> out;
  PointerSet seen;
  for (const auto& [name, child] : root.children()) {
    if (!child || (child->use_count() > 1 && !seen.insert(child.get()))) continue;
    out.push_back({name, child.get()});
  }
  return out;
}

std::vector<NamedTensor> named_parameters(const Module& root, const WalkOptions& options) {
  std::vector<NamedTensor> out;
  visit_parameters(root, options,
                   [&](std::string_view name, const TensorRef& tensor, Module& owner, bool) {
                     out.push_back({std::string(name), tensor.get(), &owner, true});
                   });
  return out;
}

std::vector<NamedTensor> named_buffers(const Module& root, const WalkOptions& options) {
  std::vector<NamedTensor> out;
  visit_buffers(
      root, options,
      [&](std::string_view name, const TensorRef& tensor, Module& owner, bool persistent) {
        out.push_back({std::string(name), tensor.get(), &owner, persistent});
      });
  return out;
}

Module& get_submodule(const Module& root, std::string_view path) {
  return submodule("get_submodule", root, path);
}

Tensor& get_parameter(const Module& root, std::string_view path) {
  const auto [parent, last] = split_path(path);
  Module& owner = submodule("get_parameter", root, parent);
  for (const Module::Tensors* tensors : {&owner.parameters(), &owner.buffers()}) {
    const TensorRef* found = tensors->find(last);
    if (found && *found && (*found)->is_parameter()) return **found;
  }
  if (!owner.has_name(last)) throw no_attribute("get_parameter", owner, last, path);
  throw attribute_error(join("get_parameter: `", printable(last, 100), "` is not an nn.Parameter"),
                        path);
}

TensorRef get_buffer(const Module& root, std::string_view path) {
  const auto [parent, last] = split_path(path);
  Module& owner = submodule("get_buffer", root, parent);
  if (const TensorRef* found = owner.buffers().find(last)) return *found;
  if (!owner.has_name(last)) throw no_attribute("get_buffer", owner, last, path);
  throw attribute_error(join("get_buffer: `", printable(last, 100), "` is not a buffer"), path);
}

void set_submodule(Module& root, std::string_view path, ModuleRef module, bool strict) {
  if (path.empty() || !module) {
    throw Error(Code::invalid_argument,
                path.empty() ? "set_submodule: Cannot set the submodule without a target name!"
                             : "set_submodule: `module` is not an nn.Module")
        .with("torch_error", "ValueError");
  }
  const auto [parent, last] = split_path(path);
  Module& owner = submodule("set_submodule", root, parent);
  const ModuleRef* child = owner.children().find(last);
  if (strict && !owner.has_name(last)) throw no_attribute("set_submodule", owner, last, path);
  if (child ? !*child : owner.has_name(last)) {
    throw attribute_error(join("set_submodule: `", printable(last, 100), "` is not an nn.Module"),
                          path);
  }
  owner.assign(last, std::move(module));
}

}  // namespace duramen::nn
