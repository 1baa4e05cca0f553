// Enumeration of a module tree: PyTorch's order (pre-order; own parameters, own buffers, then
// children) and identity rules (an object is listed once, under its first name, unless duplicates
// are kept).
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

struct WalkOptions {
  std::string_view prefix;  // a dot is put after it when it is not empty
  bool recurse = true;
  bool remove_duplicate = true;
};

struct NamedTensor {
  std::string name;
  Tensor* tensor;  // borrowed from the tree
  Module* owner;
  bool persistent;  // buffers
};
struct NamedModule {
  std::string name;
  Module* module;
};

// STATE naming the path of a cycle, when one would make the walk endless.
std::vector<NamedModule> named_modules(const Module& root, const WalkOptions& options = {});
std::vector<NamedModule> named_children(const Module& root);
std::vector<NamedTensor> named_parameters(const Module& root, const WalkOptions& options = {});
std::vector<NamedTensor> named_buffers(const Module& root, const WalkOptions& options = {});

// How many modules the walk visits, and how many names of parameters and buffers they have: what a
// listing of it makes room for.
struct TreeSize {
  size_t modules = 0;
  size_t parameters = 0;
  size_t buffers = 0;
  bool calls_back = false;  // a module runs what a caller gave it: hooks, or an extra state

  void add(const Module& module) noexcept {
    ++modules;
    parameters += module.parameters().size();
    buffers += module.buffers().size();
    calls_back = calls_back || module.hooks() || module.gives_extra_state();
  }
};
TreeSize tree_size(const Module& root, const WalkOptions& options = {});

// The walk underneath: calls `visit` for each module of the tree in pre-order with its full name
// (no trailing dot). With remove_duplicate a module is visited once; otherwise once a path.
using Visit = FunctionRef<void(std::string_view name, Module& module)>;
void walk(const Module& root, const WalkOptions& options, Visit visit);

// The listings without a string for each entry: the name is valid during the call only.
// `persistent` is true for parameters.
using VisitTensor = FunctionRef<void(std::string_view name, const TensorRef& tensor, Module& owner,
                                     bool persistent)>;
void visit_parameters(const Module& root, const WalkOptions& options, VisitTensor visit);
void visit_buffers(const Module& root, const WalkOptions& options, VisitTensor visit);

// By dotted path, "" is the root itself. NOT_FOUND with PyTorch's text (AttributeError) and
// "nearest".
Module& get_submodule(const Module& root, std::string_view path);
Tensor& get_parameter(const Module& root, std::string_view path);
TensorRef get_buffer(const Module& root, std::string_view path);  // a None buffer is null
// Replaces a child by path, or makes it when its parent exists; `strict`: only replaces.
void set_submodule(Module& root, std::string_view path, ModuleRef module, bool strict = false);

// Whole-tree operations.
void train(Module& root, bool training);
void requires_grad(Module& root, bool flag);  // every parameter is checked before any is changed
void zero_grad(Module& root, bool set_to_none);
void apply(Module& root,
           FunctionRef<void(Module&)> body);  // children first, once a path, a repeated child once
// Which tensors a conversion is about: those of to(dtype); of half(), float(), double() and
// bfloat16(); of type(dtype).
enum class Converted : uint8_t { floating_and_complex, floating, all };
// Converts parameters, their grads and buffers; parameters keep their identity. DTYPE_MISMATCH for
// a dtype that is none for them, before anything is changed.
void to_dtype(Context& context, Module& root, Dtype dtype,
              Converted which = Converted::floating_and_complex);

// copy.deepcopy(module): every module, parameter and buffer once, and with it ties, shared modules,
// strides, flags, None entries and cycles. Parameters lose their gradients; other tensors keep
// theirs and the storages that they share. STATE (RuntimeError) for one that is not a leaf.
ModuleRef deepcopy(Context& context, const Module& root);

// state_dict(): `prefix` verbatim; live detached views, or with keep_vars the very objects.
struct StateDictOptions {
  std::string_view prefix;
  bool keep_vars = false;
};
Ref<StateDict> state_dict(const Module& root, const StateDictOptions& options = {});
// state_dict(destination=...): behind what is there, or in place of entries of the same name;
// versions only where the dict has some. A failure leaves it as it was.
void add_state_dict(const Module& root, StateDict& destination,
                    const StateDictOptions& options = {});

}  // namespace duramen::nn
